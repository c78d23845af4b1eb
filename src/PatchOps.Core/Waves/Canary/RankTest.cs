using PatchOps.Domain;
using MathNet.Numerics.Distributions;

namespace PatchOps.Core.Waves.Canary;

/// <summary>What a rank test found.</summary>
/// <param name="PValue">For the alternative that was asked for.</param>
/// <param name="Superiority">P(patched &gt; peer) + ½ P(equal), 0–1; 0.5 is no effect (Vargha and Delaney's A).</param>
/// <param name="SmallestPValue">What the test could have reached with so many units: above the level, it could never have flagged.</param>
public readonly record struct RankResult(double PValue, double Superiority, double SmallestPValue);

/// <summary>The Mann–Whitney test as a permutation test of midranks: exact up to 60 units, ties included, and by the normal approximation beyond.</summary>
/// <remarks>Exact by counting: the number of ways to draw m of the N doubled midranks with a given sum. No random numbers are involved.</remarks>
public static class RankTest
{
    private const int ExactLimit = 60;

    /// <exception cref="ArgumentException">One side is empty.</exception>
    public static RankResult Compare(IReadOnlyList<double> patched, IReadOnlyList<double> peers, HarmfulDirection direction)
    {
        ArgumentNullException.ThrowIfNull(patched);
        ArgumentNullException.ThrowIfNull(peers);
        if (patched.Count == 0 || peers.Count == 0) throw new ArgumentException("Both sides need a value.");
        var (m, n) = (patched.Count, peers.Count);
        var doubled = DoubledMidranks([.. patched, .. peers]);
        var sum = doubled.Take(m).Sum();
        var superiority = ((sum / 2.0) - (m * (m + 1) / 2.0)) / ((double)m * n);
        var (below, above, least) = m + n <= ExactLimit ? Exact(doubled, m, sum) : Approximate(doubled, m, sum);
        return direction switch
        {
            HarmfulDirection.Higher => new RankResult(above, superiority, least),
            HarmfulDirection.Lower => new RankResult(below, superiority, least),
            _ => new RankResult(Math.Min(1, 2 * Math.Min(below, above)), superiority, Math.Min(1, 2 * least)),
        };
    }

    private static int[] DoubledMidranks(double[] values)
    {
        var order = Enumerable.Range(0, values.Length).OrderBy(i => values[i]).ToArray();
        var ranks = new int[values.Length];
        for (var start = 0; start < order.Length;)
        {
            var end = start;
            while (end + 1 < order.Length && values[order[end + 1]].Equals(values[order[start]])) end++;
            // Ranks start+1 … end+1; twice their mean is a whole number.
            for (var i = start; i <= end; i++) ranks[order[i]] = start + end + 2;
            start = end + 1;
        }
        return ranks;
    }

    private static (double Below, double Above, double Least) Exact(int[] doubled, int m, int observed)
    {
        var highest = doubled.OrderDescending().Take(m).Sum();
        // ways[k][s]: subsets of k units with doubled rank sum s. Doubles hold C(60, 30) ≈ 1.2e17 well within a relative 1e-15.
        var ways = new double[m + 1][];
        for (var k = 0; k <= m; k++) ways[k] = new double[highest + 1];
        ways[0][0] = 1;
        var (seen, reach) = (0, 0);
        foreach (var rank in doubled.Order())
        {
            seen++;
            reach = Math.Min(highest, reach + rank);
            for (var k = Math.Min(seen, m); k >= 1; k--)
            {
                var (into, from) = (ways[k], ways[k - 1]);
                for (var s = reach; s >= rank; s--) into[s] += from[s - rank];
            }
        }
        double total = 0, below = 0, above = 0;
        for (var s = 0; s <= highest; s++)
        {
            var w = ways[m][s];
            total += w;
            if (s <= observed) below += w;
            if (s >= observed) above += w;
        }
        var lowest = Array.FindIndex(ways[m], w => w > 0);
        return (below / total, above / total, Math.Max(ways[m][lowest], ways[m][highest]) / total);
    }

    private static (double Below, double Above, double Least) Approximate(int[] doubled, int m, int observed)
    {
        double size = doubled.Length, other = doubled.Length - m;
        var mean = m * (size + 1);
        var spread = doubled.Sum(r => Math.Pow(r - (size + 1), 2)) / (size - 1);
        var deviation = Math.Sqrt(spread * m * other / size);
        if (deviation == 0) return (1, 1, 1);
        return (Normal.CDF(0, 1, (observed - mean + 1) / deviation), 1 - Normal.CDF(0, 1, (observed - mean - 1) / deviation), 0);
    }
}
