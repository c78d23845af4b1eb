using MathNet.Numerics;

namespace PatchOps.Core.Effectiveness.Statistics;

/// <summary>Regularised incomplete beta function with small relative error in both tails, also for parameters of 1e9 and more.</summary>
/// <remarks>
/// Prefactor by saddle-point deviances (Loader, "Fast and accurate computation of binomial probabilities", 2000), which does not
/// cancel for large parameters; the rest by the continued fraction of DLMF 8.17.22 (modified Lentz).
/// </remarks>
public static class BetaTail
{
    private const double HalfLogTwoPi = 0.918938533204672741780329736406;

    /// <summary>I_x(a, b): the chance that a Beta(a, b) variable lies at or below x.</summary>
    /// <param name="a">Positive.</param>
    /// <param name="b">Positive.</param>
    /// <param name="x">0–1.</param>
    /// <param name="y">1 − x, passed separately so that neither loses digits.</param>
    public static double Lower(double a, double b, double x, double y) => Tails(a, b, x, y).Lower;

    /// <summary>1 − I_x(a, b).</summary>
    public static double Upper(double a, double b, double x, double y) => Tails(a, b, x, y).Upper;

    /// <summary>Both tails; the smaller is computed directly.</summary>
    public static (double Lower, double Upper) Tails(double a, double b, double x, double y)
    {
        if (!(a > 0) || !(b > 0)) throw new ArgumentOutOfRangeException(nameof(a), "Both parameters must be positive.");
        if (x <= 0) return (0, 1);
        if (y <= 0) return (1, 0);
        // The fraction converges fast on the side of the mean where x lies.
        if (x * (a + b) <= a)
        {
            var lower = Math.Min(1, Prefactor(a, b, x, y) / a * Fraction(a, b, x));
            return (lower, 1 - lower);
        }
        var upper = Math.Min(1, Prefactor(b, a, y, x) / b * Fraction(b, a, y));
        return (1 - upper, upper);
    }

    /// <summary>x^a y^b ÷ B(a, b): the derivative of I_x by the log-odds of x.</summary>
    public static double Prefactor(double a, double b, double x, double y)
    {
        var n = a + b;
        var log = StirlingError(n) - StirlingError(a) - StirlingError(b) - Deviance(a, n * x) - Deviance(b, n * y);
        return Math.Exp(log - HalfLogTwoPi) * Math.Sqrt(a) * Math.Sqrt(b / n);
    }

    /// <summary>ln Γ(n + 1) less Stirling's approximation of it.</summary>
    internal static double StirlingError(double n)
    {
        if (n < 16) return SpecialFunctions.GammaLn(n + 1) - (n + 0.5) * Math.Log(n) + n - HalfLogTwoPi;
        var nn = n * n;
        return (1 / 12.0 - (1 / 360.0 - (1 / 1260.0 - (1 / 1680.0 - 1 / 1188.0 / nn) / nn) / nn) / nn) / n;
    }

    /// <summary>k ln(k ÷ m) + m − k, without cancellation where k ≈ m.</summary>
    internal static double Deviance(double k, double m)
    {
        if (k == m) return 0;
        if (Math.Abs(k - m) >= 0.1 * (k + m)) return k * Math.Log(k / m) + m - k;
        var v = (k - m) / (k + m);
        var sum = (k - m) * v;
        var term = 2 * k * v;
        var squared = v * v;
        for (var j = 3; ; j += 2)
        {
            term *= squared;
            var next = sum + term / j;
            if (next == sum) return next;
            sum = next;
        }
    }

    private static double Fraction(double a, double b, double x)
    {
        const double tiny = 1e-300;
        var c = 1.0;
        var d = 1 - (a + b) * x / (a + 1);
        if (Math.Abs(d) < tiny) d = tiny;
        d = 1 / d;
        var result = d;
        var limit = 1000 + (int)(20 * Math.Sqrt(Math.Max(a, b)));
        for (var m = 1; m <= limit; m++)
        {
            var even = m / (a + 2 * m - 1) * ((b - m) / (a + 2 * m)) * x;
            d = 1 + even * d;
            if (Math.Abs(d) < tiny) d = tiny;
            c = 1 + even / c;
            if (Math.Abs(c) < tiny) c = tiny;
            d = 1 / d;
            result *= d * c;
            var odd = -((a + m) / (a + 2 * m)) * ((a + b + m) / (a + 2 * m + 1)) * x;
            d = 1 + odd * d;
            if (Math.Abs(d) < tiny) d = tiny;
            c = 1 + odd / c;
            if (Math.Abs(c) < tiny) c = tiny;
            d = 1 / d;
            var step = d * c;
            result *= step;
            if (Math.Abs(step - 1) < 1e-15) return result;
        }
        return result;
    }
}
