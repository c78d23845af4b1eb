using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Core.Versions;
using PatchOps.Domain;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Exposure.Cpe;

/// <summary>NVD's configurations, for components that carry a CPE and of which no better source speaks.</summary>
/// <remarks>Assets with the same components are judged once. On packages of a distribution a match is only ever Unknown: fixes are
/// backported there under version numbers that NVD does not know.</remarks>
public sealed class CpeExposure(ICatalogue catalogue, DateTimeOffset asOf)
{
    /// <param name="packages">Everything installed; those without a CPE take no part.</param>
    /// <param name="decided">Whether another source has spoken of a package and vulnerability.</param>
    public IEnumerable<PackageVerdict> Verdicts(IEnumerable<InstalledPackage> packages, Func<InstalledPackage, string, bool> decided)
    {
        ArgumentNullException.ThrowIfNull(decided);
        var named = new List<(InstalledPackage Package, CpeName Name)>();
        foreach (var package in packages)
            if (CpeName.TryParse(package.Cpe, out var name)) named.Add((package, name));
        if (named.Count == 0) yield break;
        var statements = new Dictionary<string, List<CpeStatement>>(StringComparer.Ordinal);
        var products = named.Select(n => n.Name.Product).ToHashSet(StringComparer.Ordinal);
        foreach (var statement in catalogue.CpeStatements(products).Where(s => s.AsOf <= asOf))
        {
            foreach (var product in Vulnerable(statement.Tree).Where(products.Contains))
            {
                if (!statements.TryGetValue(product, out var list)) statements[product] = list = [];
                list.Add(statement);
            }
        }
        foreach (var (assets, components) in Profiles(named))
        {
            var profile = new CpeProfile(components);
            foreach (var (package, name) in components)
            {
                var here = package with { Assets = assets };
                foreach (var statement in statements.GetValueOrDefault(name.Product, []))
                    if (!decided(package, statement.Vulnerability)) yield return Judge(here, package, statement, profile);
            }
        }
    }

    private static PackageVerdict Judge(InstalledPackage here, InstalledPackage package, CpeStatement statement, CpeProfile profile)
    {
        var (own, match, why) = Own(package, statement.Tree, profile);
        var whole = own == false ? false : profile.Evaluate(statement.Tree);
        var conditions = statement.Tree.Matches.Where(m => !m.Vulnerable).Select(m => m.Criteria).Distinct(StringComparer.Ordinal).ToList();
        var (status, text) = (own, whole) switch
        {
            (false, _) => (FindingStatus.NotAffected, why),
            (_, false) => (FindingStatus.NotAffected, $"{why}, but the rest of the configuration is not there{(conditions.Count > 0 ? $": running on {string.Join(" or ", conditions.Take(3))}" : "")}"),
            (true, true) => (FindingStatus.Affected, why),
            (true, _) when conditions.Count > 0 => (FindingStatus.Unknown, $"{why}, when running on {string.Join(" or ", conditions.Take(3))}; the inventory does not say"),
            _ => (FindingStatus.Unknown, why),
        };
        if (status == FindingStatus.Affected && IsDistribution(package.Ecosystem)) (status, text) = (FindingStatus.Unknown, $"{text}; the distribution may have fixed it under its own version and says nothing");
        var fix = status is FindingStatus.Affected or FindingStatus.Unknown && match is { To: { } end, ToIncluded: false } ? end : null;
        var stated = new PackageStatement(statement.Vulnerability, statement.Source, statement.Key, statement.Trust, statement.AsOf, InForce: true, new AffectedProduct("", package.Package));
        return new PackageVerdict(here, stated, null, status, fix, text);
    }

    /// <summary>Whether the component itself is one of those at fault, and by which match.</summary>
    private static (bool? Holds, CpeMatch? Match, string Why) Own(InstalledPackage package, CpeTree tree, CpeProfile profile)
    {
        (bool? Holds, CpeMatch? Match, string Why) best = (false, null, "none of the configuration's versions");
        foreach (var match in tree.Matches.Where(m => m.Vulnerable))
        {
            var (holds, verdict) = profile.Holds(match, package);
            if (holds == true) return (true, match, $"{match.Criteria}: {verdict!.Reason}");
            if (holds is null) best = (null, match, $"{match.Criteria}: {(verdict is null ? "the name cannot be compared" : verdict.Status == Ranges.RangeStatus.Unknown ? verdict.Reason : "the inventory leaves open what it asks for")}");
            else if (best.Holds == false && verdict is not null) best = (false, match, $"{match.Criteria}: {verdict.Reason}");
        }
        return best;
    }

    private static IEnumerable<string> Vulnerable(CpeTree tree) =>
        tree.Matches.Where(m => m.Vulnerable).Select(m => CpeName.TryParse(m.Criteria, out var name) ? name.Product : null).OfType<string>().Distinct(StringComparer.Ordinal);

    /// <summary>Assets with exactly the same components, together.</summary>
    private static IEnumerable<(List<string> Assets, List<(InstalledPackage Package, CpeName Name)> Components)> Profiles(List<(InstalledPackage Package, CpeName Name)> named)
    {
        var byAsset = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (var i = 0; i < named.Count; i++)
        {
            foreach (var asset in named[i].Package.Assets)
            {
                if (!byAsset.TryGetValue(asset, out var list)) byAsset[asset] = list = [];
                list.Add(i);
            }
        }
        return byAsset.GroupBy(a => string.Join(',', a.Value), StringComparer.Ordinal).Select(g => (g.Select(a => a.Key).ToList(), g.First().Value.ConvertAll(i => named[i])));
    }

    private static bool IsDistribution(string? ecosystem) =>
        ecosystem is not null && EcosystemSchemes.TryResolve(ecosystem, out var scheme) && scheme is VersionScheme.Dpkg or VersionScheme.Rpm or VersionScheme.Alpine;
}
