using System.Globalization;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Risk.Replay;

/// <summary>What a replay judges on, and what it counts as acting.</summary>
/// <param name="Asset">Null properties stand for the policy's defaults.</param>
/// <param name="AtLeast">Decision from which the policy acts.</param>
/// <param name="IncludeUnrated">True where vulnerabilities without a CVSS score or an EPSS take part as well.</param>
public sealed record ReplayScope(AssetFacts Asset, PatchDecision AtLeast = PatchDecision.Schedule, bool IncludeUnrated = false);

/// <summary>
/// Replays a store's history day by day: what would the policy, and what would rules of thumb, have chosen with what was known on each day?
/// A day's choice sees that day's facts only, so nothing that came later can move it.
/// </summary>
public sealed class PolicyReplay(ICatalogue catalogue, RiskPolicy policy, ReplayScope scope)
{
    private readonly Dictionary<DateOnly, RiskModel> models = [];

    /// <param name="from">First day.</param>
    /// <param name="to">First day that is not replayed.</param>
    /// <returns>One row for the policy, then one for each rule of thumb.</returns>
    public IReadOnlyList<PolicyBacktest> Run(DateOnly from, DateOnly to, CancellationToken cancellationToken = default)
    {
        var tallies = Strategies().Select(s => new ReplayTally(s)).ToList();
        int all = 0, atRisk = 0, exploited = 0, known = 0, unrated = 0, late = 0;
        foreach (var history in catalogue.ThreatHistories(from, to, scope.IncludeUnrated))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Judge(history) is not { } judged)
            {
                unrated++;
                continue;
            }
            var listed = Listed(history);
            // What KEV lists on the very day on which it can first be judged was nobody's to foresee.
            var open = listed is null || listed > judged.First;
            if (!open && listed >= from) late++;
            all++;
            if (listed is not null) known++;
            if (open) atRisk++;
            if (open && listed is not null) exploited++;
            for (var i = 0; i < tallies.Count; i++) tallies[i].Add(judged.Choices[i], listed, open, to);
        }
        var reasons = Reasons(unrated, late);
        return [.. tallies.Select(t => Row(t, from, to, (all, atRisk, exploited, known), reasons))];
    }

    private IReadOnlyList<ReplayStrategy> Strategies() =>
        ReplayStrategy.All(Model, scope.Asset, scope.AtLeast, policy.ServiceLevels.Standard[(int)PatchDecision.Schedule - 1]);

    private RiskModel Model(DateOnly day) =>
        models.TryGetValue(day, out var model) ? model : models[day] = new RiskModel(policy, new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).AddDays(1).AddMilliseconds(-1));

    /// <summary>The day from which it can be judged, and each strategy's choice; null where it never could be.</summary>
    private (DateOnly First, IReadOnlyList<ReplayChoice?> Choices)? Judge(ThreatHistory history)
    {
        DateOnly? first = null;
        var strategies = Strategies();
        var choices = new ReplayChoice?[strategies.Count];
        foreach (var (day, known) in history.Days)
        {
            if (ThreatReading.Facts(history.Id, known) is not { } facts) continue;
            if (first is null && !scope.IncludeUnrated && (facts.Epss is null || ReplayStrategy.Score(facts, known) is null)) continue;
            first ??= day;
            for (var i = 0; i < choices.Length; i++)
            {
                if (strategies[i].Days(day, facts, known) is not { } days) continue;
                var closed = day.AddDays(days);
                choices[i] = choices[i] is { } before ? before with { Closed = closed < before.Closed ? closed : before.Closed } : new ReplayChoice(day, closed);
            }
        }
        return first is { } start ? (start, choices) : null;
    }

    private static DateOnly? Listed(ThreatHistory history)
    {
        foreach (var day in history.Days)
            if (day.Facts is { InForce: true, KevAdded: { } listed }) return listed;
        return null;
    }

    private static PolicyBacktest Row(ReplayTally tally, DateOnly from, DateOnly to, (int All, int AtRisk, int Exploited, int Known) n, IReadOnlyList<string> reasons)
    {
        var (chosen, effort, coverage, efficiency, exposure) = tally.Foresight(n.AtRisk, n.Exploited);
        var (knownEffort, knownCoverage, knownEfficiency) = tally.Hindsight(n.All, n.Known);
        return new PolicyBacktest
        {
            Strategy = tally.Strategy.Name, From = from, To = to, Vulnerabilities = n.AtRisk, Exploited = n.Exploited, Chosen = chosen, KnownExploited = n.Known, Reasons = reasons,
            Effort = effort.Value, EffortLow = effort.Low, EffortHigh = effort.High,
            Coverage = coverage.Value, CoverageLow = coverage.Low, CoverageHigh = coverage.High,
            Efficiency = efficiency.Value, EfficiencyLow = efficiency.Low, EfficiencyHigh = efficiency.High,
            ExposureDays = exposure.Value, ExposureDaysLow = exposure.Low, ExposureDaysHigh = exposure.High,
            KnownEffort = knownEffort.Value, KnownCoverage = knownCoverage.Value, KnownCoverageLow = knownCoverage.Low, KnownCoverageHigh = knownCoverage.High,
            KnownEfficiency = knownEfficiency.Value, KnownEfficiencyLow = knownEfficiency.Low, KnownEfficiencyHigh = knownEfficiency.High,
        };
    }

    private List<string> Reasons(int unrated, int late)
    {
        var asset = scope.Asset;
        string Plus(string what, object? stated, object taken) => $"{what} {stated ?? taken}{(stated is null ? " (the policy's default)" : "")}";
        var reasons = new List<string>
        {
            $"The policy judges on one asset: {Plus("criticality", asset.Criticality, policy.DefaultCriticality)}, {Plus("exposure", asset.Exposure, policy.DefaultExposure)}; it acts from {scope.AtLeast} on.",
            "Exploited means listed in KEV: KEV only chooses what is listed, so its coverage before the entry is nothing and in hindsight everything.",
        };
        if (unrated > 0) reasons.Add(string.Create(CultureInfo.InvariantCulture, $"{unrated} vulnerabilities were left out: on no day of the period {(scope.IncludeUnrated ? "was anything in force known of them" : "did they have both a CVSS score and an EPSS")}."));
        if (late > 0) reasons.Add(string.Create(CultureInfo.InvariantCulture, $"{late} were listed in KEV before they could be judged: nobody could foresee them with what the store holds."));
        return reasons;
    }
}
