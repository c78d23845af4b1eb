namespace PatchOps.Core;
