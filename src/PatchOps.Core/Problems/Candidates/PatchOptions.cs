using PatchOps.Core.Problems.Matching;
using PatchOps.Domain;

namespace PatchOps.Core.Problems.Candidates;

/// <summary>A patch that may answer a group of incidents, and why; without a patch, an open vulnerability that nobody fixes.</summary>
/// <param name="Assets">Items that lack it.</param>
/// <param name="Share">Share of the incidents attributed to it, 0–1.</param>
internal sealed record PatchOption(string? Patch, IReadOnlyList<string> Cves, IReadOnlySet<string> Assets, CandidateEvidence Evidence, double Share, string Why);

/// <summary>Ties a draft to patches: what its record names, what its texts name, and what its items have in common.</summary>
internal sealed class PatchOptions(CandidateDraft draft, IReadOnlyList<Finding> open, IReadOnlyDictionary<string, IncidentMatch> named, IReadOnlyList<PatchAssociation> associations,
    IReadOnlyDictionary<string, IReadOnlySet<string>> lacking)
{
    /// <summary>A group's texts must name a thing more than once, and in this share of those on items that are open to it.</summary>
    private const double NamedShare = 0.1;

    public IReadOnlyList<PatchOption> All()
    {
        var byRecord = ByRecord().ToList();
        if (byRecord.Count > 0) return byRecord;
        var byText = ByText().ToList();
        return byText.Count > 0 ? byText : [.. ByAssociation()];
    }

    private IEnumerable<PatchOption> ByRecord()
    {
        if (draft.Problem is not { } problem) yield break;
        var fitting = open.Where(f => (f.Patch is not null && problem.Patches.Contains(f.Patch, StringComparer.OrdinalIgnoreCase)) || (f.Cve is not null && problem.Cves.Contains(f.Cve, StringComparer.OrdinalIgnoreCase)));
        foreach (var group in fitting.GroupBy(f => f.Patch, StringComparer.Ordinal))
        {
            var cves = Cves(group);
            yield return new PatchOption(group.Key, cves, Assets(group), CandidateEvidence.ProblemRecord, 1,
                $"the problem record names {(group.Key is not null && problem.Patches.Contains(group.Key, StringComparer.OrdinalIgnoreCase) ? group.Key : cves.FirstOrDefault(c => problem.Cves.Contains(c, StringComparer.OrdinalIgnoreCase)))}");
        }
    }

    private IEnumerable<PatchOption> ByText()
    {
        var matches = draft.Incidents.Where(i => named.ContainsKey(i.Id)).Select(i => named[i.Id]).ToList();
        foreach (var group in matches.SelectMany(m => m.Patches.Select(p => (Patch: p, Match: m))).GroupBy(m => m.Patch, StringComparer.Ordinal))
        {
            var findings = open.Where(f => f.Patch == group.Key).ToList();
            var assets = Assets(findings);
            var there = draft.Incidents.Count(i => i.ConfigurationItem is { } item && assets.Contains(item));
            var count = group.Select(g => g.Match.Incident).Distinct(StringComparer.Ordinal).Count();
            if (count < 2 || count < NamedShare * there) continue;
            var all = group.SelectMany(g => g.Match.Vulnerabilities).ToHashSet(StringComparer.OrdinalIgnoreCase);
            yield return new PatchOption(group.Key, [.. Cves(findings).Where(all.Contains)], assets, CandidateEvidence.Text, 1, FormattableString.Invariant($"in {count} of {there} incidents {group.First().Match.Reason}"));
        }
    }

    private IEnumerable<PatchOption> ByAssociation()
    {
        foreach (var found in associations)
        {
            var findings = open.Where(f => f.Patch == found.Patch).ToList();
            yield return new PatchOption(found.Patch, Cves(findings), lacking[found.Patch], CandidateEvidence.Association, found.Share, FormattableString.Invariant(
                $"items that lack {found.Patch} have {found.Ratio:0.#} times the incidents of comparable items without the finding ({found.With} against {found.Without} items, adjusted p {found.AdjustedPValue:0.####})"));
        }
    }

    private static IReadOnlyList<string> Cves(IEnumerable<Finding> findings) => [.. findings.Select(f => f.Cve).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal)];

    private static HashSet<string> Assets(IEnumerable<Finding> findings) => findings.Select(f => f.Asset).ToHashSet(StringComparer.Ordinal);
}
