using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Store;

/// <summary>Opens a store, creating it where it is missing, and makes it the session's default.</summary>
[Cmdlet(VerbsCommunications.Connect, "PatchStore")]
[OutputType(typeof(StoreInfo))]
public sealed class ConnectPatchStoreCommand : OperationCmdlet
{
    /// <summary>File of the store, or a store from Get-PatchStore.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true), Alias("Location", "FullName", "PSPath")]
    public object Path { get; set; } = "";

    protected override void ProcessRecord()
    {
        Store = Path;
        Pump(Bind<GetStoreRequest>());
    }

    /// <summary>Only a store that could be opened becomes the default.</summary>
    protected override void Write(Core.Operations.OperationEvent next)
    {
        if (next is Core.Operations.ResultEvent { Value: StoreInfo info }) Session.Host().DefaultStore = info.Location;
        base.Write(next);
    }
}
