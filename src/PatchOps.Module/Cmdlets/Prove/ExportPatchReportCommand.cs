using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Prove;

/// <summary>Writes a report: one self-contained file.</summary>
[Cmdlet(VerbsData.Export, "PatchReport", SupportsShouldProcess = true)]
[OutputType(typeof(System.IO.FileInfo))]
public sealed class ExportPatchReportCommand : OperationCmdlet
{
    /// <summary>File to write.</summary>
    [Parameter(Position = 0)]
    public string Path { get; set; } = "";

    /// <summary>What it is about.</summary>
    [Parameter]
    public ReportKind Kind { get; set; }

    /// <summary>Form; default: by the file's ending.</summary>
    [Parameter]
    public ReportFormat? Format { get; set; }

    /// <summary>Only this plan; default: all plans, the newest first.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true), Alias("Id")]
    [ArgumentCompleter(typeof(PlanCompleter))]
    public string? PlanId { get; set; }

    /// <summary>With -Kind Wave: only the evidence of these hosts, by id or name; wildcards allowed.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AssetCompleter))]
    public string[] Asset { get; set; } = [];

    /// <summary>As known on this day; default: now.</summary>
    [Parameter]
    public DateTimeOffset? AsOf { get; set; }

    /// <summary>Policy file (YAML, JSON or psd1); default: $PATCHOPS_POLICY, then the built-in policy.</summary>
    [Parameter]
    public string? Policy { get; set; }

    protected override void ProcessRecord() => Pump(Bind<ExportReportRequest>());
}
