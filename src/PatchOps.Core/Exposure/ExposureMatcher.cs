using PatchOps.Core.Exposure.Ranges;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Core.Versions;
using PatchOps.Domain;
using PatchOps.Domain.Facts;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Exposure;

/// <summary>Matches distinct package versions against what sources say of packages, in the order of trust.</summary>
/// <remarks>The most trusted source that says anything about the package decides; a distribution's word about its own package therefore
/// beats an upstream range. Statements that were rejected or withdrawn, or that count only later than asked for, take no part.</remarks>
public sealed class ExposureMatcher
{
    private readonly Dictionary<string, List<Candidate>> byName = new(StringComparer.Ordinal);

    /// <param name="statements">Statements about packages, in any order.</param>
    /// <param name="asOf">Statements that count only later are left out.</param>
    public ExposureMatcher(IEnumerable<PackageStatement> statements, DateTimeOffset asOf)
    {
        foreach (var statement in statements)
        {
            if (!statement.InForce || statement.AsOf > asOf || statement.Product.Ecosystem.Length == 0) continue;
            if (!byName.TryGetValue(statement.Product.Name, out var list)) byName[statement.Product.Name] = list = [];
            list.Add(new Candidate(statement));
        }
    }

    /// <summary>Verdicts of one package, one for each vulnerability that any source in force names for it.</summary>
    public IEnumerable<PackageVerdict> Match(InstalledPackage package)
    {
        if (package.Ecosystem is null) yield break;
        Dictionary<string, List<Candidate>>? byVulnerability = null;
        Collect(package.Package, package, ref byVulnerability);
        if (package.Source is not null && package.Source != package.Package) Collect(package.Source, package, ref byVulnerability);
        if (byVulnerability is null) yield break;
        foreach (var (vulnerability, candidates) in byVulnerability) yield return Decide(package, vulnerability, candidates);
    }

    private void Collect(string name, InstalledPackage package, ref Dictionary<string, List<Candidate>>? found)
    {
        if (!byName.TryGetValue(name, out var list)) return;
        foreach (var candidate in list)
        {
            if (!SameEcosystem(package.Ecosystem!, candidate.Statement.Product.Ecosystem)) continue;
            // A source package's name says nothing about a binary package that merely shares it, and the other way round.
            if (name != package.Package && !candidate.Statement.Product.IsSourcePackage) continue;
            found ??= new Dictionary<string, List<Candidate>>(StringComparer.OrdinalIgnoreCase);
            if (!found.TryGetValue(candidate.Statement.Vulnerability, out var of)) found[candidate.Statement.Vulnerability] = of = [];
            of.Add(candidate);
        }
    }

    private static bool SameEcosystem(string installed, string stated) =>
        installed.Equals(stated, StringComparison.OrdinalIgnoreCase)
        || (installed.StartsWith(stated, StringComparison.OrdinalIgnoreCase) && installed[stated.Length] == ':');

    private static PackageVerdict Decide(InstalledPackage package, string vulnerability, List<Candidate> candidates)
    {
        PackageVerdict? best = null;
        foreach (var level in candidates.GroupBy(c => c.Trust).OrderBy(g => g.Key))
        {
            // Within one source the newest document counts; what several sources of equal trust say is open if one says so.
            var verdicts = level.GroupBy(c => c.Statement.Source, StringComparer.Ordinal)
                .Select(source => OfSource(package, vulnerability, source))
                .OfType<PackageVerdict>()
                .ToList();
            var decisive = verdicts.Where(v => v.Status != FindingStatus.Unknown).OrderBy(v => Rank(v.Status)).FirstOrDefault();
            if (decisive is not null) return decisive;
            best ??= verdicts.FirstOrDefault();
        }
        return best ?? Verdict(package, vulnerability, candidates[0], FindingStatus.Unknown, null, "no source says anything about this version");
    }

    private static PackageVerdict? OfSource(InstalledPackage package, string vulnerability, IEnumerable<Candidate> source)
    {
        PackageVerdict? best = null;
        foreach (var candidate in source)
        {
            var verdict = candidate.Evaluate(package) is var (status, fixedVersion, why) ? Verdict(package, vulnerability, candidate, status, fixedVersion, why) : null;
            if (verdict is null) continue;
            if (best is null || Rank(verdict.Status) < Rank(best.Status) || (Rank(verdict.Status) == Rank(best.Status) && Later(verdict, best, candidate.Scheme))) best = verdict;
        }
        return best;
    }

    /// <summary>Of two advisories that both find the package open, the higher fix closes both.</summary>
    private static bool Later(PackageVerdict one, PackageVerdict other, VersionScheme? scheme) =>
        one.FixedVersion is not null && scheme is { } s && (other.FixedVersion is null || VersionSchemes.Get(s).Compare(one.FixedVersion, other.FixedVersion) > 0);

    private static int Rank(FindingStatus status) => status switch
    {
        FindingStatus.Affected => 0,
        FindingStatus.UnderInvestigation => 1,
        FindingStatus.Fixed => 2,
        FindingStatus.NotAffected => 3,
        _ => 4,
    };

    private static PackageVerdict Verdict(InstalledPackage package, string vulnerability, Candidate candidate, FindingStatus status, string? fixedVersion, string why) => new()
    {
        Package = package, Vulnerability = vulnerability, Status = status, FixedVersion = fixedVersion, AsOf = candidate.Statement.AsOf,
        Patch = fixedVersion is null ? candidate.Statement.Product.Patches.FirstOrDefault() : PatchOf(package, candidate, fixedVersion),
        Evidence = $"{candidate.Statement.Source} ({candidate.Statement.Key}): {why}",
    };

    private static string? PatchOf(InstalledPackage package, Candidate candidate, string fixedVersion)
    {
        var stated = candidate.Statement.Product.Patches;
        var own = stated.FirstOrDefault(p => p.EndsWith("/" + fixedVersion, StringComparison.Ordinal)) ?? stated.FirstOrDefault();
        if (own is not null) return own;
        var source = package.Source ?? candidate.Statement.Product.Name;
        return candidate.Scheme switch
        {
            VersionScheme.Dpkg => PatchIds.Deb(source, fixedVersion),
            VersionScheme.Rpm => PatchIds.Rpm(source, fixedVersion),
            // Windows is patched by articles; a build number alone names none.
            VersionScheme.Windows => null,
            _ => $"pkg:{package.Ecosystem!.Split(':')[0].ToLowerInvariant()}/{package.Package}@{fixedVersion}",
        };
    }

    /// <summary>A statement with its ranges made ready once, however many package versions they are asked about.</summary>
    private sealed class Candidate
    {
        private readonly AnyRange? ranges;

        public Candidate(PackageStatement statement)
        {
            Statement = statement;
            Scheme = EcosystemSchemes.TryResolve(statement.Product.Ecosystem, out var scheme) ? scheme : null;
            ranges = statement.Product.Ranges.Count > 0 || statement.Product.Versions.Count > 0 ? ProductRanges.Of(statement.Product) : null;
        }

        public PackageStatement Statement { get; }

        public VersionScheme? Scheme { get; }

        public TrustRank Trust => Statement.Product.Trust ?? Statement.Trust;

        /// <summary>What the statement says of a version; null where it says nothing.</summary>
        public (FindingStatus Status, string? FixedVersion, string Why)? Evaluate(InstalledPackage package)
        {
            var product = Statement.Product;
            var inside = ranges?.Contains(package.Version);
            switch (product.Status)
            {
                case ProductStatus.Affected when inside is null:
                    return (FindingStatus.Affected, product.FixedVersion, "every version is affected");
                case ProductStatus.Affected:
                    return inside.Status switch
                    {
                        RangeStatus.Affected => (FindingStatus.Affected, inside.FixedVersion, inside.Reason),
                        RangeStatus.NotAffected => (inside.DecidedBy is { Kind: RangeEventKind.Fixed } ? FindingStatus.Fixed : FindingStatus.NotAffected, inside.DecidedBy?.Version, inside.Reason),
                        _ => (FindingStatus.Unknown, inside.FixedVersion, inside.Reason),
                    };
                case ProductStatus.Fixed:
                    return inside is null || inside.Status == RangeStatus.Affected ? (FindingStatus.Fixed, product.FixedVersion, "the source calls this version fixed") : FixedFrom(package, product);
                case ProductStatus.NotAffected:
                    return inside is null || inside.Status == RangeStatus.Affected ? (FindingStatus.NotAffected, null, product.Justification ?? product.Statement ?? "the source calls it not affected") : null;
                case ProductStatus.UnderInvestigation:
                    return (FindingStatus.UnderInvestigation, null, "the source is still looking into it");
                default:
                    return (FindingStatus.Unknown, null, "the source does not know");
            }
        }

        /// <summary>A list of fixed versions: older than every one of them is open, at or above one is fixed.</summary>
        private (FindingStatus, string?, string)? FixedFrom(InstalledPackage package, AffectedProduct product)
        {
            if (Scheme is not { } scheme) return null;
            var order = VersionSchemes.Get(scheme);
            var fixes = product.Versions.Where(v => order.TryValidate(v, out _)).ToList();
            if (fixes.Count == 0 || !order.TryValidate(package.Version, out _)) return null;
            var first = fixes.Aggregate((a, b) => order.Compare(a, b) <= 0 ? a : b);
            return order.Compare(package.Version, first) >= 0
                ? (FindingStatus.Fixed, first, $"fixed in {first}")
                : (FindingStatus.Affected, first, $"older than the fixed {first}");
        }
    }
}
