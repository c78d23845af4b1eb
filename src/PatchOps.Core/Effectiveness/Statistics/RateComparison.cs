namespace PatchOps.Core.Effectiveness.Statistics;

/// <summary>
/// Exact comparison of two Poisson rates: given the total, the count after deployment is binomial with
/// p = θ·T₂ ÷ (θ·T₂ + T₁), θ being the rate ratio (Przyborowski and Wilenski, 1940; Clopper and Pearson, 1934, for the interval).
/// </summary>
/// <remarks>
/// Counts may be fractions: counts divided by their dispersion are effective numbers of independent events, and the same
/// formulas, continued by the beta function, stay conservative for them.
/// </remarks>
public sealed class RateComparison
{
    private readonly double _before;
    private readonly double _beforeDays;
    private readonly double _after;
    private readonly double _afterDays;

    /// <param name="beforeCount">Events before, zero or more.</param>
    /// <param name="beforeDays">Exposure before, above zero.</param>
    /// <param name="afterCount">Events after, zero or more.</param>
    /// <param name="afterDays">Exposure after, above zero.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative or an exposure not positive and finite.</exception>
    public RateComparison(double beforeCount, double beforeDays, double afterCount, double afterDays)
    {
        if (!(beforeCount >= 0 && double.IsFinite(beforeCount))) throw new ArgumentOutOfRangeException(nameof(beforeCount));
        if (!(afterCount >= 0 && double.IsFinite(afterCount))) throw new ArgumentOutOfRangeException(nameof(afterCount));
        if (!(beforeDays > 0 && double.IsFinite(beforeDays))) throw new ArgumentOutOfRangeException(nameof(beforeDays));
        if (!(afterDays > 0 && double.IsFinite(afterDays))) throw new ArgumentOutOfRangeException(nameof(afterDays));
        _before = beforeCount;
        _beforeDays = beforeDays;
        _after = afterCount;
        _afterDays = afterDays;
    }

    /// <summary>Rate after ÷ before; null where there was nothing before.</summary>
    public double? Ratio => _before > 0 ? _after / _before * (_beforeDays / _afterDays) : null;

    /// <summary>P(as few events after, or fewer) where the rate ratio is <paramref name="ratio"/>.</summary>
    public double TailLow(double ratio)
    {
        if (_before <= 0) return 1;
        var (x, y) = Share(ratio);
        return BetaTail.Lower(_before, _after + 1, y, x);
    }

    /// <summary>P(as many events after, or more) where the rate ratio is <paramref name="ratio"/>.</summary>
    public double TailHigh(double ratio)
    {
        if (_after <= 0) return 1;
        var (x, y) = Share(ratio);
        return BetaTail.Lower(_after, _before + 1, x, y);
    }

    /// <summary>Central p-value of the hypothesis that the rate ratio is <paramref name="ratio"/>: twice the smaller tail, at most 1.</summary>
    public double PValue(double ratio = 1) => Math.Min(1, 2 * Math.Min(TailLow(ratio), TailHigh(ratio)));

    /// <summary>Central interval of the rate ratio; the upper limit is positive infinity where nothing happened before.</summary>
    public (double Low, double High) Interval(double confidence)
    {
        var tail = (1 - confidence) / 2;
        var z = Quantiles.Normal(1 - tail);
        var scale = _beforeDays / _afterDays;
        var low = _after <= 0 ? 0 : Math.Exp(SolveOdds(_after, _before + 1, tail,
            Math.Log(_after / (_before + 1)) - z * Math.Sqrt(1 / _after + 1 / (_before + 1)))) * scale;
        // By symmetry the upper limit is the reciprocal of the lower one with the roles exchanged.
        var high = _before <= 0 ? double.PositiveInfinity : Math.Exp(-SolveOdds(_before, _after + 1, tail,
            Math.Log(_before / (_after + 1)) - z * Math.Sqrt(1 / _before + 1 / (_after + 1)))) * scale;
        return (low, high);
    }

    /// <summary>
    /// Posterior probability that the rate ratio lies below <paramref name="ratio"/>, with independent Jeffreys priors
    /// Gamma(½, 0) on both rates: λ₂T₂ ÷ (λ₁T₁ + λ₂T₂) is then Beta(x₂ + ½, x₁ + ½).
    /// </summary>
    public double ProbabilityBelow(double ratio)
    {
        var (x, y) = Share(ratio);
        return BetaTail.Lower(_after + 0.5, _before + 0.5, x, y);
    }

    private (double X, double Y) Share(double ratio)
    {
        var after = ratio * _afterDays;
        var total = after + _beforeDays;
        return (after / total, _beforeDays / total);
    }

    /// <summary>Log-odds u of x at which I_x(a, b) = <paramref name="tail"/>; Newton on the logarithm, which is concave, inside a bracket.</summary>
    private static double SolveOdds(double a, double b, double tail, double start)
    {
        var target = Math.Log(tail);
        double below = double.NegativeInfinity, above = double.PositiveInfinity;
        var u = start;
        for (var i = 0; i < 200; i++)
        {
            var odds = Math.Exp(u);
            double x = odds / (1 + odds), y = 1 / (1 + odds);
            var value = BetaTail.Lower(a, b, x, y);
            var miss = Math.Log(value) - target;
            if (miss == 0) return u;
            if (miss < 0) below = u;
            else above = u;
            var next = value > 0 ? u - miss * value / BetaTail.Prefactor(a, b, x, y) : double.NaN;
            if (!(next > below && next < above))
                next = double.IsInfinity(above) ? u + 1 : double.IsInfinity(below) ? u - 1 : (below + above) / 2;
            if (Math.Abs(next - u) <= 4e-16 * Math.Max(1, Math.Abs(u)) || next == below || next == above) return next;
            u = next;
        }
        return u;
    }
}
