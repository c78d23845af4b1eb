using PatchOps.Core.Seams;
using PatchOps.Core.Versions;
using PatchOps.Domain;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Exposure;

/// <summary>What open problem records name for their items, where no statement about a package says it already.</summary>
internal sealed class ProblemFindings(EstateRecords records)
{
    private readonly Dictionary<(string Asset, string Source), List<InstalledPackage>> installed = [];
    private readonly HashSet<string> inventoried = new(StringComparer.Ordinal);
    private readonly List<Problem> open = [.. records.Problems.Where(p => p.IsOpen && p.Patches.Count > 0 && !(p.Opened > records.AsOf))];

    /// <summary>Every patch that an open problem names.</summary>
    public IEnumerable<string> Patches => open.SelectMany(p => p.Patches);

    /// <summary>Whether an open problem names a vulnerability beside a patch.</summary>
    public bool Names(Func<string?, bool> vulnerability) => open.Exists(p => p.Cves.Any(vulnerability));

    /// <param name="known">Asset and patch that a finding names already.</param>
    public IEnumerable<Finding> All(IReadOnlySet<(string Asset, string Patch)> known)
    {
        if (open.Count == 0) yield break;
        ReadInstalled([.. open.SelectMany(p => p.Patches).Select(p => PatchName.Of(p).Product)]);
        foreach (var problem in open)
        {
            var got = problem.Patches.Select(p => (Patch: p, Assets: records.Patched[p])).ToList();
            // Most problems are patched everywhere.
            if (problem.ConfigurationItems.All(i => got.TrueForAll(g => g.Assets.Contains(i)))) continue;
            foreach (var asset in problem.ConfigurationItems.Distinct(StringComparer.Ordinal))
            {
                foreach (var (patch, assets) in got)
                {
                    if (assets.Contains(asset) || known.Contains((asset, patch))) continue;
                    foreach (var finding in Of(problem, asset, patch)) yield return finding;
                }
            }
        }
    }

    private IEnumerable<Finding> Of(Problem problem, string asset, string patch)
    {
        var name = PatchName.Of(patch);
        // A distribution's patch is of a source package; what a host gets are the packages built from it that it has.
        var packages = installed.GetValueOrDefault((asset, name.Product), []);
        foreach (var cve in problem.Cves.Count > 0 ? problem.Cves : [null!])
        {
            var finding = new Finding
            {
                Asset = asset, Package = name.Product, Cve = cve, Patch = patch, FixedVersion = name.Version, Status = FindingStatus.Affected, Evidence = $"problem {problem.Id} names it for this item",
            };
            foreach (var package in packages)
            {
                yield return finding with
                {
                    Package = package.Package, InstalledVersion = package.Version, Status = name.IsIn(package.Version) ? FindingStatus.Fixed : FindingStatus.Affected,
                };
            }
            if (packages.Count > 0) continue;
            yield return name.Scheme is not null && inventoried.Contains(asset)
                ? finding with { Status = FindingStatus.NotAffected, Evidence = $"problem {problem.Id} names it, but nothing of {name.Product} is installed" }
                : finding;
        }
    }

    private void ReadInstalled(HashSet<string> products)
    {
        foreach (var package in records.Catalogue.InstalledPackages())
        {
            inventoried.UnionWith(package.Assets);
            var source = package.Source ?? package.Package;
            if (!products.Contains(source)) continue;
            foreach (var asset in package.Assets)
            {
                if (!installed.TryGetValue((asset, source), out var list)) installed[(asset, source)] = list = [];
                list.Add(package);
            }
        }
    }

    /// <summary>A patch id taken apart: <c>deb:SOURCE/VERSION</c>, <c>rpm:SOURCE/EVR</c>; any other id is a product of its own.</summary>
    private readonly record struct PatchName(string Product, string? Version, VersionScheme? Scheme)
    {
        public static PatchName Of(string patch)
        {
            VersionScheme? scheme = patch.StartsWith("deb:", StringComparison.Ordinal) ? VersionScheme.Dpkg : patch.StartsWith("rpm:", StringComparison.Ordinal) ? VersionScheme.Rpm : null;
            var start = patch.IndexOf(':', StringComparison.Ordinal) + 1;
            var slash = patch.IndexOf('/', StringComparison.Ordinal);
            return slash > start ? new PatchName(patch[start..slash], patch[(slash + 1)..], scheme) : new PatchName(patch, null, scheme);
        }

        /// <summary>True where the installed version is the fixed one or newer.</summary>
        public bool IsIn(string installedVersion)
        {
            if (Version is null || Scheme is null) return false;
            var order = VersionSchemes.Get(Scheme.Value);
            return order.TryValidate(installedVersion, out _) && order.TryValidate(Version, out _) && order.Compare(installedVersion, Version) >= 0;
        }
    }
}
