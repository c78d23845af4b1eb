namespace PatchOps.Adapters;
