namespace PatchOps.Core.Planning.Engine.Model;

/// <summary>Looks for hosts that wait for each other in a circle.</summary>
internal static class DependencyCycle
{
    /// <returns>Hosts of one cycle, the first repeated at the end; null where there is none.</returns>
    public static IReadOnlyList<int>? Find(PlanningInstance instance)
    {
        int hosts = instance.Hosts.Count, barriers = instance.Barriers.Count;
        var asBefore = new List<int>?[hosts];
        var waiting = new int[hosts + barriers];
        for (var b = 0; b < barriers; b++)
        {
            foreach (var h in instance.Barriers[b].Before) (asBefore[h] ??= []).Add(b);
            waiting[hosts + b] = instance.Barriers[b].Before.Count;
            foreach (var h in instance.Barriers[b].After) waiting[h]++;
        }
        var ready = new Stack<int>();
        for (var v = 0; v < waiting.Length; v++)
        {
            if (waiting[v] == 0) ready.Push(v);
        }
        var done = 0;
        while (ready.TryPop(out var v))
        {
            done++;
            IReadOnlyList<int> next = v < hosts ? asBefore[v] ?? [] : instance.Barriers[v - hosts].After;
            foreach (var u in next)
            {
                var node = v < hosts ? hosts + u : u;
                if (--waiting[node] == 0) ready.Push(node);
            }
        }
        return done == waiting.Length ? null : Trace(instance, waiting);
    }

    /// <summary>From any node that still waits, walking back along waiting nodes must close a circle.</summary>
    private static List<int> Trace(PlanningInstance instance, int[] waiting)
    {
        var hosts = instance.Hosts.Count;
        var asAfter = new List<int>?[hosts];
        for (var b = 0; b < instance.Barriers.Count; b++)
        {
            if (waiting[hosts + b] == 0) continue;
            foreach (var h in instance.Barriers[b].After) (asAfter[h] ??= []).Add(b);
        }
        var position = new Dictionary<int, int>();
        var path = new List<int>();
        var at = Enumerable.Range(0, hosts).First(h => waiting[h] > 0);
        while (position.TryAdd(at, path.Count))
        {
            path.Add(at);
            var barrier = asAfter[at]![0];
            at = instance.Barriers[barrier].Before.First(h => waiting[h] > 0);
        }
        var cycle = path.Skip(position[at]).Reverse().ToList();
        cycle.Add(cycle[0]);
        return cycle;
    }
}
