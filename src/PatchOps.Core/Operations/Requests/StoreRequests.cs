namespace PatchOps.Core.Operations.Requests;

[Operation("Get-PatchStore", "store get", "Shows the store in use and what it holds.")]
public sealed record GetStoreRequest : OperationRequest;
