using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Plan;

/// <summary>Writes a plan as JSON, CSV, iCalendar or Markdown.</summary>
[Cmdlet(VerbsData.Export, "PatchPlan", SupportsShouldProcess = true)]
[OutputType(typeof(System.IO.FileInfo))]
public sealed class ExportPatchPlanCommand : OperationCmdlet
{
    /// <summary>Plan id.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true), Alias("Id")]
    [ArgumentCompleter(typeof(PlanCompleter))]
    public string PlanId { get; set; } = "";

    /// <summary>File to write.</summary>
    [Parameter(Position = 1)]
    public string Path { get; set; } = "";

    /// <summary>Form; default: by the file's ending.</summary>
    [Parameter]
    public PlanFormat? Format { get; set; }

    protected override void ProcessRecord() => Pump(Bind<ExportPlanRequest>());
}
