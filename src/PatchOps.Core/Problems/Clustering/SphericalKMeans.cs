namespace PatchOps.Core.Problems.Clustering;

/// <summary>A partition: which group each row is in, and each group's direction.</summary>
internal sealed record Partition(int[] Group, DenseRows Centres, double Cohesion)
{
    public int Count => Centres.Count;
}

/// <summary>
/// k-means by cosine (Dhillon and Modha 2001) from k-means++ seeds (Arthur and Vassilvitskii 2007) on fixed pseudo-random numbers; the best
/// of several starts. Rows have length 1; rows of zeros are in group −1.
/// </summary>
internal static class SphericalKMeans
{
    private const int Rounds = 60;

    public static Partition Cluster(DenseRows rows, int count, int starts, ulong seed, CancellationToken cancellationToken = default)
    {
        Partition? best = null;
        for (var start = 0; start < starts; start++)
        {
            var found = Once(rows, count, new PseudoRandom(PseudoRandom.Mix(seed + (ulong)start + 1)), cancellationToken);
            if (best is null || found.Cohesion > best.Cohesion) best = found;
        }
        return best!;
    }

    private static Partition Once(DenseRows rows, int count, PseudoRandom random, CancellationToken cancellationToken)
    {
        var centres = Seeds(rows, count, random);
        var group = new int[rows.Count];
        Array.Fill(group, -1);
        var cohesion = 0.0;
        for (var round = 0; round < Rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var sums = new DenseRows(centres.Count, rows.Width);
            var moved = 0;
            cohesion = 0;
            for (var r = 0; r < rows.Count; r++)
            {
                var row = rows.Row(r);
                var (own, similarity) = Nearest(centres, row);
                if (similarity == float.NegativeInfinity) continue;
                if (own != group[r])
                {
                    group[r] = own;
                    moved++;
                }
                cohesion += similarity;
                DenseRows.AddScaled(sums.Row(own), row, 1);
            }
            for (var c = 0; c < sums.Count; c++)
                if (DenseRows.Scale(sums.Row(c), 1) <= 1e-12f) centres.Row(c).CopyTo(sums.Row(c));
            centres = sums;
            if (moved <= rows.Count / 2000) break;
        }
        return new Partition(group, centres, cohesion);
    }

    internal static (int Group, float Similarity) Nearest(DenseRows centres, ReadOnlySpan<float> row)
    {
        if (DenseRows.Dot(row, row) < 0.5f) return (-1, float.NegativeInfinity);
        var best = 0;
        var similarity = float.NegativeInfinity;
        for (var c = 0; c < centres.Count; c++)
        {
            var s = DenseRows.Dot(row, centres.Row(c));
            if (s > similarity) (best, similarity) = (c, s);
        }
        return (best, similarity);
    }

    private static DenseRows Seeds(DenseRows rows, int count, PseudoRandom random)
    {
        var filled = Enumerable.Range(0, rows.Count).Where(r => DenseRows.Dot(rows.Row(r), rows.Row(r)) >= 0.5f).ToArray();
        var centres = new List<int>();
        var distance = new double[filled.Length];
        Array.Fill(distance, 1);
        while (centres.Count < count && filled.Length > 0)
        {
            var total = distance.Sum();
            if (total < 1e-6 * filled.Length) break;
            var target = random.NextUnit() * total;
            var at = 0;
            while (at < filled.Length - 1 && (target -= distance[at]) >= 0) at++;
            centres.Add(filled[at]);
            var centre = rows.Row(filled[at]);
            for (var i = 0; i < filled.Length; i++)
            {
                // For directions, half the squared distance is 1 − cosine.
                var away = Math.Max(0, 1 - DenseRows.Dot(rows.Row(filled[i]), centre));
                if (away < distance[i] || centres.Count == 1) distance[i] = away;
            }
        }
        var seeds = new DenseRows(centres.Count, rows.Width);
        for (var c = 0; c < centres.Count; c++) rows.Row(centres[c]).CopyTo(seeds.Row(c));
        return seeds;
    }
}
