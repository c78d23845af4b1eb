using PatchOps.Domain;

namespace PatchOps.Core.Planning.Review;

/// <summary>Dependencies and clusters as they are now against the plan's order.</summary>
internal sealed class OrderReview(PatchPlan plan, string replan)
{
    public IEnumerable<PlanFinding> Findings(IReadOnlyList<ReviewedHost> hosts, IReadOnlyDictionary<string, Asset> assets, Func<string, string?> resolve)
    {
        var byAsset = hosts.GroupBy(h => h.Host.Asset, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        foreach (var host in hosts)
        {
            foreach (var needed in host.Asset!.DependsOn)
            {
                if (resolve(needed) is not { } id) continue;
                if (assets.TryGetValue(id, out var other) && other.Retired is not null)
                    yield return host.Say(plan.Id, FindingSeverity.Warning, "DependencyGone", $"{host.Host.Name} depends on {other.Name}, which is retired.", "Correct DependsOn with Import-PatchAsset.");
                if (byAsset.TryGetValue(id, out var first) && id != host.Host.Asset && first.Wave.Stage == host.Wave.Stage && first.End > host.Host.Start)
                    yield return host.Say(plan.Id, FindingSeverity.Error, "DependencyOrder", FormattableString.Invariant($"{host.Host.Name} depends on {first.Host.Name}, which is planned until {first.End:u}, after {host.Host.Name} starts at {host.Host.Start:u}."), replan);
                if (byAsset.TryGetValue(id, out var later) && later.Wave.Stage > host.Wave.Stage)
                    yield return host.Say(plan.Id, FindingSeverity.Warning, "DependencyStage", $"{host.Host.Name} ({host.Wave.Stage}) is changed before {later.Host.Name} ({later.Wave.Stage}), which it depends on: stages go first.", "Move one of them to the other's stage, or correct DependsOn, with Set-PatchAsset.");
            }
        }
        var sizes = assets.Values.Where(a => a is { Cluster: not null, Retired: null }).GroupBy(a => a.Cluster!, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(g => g.Key, g => (Size: g.Count(), Least: g.Max(a => a.MinAvailable) ?? Math.Max(0, g.Count() - 1)), StringComparer.OrdinalIgnoreCase);
        foreach (var group in hosts.Where(h => h.Asset!.Cluster is not null).GroupBy(h => h.Asset!.Cluster!, StringComparer.OrdinalIgnoreCase))
        {
            var (size, least) = sizes[group.Key];
            if (group.FirstOrDefault(h => group.Count(o => o.Host.Start <= h.Host.Start && h.Host.Start < o.End) > Math.Max(0, size - least)) is { } crowded)
                yield return crowded.Say(plan.Id, FindingSeverity.Error, "ClusterTooFew", FormattableString.Invariant($"At {crowded.Host.Start:u} more members of cluster '{group.Key}' are planned at once than it can miss: it has {size} and must keep {least}."), replan);
            if (size > 1 && group.Count(h => h.Wave.Ring == WaveRing.Canary) == size)
                yield return crowdedCanary(group.First(h => h.Wave.Ring == WaveRing.Canary), group.Key);
        }

        PlanFinding crowdedCanary(ReviewedHost host, string cluster) => host.Say(plan.Id, FindingSeverity.Error, "CanaryWholeCluster", $"The canary holds the whole cluster '{cluster}'.", replan);
    }
}
