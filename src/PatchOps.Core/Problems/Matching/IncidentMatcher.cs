using PatchOps.Core.Exposure;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Problems.Matching;

/// <summary>A vulnerability that an incident points to and that is open on its item.</summary>
/// <param name="Incident">Id.</param>
/// <param name="Vulnerabilities">CVE ids, or patch ids where no vulnerability is named; the surest first.</param>
/// <param name="Patches">Patches that would close them; empty where none is available.</param>
/// <param name="Reason">What matched, in one sentence.</param>
public sealed record IncidentMatch(string Incident, IReadOnlyList<string> Vulnerabilities, IReadOnlyList<string> Patches, string Reason);

/// <summary>
/// Matches incidents with vulnerabilities that are open on the item they hit: the text names the CVE, the patch or the package, or the linked
/// problem names the CVE or patch. Holds only what could match, so a long import costs little.
/// </summary>
public sealed class IncidentMatcher
{
    private readonly List<Seen> seen = [];
    private readonly HashSet<string> names;
    private readonly Dictionary<string, Problem> problems;

    public IncidentMatcher(ICatalogue catalogue)
    {
        names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var package in catalogue.InstalledPackages())
        {
            if (PackageWords.IsName(package.Package)) names.Add(package.Package);
            if (package.Source is { } source && PackageWords.IsName(source)) names.Add(source);
        }
        problems = catalogue.Problems().ToDictionary(p => p.Id, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Looks at an incident; its item may be an id or a name.</summary>
    public void Observe(Incident incident)
    {
        if (incident.ConfigurationItem is not { } item) return;
        var ids = TextMentions.Ids(incident.Description).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var words = TextMentions.Words(incident.Description).Where(w => names.Contains(w) || LooksLikePatch(w)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var problem = incident.Problem is { } id && problems.TryGetValue(id, out var known) && (known.Cves.Count > 0 || known.Patches.Count > 0) ? known : null;
        if (ids.Count == 0 && words.Count == 0 && problem is null) return;
        seen.Add(new Seen(incident.Id, item, ids, words, problem));
    }

    /// <summary>Incidents whose item is open to what they point to.</summary>
    /// <param name="catalogue">Items are resolved, and findings read, here.</param>
    /// <param name="asOf">Findings as known on that day.</param>
    public IReadOnlyList<IncidentMatch> Match(ICatalogue catalogue, DateTimeOffset asOf, CancellationToken cancellationToken = default)
    {
        if (seen.Count == 0) return [];
        var resolved = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var byAsset = new Dictionary<string, List<Seen>>(StringComparer.Ordinal);
        foreach (var one in seen)
        {
            if (!resolved.TryGetValue(one.Item, out var asset)) resolved[one.Item] = asset = catalogue.ResolveAsset(one.Item) ?? one.Item;
            if (!byAsset.TryGetValue(asset, out var list)) byAsset[asset] = list = [];
            list.Add(one);
        }
        var packages = new PackageWords(catalogue, seen.SelectMany(s => s.Words).Distinct(StringComparer.OrdinalIgnoreCase));
        var found = new Dictionary<string, List<(int Strength, Finding Finding, string Why)>>(StringComparer.Ordinal);
        foreach (var finding in new EstateExposure(catalogue, asOf).Findings(FindingFilter.Open with { Assets = byAsset.Keys.ToHashSet(StringComparer.Ordinal) }))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!byAsset.TryGetValue(finding.Asset, out var incidents)) continue;
            foreach (var incident in incidents)
            {
                if (Why(incident, finding, packages) is not { } match) continue;
                if (!found.TryGetValue(incident.Id, out var list)) found[incident.Id] = list = [];
                list.Add((match.Strength, finding, match.Why));
            }
        }
        return [.. seen.Where(s => found.ContainsKey(s.Id)).DistinctBy(s => s.Id).Select(s => Sum(s.Id, found[s.Id]))];
    }

    private static IncidentMatch Sum(string incident, List<(int Strength, Finding Finding, string Why)> matches)
    {
        // One sure match is worth more than all packages that share a word.
        var strongest = matches.Max(m => m.Strength);
        var kept = matches.Where(m => m.Strength == strongest).OrderBy(m => m.Finding.Cve, StringComparer.Ordinal).ThenBy(m => m.Finding.Patch, StringComparer.Ordinal).ToList();
        var first = kept[0];
        var vulnerabilities = kept.Select(m => m.Finding.Cve ?? m.Finding.Patch ?? m.Finding.Package).Distinct(StringComparer.Ordinal).ToList();
        var patches = kept.Select(m => m.Finding.Patch).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var version = first.Finding.InstalledVersion is { } installed ? $" {installed}" : "";
        var more = vulnerabilities.Count > 1 ? FormattableString.Invariant($" and {vulnerabilities.Count - 1} more") : "";
        return new IncidentMatch(incident, vulnerabilities, patches,
            $"{first.Why}; {vulnerabilities[0]}{more} is open there in {first.Finding.Package}{version}, {(patches.Count > 0 ? $"closed by {patches[0]}" : "with no patch available")}");
    }

    private static (int Strength, string Why)? Why(Seen incident, Finding finding, PackageWords packages)
    {
        if (finding.Cve is { } cve && incident.Ids.Contains(cve)) return (3, $"the text names {cve}");
        if (finding.Patch is { } patch && (incident.Ids.Contains(patch) || incident.Words.Contains(patch))) return (3, $"the text names {patch}");
        if (incident.Problem is { } problem
            && ((finding.Cve is { } c && problem.Cves.Contains(c, StringComparer.OrdinalIgnoreCase)) || (finding.Patch is { } p && problem.Patches.Contains(p, StringComparer.OrdinalIgnoreCase))))
            return (2, $"its problem {problem.Id} names {(finding.Cve is { } named && problem.Cves.Contains(named, StringComparer.OrdinalIgnoreCase) ? named : finding.Patch)}");
        return incident.Words.Contains(finding.Package) && packages.Means(finding.Package) ? (1, $"the text names the package {finding.Package}") : null;
    }

    /// <summary>A patch or advisory id: <c>deb:nghttp2/1.52.0-1+deb12u2</c>, <c>RHSA-2024:1234</c>.</summary>
    private static bool LooksLikePatch(string word) =>
        (word.StartsWith("deb:", StringComparison.OrdinalIgnoreCase) || word.StartsWith("rpm:", StringComparison.OrdinalIgnoreCase)) && word.Contains('/', StringComparison.Ordinal)
        || (word.Length is > 8 and < 40 && word.Contains('-', StringComparison.Ordinal) && char.IsAsciiLetterUpper(word[0]) && char.IsAsciiDigit(word[^1]));

    private sealed record Seen(string Id, string Item, HashSet<string> Ids, HashSet<string> Words, Problem? Problem);
}
