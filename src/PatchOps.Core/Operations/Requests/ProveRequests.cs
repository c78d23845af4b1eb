using PatchOps.Core.Effectiveness.Monitoring;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Requests;

[InputLine(nameof(BeforeCount), nameof(BeforeDays), nameof(AfterCount), nameof(AfterDays))]
[Operation("Test-PatchEffectiveness", "effectiveness test", "Tests whether a patch removed a problem; with counts, without a store.")]
public sealed record TestEffectivenessRequest : OperationRequest, IFollowsPolicy
{
    [ParameterHelp("Problem ids; wildcards. Default: every problem with deployments.", Position = 0)]
    public IReadOnlyList<string> Problem { get; init; } = [];

    [ParameterHelp("Patch ids; wildcards.")]
    public IReadOnlyList<string> Patch { get; init; } = [];

    [ParameterHelp("Problems whose patches are in this plan.")]
    public string? PlanId { get; init; }

    [ParameterHelp("Days before each deployment that count; default: all.")]
    public double? Before { get; init; }

    [ParameterHelp("Days after each deployment that count; default: all.")]
    public double? After { get; init; }

    [ParameterHelp("Assets to use as controls (id or name); default: comparable ones.")]
    public IReadOnlyList<string> Control { get; init; } = [];

    [ParameterHelp("As known on this day; default: now.")]
    public DateTimeOffset? AsOf { get; init; }

    [ParameterHelp("Incidents before.")]
    public long? BeforeCount { get; init; }

    [ParameterHelp("Item-days before.")]
    public double? BeforeDays { get; init; }

    [ParameterHelp("Incidents after.")]
    public long? AfterCount { get; init; }

    [ParameterHelp("Item-days after.")]
    public double? AfterDays { get; init; }

    [ParameterHelp("Policy file (YAML or JSON); default: $PATCHOPS_POLICY, then the built-in policy."), FilePath]
    public string? Policy { get; init; }

    /// <summary>True where counts were given: then no store is opened.</summary>
    public bool FromCounts => BeforeCount is not null || BeforeDays is not null || AfterCount is not null || AfterDays is not null;

    public override void Validate()
    {
        if (FromCounts && (BeforeCount is null || BeforeDays is null || AfterCount is null || AfterDays is null))
            throw new FailureException("CountsIncomplete", FailureKind.InvalidInput, "Counts need all four of BeforeCount, BeforeDays, AfterCount and AfterDays.", null, "Give the missing ones, or none to test problems of the store.");
    }
}

[Operation("Watch-PatchRecurrence", "recurrence watch", "Says which patched problems came back, with a bound on false alarms however often it is run.")]
public sealed record WatchRecurrenceRequest : OperationRequest, IFollowsPolicy
{
    [ParameterHelp("Problem ids; wildcards. Default: every problem with deployments.", Position = 0)]
    public IReadOnlyList<string> Problem { get; init; } = [];

    [ParameterHelp("Chance, above 0 and below 1, that a problem that stays solved ever raises an alarm; default: 0.01.")]
    public double FalseAlarmRate { get; init; } = 0.01;

    [ParameterHelp("As known on this day; default: now.")]
    public DateTimeOffset? AsOf { get; init; }

    [ParameterHelp("Policy file (YAML or JSON); default: $PATCHOPS_POLICY, then the built-in policy."), FilePath]
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

    [ParameterHelp("As known on this day; default: now.")]
    public DateTimeOffset? AsOf { get; init; }

    [ParameterHelp("Policy file (YAML or JSON); default: $PATCHOPS_POLICY, then the built-in policy."), FilePath]
    public string? Policy { get; init; }

    public override void Validate() => Needs.Text(Path, nameof(Path));
}
