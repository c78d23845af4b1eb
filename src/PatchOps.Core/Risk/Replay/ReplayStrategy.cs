using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Risk.Replay;

/// <summary>A way of choosing: within how many days it would have a vulnerability closed, judged by one day's facts; null where it leaves it.</summary>
internal sealed class ReplayStrategy(string name, Func<DateOnly, CveFacts, ThreatFacts, int?> days)
{
    public string Name { get; } = name;

    public int? Days(DateOnly day, CveFacts facts, ThreatFacts known) => days(day, facts, known);

    /// <summary>The policy beside the rules of thumb. They all get the time that the policy gives to what it schedules on a standard asset, KEV only gets KEV's own due date.</summary>
    /// <param name="model">The policy's model of a day.</param>
    /// <param name="asset">Asset on which the policy judges.</param>
    /// <param name="atLeast">Decision from which the policy counts as acting.</param>
    public static IReadOnlyList<ReplayStrategy> All(Func<DateOnly, RiskModel> model, AssetFacts asset, PatchDecision atLeast, int standardDays) =>
    [
        new("Policy", (day, facts, _) =>
        {
            var today = model(day);
            var figures = today.Figures(new RiskInput { Asset = asset, Cve = facts });
            var decision = today.Decide(figures).Decision;
            return decision >= atLeast && decision > PatchDecision.Accept ? today.Decider.Allowed(figures, decision).Days : null;
        }),
        new("CVSS ≥ 7", (_, facts, known) => Score(facts, known) >= 7 ? standardDays : null),
        new("CVSS ≥ 9", (_, facts, known) => Score(facts, known) >= 9 ? standardDays : null),
        new("EPSS ≥ 0.1", (_, facts, _) => facts.Epss >= 0.1 ? standardDays : null),
        new("KEV only", (day, facts, known) => facts.KevAdded > day || facts.KevAdded is not { } listed ? null
            : known.KevDue is { } due ? Math.Max(0, due.DayNumber - Math.Max(day.DayNumber, listed.DayNumber)) : standardDays),
    ];

    /// <summary>Base score: as published, else of the vector; null where nobody rated it.</summary>
    internal static double? Score(CveFacts facts, ThreatFacts known) => known.CvssScore ?? (facts.Cvss.IsKnown ? facts.Cvss.Scores().Base : null);
}
