using System.Management.Automation;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Module.Cmdlets.Store;

/// <summary>Makes a new store, named with -Store, of a file that Export-PatchStore wrote. A store that exists is never touched.</summary>
[Cmdlet(VerbsData.Import, "PatchStore", SupportsShouldProcess = true)]
[OutputType(typeof(StoreInfo))]
public sealed class ImportPatchStoreCommand : OperationCmdlet
{
    /// <summary>File that Export-PatchStore wrote.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true), Alias("FullName", "PSPath")]
    public string Path { get; set; } = "";

    protected override void ProcessRecord() => Pump(Bind<ImportStoreRequest>());
}
