namespace PatchOps.Core.Planning.Engine.Search;

/// <summary>
/// Hosts in levels of which each waits for all before it: stages and rings. Bound and search treat the ladder as a whole, because its
/// barriers taken one by one say little about what one rare window of an early level costs everybody behind.
/// </summary>
internal sealed class Ladder
{
    private readonly int[] _levelOf;

    private Ladder(int[][] levels, int[] lag, bool[] holdsBack, bool[] isRung, int hosts)
    {
        Levels = levels;
        Lag = lag;
        HoldsBack = holdsBack;
        IsRung = isRung;
        _levelOf = new int[hosts];
        Array.Fill(_levelOf, -1);
        for (var l = 0; l < levels.Length; l++)
        {
            foreach (var h in levels[l]) _levelOf[h] = l;
        }
    }

    /// <summary>Hosts of each level, first level first.</summary>
    public int[][] Levels { get; }

    /// <summary>Steps between the end of a level and the start of the next; one less than levels.</summary>
    public int[] Lag { get; }

    /// <summary>True for hosts that hold back all levels behind as long as they are not placed.</summary>
    public bool[] HoldsBack { get; }

    /// <summary>Per barrier of the instance: it belongs to the ladder.</summary>
    public bool[] IsRung { get; }

    /// <summary>Level of a host, -1 outside of the ladder.</summary>
    public int LevelOf(int host) => _levelOf[host];

    /// <summary>The ladder that at least half of the hosts stand on; null where there is none.</summary>
    public static Ladder? Find(CompiledInstance instance)
    {
        var (sets, edges) = Sets(instance);
        var chosen = new List<int>();
        var taken = new bool[instance.Hosts];
        foreach (var set in Enumerable.Range(0, sets.Count).OrderByDescending(s => sets[s].Length).ThenBy(s => s))
        {
            if (!chosen.TrueForAll(c => edges.ContainsKey((c, set)) || edges.ContainsKey((set, c))) || sets[set].Any(h => taken[h])) continue;
            chosen.Add(set);
            foreach (var h in sets[set]) taken[h] = true;
        }
        if (chosen.Count < 2 || chosen.Sum(c => sets[c].Length) * 2 < instance.Hosts) return null;
        // Any two are ordered and there are no circles, so counting those before gives the order.
        var order = chosen.OrderBy(c => chosen.Count(d => d != c && edges.ContainsKey((d, c)))).ToList();
        var rung = new bool[instance.Lag.Length];
        for (var i = 0; i < order.Count; i++)
        {
            for (var j = i + 1; j < order.Count; j++)
            {
                var barrier = edges[(order[i], order[j])];
                rung[barrier] = true;
                // What a level waits for must not shrink further up: the relaxation builds on it.
                for (var k = j + 1; k < order.Count; k++)
                    if (instance.Lag[barrier] > instance.Lag[edges[(order[i], order[k])]]) return null;
            }
        }
        var lag = Enumerable.Range(0, order.Count - 1).Select(i => instance.Lag[edges[(order[i], order[i + 1])]]).ToArray();
        var holds = new bool[instance.Hosts];
        for (var i = 0; i + 1 < order.Count; i++)
        {
            foreach (var h in sets[order[i]]) holds[h] = Enumerable.Range(i + 1, order.Count - i - 1).All(j => instance.HoldsBack(h, edges[(order[i], order[j])]));
        }
        return new Ladder([.. order.Select(o => sets[o])], lag, holds, rung, instance.Hosts);
    }

    /// <summary>The different sets of hosts that barriers name, and the longest barrier from one to another.</summary>
    private static (List<int[]> Sets, Dictionary<(int, int), int> Edges) Sets(CompiledInstance instance)
    {
        var sets = new List<int[]>();
        var known = new Dictionary<int, List<int>>();
        var edges = new Dictionary<(int, int), int>();
        for (var b = 0; b < instance.Lag.Length; b++)
        {
            if (instance.Before[b].Length == 0 || instance.After[b].Length == 0) continue;
            var edge = (Set(instance.Before[b]), Set(instance.After[b]));
            if (!edges.TryGetValue(edge, out var other) || instance.Lag[b] > instance.Lag[other]) edges[edge] = b;
        }
        return (sets, edges);

        int Set(int[] members)
        {
            var hash = new HashCode();
            foreach (var h in members) hash.Add(h);
            var key = hash.ToHashCode();
            if (!known.TryGetValue(key, out var alike)) known[key] = alike = [];
            foreach (var s in alike)
                if (sets[s].AsSpan().SequenceEqual(members)) return s;
            alike.Add(sets.Count);
            sets.Add(members);
            return sets.Count - 1;
        }
    }
}
