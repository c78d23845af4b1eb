using MathNet.Numerics.Distributions;

namespace PatchOps.Core.Problems.Candidates;

/// <summary>
/// Incidents avoided per 30 days: rate × chance that the patch removes the cause. The rate's posterior is Gamma (Jeffreys prior, Poisson
/// counts weighted by age), the chance's is Beta; limits are quantiles of the product, found by integrating over the Beta's quantiles.
/// </summary>
public readonly record struct AvoidedIncidents(double Mean, double Low, double High)
{
    private const int Slices = 64;

    /// <param name="incidents">Weighted count, 0 or more.</param>
    /// <param name="days">Weighted days observed, above 0.</param>
    /// <param name="chance">Mean and central 95 % limits of the chance, 0–1.</param>
    /// <param name="share">Share of the incidents that is attributed to what the patch closes, 0–1.</param>
    public static AvoidedIncidents Estimate(double incidents, double days, (double Mean, double Low, double High) chance, double share)
    {
        if (days <= 0 || share <= 0 || chance.Mean <= 0) return default;
        var shape = incidents + 0.5;
        var scale = 30 * share / days;
        var mean = (incidents > 0 ? incidents : 0.5) * scale * chance.Mean;
        var (alpha, beta) = BetaOf(chance);
        var chances = new double[Slices];
        for (var i = 0; i < Slices; i++)
            chances[i] = alpha > 0 ? Math.Max(1e-12, Beta.InvCDF(alpha, beta, (i + 0.5) / Slices)) : chance.Mean;
        double Below(double x) => chances.Average(p => Gamma.CDF(shape, 1, x / (scale * p)));
        return new AvoidedIncidents(mean, Quantile(Below, 0.025, mean), Quantile(Below, 0.975, mean));
    }

    /// <summary>Beta distribution with a mean and the spread of its limits.</summary>
    private static (double Alpha, double Beta) BetaOf((double Mean, double Low, double High) chance)
    {
        var deviation = (chance.High - chance.Low) / (2 * 1.959964);
        var variance = deviation * deviation;
        var most = chance.Mean * (1 - chance.Mean);
        if (variance <= 0 || variance >= most) return (0, 0);
        var size = (most / variance) - 1;
        return (chance.Mean * size, (1 - chance.Mean) * size);
    }

    private static double Quantile(Func<double, double> below, double level, double start)
    {
        var high = Math.Max(start, 1e-6);
        while (below(high) < level && high < 1e9) high *= 2;
        var low = 0.0;
        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / 2;
            if (below(middle) < level) low = middle;
            else high = middle;
        }
        return (low + high) / 2;
    }
}
