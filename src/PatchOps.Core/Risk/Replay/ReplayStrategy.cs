using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Risk.Replay;

/// <summary>Assets that a strategy cannot tell apart.</summary>
/// <param name="Asset">One of them.</param>
/// <param name="Weight">Their share of all, 0–1.</param>
internal sealed record ReplayKind(AssetFacts Asset, double Weight);

/// <summary>A way of choosing: within how many days it would have a vulnerability closed on an asset, judged by one day's facts; null where it leaves it.</summary>
internal sealed class ReplayStrategy(string name, IReadOnlyList<ReplayKind> kinds, Func<DateOnly, AssetFacts, CveFacts, ThreatFacts, int?> days)
{
    private static readonly IReadOnlyList<ReplayKind> Any = [new(new AssetFacts { Id = "any" }, 1)];

    public string Name { get; } = name;

    /// <summary>Kinds of assets on which it may choose differently; weights add up to 1.</summary>
    public IReadOnlyList<ReplayKind> Kinds { get; } = kinds;

    public int? Days(DateOnly day, AssetFacts asset, CveFacts facts, ThreatFacts known) => days(day, asset, facts, known);

    /// <summary>The policy beside the rules of thumb. They all get the time that the policy gives to what it schedules on a standard asset, KEV only gets KEV's own due date.</summary>
    /// <param name="model">The policy's model of a day.</param>
    /// <param name="assets">Kinds of assets on which the policy judges.</param>
    /// <param name="atLeast">Decision from which the policy counts as acting.</param>
    /// <param name="standardDays">Time of the rules of thumb.</param>
    public static IReadOnlyList<ReplayStrategy> All(Func<DateOnly, RiskModel> model, IReadOnlyList<ReplayKind> assets, PatchDecision atLeast, int standardDays) =>
    [
        new("Policy", assets, (day, asset, facts, _) =>
        {
            var today = model(day);
            var figures = today.Figures(new RiskInput { Asset = asset, Cve = facts });
            var decision = today.Decide(figures).Decision;
            return decision >= atLeast && decision > PatchDecision.Accept ? today.Decider.Allowed(figures, decision).Days : null;
        }),
        new("CVSS ≥ 7", Any, (_, _, facts, known) => Score(facts, known) >= 7 ? standardDays : null),
        new("CVSS ≥ 9", Any, (_, _, facts, known) => Score(facts, known) >= 9 ? standardDays : null),
        new("EPSS ≥ 0.1", Any, (_, _, facts, _) => facts.Epss >= 0.1 ? standardDays : null),
        new("KEV only", Any, (day, _, facts, known) => facts.KevAdded > day || facts.KevAdded is not { } listed ? null
            : known.KevDue is { } due ? Math.Max(0, due.DayNumber - Math.Max(day.DayNumber, listed.DayNumber)) : standardDays),
    ];

    /// <summary>Base score: as published, else of the vector; null where nobody rated it.</summary>
    internal static double? Score(CveFacts facts, ThreatFacts known) => known.CvssScore ?? (facts.Cvss.IsKnown ? facts.Cvss.Scores().Base : null);
}
