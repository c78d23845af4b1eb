using System.Management.Automation;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Module.Cmdlets.Intake;

/// <summary>Imports problem records.</summary>
[Cmdlet(VerbsData.Import, "PatchProblem", SupportsShouldProcess = true)]
[OutputType(typeof(ImportResult))]
public sealed class ImportPatchProblemCommand : ImportRecordsCmdlet<ImportProblemRequest>
{
    /// <summary>Ready-made names, culture and zone of a known source; -Map, -Culture and -TimeZone go before.</summary>
    [Parameter]
    public RecordPreset? Preset { get; set; }
}
