namespace PatchOps.Core.Effectiveness.Statistics;

/// <summary>Mann–Whitney test and Hodges–Lehmann shift of two samples.</summary>
public static class RankTest
{
    /// <summary>Below this size of both samples, and without ties, the p-value is exact.</summary>
    private const int ExactBelow = 50;

    /// <summary>U of the first sample and the two-sided p-value: exact for small samples without ties, otherwise normal with correction for ties and continuity.</summary>
    /// <exception cref="ArgumentException">A sample is empty or holds a value that is not finite.</exception>
    public static (double U, double PValue, bool Exact) MannWhitney(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        var (x, y) = Sorted(first, second);
        double m = x.Length, n = y.Length;
        var (rankSum, ties) = Ranks(x, y);
        var u = rankSum - m * (m + 1) / 2;
        if (m < ExactBelow && n < ExactBelow && ties == 0)
        {
            var distribution = Distribution(x.Length, y.Length);
            var below = Math.Min(u, m * n - u);
            double tail = 0;
            for (var k = 0; k <= below; k++) tail += distribution[k];
            return (u, Math.Min(1, 2 * tail), true);
        }
        var z = u - m * n / 2;
        var sigma = Sigma(m, n, ties);
        if (sigma == 0) return (u, 1, false);
        z = (z - Math.Sign(z) * 0.5) / sigma;
        return (u, Math.Min(1, 2 * Quantiles.NormalTail(-Math.Abs(z))), false);
    }

    /// <summary>
    /// Median of all differences second − first, with the interval that inverts the Mann–Whitney test (Hodges and Lehmann, 1963).
    /// The differences are never stored: the k-th is found by counting, in O((m + n) · 64).
    /// </summary>
    public static (double Shift, double Low, double High) HodgesLehmann(IReadOnlyList<double> first, IReadOnlyList<double> second, double confidence)
    {
        if (!(confidence is > 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(confidence));
        var (x, y) = Sorted(first, second);
        long pairs = (long)x.Length * y.Length;
        var cut = Cut(x, y, confidence);
        var middle = Kth(x, y, (pairs + 1) / 2);
        var shift = pairs % 2 == 1 ? middle : (middle + Kth(x, y, pairs / 2 + 1)) / 2;
        return (shift, Kth(x, y, cut), Kth(x, y, pairs + 1 - cut));
    }

    /// <summary>Rank from either end of the difference that bounds the interval, 1 or more.</summary>
    internal static long Cut(double[] x, double[] y, double confidence)
    {
        var tail = (1 - confidence) / 2;
        double m = x.Length, n = y.Length;
        var (_, ties) = Ranks(x, y);
        if (m < ExactBelow && n < ExactBelow && ties == 0)
        {
            var distribution = Distribution(x.Length, y.Length);
            double sum = 0;
            var k = 0;
            while (k < distribution.Length && (sum += distribution[k]) < tail) k++;
            return Math.Max(1, k);
        }
        var reach = Quantiles.Normal(1 - tail) * Sigma(m, n, ties);
        return Math.Clamp((long)Math.Floor(m * n / 2 - reach), 1, ((long)x.Length * y.Length + 1) / 2);
    }

    private static double Sigma(double m, double n, double ties) =>
        Math.Sqrt(m * n / 12 * (m + n + 1 - ties / ((m + n) * (m + n - 1))));

    private static (double[] X, double[] Y) Sorted(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        if (first.Count == 0 || second.Count == 0) throw new ArgumentException("A sample is empty.");
        double[] x = [.. first], y = [.. second];
        if (!x.All(double.IsFinite) || !y.All(double.IsFinite)) throw new ArgumentException("A sample holds a value that is not finite.");
        Array.Sort(x);
        Array.Sort(y);
        return (x, y);
    }

    /// <summary>Sum of x's mid-ranks, and Σ(t³ − t) over groups of ties.</summary>
    private static (double RankSum, double Ties) Ranks(double[] x, double[] y)
    {
        double sum = 0, ties = 0, rank = 0;
        int i = 0, j = 0;
        while (i < x.Length || j < y.Length)
        {
            var value = j >= y.Length || (i < x.Length && x[i] <= y[j]) ? x[i] : y[j];
            int fromX = 0, size = 0;
            while (i < x.Length && x[i] == value) { i++; fromX++; size++; }
            while (j < y.Length && y[j] == value) { j++; size++; }
            sum += fromX * (rank + (size + 1) / 2.0);
            ties += (double)size * size * size - size;
            rank += size;
        }
        return (sum, ties);
    }

    /// <summary>P(U = k) under the null hypothesis: coefficients of the Gaussian binomial, built factor by factor.</summary>
    private static double[] Distribution(int m, int n)
    {
        var size = m * n + 1;
        var ways = new double[size];
        ways[0] = 1;
        double total = 1;
        for (var k = 1; k <= m; k++)
        {
            for (var u = size - 1; u >= n + k; u--) ways[u] -= ways[u - n - k];
            for (var u = k; u < size; u++) ways[u] += ways[u - k];
            total *= (n + k) / (double)k;
        }
        for (var u = 0; u < size; u++) ways[u] /= total;
        return ways;
    }

    /// <summary>The k-th smallest difference y − x, by bisection over the doubles themselves.</summary>
    private static double Kth(double[] x, double[] y, long k)
    {
        long low = Order(y[0] - x[^1]), high = Order(y[^1] - x[0]);
        while (low < high)
        {
            var middle = low + (long)((ulong)(high - low) / 2);
            if (CountAtMost(x, y, Value(middle)) >= k) high = middle;
            else low = middle + 1;
        }
        return Value(low);
    }

    private static long CountAtMost(double[] x, double[] y, double limit)
    {
        // Differences fall as x grows, so the number of y's below the limit only grows.
        long count = 0;
        var j = 0;
        foreach (var value in x)
        {
            while (j < y.Length && y[j] - value <= limit) j++;
            count += j;
        }
        return count;
    }

    private static long Order(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        return bits < 0 ? long.MinValue - bits : bits;
    }

    private static double Value(long order) => BitConverter.Int64BitsToDouble(order < 0 ? long.MinValue - order : order);
}
