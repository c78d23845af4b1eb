namespace PatchOps.Core.Seams;

/// <summary>What was known of one vulnerability's threat, day by day.</summary>
/// <param name="Id">Canonical id: the CVE where one exists.</param>
/// <param name="Days">In order; each entry holds from the end of its day until the next one. The first is what was known on the first day asked for,
/// or the first day on which anything was known.</param>
public sealed record ThreatHistory(string Id, IReadOnlyList<ThreatDay> Days);

/// <summary>The facts as known at the end of a day: nothing in them is younger.</summary>
public readonly record struct ThreatDay(DateOnly Day, ThreatFacts Facts);
