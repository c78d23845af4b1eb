using System.Globalization;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Risk.Replay;

/// <summary>What a replay judges on, and what it counts as acting.</summary>
/// <param name="Assets">Their null properties stand for the policy's defaults. One asset stands for itself; of many each counts the same.</param>
/// <param name="AtLeast">Decision from which the policy acts.</param>
/// <param name="IncludeUnrated">True where vulnerabilities without a CVSS score or an EPSS take part as well.</param>
public sealed record ReplayScope(IReadOnlyList<AssetFacts> Assets, PatchDecision AtLeast = PatchDecision.Schedule, bool IncludeUnrated = false);

/// <summary>
/// Replays a store's history day by day: what would the policy, and what would rules of thumb, have chosen with what was known on each day?
/// A day's choice sees that day's facts only, so nothing that came later can move it.
/// </summary>
public sealed class PolicyReplay
{
    private readonly ICatalogue catalogue;
    private readonly RiskPolicy policy;
    private readonly ReplayScope scope;
    private readonly IReadOnlyList<ReplayKind> kinds;
    private readonly IReadOnlyList<ReplayStrategy> strategies;
    private readonly Dictionary<DateOnly, RiskModel> models = [];

    /// <exception cref="ArgumentException">The scope has no asset.</exception>
    public PolicyReplay(ICatalogue catalogue, RiskPolicy policy, ReplayScope scope)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(scope);
        if (scope.Assets.Count == 0) throw new ArgumentException("A replay judges on at least one asset.", nameof(scope));
        (this.catalogue, this.policy, this.scope) = (catalogue, policy, scope);
        kinds = [.. scope.Assets.GroupBy(a => (a.Criticality, a.Exposure, a.Sensitivity, a.Environment, Regulated: a.Regulations.Count > 0, a.Value)).Select(g => new ReplayKind(g.First(), (double)g.Count() / scope.Assets.Count))];
        strategies = ReplayStrategy.All(Model, kinds, scope.AtLeast, policy.ServiceLevels.Standard[(int)PatchDecision.Schedule - 1]);
    }

    /// <param name="from">First day.</param>
    /// <param name="to">First day that is not replayed.</param>
    /// <returns>One row for the policy, then one for each rule of thumb.</returns>
    public IReadOnlyList<PolicyBacktest> Run(DateOnly from, DateOnly to, CancellationToken cancellationToken = default)
    {
        var tallies = strategies.Select(s => new ReplayTally(s)).ToList();
        int atRisk = 0, exploited = 0, known = 0, unrated = 0, late = 0;
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
            if (listed is not null) known++;
            if (open) atRisk++;
            if (open && listed is not null) exploited++;
            for (var i = 0; i < tallies.Count; i++) tallies[i].Add(judged.Choices[i], listed, open, to);
        }
        var reasons = Reasons(unrated, late);
        return [.. tallies.Select(t => Row(t, from, to, (atRisk, exploited, known), reasons))];
    }

    private RiskModel Model(DateOnly day) =>
        models.TryGetValue(day, out var model) ? model : models[day] = new RiskModel(policy, new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).AddDays(1).AddMilliseconds(-1));

    /// <summary>The day from which it can be judged, and each strategy's choice; null where it never could be.</summary>
    private (DateOnly First, IReadOnlyList<ReplayChoice?>[] Choices)? Judge(ThreatHistory history)
    {
        DateOnly? first = null;
        var choices = strategies.Select(s => new ReplayChoice?[s.Kinds.Count]).ToArray();
        foreach (var (day, known) in history.Days)
        {
            if (ThreatReading.Facts(history.Id, known) is not { } facts) continue;
            if (first is null && !scope.IncludeUnrated && (facts.Epss is null || ReplayStrategy.Score(facts, known) is null)) continue;
            first ??= day;
            for (var i = 0; i < choices.Length; i++)
            {
                for (var kind = 0; kind < choices[i].Length; kind++)
                {
                    if (strategies[i].Days(day, strategies[i].Kinds[kind].Asset, facts, known) is not { } days) continue;
                    var closed = day.AddDays(days);
                    choices[i][kind] = choices[i][kind] is { } before ? before with { Closed = closed < before.Closed ? closed : before.Closed } : new ReplayChoice(day, closed);
                }
            }
        }
        return first is { } start ? (start, [.. choices]) : null;
    }

    private static DateOnly? Listed(ThreatHistory history)
    {
        foreach (var day in history.Days)
            if (day.Facts is { InForce: true, KevAdded: { } listed }) return listed;
        return null;
    }

    private static PolicyBacktest Row(ReplayTally tally, DateOnly from, DateOnly to, (int AtRisk, int Exploited, int Known) n, IReadOnlyList<string> reasons)
    {
        var (chosen, effort, coverage, efficiency, exposure) = tally.Foresight();
        var (knownEffort, knownCoverage, knownEfficiency) = tally.Hindsight();
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
        var reasons = new List<string>
        {
            $"The policy judges on {JudgedOn()}; it acts from {scope.AtLeast} on.",
            "Exploited means listed in KEV: KEV only chooses what is listed, so its coverage before the entry is nothing and in hindsight everything.",
        };
        if (unrated > 0) reasons.Add(string.Create(CultureInfo.InvariantCulture, $"{unrated} vulnerabilities were left out: on no day of the period {(scope.IncludeUnrated ? "was anything in force known of them" : "did they have both a CVSS score and an EPSS")}."));
        if (late > 0) reasons.Add(string.Create(CultureInfo.InvariantCulture, $"{late} were listed in KEV before they could be judged: nobody could foresee them with what the store holds."));
        return reasons;
    }

    private string JudgedOn()
    {
        if (scope.Assets.Count > 1)
            return string.Create(CultureInfo.InvariantCulture, $"the {scope.Assets.Count} assets of the store, which are of {kinds.Count} kinds by criticality, exposure, data, environment and regulation; what it chooses on some of them counts in part");
        var asset = scope.Assets[0];
        return $"one asset: {Plus("criticality", asset.Criticality, policy.DefaultCriticality)}, {Plus("exposure", asset.Exposure, policy.DefaultExposure)}";

        static string Plus(string what, object? stated, object taken) => $"{what} {stated ?? taken}{(stated is null ? " (the policy's default)" : "")}";
    }
}
