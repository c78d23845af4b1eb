using System.Management.Automation;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Module.Cmdlets.Intake;

/// <summary>Imports change records.</summary>
[Cmdlet(VerbsData.Import, "PatchChange", SupportsShouldProcess = true)]
[OutputType(typeof(ImportResult))]
public sealed class ImportPatchChangeCommand : ImportRecordsCmdlet<ImportChangeRequest>
{
    /// <summary>Ready-made names, culture and zone of a known source; -Map, -Culture and -TimeZone go before.</summary>
    [Parameter]
    public RecordPreset? Preset { get; set; }
}
