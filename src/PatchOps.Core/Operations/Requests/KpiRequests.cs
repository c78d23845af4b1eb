using PatchOps.Core.Kpi;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Requests;

[Operation("Get-PatchKpi", "kpi get", "Key figures of patching, with intervals.")]
public sealed record GetKpiRequest : OperationRequest, IFollowsPolicy
{
    [ParameterHelp("Only these figures, such as 'Patch compliance'; wildcards.", Position = 0)]
    public IReadOnlyList<string> Name { get; init; } = [];

    [ParameterHelp("One set of figures for the tenant, or for each environment, business unit, vendor, product or decision (what the patch called for).")]
    public KpiGrouping By { get; init; }

    [ParameterHelp("One row for each calendar month (UTC); figures of what is open stand in the last one only.")]
    public bool Monthly { get; init; }

    [ParameterHelp("Events from this day on; default: the first record.")]
    public DateTimeOffset? From { get; init; }

    [ParameterHelp("Events before this time, and findings as known then; default: now.")]
    public DateTimeOffset? To { get; init; }

    [ParameterHelp("Policy file (YAML, JSON or psd1); default: $PATCHOPS_POLICY, then the built-in policy."), FilePath]
    public string? Policy { get; init; }

    public override void Validate()
    {
        if (From > To)
            throw new FailureException("PeriodReversed", FailureKind.InvalidInput, $"From ({From:yyyy-MM-dd}) lies after To ({To:yyyy-MM-dd}).", null, "Give -From the earlier day.");
    }
}
