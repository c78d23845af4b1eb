using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Store;

/// <summary>Shows the store in use and what it holds.</summary>
[Cmdlet(VerbsCommon.Get, "PatchStore")]
[OutputType(typeof(StoreInfo))]
public sealed class GetPatchStoreCommand : OperationCmdlet
{
    protected override void ProcessRecord() => Pump(Bind<GetStoreRequest>());
}
