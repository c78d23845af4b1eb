namespace PatchOps.Core.Problems.Clustering;

/// <summary>An undirected weighted graph; each edge stands on both sides.</summary>
internal sealed class WeightedGraph(int[] starts, int[] targets, float[] weights)
{
    public int Count => starts.Length - 1;

    public ReadOnlySpan<int> Targets(int node) => targets.AsSpan(starts[node]..starts[node + 1]);

    public ReadOnlySpan<float> Weights(int node) => weights.AsSpan(starts[node]..starts[node + 1]);

    /// <param name="edges">From, to and weight, each pair once; an edge to itself is left out.</param>
    public static WeightedGraph Of(int count, IEnumerable<(int From, int To, float Weight)> edges)
    {
        var list = edges.Where(e => e.From != e.To && e.Weight > 0).ToList();
        var starts = new int[count + 1];
        foreach (var (from, to, _) in list)
        {
            starts[from + 1]++;
            starts[to + 1]++;
        }
        for (var i = 0; i < count; i++) starts[i + 1] += starts[i];
        var at = starts[..count];
        var targets = new int[list.Count * 2];
        var weights = new float[list.Count * 2];
        foreach (var (from, to, weight) in list)
        {
            (targets[at[from]], weights[at[from]++]) = (to, weight);
            (targets[at[to]], weights[at[to]++]) = (from, weight);
        }
        return new WeightedGraph(starts, targets, weights);
    }
}

/// <summary>
/// Every row joined to its nearest by cosine. Small sets are compared in full; larger ones are looked up in the nearest cells of a coarse
/// partition (an inverted file; Jégou, Douze and Schmid 2011), which misses few true neighbours.
/// </summary>
internal static class NeighbourGraph
{
    private const int FullComparison = 6_000;

    private const int Probes = 8;

    public static WeightedGraph Of(DenseRows rows, int neighbours, CancellationToken cancellationToken = default)
    {
        var near = rows.Count <= FullComparison
            ? All(rows, neighbours, cancellationToken)
            : InCells(rows, neighbours, cancellationToken);
        var edges = new Dictionary<(int, int), float>();
        for (var i = 0; i < near.Length; i++)
            foreach (var (j, similarity) in near[i])
                if (similarity > 0) edges[i < j ? (i, j) : (j, i)] = similarity;
        return WeightedGraph.Of(rows.Count, edges.OrderBy(e => e.Key).Select(e => (e.Key.Item1, e.Key.Item2, e.Value)));
    }

    private static (int, float)[][] All(DenseRows rows, int neighbours, CancellationToken cancellationToken)
    {
        var near = new (int, float)[rows.Count][];
        var every = Enumerable.Range(0, rows.Count).ToArray();
        for (var i = 0; i < rows.Count; i++)
        {
            if (i % 500 == 0) cancellationToken.ThrowIfCancellationRequested();
            near[i] = Best(rows, i, [every], neighbours);
        }
        return near;
    }

    private static (int, float)[][] InCells(DenseRows rows, int neighbours, CancellationToken cancellationToken)
    {
        var cells = (int)Math.Sqrt(rows.Count) * 3 / 2;
        var sample = Sample(rows, cells * 20);
        var coarse = SphericalKMeans.Cluster(sample, cells, 1, 1, cancellationToken).Centres;
        var members = new List<int>[coarse.Count];
        for (var c = 0; c < members.Length; c++) members[c] = [];
        var order = new (int Cell, float Similarity)[coarse.Count];
        var probes = new int[rows.Count][];
        for (var i = 0; i < rows.Count; i++)
        {
            if (i % 500 == 0) cancellationToken.ThrowIfCancellationRequested();
            for (var c = 0; c < coarse.Count; c++) order[c] = (c, DenseRows.Dot(rows.Row(i), coarse.Row(c)));
            probes[i] = [.. Top(order, Probes).Select(o => o.Index)];
            members[probes[i][0]].Add(i);
        }
        var lists = Array.ConvertAll(members, m => m.ToArray());
        var near = new (int, float)[rows.Count][];
        for (var i = 0; i < rows.Count; i++)
        {
            if (i % 500 == 0) cancellationToken.ThrowIfCancellationRequested();
            near[i] = Best(rows, i, Array.ConvertAll(probes[i], c => lists[c]), neighbours);
        }
        return near;
    }

    private static (int Index, float Similarity)[] Best(DenseRows rows, int row, int[][] among, int neighbours)
    {
        var own = rows.Row(row);
        if (DenseRows.Dot(own, own) < 0.5f) return [];
        Span<(int, float)> best = new (int, float)[neighbours];
        var held = 0;
        foreach (var list in among)
        {
            foreach (var other in list)
            {
                if (other == row) continue;
                Keep(best, ref held, other, DenseRows.Dot(own, rows.Row(other)));
            }
        }
        return best[..held].ToArray();
    }

    private static (int Index, float Similarity)[] Top((int Cell, float Similarity)[] all, int count)
    {
        Span<(int, float)> best = new (int, float)[count];
        var held = 0;
        foreach (var (cell, similarity) in all) Keep(best, ref held, cell, similarity);
        return best[..held].ToArray();
    }

    /// <summary>Insertion into a short list, best first; of equals the first stays.</summary>
    private static void Keep(Span<(int Index, float Similarity)> best, ref int held, int index, float similarity)
    {
        if (held == best.Length && similarity <= best[held - 1].Similarity) return;
        var at = held < best.Length ? held++ : held - 1;
        while (at > 0 && best[at - 1].Similarity < similarity)
        {
            best[at] = best[at - 1];
            at--;
        }
        best[at] = (index, similarity);
    }

    private static DenseRows Sample(DenseRows rows, int count)
    {
        if (rows.Count <= count) return rows;
        var sample = new DenseRows(count, rows.Width);
        for (var i = 0; i < count; i++) rows.Row((int)((long)i * rows.Count / count)).CopyTo(sample.Row(i));
        return sample;
    }
}
