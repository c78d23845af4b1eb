namespace PatchOps.Module;
