using System.Runtime.CompilerServices;
using MathNet.Numerics;

namespace PatchOps.Core.Effectiveness.Statistics;

/// <summary>Regularised incomplete beta function with small relative error in both tails, also for parameters of 1e9 and more.</summary>
/// <remarks>
/// Prefactor by saddle-point deviances (Loader, "Fast and accurate computation of binomial probabilities", 2000), which does not
/// cancel for large parameters; the rest by the continued fraction of DiDonato and Morris (ACM TOMS 18, 1992, eq. 9), by modified Lentz.
/// </remarks>
public static class BetaTail
{
    private const double HalfLogTwoPi = 0.918938533204672741780329736406;

    private static readonly double[] SmallErrors = [double.NaN, .. Enumerable.Range(1, 31).Select(k => DirectError(k / 2.0))];

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
            var lower = Math.Min(1, Prefactor(a, b, x, y) * Fraction(a, b, x, y));
            return (lower, 1 - lower);
        }
        var upper = Math.Min(1, Prefactor(b, a, y, x) * Fraction(b, a, y, x));
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
        if (n < 16)
        {
            // Counts, and counts with a Jeffreys prior: halves are looked up.
            var twice = 2 * n;
            return twice == (int)twice ? SmallErrors[(int)twice] : DirectError(n);
        }
        var nn = n * n;
        return (1 / 12.0 - (1 / 360.0 - (1 / 1260.0 - (1 / 1680.0 - 1 / 1188.0 / nn) / nn) / nn) / nn) / n;
    }

    private static double DirectError(double n) => SpecialFunctions.GammaLn(n + 1) - (n + 0.5) * Math.Log(n) + n - HalfLogTwoPi;

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

    /// <summary>The fraction's value for λ = a − (a + b) x ≥ 0, formed from the smaller of x and y so that it does not cancel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Fraction(double a, double b, double x, double y)
    {
        const double tiny = 1e-300;
        var excess = (a > b ? (a + b) * y - b : a - (a + b) * x) + 1;
        var value = a / (a + 1) * excess;
        double c = value, d = 0;
        var limit = 1000 + (int)(20 * Math.Sqrt(Math.Max(a, b)));
        for (var n = 1; n <= limit; n++)
        {
            var odd = a + 2 * n - 1;
            var alpha = (a + n - 1) / odd * ((a + b + n - 1) / odd) * n * (b - n) * x * x;
            var beta = n + n * (b - n) * x / odd + (a + n) / (odd + 2) * (excess + n * (1 + y));
            d = beta + alpha * d;
            if (Math.Abs(d) < tiny) d = tiny;
            c = beta + alpha / c;
            if (Math.Abs(c) < tiny) c = tiny;
            d = 1 / d;
            var step = d * c;
            value *= step;
            if (Math.Abs(step - 1) < 1e-15) break;
        }
        return 1 / value;
    }
}
