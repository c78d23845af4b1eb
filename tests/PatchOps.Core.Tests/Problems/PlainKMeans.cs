using PatchOps.Core.Problems.Clustering;

namespace PatchOps.Core.Tests.Problems;

/// <summary>What others do: k-means (Lloyd, k-means++ seeds, best of three starts) by Euclidean distance on TF-IDF rows.</summary>
internal static class PlainKMeans
{
    public static int[] Cluster(SparseRows rows, int count, int seed)
    {
        int[]? best = null;
        var least = double.MaxValue;
        for (var start = 0; start < 3; start++)
        {
            var (groups, inertia) = Once(rows, count, new Random((seed * 31) + start));
            if (inertia < least) (best, least) = (groups, inertia);
        }
        return best!;
    }

    private static (int[] Groups, double Inertia) Once(SparseRows rows, int count, Random random)
    {
        var centres = new double[count][];
        var distance = new double[rows.Count];
        Array.Fill(distance, double.MaxValue);
        centres[0] = Dense(rows, random.Next(rows.Count));
        for (var c = 1; c < count; c++)
        {
            var length = Square(centres[c - 1]);
            for (var r = 0; r < rows.Count; r++) distance[r] = Math.Min(distance[r], Distance(rows, r, centres[c - 1], length));
            var target = random.NextDouble() * distance.Sum();
            var at = 0;
            while (at < rows.Count - 1 && (target -= distance[at]) >= 0) at++;
            centres[c] = Dense(rows, at);
        }
        var groups = new int[rows.Count];
        Array.Fill(groups, -1);
        var inertia = 0.0;
        for (var round = 0; round < 100; round++)
        {
            var lengths = Array.ConvertAll(centres, Square);
            var moved = false;
            inertia = 0;
            for (var r = 0; r < rows.Count; r++)
            {
                var (own, nearest) = (0, double.MaxValue);
                for (var c = 0; c < count; c++)
                {
                    var d = Distance(rows, r, centres[c], lengths[c]);
                    if (d < nearest) (own, nearest) = (c, d);
                }
                moved |= groups[r] != own;
                groups[r] = own;
                inertia += nearest;
            }
            if (!moved) break;
            var sizes = new int[count];
            foreach (var centre in centres) Array.Clear(centre);
            for (var r = 0; r < rows.Count; r++)
            {
                sizes[groups[r]]++;
                var columns = rows.Columns(r);
                var values = rows.Values(r);
                for (var i = 0; i < columns.Length; i++) centres[groups[r]][columns[i]] += values[i];
            }
            for (var c = 0; c < count; c++)
                if (sizes[c] > 0) for (var i = 0; i < centres[c].Length; i++) centres[c][i] /= sizes[c];
        }
        return (groups, inertia);
    }

    private static double[] Dense(SparseRows rows, int row)
    {
        var dense = new double[rows.Width];
        var columns = rows.Columns(row);
        for (var i = 0; i < columns.Length; i++) dense[columns[i]] = rows.Values(row)[i];
        return dense;
    }

    private static double Square(double[] centre) => centre.Sum(v => v * v);

    private static double Distance(SparseRows rows, int row, double[] centre, double centreSquare)
    {
        double product = 0, square = 0;
        var columns = rows.Columns(row);
        var values = rows.Values(row);
        for (var i = 0; i < columns.Length; i++)
        {
            product += values[i] * centre[columns[i]];
            square += values[i] * values[i];
        }
        return Math.Max(0, square - (2 * product) + centreSquare);
    }
}
