namespace PatchOps.Core.Effectiveness.Statistics;

/// <summary>What a comparison of two Poisson counts can detect, by exact computation over both counts.</summary>
public static class DetectionPower
{
    /// <summary>Probability that the exact test shows a fall, before either count is known.</summary>
    /// <param name="beforeMean">Expected events in the baseline.</param>
    /// <param name="beforeDays">Baseline, days.</param>
    /// <param name="afterDays">Observation after deployment, days.</param>
    /// <param name="ratio">True rate ratio, 0 (total fix) to 1.</param>
    /// <param name="tail">Level of the lower tail: 0.05 one-sided, 0.025 for a two-sided test at 5 %.</param>
    public static double Of(double beforeMean, double beforeDays, double afterDays, double ratio, double tail)
    {
        if (!(beforeMean > 0) || !(beforeDays > 0) || !(afterDays > 0)) return 0;
        if (ratio <= 0)
        {
            // Nothing after: the tail is (T₁ ÷ (T₁ + T₂))ⁿ.
            var needed = Math.Ceiling(Math.Log(tail) / Math.Log(beforeDays / (beforeDays + afterDays)) - 1e-12);
            return 1 - Quantiles.PoissonAtMost(needed - 1, beforeMean);
        }
        var afterMean = beforeMean * ratio * afterDays / beforeDays;
        var spread = 8 * Math.Sqrt(beforeMean) + 10;
        var from = Math.Max(0, Math.Floor(beforeMean - spread));
        var to = Math.Ceiling(beforeMean + spread);
        // Beyond some ten thousand cases a grid over the baseline is as good as the sum.
        var step = Math.Max(1, Math.Floor((to - from) / 4000));
        double power = 0;
        var critical = -1.0;
        for (var n = from; n <= to; n += step)
        {
            critical = LargestSignificant(n, beforeDays, afterDays, tail, critical);
            if (critical < 0) continue;
            var weight = Quantiles.PoissonAtMost(n + step - 1, beforeMean) - Quantiles.PoissonAtMost(n - 1, beforeMean);
            if (weight > 0) power += weight * Quantiles.PoissonAtMost(critical, afterMean);
        }
        return Math.Min(1, power);
    }

    /// <summary>Smallest reduction that would have been shown with probability <paramref name="power"/>, given the baseline as observed; null where not even a total fix.</summary>
    public static double? DetectableReduction(double beforeCount, double beforeDays, double afterDays, double tail, double power)
    {
        if (!(beforeCount > 0) || !(beforeDays > 0) || !(afterDays > 0)) return null;
        var critical = LargestSignificant(beforeCount, beforeDays, afterDays, tail, -1);
        if (critical < 0) return null;
        var full = beforeCount * afterDays / beforeDays;
        // Newton's method on the mean (the slope of P(N ≤ c) is −P(N = c)), kept inside a bracket.
        double low = 0, high = 1, at = Math.Min(1, (critical + 1) / full / 2);
        for (var i = 0; i < 60 && high - low > 1e-10; i++)
        {
            var miss = Quantiles.PoissonAtMost(critical, full * at) - power;
            if (miss >= 0) low = at;
            else high = at;
            if (low == 1) break;
            var next = at + miss / (full * Quantiles.PoissonExactly(critical, full * at));
            if (Math.Abs(next - at) < 1e-10) { low = high = next; break; }
            at = next > low && next < high ? next : (low + high) / 2;
        }
        return 1 - Math.Clamp(low, 0, 1);
    }

    /// <summary>Largest count after that is significantly few; −1 where not even zero is. Never below <paramref name="atLeast"/>.</summary>
    private static double LargestSignificant(double before, double beforeDays, double afterDays, double tail, double atLeast)
    {
        bool Significant(double after) => new RateComparison(before, beforeDays, after, afterDays).TailLow(1) <= tail;
        if (before <= 0 || (atLeast < 0 && !Significant(0))) return -1;
        double low = Math.Max(0, atLeast), width = 1;
        while (Significant(low + width))
        {
            low += width;
            width *= 2;
        }
        var high = low + width;
        while (high - low > Math.Max(1, low * 1e-9))
        {
            var middle = Math.Floor((low + high) / 2);
            if (Significant(middle)) low = middle;
            else high = middle;
        }
        return low;
    }
}
