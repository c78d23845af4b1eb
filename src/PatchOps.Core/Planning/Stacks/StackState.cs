using PatchOps.Core.Exposure.Supersedence;
using PatchOps.Core.Operations;
using PatchOps.Core.Seams;
using PatchOps.Core.Versions;
using PatchOps.Domain;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Planning.Stacks;

/// <summary>A package on an asset as it is now.</summary>
public sealed record StackPackage(string Asset, string Package, string? Source, string Version, string? Ecosystem)
{
    /// <summary>Order of its versions.</summary>
    public IVersionScheme Scheme(VersionScheme? asked) =>
        VersionSchemes.Get(asked ?? (Ecosystem is { } name && EcosystemSchemes.TryResolve(name, out var known) ? known.Value : VersionScheme.Rpm));
}

/// <summary>What is installed, as far as rules of policy speak of it, and which hosts belong together.</summary>
public sealed class StackState
{
    private readonly Dictionary<string, List<StackPackage>> byAsset = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Asset> assets;
    private readonly Func<string, string?> resolve;
    private readonly Dictionary<string, IReadOnlyList<string>> below = new(StringComparer.Ordinal);

    /// <param name="packages">Installed packages.</param>
    /// <param name="assets">All assets in use.</param>
    /// <param name="resolve">Asset id of a name.</param>
    /// <param name="supersedes">Published statements about KB articles.</param>
    public StackState(IEnumerable<StackPackage> packages, IEnumerable<Asset> assets, Func<string, string?> resolve, IEnumerable<SupersedenceEdge>? supersedes = null)
    {
        foreach (var package in packages)
        {
            if (!byAsset.TryGetValue(package.Asset, out var list)) byAsset[package.Asset] = list = [];
            list.Add(package);
        }
        this.assets = assets.ToDictionary(a => a.Id, StringComparer.Ordinal);
        this.resolve = resolve;
        Articles = new SupersedenceGraph(supersedes ?? []);
    }

    internal SupersedenceGraph Articles { get; }

    /// <summary>Reads from the store what the rules speak of.</summary>
    public static StackState Of(ICatalogue catalogue, IReadOnlyList<CompatibilityRule> compatibility, IReadOnlyList<PrerequisiteRule> prerequisites)
    {
        var names = new Wildcard([.. compatibility.SelectMany(c => new[] { c.Package, c.Needs })]);
        var needed = prerequisites.SelectMany(p => p.Needs).ToList();
        var sources = needed.Select(n => DistributionPatch(n)?.Source).OfType<string>().Concat(needed).ToHashSet(StringComparer.OrdinalIgnoreCase);
        bool Wanted(InstalledPackage p) => (compatibility.Count > 0 && names.Matches(p.Package)) || sources.Contains(p.Package) || (p.Source is { } s && sources.Contains(s))
            || (needed.Count > 0 && p.Package.StartsWith("KB", StringComparison.OrdinalIgnoreCase));
        IEnumerable<StackPackage> packages = compatibility.Count + needed.Count == 0 ? []
            : catalogue.InstalledPackages().Where(Wanted).SelectMany(p => p.Assets.Select(a => new StackPackage(a, p.Package, p.Source, p.Version, p.Ecosystem)));
        var edges = catalogue.Patches("KB*").SelectMany(p => p.Supersedes.Select(s => new SupersedenceEdge(p.Id, s)));
        return new StackState(packages, catalogue.Assets(), catalogue.ResolveAsset, edges);
    }

    public Asset? Asset(string id) => assets.GetValueOrDefault(id);

    /// <summary>Packages of an asset that fit a pattern.</summary>
    internal IEnumerable<StackPackage> Of(string asset, string pattern) =>
        byAsset.TryGetValue(asset, out var list) ? list.Where(p => new Wildcard([pattern]).Matches(p.Package)) : [];

    /// <summary>All packages that fit a pattern.</summary>
    internal IEnumerable<StackPackage> All(string pattern)
    {
        var names = new Wildcard([pattern]);
        return byAsset.Values.SelectMany(l => l).Where(p => names.Matches(p.Package));
    }

    /// <summary>Other assets that stand in a relation to one.</summary>
    internal IEnumerable<string> Related(string asset, StackRelation relation)
    {
        if (relation == StackRelation.Dependencies) return Below(asset);
        if (!assets.TryGetValue(asset, out var known)) return [];
        return relation switch
        {
            StackRelation.Cluster => byAsset.Keys.Where(o => o != asset && Same(assets.GetValueOrDefault(o)?.Cluster, known.Cluster)),
            StackRelation.Site => byAsset.Keys.Where(o => o != asset && Same(assets.GetValueOrDefault(o)?.Site, known.Site)),
            StackRelation.Estate => byAsset.Keys.Where(o => o != asset),
            _ => [],
        };
    }

    /// <summary>Whether a patch, or one that contains it, is on an asset already.</summary>
    internal bool IsInstalled(string asset, string patch)
    {
        var list = byAsset.GetValueOrDefault(asset, []);
        if (DistributionPatch(patch) is var (source, version) && source is not null)
        {
            var scheme = VersionSchemes.Get(patch.StartsWith("rpm:", StringComparison.OrdinalIgnoreCase) ? VersionScheme.Rpm : VersionScheme.Dpkg);
            return list.Exists(p => (p.Source ?? p.Package).Equals(source, StringComparison.OrdinalIgnoreCase) && scheme.TryValidate(p.Version, out _) && scheme.TryValidate(version, out _) && scheme.Compare(p.Version, version) >= 0);
        }
        return list.Exists(p => p.Package.Equals(patch, StringComparison.OrdinalIgnoreCase)) || Articles.SupersededBy(patch).Any(newer => list.Exists(p => p.Package.Equals(newer, StringComparison.OrdinalIgnoreCase)));
    }

    /// <summary>Source and version of a distribution's patch id.</summary>
    internal static (string Source, string Version)? DistributionPatch(string patch)
    {
        var (colon, slash) = (patch.IndexOf(':', StringComparison.Ordinal), patch.LastIndexOf('/'));
        return slash > colon && patch.AsSpan(0, Math.Max(0, colon)) is "deb" or "rpm" ? (patch[(colon + 1)..slash], patch[(slash + 1)..]) : null;
    }

    /// <summary>What an asset depends on or runs on, directly or through others.</summary>
    private IReadOnlyList<string> Below(string asset)
    {
        if (below.TryGetValue(asset, out var known)) return known;
        var (seen, found, queue) = (new HashSet<string>(StringComparer.Ordinal) { asset }, new List<string>(), new Queue<string>([asset]));
        while (queue.TryDequeue(out var next))
        {
            if (!assets.TryGetValue(next, out var at)) continue;
            foreach (var id in at.DependsOn.Concat(at.Hypervisor is { } on ? [on] : []).Select(resolve).OfType<string>())
            {
                if (!seen.Add(id)) continue;
                found.Add(id);
                queue.Enqueue(id);
            }
        }
        return below[asset] = found;
    }

    private static bool Same(string? one, string? other) => one is not null && one.Equals(other, StringComparison.OrdinalIgnoreCase);
}
