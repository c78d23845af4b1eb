using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace PatchOps.Core.Effectiveness.Statistics;

/// <summary>Distribution functions that more than one test needs.</summary>
internal static class Quantiles
{
    /// <summary>Standard normal quantile.</summary>
    public static double Normal(double probability) => MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, probability);

    /// <summary>Standard normal distribution function, accurate in the lower tail.</summary>
    public static double NormalTail(double z) => 0.5 * SpecialFunctions.Erfc(-z / Math.Sqrt(2));

    /// <summary>Student's t quantile; the normal one for many degrees of freedom.</summary>
    public static double Student(double probability, double degrees) =>
        degrees > 1e5 ? Normal(probability) : StudentT.InvCDF(0, 1, degrees, probability);

    /// <summary>Student's t distribution function.</summary>
    public static double StudentTail(double t, double degrees)
    {
        if (degrees > 1e5) return NormalTail(t);
        var share = degrees / (degrees + t * t);
        var half = 0.5 * BetaTail.Lower(degrees / 2, 0.5, share, t * t / (degrees + t * t));
        return t > 0 ? 1 - half : half;
    }

    /// <summary>P(N ≤ <paramref name="count"/>) for a Poisson variable; normal approximation with continuity correction above a mean of 1e5.</summary>
    public static double PoissonAtMost(double count, double mean)
    {
        if (count < 0) return 0;
        if (mean <= 0) return 1;
        return mean > 1e5
            ? NormalTail((Math.Floor(count) + 0.5 - mean) / Math.Sqrt(mean))
            : SpecialFunctions.GammaUpperRegularized(Math.Floor(count) + 1, mean);
    }

    /// <summary>P(N = <paramref name="count"/>) for a Poisson variable, <paramref name="mean"/> above zero.</summary>
    public static double PoissonExactly(double count, double mean) =>
        count <= 0 ? Math.Exp(-mean) : Math.Exp(-BetaTail.StirlingError(count) - BetaTail.Deviance(count, mean)) / Math.Sqrt(2 * Math.PI * count);

    /// <summary>P(χ² ≥ <paramref name="value"/>).</summary>
    public static double ChiSquareAbove(double value, double degrees) =>
        value <= 0 ? 1 : SpecialFunctions.GammaUpperRegularized(degrees / 2, value / 2);
}
