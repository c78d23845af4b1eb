using PatchOps.Core.Effectiveness.Monitoring;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Requests;

[Operation("Watch-PatchRecurrence", "recurrence watch", "Says which patched problems came back, with a bound on false alarms however often it is run.")]
public sealed record WatchRecurrenceRequest : OperationRequest, IFollowsPolicy
{
    [ParameterHelp("Problem ids; wildcards. Default: every problem with deployments.", Position = 0)]
    public IReadOnlyList<string> Problem { get; init; } = [];

    [ParameterHelp("Chance, above 0 and below 1, that a problem that stays solved ever raises an alarm; default: 0.01.")]
    public double FalseAlarmRate { get; init; } = 0.01;

    [ParameterHelp("As known on this day; default: now.")]
    public DateTimeOffset? AsOf { get; init; }

    [ParameterHelp("Policy file (YAML, JSON or psd1); default: $PATCHOPS_POLICY, then the built-in policy."), FilePath]
    public string? Policy { get; init; }

    public override void Validate() => RecurrenceWatch.CheckRate(FalseAlarmRate);
}

/// <summary>What a report is about.</summary>
public enum ReportKind { Operations, Problem, Wave, Executive, Compliance }

/// <summary>Form of a report.</summary>
public enum ReportFormat { Html, Markdown, Csv, Json }

[Operation("Export-PatchReport", "report export", "Writes a report: one self-contained file.", Changes = true)]
public sealed record ExportReportRequest : OperationRequest, IFollowsPolicy
{
    [ParameterHelp("File to write.", Position = 0), FilePath(Exists = false)]
    public string Path { get; init; } = "";

    [ParameterHelp("What it is about.")]
    public ReportKind Kind { get; init; } = ReportKind.Operations;

    [ParameterHelp("Form; default: by the file's ending.")]
    public ReportFormat? Format { get; init; }

    [ParameterHelp("Only this plan; default: all plans, the newest first.")]
    public string? PlanId { get; init; }

    [ParameterHelp("With -Kind Wave: only the evidence of these hosts, by id or name; wildcards allowed.")]
    public IReadOnlyList<string> Asset { get; init; } = [];

    [ParameterHelp("As known on this day; default: now.")]
    public DateTimeOffset? AsOf { get; init; }

    [ParameterHelp("Policy file (YAML, JSON or psd1); default: $PATCHOPS_POLICY, then the built-in policy."), FilePath]
    public string? Policy { get; init; }

    public override void Validate()
    {
        Needs.Text(Path, nameof(Path));
        if (Asset.Count > 0 && Kind != ReportKind.Wave)
            throw new FailureException("ParameterAmbiguous", FailureKind.InvalidInput, "-Asset chooses hosts of a wave report; another kind was asked for.", nameof(Asset), "Add -Kind Wave, or leave -Asset out.");
    }
}
