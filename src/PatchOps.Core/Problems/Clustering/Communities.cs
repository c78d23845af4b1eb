namespace PatchOps.Core.Problems.Clustering;

/// <summary>
/// Groups of a graph by modularity (Blondel, Guillaume, Lambiotte and Lefebvre 2008, the Louvain method): their number comes out of the
/// data. Nodes are visited in order, so the same graph gives the same groups; a group that hangs together by nothing is taken apart.
/// </summary>
internal static class Communities
{
    private const int Passes = 30;

    public static int[] Of(WeightedGraph graph, CancellationToken cancellationToken = default)
    {
        var member = Enumerable.Range(0, graph.Count).ToArray();
        var loops = new double[graph.Count];
        var level = graph;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (groups, moved) = Move(level, loops);
            if (!moved) break;
            var count = Number(groups);
            for (var i = 0; i < member.Length; i++) member[i] = groups[member[i]];
            if (count == level.Count) break;
            (level, loops) = Fold(level, loops, groups, count);
        }
        return Connected(graph, member);
    }

    private static (int[] Groups, bool Moved) Move(WeightedGraph graph, double[] loops)
    {
        var groups = Enumerable.Range(0, graph.Count).ToArray();
        var degree = new double[graph.Count];
        for (var i = 0; i < graph.Count; i++)
        {
            degree[i] = 2 * loops[i];
            foreach (var weight in graph.Weights(i)) degree[i] += weight;
        }
        var total = (double[])degree.Clone();
        var all = degree.Sum();
        var towards = new double[graph.Count];
        var seen = new List<int>();
        var any = false;
        for (var pass = 0; pass < Passes && all > 0; pass++)
        {
            var moves = 0;
            for (var i = 0; i < graph.Count; i++)
            {
                var targets = graph.Targets(i);
                var weights = graph.Weights(i);
                seen.Clear();
                for (var e = 0; e < targets.Length; e++)
                {
                    var group = groups[targets[e]];
                    if (towards[group] == 0) seen.Add(group);
                    towards[group] += weights[e];
                }
                var own = groups[i];
                total[own] -= degree[i];
                var best = own;
                var gain = towards[own] - (total[own] * degree[i] / all);
                foreach (var group in seen)
                {
                    var there = towards[group] - (total[group] * degree[i] / all);
                    if (there > gain + 1e-9) (best, gain) = (group, there);
                }
                total[best] += degree[i];
                foreach (var group in seen) towards[group] = 0;
                if (best == own) continue;
                groups[i] = best;
                moves++;
            }
            any |= moves > 0;
            if (moves <= graph.Count / 1000) break;
        }
        return (groups, any);
    }

    private static (WeightedGraph Graph, double[] Loops) Fold(WeightedGraph graph, double[] loops, int[] groups, int count)
    {
        var folded = new double[count];
        var between = new Dictionary<(int, int), float>();
        for (var i = 0; i < graph.Count; i++)
        {
            folded[groups[i]] += loops[i];
            var targets = graph.Targets(i);
            var weights = graph.Weights(i);
            for (var e = 0; e < targets.Length; e++)
            {
                if (targets[e] < i) continue;
                var (a, b) = (groups[i], groups[targets[e]]);
                if (a == b) folded[a] += weights[e];
                else between[a < b ? (a, b) : (b, a)] = between.GetValueOrDefault(a < b ? (a, b) : (b, a)) + weights[e];
            }
        }
        return (WeightedGraph.Of(count, between.OrderBy(e => e.Key).Select(e => (e.Key.Item1, e.Key.Item2, e.Value))), folded);
    }

    private static int[] Connected(WeightedGraph graph, int[] member)
    {
        var part = new int[graph.Count];
        Array.Fill(part, -1);
        var parts = 0;
        var open = new Stack<int>();
        for (var start = 0; start < graph.Count; start++)
        {
            if (part[start] >= 0) continue;
            part[start] = parts;
            open.Push(start);
            while (open.TryPop(out var node))
            {
                foreach (var next in graph.Targets(node))
                {
                    if (part[next] >= 0 || member[next] != member[start]) continue;
                    part[next] = parts;
                    open.Push(next);
                }
            }
            parts++;
        }
        return part;
    }

    /// <summary>Groups numbered from 0 in order of their first node.</summary>
    private static int Number(int[] groups)
    {
        var numbers = new Dictionary<int, int>();
        for (var i = 0; i < groups.Length; i++)
        {
            if (!numbers.TryGetValue(groups[i], out var number)) numbers.Add(groups[i], number = numbers.Count);
            groups[i] = number;
        }
        return numbers.Count;
    }
}
