using PatchOps.Domain;

namespace PatchOps.Core.Planning.Planner;

/// <summary>When hosts could be changed, as far as the choice of rings needs to know.</summary>
/// <param name="Opens">Production may start.</param>
/// <param name="End">End of the host's first chance at or after a time; null where it has none.</param>
/// <param name="CanaryPatience">A canary whose chance comes so much later than the first one's is taken only where there is no other.</param>
/// <param name="PilotPatience">The same for the pilot.</param>
internal sealed record RingClock(DateTimeOffset Opens, Func<PlanItem, DateTimeOffset, DateTimeOffset?> End, TimeSpan CanaryPatience, TimeSpan PilotPatience);

/// <summary>Splits production into canary, pilot and broad: representative of role and hardware, never a whole cluster at once.</summary>
internal sealed class RingAssignment
{
    private readonly IReadOnlyList<PlanItem> items;
    private readonly PlanningPolicy policy;
    private readonly RingClock clock;
    private readonly IReadOnlySet<string> unfit;
    private readonly IReadOnlySet<string> preferred;
    private readonly Dictionary<string, List<PlanItem>> needs;
    private readonly Dictionary<string, WaveRing> rings;
    private readonly Dictionary<string, PlanItem> planned;
    private readonly ILookup<string, string> members;
    private readonly Dictionary<string, int> clusterSizes;

    private RingAssignment(IReadOnlyList<PlanItem> items, PlanningPolicy policy, PlanningEstate estate, RingClock clock, IReadOnlySet<string> unfit, IReadOnlySet<string> preferred)
    {
        var resolve = estate.Resolve;
        this.items = items;
        this.policy = policy;
        this.clock = clock;
        this.unfit = unfit;
        this.preferred = preferred;
        planned = items.ToDictionary(i => i.Asset.Id, StringComparer.Ordinal);
        needs = items.ToDictionary(i => i.Asset.Id, i => i.Asset.DependsOn.Select(resolve).OfType<string>().Concat(i.After.Select(a => a.Asset)).Distinct(StringComparer.Ordinal).Where(planned.ContainsKey).Select(id => planned[id])
            .Where(n => n.Stage == i.Stage && n.Asset.Id != i.Asset.Id).ToList(), StringComparer.Ordinal);
        rings = items.ToDictionary(i => i.Asset.Id, _ => WaveRing.Broad, StringComparer.Ordinal);
        members = items.Where(i => i.Asset.Cluster is not null).ToLookup(i => i.Asset.Cluster!, i => i.Asset.Id, StringComparer.OrdinalIgnoreCase);
        clusterSizes = members.ToDictionary(g => g.Key, g => estate.Clusters.TryGetValue(g.Key, out var known) ? known.Size : g.Count(), StringComparer.OrdinalIgnoreCase);
    }

    /// <param name="items">Hosts of the plan.</param>
    /// <param name="policy">Shares of the rings.</param>
    /// <param name="estate">Clusters, and the assets that names mean.</param>
    /// <param name="clock">When hosts could be changed: a canary that comes late holds up everybody behind.</param>
    /// <param name="unfit">Hosts that could not be placed early: a canary that comes too late is none.</param>
    /// <param name="preferred">Hosts that were left over in a late ring: they go before others of their kind. Null: none.</param>
    public static IReadOnlyList<PlanItem> Assign(IReadOnlyList<PlanItem> items, PlanningPolicy policy, PlanningEstate estate, RingClock clock, IReadOnlySet<string> unfit, IReadOnlySet<string>? preferred = null) =>
        new RingAssignment(items, policy, estate, clock, unfit, preferred ?? new HashSet<string>()).Assign();

    private IReadOnlyList<PlanItem> Assign()
    {
        var production = items.Where(i => i.Stage == AssetEnvironment.Production).ToList();
        var opens = Pick(production, policy.CanaryShare, WaveRing.Canary, clock.Opens, clock.CanaryPatience);
        Pull();
        // Stages before production have one ring: it is they who are the canary of production.
        var rest = production.Where(i => rings[i.Asset.Id] == WaveRing.Broad).ToList();
        if (rest.Count < production.Count) Pick(rest, policy.PilotShare, WaveRing.Pilot, opens + policy.Bake, clock.PilotPatience);
        Pull();
        return [.. items.Select(i => i with { Ring = rings[i.Asset.Id] })];
    }

    /// <returns>When the last of those picked can have ended.</returns>
    private DateTimeOffset Pick(List<PlanItem> candidates, double share, WaveRing ring, DateTimeOffset opens, TimeSpan patience)
    {
        if (candidates.Count < 2) return opens;
        var wanted = Math.Max(1, (int)Math.Ceiling(candidates.Count * share));
        var chances = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (var item in candidates) Chance(item, opens, chances, []);
        var soonest = candidates.Min(c => chances[c.Asset.Id]);
        // Fit first: placeable, soon enough, free of others that would have to come along.
        var fitness = candidates.ToDictionary(c => c.Asset.Id, c =>
        {
            var chance = chances[c.Asset.Id];
            var late = chance == DateTimeOffset.MaxValue ? int.MaxValue : (int)Math.Max(0, Math.Ceiling((chance - soonest - patience).TotalDays));
            return (Late: late, Needs: needs[c.Asset.Id].Count > 0);
        }, StringComparer.Ordinal);
        // Large groups first: with few canaries, they should stand for many.
        var groups = candidates.GroupBy(Role).OrderBy(g => g.Min(i => fitness[i.Asset.Id])).ThenByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).ToList();
        var clusters = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var takers = new HashSet<string>(StringComparer.Ordinal);
        var ends = opens;
        var picked = 0;
        // One of each kind in turn, the least harmful first: a canary should show what will happen, at the smallest price.
        foreach (var late in fitness.Values.Select(f => f.Late).Distinct().Order().ToList())
        {
            for (var found = true; found && picked < wanted;)
            {
                found = false;
                foreach (var group in groups)
                {
                    if (picked >= wanted) break;
                    var next = group.Where(i => rings[i.Asset.Id] == WaveRing.Broad && fitness[i.Asset.Id].Late <= late && (i.Asset.Cluster is null || !clusters.Contains(i.Asset.Cluster)) && !takers.Contains(i.Asset.Id))
                        .OrderBy(i => fitness[i.Asset.Id]).ThenByDescending(i => preferred.Contains(i.Asset.Id)).ThenBy(i => i.Asset.Criticality ?? 3).ThenBy(i => i.Asset.Id, StringComparer.Ordinal).FirstOrDefault();
                    if (next is null) continue;
                    if (ring == WaveRing.Canary && TakesCluster(next))
                    {
                        takers.Add(next.Asset.Id);
                        found = true;
                        continue;
                    }
                    rings[next.Asset.Id] = ring;
                    if (next.Asset.Cluster is { } cluster) clusters.Add(cluster);
                    var chance = chances[next.Asset.Id];
                    if (chance != DateTimeOffset.MaxValue && chance > ends) ends = chance;
                    (picked, found) = (picked + 1, true);
                }
            }
        }
        return ends;
    }

    /// <summary>True where a canary, with all that must come along, would hold the whole of a cluster.</summary>
    private bool TakesCluster(PlanItem item)
    {
        var along = new HashSet<string>(StringComparer.Ordinal) { item.Asset.Id };
        var queue = new Queue<PlanItem>([item]);
        while (queue.TryDequeue(out var next))
            foreach (var needed in needs[next.Asset.Id]) if (along.Add(needed.Asset.Id)) queue.Enqueue(needed);
        return along.Select(a => planned[a].Asset.Cluster).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase)
            .Any(c => clusterSizes[c] > 1 && members[c].Count(m => along.Contains(m) || rings[m] == WaveRing.Canary) >= clusterSizes[c]);
    }

    /// <summary>When the host and all that it needs can have ended; MaxValue for those that cannot.</summary>
    private DateTimeOffset Chance(PlanItem item, DateTimeOffset opens, Dictionary<string, DateTimeOffset> known, HashSet<string> path)
    {
        if (known.TryGetValue(item.Asset.Id, out var chance)) return chance;
        // A circle is the engine's to report.
        if (!path.Add(item.Asset.Id)) return opens;
        var earliest = opens;
        foreach (var needed in needs[item.Asset.Id])
        {
            if (rings[needed.Asset.Id] != WaveRing.Broad) continue;
            var end = Chance(needed, opens, known, path);
            if (end > earliest) earliest = end;
        }
        path.Remove(item.Asset.Id);
        var mine = earliest == DateTimeOffset.MaxValue || unfit.Contains(item.Asset.Id) ? null : clock.End(item, earliest);
        return known[item.Asset.Id] = mine ?? DateTimeOffset.MaxValue;
    }

    /// <summary>What a host needs must not come in a later ring than the host.</summary>
    private void Pull()
    {
        var queue = new Queue<PlanItem>(items);
        while (queue.TryDequeue(out var item))
        {
            foreach (var needed in needs[item.Asset.Id])
            {
                if (rings[needed.Asset.Id] <= rings[item.Asset.Id]) continue;
                rings[needed.Asset.Id] = rings[item.Asset.Id];
                queue.Enqueue(needed);
            }
        }
    }

    internal static string Role(PlanItem item) => Kind(item.Asset);

    /// <summary>Kind of a host: what it does, on which system and which machine.</summary>
    internal static string Kind(Asset asset) =>
        $"{asset.Tags.FirstOrDefault(t => t.StartsWith("role:", StringComparison.OrdinalIgnoreCase)) ?? ""}/{asset.OperatingSystem ?? ""}/{asset.Hardware ?? ""}";
}
