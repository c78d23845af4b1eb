namespace PatchOps.Core.Waves.Canary;

/// <summary>Cuts an autocorrelated series into blocks long enough that their means may stand as units.</summary>
/// <remarks>
/// The series is taken for a first-order process. Its correlation is estimated about each side's own mean, corrected for the small-sample
/// bias (Marriott and Pope 1954: −(1 + 3ρ) ÷ n) and taken at the upper end of a one-sided 95 % interval, since too short a block flags what is
/// harmless. With τ = (1 + ρ) ÷ (1 − ρ), a block has four τ points.
/// </remarks>
internal static class SeriesBlocks
{
    private const double UpperQuantile = 1.645;
    private const double Correlations = 4;

    /// <summary>Points per block for two series that are compared; at least 1.</summary>
    public static int Length(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        var (a, b) = (Sums(first), Sums(second));
        var count = first.Count + second.Count;
        var variance = a.Variance + b.Variance;
        if (variance <= 0) return 1;
        var raw = (a.Lagged + b.Lagged) / variance;
        // The bias is that of a series of mean length, since each has its own mean taken out.
        var corrected = raw + ((1 + (3 * Math.Max(0, raw))) / (count / 2.0));
        var upper = corrected + (UpperQuantile * Math.Sqrt(Math.Max(0.0001, 1 - (corrected * corrected)) / count));
        if (upper >= 0.999) return count;
        var tau = upper <= 0 ? 1 : (1 + upper) / (1 - upper);
        return Math.Max(1, (int)Math.Ceiling(Correlations * tau));
    }

    /// <summary>Means of whole blocks; what is left over at the start is dropped.</summary>
    public static double[] Means(IReadOnlyList<double> series, int length)
    {
        var blocks = series.Count / length;
        var offset = series.Count - (blocks * length);
        var means = new double[blocks];
        for (var block = 0; block < blocks; block++)
        {
            var sum = 0.0;
            for (var i = 0; i < length; i++) sum += series[offset + (block * length) + i];
            means[block] = sum / length;
        }
        return means;
    }

    private static (double Variance, double Lagged) Sums(IReadOnlyList<double> series)
    {
        var mean = series.Average();
        double variance = 0, lagged = 0;
        for (var i = 0; i < series.Count; i++)
        {
            variance += (series[i] - mean) * (series[i] - mean);
            if (i > 0) lagged += (series[i] - mean) * (series[i - 1] - mean);
        }
        return (variance, lagged);
    }
}
