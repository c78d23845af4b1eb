namespace PatchOps.Core.Planning.Engine.Search;

/// <summary>Builds a plan from nothing: ready hosts in the order of a key, each into the earliest place left.</summary>
internal static class Construction
{
    /// <summary>What people do today: highest risk first.</summary>
    public static Timetable Ranking(CompiledInstance instance)
    {
        var keys = new double[instance.Hosts];
        for (var h = 0; h < keys.Length; h++) keys[h] = -instance.Weight[h];
        return Build(instance, keys);
    }

    /// <param name="instance">The instance.</param>
    /// <param name="keys">Lowest first among the hosts that wait for nothing more.</param>
    /// <param name="latest">Latest start per host, so that those behind need not wait; who misses it gets what is left at the end. Null: none.</param>
    /// <param name="table">An empty table to fill; null: a new one.</param>
    public static Timetable Build(CompiledInstance instance, double[] keys, int[]? latest = null, Timetable? table = null)
    {
        table ??= new Timetable(instance);
        var pending = new int[instance.Lag.Length];
        for (var b = 0; b < pending.Length; b++) pending[b] = instance.Before[b].Length;
        var waits = new int[instance.Hosts];
        var ready = new PriorityQueue<int, (double, int)>(instance.Hosts);
        for (var b = 0; b < pending.Length; b++)
        {
            if (pending[b] == 0) continue;
            foreach (var h in instance.After[b]) waits[h]++;
        }
        for (var h = 0; h < instance.Hosts; h++)
        {
            if (waits[h] == 0) ready.Enqueue(h, (keys[h], h));
        }
        var missed = new List<int>();
        while (ready.TryDequeue(out var host, out _))
        {
            var (slot, start) = table.Earliest(host, latest is null ? int.MaxValue : latest[host]);
            if (slot >= 0) table.Place(host, slot, start);
            else if (latest is not null) missed.Add(host);
            foreach (var b in instance.Precedes[host])
            {
                if (--pending[b] > 0) continue;
                foreach (var after in instance.After[b])
                {
                    if (--waits[after] == 0) ready.Enqueue(after, (keys[after], after));
                }
            }
        }
        foreach (var host in missed)
        {
            var (slot, start) = table.Earliest(host);
            if (slot >= 0) table.Place(host, slot, start);
        }
        return table;
    }
}
