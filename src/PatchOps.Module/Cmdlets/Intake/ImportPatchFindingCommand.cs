using System.Management.Automation;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Module.Cmdlets.Intake;

/// <summary>Imports what vulnerability scanners found: grype and trivy JSON, and tables.</summary>
[Cmdlet(VerbsData.Import, "PatchFinding", SupportsShouldProcess = true)]
[OutputType(typeof(ImportResult))]
public sealed class ImportPatchFindingCommand : ImportRecordsCmdlet<ImportFindingRequest>
{
    /// <summary>Asset that was scanned; default: what the report says, else the file's name.</summary>
    [Parameter]
    public string? Asset { get; set; }

    /// <summary>Name under which the findings are kept; default: grype, trivy, or the column Scanner.</summary>
    [Parameter]
    public string? Scanner { get; set; }
}
