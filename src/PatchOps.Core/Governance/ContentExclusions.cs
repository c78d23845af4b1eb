using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Governance;

/// <summary>Finds the filter of the policy that leaves a finding's update out on its asset.</summary>
public sealed class ContentExclusions
{
    private readonly ContentPolicy policy;
    private readonly Lazy<Dictionary<string, Asset>> assets;
    private readonly Lazy<ILookup<(string Asset, string Package), string?>> pending;
    private readonly Lazy<ILookup<(string Package, string Version), string>> offered;
    private readonly Lazy<ILookup<string, string?>> kinds;

    /// <param name="securityOnly">True where only findings that close something are asked about: filters that spare them then take no part.</param>
    public ContentExclusions(ICatalogue catalogue, ContentPolicy policy, bool securityOnly = false)
    {
        ArgumentNullException.ThrowIfNull(policy);
        this.policy = securityOnly ? new ContentPolicy { Filters = [.. policy.Filters.Where(f => f.AlsoSecurity)] } : policy;
        assets = new(() => catalogue.Assets().ToDictionary(a => a.Id, StringComparer.Ordinal));
        pending = new(() => catalogue.PendingUpdates().ToLookup(u => (u.Asset, u.Package), u => u.Origin));
        offered = new(() => catalogue.Offered().ToLookup(o => (o.Name, o.Version), o => o.Origin));
        kinds = new(() => catalogue.Patches("*").ToLookup(p => p.Id, p => p.Kind, StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>The filter that leaves the finding's update out; null where it belongs.</summary>
    public ContentFilter? On(Finding finding)
    {
        ArgumentNullException.ThrowIfNull(finding);
        var security = finding.Cve is not null || finding.Status == FindingStatus.Affected;
        if (policy.Filters.Count == 0 || (security && !policy.Filters.Any(f => f.AlsoSecurity)) || !assets.Value.TryGetValue(finding.Asset, out var asset)) return null;
        var origins = policy.Filters.Any(f => f.Origins.Count > 0)
            ? pending.Value[(finding.Asset, finding.Package)].Concat(offered.Value[(finding.Package, finding.FixedVersion ?? "")]).DefaultIfEmpty().Distinct(StringComparer.Ordinal) : [null];
        var published = policy.Filters.Any(f => f.Kinds.Count > 0) && finding.Patch is { } patch ? kinds.Value[patch].DefaultIfEmpty().Distinct(StringComparer.Ordinal) : [null];
        foreach (var origin in origins)
            foreach (var kind in published)
                if (policy.Excluding(new ContentItem(finding.Package, Source(finding.Patch), finding.Patch, kind, security, origin), asset) is { } filter) return filter;
        return null;
    }

    /// <summary>The source package in <c>deb:SOURCE/VERSION</c> and <c>rpm:SOURCE/EVR</c>.</summary>
    private static string? Source(string? patch) =>
        patch is not null && (patch.StartsWith("deb:", StringComparison.Ordinal) || patch.StartsWith("rpm:", StringComparison.Ordinal)) && patch.IndexOf('/', StringComparison.Ordinal) is > 4 and var slash
            ? patch[4..slash] : null;
}
