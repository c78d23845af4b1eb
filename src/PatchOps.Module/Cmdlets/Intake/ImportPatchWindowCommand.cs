using System.Management.Automation;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Module.Cmdlets.Intake;

/// <summary>Imports maintenance windows from calendars (.ics) and tables.</summary>
[Cmdlet(VerbsData.Import, "PatchWindow", SupportsShouldProcess = true)]
[OutputType(typeof(ImportResult))]
public sealed class ImportPatchWindowCommand : ImportRecordsCmdlet<ImportWindowRequest>
{
    /// <summary>Name for everything that is read; default: the events' titles, or the column Name.</summary>
    [Parameter]
    public string? Name { get; set; }
}
