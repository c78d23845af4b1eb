using System.Numerics;
using MathNet.Numerics.Distributions;

namespace PatchOps.Core.Kpi.Statistics;

/// <summary>A number with its 95 % interval and its n; everything is null that the data do not carry.</summary>
/// <param name="N">Observations.</param>
public readonly record struct Estimate(double? Value, double? Low, double? High, long N)
{
    private const double Confidence = 0.95;
    private const double Tail = (1 - Confidence) / 2;

    /// <summary>Standard normal quantile at 0.975.</summary>
    private static readonly double Z = Normal.InvCDF(0, 1, 1 - Tail);

    /// <summary>Share of hits among trials, 0–1, with the score interval (Wilson, J. Am. Stat. Assoc. 22, 1927).</summary>
    public static Estimate Share(long hits, long trials)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(hits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hits, trials);
        if (trials == 0) return new Estimate(null, null, null, 0);
        double n = trials, p = hits / n, z2 = Z * Z;
        var centre = (p + (z2 / (2 * n))) / (1 + (z2 / n));
        var half = Z / (1 + (z2 / n)) * Math.Sqrt((p * (1 - p) / n) + (z2 / (4 * n * n)));
        return new Estimate(p, hits == 0 ? 0 : Math.Max(0, centre - half), hits == trials ? 1 : Math.Min(1, centre + half), trials);
    }

    /// <summary>
    /// Share whose trials count in parts: score interval with the effective number of trials, which is what a plain share of the same variance
    /// would need (Kish, Survey Sampling, 1965). Of whole hits and misses it is <see cref="Share(long, long)"/>.
    /// </summary>
    /// <param name="share">0–1.</param>
    /// <param name="variance">Of the share.</param>
    /// <param name="trials">Their number, which counts where every trial says the same.</param>
    public static Estimate Share(double share, double variance, long trials)
    {
        if (trials == 0) return new Estimate(null, null, null, 0);
        var spread = share * (1 - share);
        double n = variance > 0 && spread > 0 ? spread / variance : trials, z2 = Z * Z;
        var centre = (share + (z2 / (2 * n))) / (1 + (z2 / n));
        var half = Z / (1 + (z2 / n)) * Math.Sqrt((spread / n) + (z2 / (4 * n * n)));
        return new Estimate(share, share <= 0 ? 0 : Math.Max(0, centre - half), share >= 1 ? 1 : Math.Min(1, centre + half), trials);
    }

    /// <summary>Events per unit of exposure, with the exact Poisson interval (Garwood, Biometrika 28, 1936).</summary>
    /// <param name="exposure">In whatever the rate is per; null value where it is not above zero.</param>
    public static Estimate Rate(long events, double exposure)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(events);
        if (!(exposure > 0) || !double.IsFinite(exposure)) return new Estimate(null, null, null, events);
        var low = events == 0 ? 0 : Gamma.InvCDF(events, 1, Tail);
        var high = Gamma.InvCDF(events + 1, 1, 1 - Tail);
        return new Estimate(events / exposure, low / exposure, high / exposure, events);
    }

    /// <summary>Mean with Student's interval, for quantities that cannot be negative; no interval below two values.</summary>
    public static Estimate Mean(IReadOnlyList<double> values)
    {
        if (values.Count == 0) return new Estimate(null, null, null, 0);
        double n = values.Count, mean = values.Average();
        if (values.Count < 2) return new Estimate(mean, null, null, 1);
        var deviation = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (n - 1));
        var half = StudentT.InvCDF(0, 1, n - 1, 1 - Tail) * deviation / Math.Sqrt(n);
        return new Estimate(mean, Math.Max(0, mean - half), mean + half, values.Count);
    }

    /// <summary>The same of <paramref name="n"/> whole numbers, from their exact sum and sum of squares.</summary>
    public static Estimate Mean(long n, Int128 sum, Int128 squares)
    {
        if (n == 0) return new Estimate(null, null, null, 0);
        var mean = (double)sum / n;
        if (n < 2) return new Estimate(mean, null, null, 1);
        var spread = (n * (BigInteger)squares) - ((BigInteger)sum * (BigInteger)sum);
        var half = StudentT.InvCDF(0, 1, n - 1, 1 - Tail) * Math.Sqrt((double)spread / n / (n - 1)) / Math.Sqrt(n);
        return new Estimate(mean, Math.Max(0, mean - half), mean + half, n);
    }

    /// <summary>
    /// Sample quantile (linear between order statistics, Hyndman and Fan's type 7) with the distribution-free interval between order
    /// statistics; a limit is null where so few values cannot give it.
    /// </summary>
    public static Estimate Quantile(IEnumerable<double> values, double p)
    {
        var sorted = values.Order().ToArray();
        if (sorted.Length == 0) return new Estimate(null, null, null, 0);
        var place = p * (sorted.Length - 1);
        var below = (int)Math.Floor(place);
        var above = Math.Min(below + 1, sorted.Length - 1);
        var value = sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
        // The r-th smallest lies above the quantile with probability P(fewer than r values lie below it).
        var firstAboveTail = First(r => Binomial.CDF(p, sorted.Length, r - 1) > Tail);
        var firstBeyond = First(r => Binomial.CDF(p, sorted.Length, r - 1) >= 1 - Tail);
        return new Estimate(value, firstAboveTail > 1 ? sorted[firstAboveTail - 2] : null, firstBeyond <= sorted.Length ? sorted[firstBeyond - 1] : null, sorted.Length);

        // Smallest rank 1 … n for which it holds, n + 1 where for none; it holds from some rank on.
        int First(Func<int, bool> holds)
        {
            var (from, to) = (1, sorted.Length + 1);
            while (from < to)
            {
                var middle = from + ((to - from) / 2);
                if (holds(middle)) to = middle;
                else from = middle + 1;
            }
            return from;
        }
    }

    /// <summary>A complete total: nothing is estimated, so there is no interval; null where nothing was counted.</summary>
    public static Estimate Total(double value, long n) => new(n == 0 ? null : value, null, null, n);

    /// <summary>In another unit.</summary>
    public Estimate Times(double factor) => new(Value * factor, Low * factor, High * factor, N);
}
