using PatchOps.Core.Effectiveness.Statistics;
using PatchOps.Domain;

namespace PatchOps.Core.Problems.Candidates;

/// <summary>A missing patch whose items have more incidents of a group than comparable ones.</summary>
/// <param name="Share">Share of those items' incidents that is due to it: (ratio − 1) ÷ ratio (Miettinen 1974).</param>
internal sealed record PatchAssociation(string Patch, double Ratio, double AdjustedPValue, double Share, int With, int Without);

/// <summary>
/// Compares items that lack a patch with items of the same kind that are not open to it. The item is the unit (Mann–Whitney), so bursts on
/// one item prove nothing; all pairs looked at are corrected together (Benjamini–Hochberg).
/// </summary>
internal sealed class PatchAssociations(IReadOnlyDictionary<string, Asset> assets, IReadOnlyDictionary<string, IReadOnlySet<string>> lacking)
{
    private const int FewestItems = 3;
    private const double LeastRatio = 1.5;
    private const int PatchLimit = 200;

    private readonly Dictionary<string, string?> kinds = assets.Values.Where(a => a.Retired is null).ToDictionary(a => a.Id, IncidentGroups.KindOf, StringComparer.Ordinal);

    /// <param name="groups">Incidents by item of each group.</param>
    /// <returns>Significant ones of each group, the strongest first.</returns>
    public IReadOnlyList<IReadOnlyList<PatchAssociation>> Find(IReadOnlyList<IReadOnlyDictionary<string, int>> groups, double falseDiscoveryRate, CancellationToken cancellationToken)
    {
        var tests = new List<(int Group, PatchAssociation Found, double P)>();
        for (var g = 0; g < groups.Count; g++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var hit = groups[g].Where(c => c.Value > 0).Select(c => c.Key).ToList();
            var patches = lacking.Where(l => hit.Exists(l.Value.Contains)).OrderByDescending(l => hit.Count(l.Value.Contains)).ThenBy(l => l.Key, StringComparer.Ordinal).Take(PatchLimit);
            // Patches that lack on the very same items cannot be told apart: one test for all of them.
            foreach (var same in patches.GroupBy(l => l.Value, new SetComparer(HashSet<string>.CreateSetComparer())))
            {
                if (Compare(groups[g], same.Key) is not { } compared) continue;
                foreach (var (patch, _) in same) tests.Add((g, compared.Found with { Patch = patch }, compared.P));
            }
        }
        var adjusted = FalseDiscovery.BenjaminiHochberg([.. tests.Select(t => t.P)]);
        var found = groups.Select(_ => new List<PatchAssociation>()).ToList();
        for (var i = 0; i < tests.Count; i++)
            if (adjusted[i] <= falseDiscoveryRate) found[tests[i].Group].Add(tests[i].Found with { AdjustedPValue = adjusted[i] });
        foreach (var list in found) list.Sort((a, b) => a.AdjustedPValue != b.AdjustedPValue ? a.AdjustedPValue.CompareTo(b.AdjustedPValue) : string.CompareOrdinal(a.Patch, b.Patch));
        return found;
    }

    private (PatchAssociation Found, double P)? Compare(IReadOnlyDictionary<string, int> counts, IReadOnlySet<string> open)
    {
        var exposedKinds = open.Where(kinds.ContainsKey).Select(a => kinds[a]).ToHashSet();
        var with = new List<double>();
        var without = new List<double>();
        foreach (var (asset, kind) in kinds)
        {
            if (!exposedKinds.Contains(kind)) continue;
            (open.Contains(asset) ? with : without).Add(counts.GetValueOrDefault(asset));
        }
        if (with.Count < FewestItems || without.Count < FewestItems) return null;
        double rate = with.Average(), other = without.Average();
        var (_, p, _) = RankTest.MannWhitney(with, without);
        // Half an incident keeps a ratio finite where the others have none.
        var ratio = (rate + (0.5 / with.Count)) / (other + (0.5 / without.Count));
        return rate <= other || ratio < LeastRatio ? (new PatchAssociation("", ratio, 1, 0, with.Count, without.Count), 1) : (new PatchAssociation("", ratio, p, 1 - (1 / ratio), with.Count, without.Count), p);
    }

    private sealed class SetComparer(IEqualityComparer<HashSet<string>> inner) : IEqualityComparer<IReadOnlySet<string>>
    {
        public bool Equals(IReadOnlySet<string>? x, IReadOnlySet<string>? y) => inner.Equals((HashSet<string>?)x, (HashSet<string>?)y);

        public int GetHashCode(IReadOnlySet<string> obj) => inner.GetHashCode((HashSet<string>)obj);
    }
}
