using PatchOps.Core.Planning.Checking;

namespace PatchOps.Core.Planning.Engine.Model;

/// <summary>Puts an instance and its plan into the checker's plain words.</summary>
public static class PlanTranslation
{
    public static PlanDescription Describe(PlanningInstance instance, IReadOnlyList<Placement> placements)
    {
        string Name(int host) => instance.Hosts[host].Id;
        var members = new List<string>[instance.Resources.Count];
        for (var r = 0; r < members.Length; r++) members[r] = [];
        // Hosts share lists of windows, and there may be a million windows in one.
        var allowed = new Dictionary<IReadOnlyList<int>, HashSet<string>>(ReferenceEqualityComparer.Instance);
        var hosts = new DescribedHost[instance.Hosts.Count];
        for (var h = 0; h < hosts.Length; h++)
        {
            var host = instance.Hosts[h];
            var place = placements[h];
            foreach (var r in host.Resources) members[r].Add(host.Id);
            if (!allowed.TryGetValue(host.Windows, out var windows)) allowed[host.Windows] = windows = host.Windows.Select(w => instance.Windows[w].Id).ToHashSet(StringComparer.Ordinal);
            hosts[h] = new(host.Id, host.P90Seconds, windows,
                place.IsPlaced ? instance.Windows[place.Window].Id : null, place.Start, host.Release);
        }
        return new(
            instance.Start,
            instance.End,
            hosts,
            [.. instance.Windows.Select(w => new DescribedWindow(w.Id, w.Start, w.End, w.MaxConcurrent, w.MaxHosts))],
            [
                .. instance.Resources.Select((r, i) => new DescribedLimit(r.Id, r.Capacity, members[i])),
                .. instance.Groups.Select(g => new DescribedLimit(g.Id, g.MaxConcurrent, [.. g.Members.Select(Name)])),
            ],
            [.. instance.Barriers.Select(b => new DescribedOrder(b.Id, [.. b.Before.Select(Name)], [.. b.After.Select(Name)], b.LagSeconds, b.IgnoresUnplaced) { Required = [.. b.Required.Select(Name)] })],
            [.. instance.Freezes.Select(f => new DescribedFreeze(f.Id, f.Start, f.End, f.Hosts is null ? null : [.. f.Hosts.Select(Name)], f.StartsOnly))]);
    }
}
