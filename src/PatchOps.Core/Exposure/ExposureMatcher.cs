using PatchOps.Core.Exposure.Ranges;
using PatchOps.Core.Exposure.Windows;
using PatchOps.Core.Seams;
using PatchOps.Core.Versions;
using PatchOps.Domain;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Exposure;

/// <summary>Matches distinct package versions against what sources say of packages, in the order of trust.</summary>
/// <remarks>The most trusted source that says anything about the package decides; a distribution's word about its own package therefore
/// beats an upstream range. Statements that were rejected or withdrawn, or that count only later than asked for, take no part.
/// Which statements concern a package does not depend on its version, so they are sorted out once for all versions of a name that
/// follow each other: give packages in order of name.</remarks>
public sealed class ExposureMatcher
{
    private readonly Dictionary<string, List<StatementEvaluator>> byName = new(StringComparer.Ordinal);
    private readonly Dictionary<(string? Source, string Ecosystem), Case[]> cases = [];
    private string? current;

    /// <param name="statements">Statements about packages, in any order.</param>
    /// <param name="asOf">Statements that count only later are left out.</param>
    public ExposureMatcher(IEnumerable<PackageStatement> statements, DateTimeOffset asOf)
    {
        foreach (var statement in statements)
        {
            if (!statement.InForce || statement.AsOf > asOf || statement.Product.Ecosystem.Length == 0) continue;
            if (!byName.TryGetValue(statement.Product.Name, out var list)) byName[statement.Product.Name] = list = [];
            list.Add(new StatementEvaluator(statement));
        }
    }

    /// <summary>Verdicts of one package, one for each vulnerability that any source in force names for it.</summary>
    public IEnumerable<PackageVerdict> Match(InstalledPackage package)
    {
        if (package.Ecosystem is null) yield break;
        var concerned = Cases(package);
        if (concerned.Length == 0) yield break;
        var version = new InstalledVersion(package.Version);
        var sourceVersion = package.SourceVersion is null || package.SourceVersion == package.Version ? version : new InstalledVersion(package.SourceVersion);
        foreach (var one in concerned) yield return one.Decide(package, version, sourceVersion);
    }

    private Case[] Cases(InstalledPackage package)
    {
        if (package.Package != current)
        {
            cases.Clear();
            current = package.Package;
        }
        var key = (package.Source, package.Ecosystem!);
        if (cases.TryGetValue(key, out var known)) return known;
        var found = new Dictionary<string, List<StatementEvaluator>>(StringComparer.OrdinalIgnoreCase);
        Collect(package.Package, package, found);
        if (package.Source is not null && package.Source != package.Package) Collect(package.Source, package, found);
        if (package.Ecosystem == WindowsProducts.Ecosystem)
            foreach (var spelling in WindowsProducts.Spellings(package.Package).Where(s => s != package.Package)) Collect(spelling, package, found);
        return cases[key] = [.. found.Values.Select(c => new Case(c))];
    }

    private void Collect(string name, InstalledPackage package, Dictionary<string, List<StatementEvaluator>> found)
    {
        if (!byName.TryGetValue(name, out var list)) return;
        foreach (var candidate in list)
        {
            if (!SameEcosystem(package.Ecosystem!, candidate.Statement.Product.Ecosystem)) continue;
            // A source package's name says nothing about a binary package that merely shares it, and the other way round.
            if (name == package.Source && name != package.Package && !candidate.Statement.Product.IsSourcePackage) continue;
            if (!found.TryGetValue(candidate.Statement.Vulnerability, out var of)) found[candidate.Statement.Vulnerability] = of = [];
            of.Add(candidate);
        }
    }

    internal static bool SameEcosystem(string installed, string stated)
    {
        var have = Release(installed);
        var said = Release(stated);
        return have.Equals(said, StringComparison.OrdinalIgnoreCase) || (have.Length > said.Length && have.StartsWith(said, StringComparison.OrdinalIgnoreCase) && have[said.Length] == ':');
    }

    /// <summary>OSV writes <c>Ubuntu:22.04:LTS</c> for what hosts call 22.04; extended support (<c>Ubuntu:Pro:…</c>) is another archive.</summary>
    private static ReadOnlySpan<char> Release(string ecosystem) =>
        ecosystem.EndsWith(":LTS", StringComparison.OrdinalIgnoreCase) ? ecosystem.AsSpan(0, ecosystem.Length - 4) : ecosystem;

    /// <summary>One vulnerability of one package name: who says something of it, most trusted first.</summary>
    private sealed class Case(List<StatementEvaluator> candidates)
    {
        // Within one source the newest document counts; what several sources of equal trust say is open if one says so.
        private readonly StatementEvaluator[][][] levels = candidates.Count == 1 ? [[[candidates[0]]]] :
        [
            .. candidates.GroupBy(c => c.Trust).OrderBy(g => g.Key).Select(level => level.GroupBy(c => c.Statement.Source, StringComparer.Ordinal).Select(s => s.ToArray()).ToArray()),
        ];

        public PackageVerdict Decide(InstalledPackage package, InstalledVersion version, InstalledVersion sourceVersion)
        {
            PackageVerdict? best = null;
            foreach (var level in levels)
            {
                PackageVerdict? decisive = null;
                foreach (var source in level)
                {
                    if (OfSource(package, version, sourceVersion, source) is not { } verdict) continue;
                    if (verdict.Status != FindingStatus.Unknown && (decisive is null || Rank(verdict.Status) < Rank(decisive.Status))) decisive = verdict;
                    best ??= verdict;
                }
                if (decisive is not null) return decisive;
            }
            return best ?? new PackageVerdict(package, levels[0][0][0].Statement, levels[0][0][0].Scheme, FindingStatus.Unknown, null, "no source says anything about this version");
        }

        private static PackageVerdict? OfSource(InstalledPackage package, InstalledVersion version, InstalledVersion sourceVersion, StatementEvaluator[] source)
        {
            PackageVerdict? best = null;
            foreach (var candidate in source)
            {
                if (candidate.Evaluate(candidate.Statement.Product.IsSourcePackage ? sourceVersion : version) is not var (status, fixedVersion, why)) continue;
                if (best is not null && (Rank(status) > Rank(best.Status) || (Rank(status) == Rank(best.Status) && !Later(fixedVersion, best.FixedVersion, candidate.Scheme)))) continue;
                best = new PackageVerdict(package, candidate.Statement, candidate.Scheme, status, fixedVersion, why);
            }
            return best;
        }

        /// <summary>Of two advisories that both find the package open, the higher fix closes both.</summary>
        private static bool Later(string? one, string? other, VersionScheme? scheme) =>
            one is not null && scheme is { } s && VersionSchemes.Get(s) is var order && order.TryValidate(one, out _)
            && (other is null || !order.TryValidate(other, out _) || order.Compare(one, other) > 0);

        private static int Rank(FindingStatus status) => status switch
        {
            FindingStatus.Affected => 0,
            FindingStatus.UnderInvestigation => 1,
            FindingStatus.Fixed => 2,
            FindingStatus.NotAffected => 3,
            _ => 4,
        };
    }
}
