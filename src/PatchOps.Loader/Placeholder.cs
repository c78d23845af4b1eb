namespace PatchOps.Loader;
