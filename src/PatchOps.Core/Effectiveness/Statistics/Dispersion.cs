namespace PatchOps.Core.Effectiveness.Statistics;

/// <summary>Variance of counts over that of a Poisson process: Pearson's χ² ÷ degrees of freedom.</summary>
/// <param name="Factor">The estimate; 1 where the data do not speak against Poisson.</param>
/// <param name="Degrees">Degrees of freedom it rests on; infinite where <paramref name="Factor"/> is 1.</param>
/// <param name="Source">What varied: "weeks", "months" or "items"; null where nothing did.</param>
internal readonly record struct Dispersion(double Factor, double Degrees, string? Source)
{
    /// <summary>Level of the test below which counts are treated as over-dispersed: lenient, since missing it costs coverage and assuming it only power.</summary>
    public const double Lenient = 0.1;

    /// <summary>Level where the estimate rests on few cells and a false alarm would cost much power.</summary>
    public const double Strict = 0.025;

    public static Dispersion None { get; } = new(1, double.PositiveInfinity, null);

    /// <summary>Width in days of the bins that showed it; null where it was not seen between bins of time.</summary>
    public double? Width { get; init; }

    public bool Present => Factor > 1;

    /// <summary>The factor enlarged for its own uncertainty: (t ÷ z)² turns normal limits into Student's.</summary>
    public double Effective(double confidence)
    {
        if (!Present) return 1;
        var probability = 1 - (1 - confidence) / 2;
        var inflation = Quantiles.Student(probability, Math.Max(2, Degrees)) / Quantiles.Normal(probability);
        return Factor * inflation * inflation;
    }

    public static Dispersion Largest(Dispersion one, Dispersion other) => other.Factor > one.Factor ? other : one;

    /// <summary>From Pearson's χ²; none where it is not larger than chance makes it.</summary>
    public static Dispersion From(double chi, double degrees, string source, double level = Lenient) =>
        degrees < 4 || chi <= degrees || Quantiles.ChiSquareAbove(chi, degrees) > level ? None : new Dispersion(chi / degrees, degrees, source);

    /// <summary>From observed and expected counts.</summary>
    public static Dispersion From(ReadOnlySpan<double> observed, ReadOnlySpan<double> expected, double parameters, string source,
        double level = Lenient)
    {
        double chi = 0;
        var cells = 0;
        for (var i = 0; i < observed.Length; i++)
        {
            if (!(expected[i] > 0)) continue;
            chi += (observed[i] - expected[i]) * (observed[i] - expected[i]) / expected[i];
            cells++;
        }
        return From(chi, cells - parameters, source, level);
    }
}
