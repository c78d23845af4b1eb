using System.Management.Automation;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Module.Cmdlets.Intake;

/// <summary>Imports incident records.</summary>
[Cmdlet(VerbsData.Import, "PatchIncident", SupportsShouldProcess = true)]
[OutputType(typeof(ImportResult))]
public sealed class ImportPatchIncidentCommand : ImportRecordsCmdlet<ImportIncidentRequest>
{
    /// <summary>Ready-made names, culture and zone of a known source; -Map, -Culture and -TimeZone go before.</summary>
    [Parameter]
    public RecordPreset? Preset { get; set; }
}
