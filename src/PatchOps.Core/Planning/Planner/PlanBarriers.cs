using PatchOps.Core.Planning.Contents;
using PatchOps.Core.Planning.Engine.Model;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Planner;

/// <summary>What comes before what: stages, rings, dependencies and compatibility.</summary>
internal sealed class PlanBarriers(
    PlanningPolicy policy, Func<string, string?> resolve, bool emergency, Func<string, bool> isRefused, Func<PlanItem, DateTimeOffset, DateTimeOffset?> endOf, DateTimeOffset start, DateTimeOffset end)
{
    public List<PlanningBarrier> Of(IReadOnlyList<PlanItem> hosts)
    {
        var barriers = Rings(hosts);
        var index = hosts.Select((h, i) => (h.Asset.Id, i)).ToDictionary(h => h.Id, h => h.i, StringComparer.Ordinal);
        for (var i = 0; i < hosts.Count; i++)
        {
            var host = hosts[i];
            foreach (var needed in host.Asset.DependsOn)
            {
                if (resolve(needed) is not { } id || !index.TryGetValue(id, out var other) || other == i) continue;
                // What a host needs is in the same ring or an earlier one. A later stage cannot come first: stages go before dependencies.
                if (hosts[other].Stage > host.Stage || (hosts[other].Stage == host.Stage && hosts[other].Ring != host.Ring && !isRefused(id))) continue;
                barriers.Add(new PlanningBarrier($"{hosts[other].Asset.Name} before {host.Asset.Name}", [other], [i]));
            }
            foreach (var (id, because) in host.After)
            {
                if (index.TryGetValue(id, out var other) && other != i) barriers.Add(new PlanningBarrier($"{hosts[other].Asset.Name} before {host.Asset.Name} ({because})", [other], [i]));
            }
        }
        return barriers;
    }

    private List<PlanningBarrier> Rings(IReadOnlyList<PlanItem> hosts)
    {
        var barriers = new List<PlanningBarrier>();
        var rings = hosts.Select((h, i) => (h.Stage, h.Ring, i)).GroupBy(h => (h.Stage, h.Ring)).OrderBy(g => g.Key.Stage).ThenBy(g => g.Key.Ring).ToList();
        // Those that no plan can hold wait like others, and hold back nobody.
        var before = rings.ConvertAll(r => r.Select(h => h.i).Where(h => !isRefused(hosts[h].Asset.Id)).ToList());
        var required = before.ConvertAll(r => r.Count == 0 ? [] : Required(hosts, r));
        // Every earlier ring against every later one: where a ring in between is empty, the order must still hold.
        for (var i = 1; i < rings.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (before[j].Count == 0) continue;
                var (first, then) = (rings[j].Key, rings[i].Key);
                var sameStage = first.Stage == then.Stage;
                // An emergency cannot wait for soak and bake; the order of rings and stages stays.
                var lag = emergency ? 0 : (long)(sameStage ? policy.Bake : policy.Soak).TotalSeconds;
                // A development host without a window must not hold back production for ever, but nothing follows a canary that never sang.
                // Where policy waives the soak for a whole ring, it follows as soon as the earlier stage is done.
                if (!sameStage && rings[i].All(h => TestWaivers.SkipsSoak(hosts[h.i]))) lag = 0;
                barriers.Add(new PlanningBarrier($"{first.Stage} {first.Ring} before {then.Stage} {then.Ring}", before[j], [.. rings[i].Select(h => h.i)], lag, !sameStage)
                {
                    Required = sameStage ? [] : required[j],
                    LagName = sameStage ? "bake time" : "soak time",
                });
            }
        }
        return barriers;
    }

    /// <summary>
    /// Of a stage, one host of each kind that can be changed in the first third of the period, and one at least: without them the stage has
    /// shown nothing.
    /// </summary>
    private List<int> Required(IReadOnlyList<PlanItem> hosts, List<int> stage)
    {
        var soon = start + ((end - start) / 3);
        var first = stage.Select(h => (Host: h, End: endOf(hosts[h], start) ?? DateTimeOffset.MaxValue)).OrderBy(h => h.End).ThenBy(h => h.Host).ToList();
        var kinds = first.Where(h => h.End <= soon).GroupBy(h => RingAssignment.Role(hosts[h.Host]), StringComparer.OrdinalIgnoreCase).Select(g => g.First().Host).ToList();
        return kinds.Count > 0 ? kinds : [first[0].Host];
    }
}
