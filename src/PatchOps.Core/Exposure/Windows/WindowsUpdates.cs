using PatchOps.Core.Exposure.Supersedence;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Exposure.Windows;

/// <summary>Windows is patched by articles that contain their predecessors: a vulnerability is closed where any update at or above the fixing one in its chain is installed.</summary>
/// <remarks>A build number that the host reports proves a fix as well, whatever its list of updates says. Hosts with the same updates are judged once.</remarks>
public sealed class WindowsUpdates
{
    private readonly Dictionary<string, (string Key, IReadOnlyList<string> Updates)> byAsset = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SupersedenceGraph> graphs = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lazy<List<PatchFact>> patches;

    public WindowsUpdates(ICatalogue catalogue, IEnumerable<InstalledPackage> packages)
    {
        ArgumentNullException.ThrowIfNull(packages);
        patches = new Lazy<List<PatchFact>>(() => [.. catalogue.Patches("KB*")]);
        var updates = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var package in packages.Where(IsUpdate))
        {
            foreach (var asset in package.Assets)
            {
                if (!updates.TryGetValue(asset, out var list)) updates[asset] = list = [];
                list.Add(KbArticle.Normalise(package.Package));
            }
        }
        foreach (var (asset, list) in updates)
        {
            list.Sort(StringComparer.Ordinal);
            byAsset[asset] = (string.Join(' ', list), list);
        }
    }

    /// <summary>Whether a row of an inventory is an installed article rather than a product.</summary>
    public static bool IsUpdate(InstalledPackage package)
    {
        ArgumentNullException.ThrowIfNull(package);
        return package.Package.Length > 2 && package.Package.StartsWith("KB", StringComparison.OrdinalIgnoreCase) && package.Package.AsSpan(2).Trim().IndexOfAnyExceptInRange('0', '9') < 0;
    }

    /// <summary>The verdict split by what the hosts have installed.</summary>
    public IEnumerable<PackageVerdict> Judge(PackageVerdict verdict)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        var fixing = verdict.StatedPatches.Where(p => p.StartsWith("KB", StringComparison.OrdinalIgnoreCase)).ToList();
        if (verdict.Status is not (FindingStatus.Affected or FindingStatus.Unknown) || fixing.Count == 0 || verdict.Package.Ecosystem != WindowsProducts.Ecosystem) return [verdict];
        var graph = Graph(verdict.StatedProduct);
        return verdict.Package.Assets.GroupBy(a => byAsset.TryGetValue(a, out var has) ? has.Key : null, StringComparer.Ordinal).Select(group =>
        {
            var here = verdict.Package with { Assets = [.. group] };
            if (group.Key is null)
            {
                // Without a list of updates only a build number can tell.
                return verdict.DecidedByVersion ? verdict.With(here, verdict.Status, verdict.Why)
                    : verdict.With(here, FindingStatus.Unknown, $"{string.Join(" or ", fixing)} fixes it, and the store has no list of the host's updates");
            }
            var chain = graph.FixedBy(fixing, byAsset[group.First()].Updates);
            if (chain.IsFixed) return verdict.With(here, FindingStatus.Fixed, chain.ToString());
            var gaps = chain.Gaps.Count == 0 ? "" : $"; the published chain has gaps, so a newer update may bring it unseen: {string.Join("; ", chain.Gaps)}";
            return verdict.With(here, FindingStatus.Affected, $"{verdict.Why}; no update at or above {string.Join(" or ", fixing)} is installed{gaps}");
        });
    }

    /// <summary>The chains of one product: an update may supersede another on one release and not on the next.</summary>
    private SupersedenceGraph Graph(string product)
    {
        if (graphs.TryGetValue(product, out var graph)) return graph;
        var own = patches.Value.Where(p => p.Products.Count == 0 || p.Products.Contains(product, StringComparer.OrdinalIgnoreCase)).ToList();
        return graphs[product] = new SupersedenceGraph(own.SelectMany(p => p.Supersedes.Select(s => new SupersedenceEdge(p.Id, s))), own.Select(p => p.Id));
    }
}
