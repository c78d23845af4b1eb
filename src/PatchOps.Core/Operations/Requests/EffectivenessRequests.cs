using PatchOps.Core.Effectiveness;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Requests;

[InputLine(nameof(BeforeCount), nameof(BeforeDays), nameof(AfterCount), nameof(AfterDays))]
[Operation("Test-PatchEffectiveness", "effectiveness test", "Tests whether a patch removed a problem; with counts or a metric file, without a store.", Changes = true)]
public sealed record TestEffectivenessRequest : OperationRequest, IFollowsPolicy
{
    [ParameterHelp("Problem ids; wildcards. Default: every problem with deployments.", Position = 0)]
    public IReadOnlyList<string> Problem { get; init; } = [];

    [ParameterHelp("Patch ids; wildcards.")]
    public IReadOnlyList<string> Patch { get; init; } = [];

    [ParameterHelp("Only patches of these products, such as deb:openssl; wildcards.")]
    public IReadOnlyList<string> Product { get; init; } = [];

    [ParameterHelp("Only patches of these vendors, such as KB or RHSA; wildcards.")]
    public IReadOnlyList<string> Vendor { get; init; } = [];

    [ParameterHelp("Problems whose patches are in this plan.")]
    public string? PlanId { get; init; }

    [ParameterHelp("One verdict for each problem, or for all problems of each patch, plan, product or vendor together.")]
    public EffectivenessGrouping By { get; init; }

    [ParameterHelp("Re-tests what was Effective where other patches or changes came to the same items on or after this day: is it still?")]
    public DateTimeOffset? Since { get; init; }

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

    [ParameterHelp("Performance problem: samples of a metric (CSV with Time, Value and perhaps Asset; or the JSON answer of a Prometheus range query)."), FilePath]
    public string? Metric { get; init; }

    [ParameterHelp("When the patch went in, for a metric file; default: the deployments of -Problem in the store, asset by asset.")]
    public DateTimeOffset? DeployedAt { get; init; }

    [ParameterHelp("Shift of the metric either way that does not matter, in its unit; default: 0.")]
    public double Tolerance { get; init; }

    [ParameterHelp("Policy file (YAML, JSON or psd1); default: $PATCHOPS_POLICY, then the built-in policy."), FilePath]
    public string? Policy { get; init; }

    /// <summary>True where counts were given: then no store is opened.</summary>
    public bool FromCounts => BeforeCount is not null || BeforeDays is not null || AfterCount is not null || AfterDays is not null;

    public override void Validate()
    {
        if (FromCounts && (BeforeCount is null || BeforeDays is null || AfterCount is null || AfterDays is null))
            throw new FailureException("CountsIncomplete", FailureKind.InvalidInput, "Counts need all four of BeforeCount, BeforeDays, AfterCount and AfterDays.", null, "Give the missing ones, or none to test problems of the store.");
        if (FromCounts && Metric is not null)
            throw new FailureException("CountsAndMetric", FailureKind.InvalidInput, "Counts and a metric file cannot be tested in one call.", Metric, "Call once with the counts and once with -Metric.");
        if (Metric is null && DeployedAt is not null)
            throw new FailureException("MetricMissing", FailureKind.InvalidInput, "-DeployedAt belongs to a metric file, and none was given.", null, "Name the samples with -Metric.");
        if (Metric is not null && DeployedAt is null && Problem.Count != 1)
            throw new FailureException("DeploymentUnknown", FailureKind.InvalidInput, "A metric is compared before and after a deployment, and none is named.", Metric, "Give -DeployedAt, or one -Problem whose deployments are in the store.");
        if (By == EffectivenessGrouping.Plan && PlanId is null)
            throw new FailureException("PlanIdMissing", FailureKind.InvalidInput, "A verdict by plan needs the plan.", null, "Name it with -PlanId; see Get-PatchPlan.");
        if (Since is not null && By != EffectivenessGrouping.Problem)
            throw new FailureException("SinceByProblem", FailureKind.InvalidInput, "-Since re-tests problem by problem and cannot be grouped.", null, "Leave -By out.");
        if (!double.IsFinite(Tolerance) || Tolerance < 0)
            throw new FailureException("ToleranceInvalid", FailureKind.InvalidInput, "The tolerance is a finite number, zero or more.", nameof(Tolerance), "Give it in the metric's unit.");
        foreach (var (days, name) in new[] { (Before, nameof(Before)), (After, nameof(After)) })
            if (days is { } given && !(given > 0 && given < 36_500))
                throw new FailureException("DaysInvalid", FailureKind.InvalidInput, System.FormattableString.Invariant($"{name} is {given}; it is a number of days above 0 and below 36500."), name, "Give the longest time that should count, in days.");
    }
}
