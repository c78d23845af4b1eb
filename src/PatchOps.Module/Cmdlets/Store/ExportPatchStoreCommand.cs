using System.Management.Automation;
using PatchOps.Core.Operations.Requests;

namespace PatchOps.Module.Cmdlets.Store;

/// <summary>Copies the store into one file while others work on it: a backup, or the way to another machine.</summary>
[Cmdlet(VerbsData.Export, "PatchStore", SupportsShouldProcess = true)]
[OutputType(typeof(System.IO.FileInfo))]
public sealed class ExportPatchStoreCommand : OperationCmdlet
{
    /// <summary>File to write, such as backup.zip.</summary>
    [Parameter(Position = 0)]
    public string Path { get; set; } = "";

    protected override void ProcessRecord() => Pump(Bind<ExportStoreRequest>());
}
