using PatchOps.Domain;

namespace PatchOps.Core.Planning.Planner;

/// <summary>Splits production into canary, pilot and broad: representative of role and hardware, never a whole cluster at once.</summary>
public static class RingAssignment
{
    /// <param name="items">Hosts of the plan.</param>
    /// <param name="policy">Shares of the rings.</param>
    /// <param name="resolve">Asset id of a name.</param>
    /// <param name="windows">How many windows a host has in the planning period: who can rarely be changed holds up everybody behind.</param>
    /// <param name="unfit">Hosts that could not be placed early: a canary that comes too late is none.</param>
    public static IReadOnlyList<PlanItem> Assign(IReadOnlyList<PlanItem> items, PlanningPolicy policy, Func<string, string?> resolve, Func<PlanItem, int> windows, IReadOnlySet<string> unfit)
    {
        var planned = items.ToDictionary(i => i.Asset.Id, StringComparer.Ordinal);
        bool Needs(PlanItem item) => item.Asset.DependsOn.Any(d => resolve(d) is { } id && planned.TryGetValue(id, out var other) && other.Stage == item.Stage);
        // Fit first: placeable, often changeable, free of others that would have to come along.
        var fitness = items.ToDictionary(i => i.Asset.Id, i => (Unfit: unfit.Contains(i.Asset.Id), Rare: -Math.Min(windows(i), 7), Needs: Needs(i)), StringComparer.Ordinal);
        var rings = items.ToDictionary(i => i.Asset.Id, _ => WaveRing.Broad, StringComparer.Ordinal);
        var production = items.Where(i => i.Stage == AssetEnvironment.Production).ToList();
        var canaries = Pick(production, rings, policy.CanaryShare, WaveRing.Canary, fitness);
        if (production.Count > canaries) Pick(production.Where(i => rings[i.Asset.Id] == WaveRing.Broad).ToList(), rings, policy.PilotShare, WaveRing.Pilot, fitness);
        // Stages before production have one ring: it is they who are the canary of production.
        foreach (var item in items.Where(i => i.Stage != AssetEnvironment.Production)) rings[item.Asset.Id] = WaveRing.Broad;
        Pull(items, rings, resolve);
        return [.. items.Select(i => i with { Ring = rings[i.Asset.Id] })];
    }

    private static int Pick(List<PlanItem> candidates, Dictionary<string, WaveRing> rings, double share, WaveRing ring, Dictionary<string, (bool Unfit, int Rare, bool Needs)> fitness)
    {
        if (candidates.Count < 2) return 0;
        var wanted = Math.Max(1, (int)Math.Ceiling(candidates.Count * share));
        // Large groups first: with few canaries, they should stand for many.
        var groups = candidates.GroupBy(Role).OrderBy(g => g.Min(i => fitness[i.Asset.Id])).ThenByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).ToList();
        var clusters = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var picked = 0;
        // One of each kind in turn, the least harmful first: a canary should show what will happen, at the smallest price.
        for (var round = 0; picked < wanted && round < candidates.Count; round++)
        {
            foreach (var group in groups)
            {
                if (picked >= wanted) break;
                var next = group.Where(i => rings[i.Asset.Id] == WaveRing.Broad && (i.Asset.Cluster is null || !clusters.Contains(i.Asset.Cluster)))
                    .OrderBy(i => fitness[i.Asset.Id]).ThenBy(i => i.Asset.Criticality ?? 3).ThenBy(i => i.Asset.Id, StringComparer.Ordinal).FirstOrDefault();
                if (next is null) continue;
                rings[next.Asset.Id] = ring;
                if (next.Asset.Cluster is { } cluster) clusters.Add(cluster);
                picked++;
            }
        }
        return picked;
    }

    /// <summary>What a host needs must not come in a later ring than the host.</summary>
    private static void Pull(IReadOnlyList<PlanItem> items, Dictionary<string, WaveRing> rings, Func<string, string?> resolve)
    {
        var byId = items.ToDictionary(i => i.Asset.Id, StringComparer.Ordinal);
        var queue = new Queue<PlanItem>(items);
        while (queue.TryDequeue(out var item))
        {
            foreach (var needed in item.Asset.DependsOn)
            {
                if (resolve(needed) is not { } id || !byId.TryGetValue(id, out var other) || other.Stage != item.Stage || rings[id] <= rings[item.Asset.Id]) continue;
                rings[id] = rings[item.Asset.Id];
                queue.Enqueue(other);
            }
        }
    }

    private static string Role(PlanItem item) =>
        $"{item.Asset.Tags.FirstOrDefault(t => t.StartsWith("role:", StringComparison.OrdinalIgnoreCase)) ?? ""}/{item.Asset.OperatingSystem ?? ""}";
}
