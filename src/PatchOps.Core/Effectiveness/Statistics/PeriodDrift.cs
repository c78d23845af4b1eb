using System.Runtime.CompilerServices;

namespace PatchOps.Core.Effectiveness.Statistics;

/// <summary>
/// What is presumed of the time effects of a stepped-wedge model: a random walk with a steady drift (the local level model with drift;
/// Harvey, "Forecasting, structural time series models and the Kalman filter", 1989, ch. 2). Where controls are plentiful it hardly
/// matters; where they are few it stands between "nothing is known of the time" and "nothing else changed".
/// </summary>
/// <param name="Middles">Middle of each period of a stratum, days; period k of stratum s has the number s × their count + k.</param>
/// <param name="Dispersion">Dispersion of the counts: the likelihood is divided by it, so the presumption is multiplied.</param>
/// <param name="Observed">Square of the trend per day that the unpatched items show, less its sampling variance; 0 where they show none.</param>
internal sealed record PeriodDrift(IReadOnlyList<double> Middles, double Dispersion, double Observed)
{
    /// <summary>Variance that ln rate gathers in a day beyond the drift: 0.0006 is a factor of 1.14 a month, 1.6 in a year (one standard deviation).</summary>
    public double VariancePerDay { get; init; } = 0.0006;

    /// <summary>Standard deviation of the steady drift of ln rate in 30 days where the data show none: a tenth a month is ordinary, a third hardly.</summary>
    public const double MonthlyDrift = 0.07;

    /// <summary>From the unpatched cells: common log-linear trend given each item's total, and what it exceeds chance by.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static PeriodDrift Of(ReadOnlySpan<WedgeCell> cells, IReadOnlyList<double> middles, double dispersion)
    {
        double slope = 0, information = 0;
        for (var round = 0; round < 25; round++)
        {
            double score = 0;
            information = 0;
            // Cells of one item follow each other.
            for (int from = 0, until; from < cells.Length; from = until)
            {
                double count = 0, sum = 0, weight = 0, first = 0, second = 0;
                for (until = from; until < cells.Length && cells[until].Item == cells[from].Item; until++)
                {
                    if (cells[until].Treated) continue;
                    var at = middles[cells[until].Period % middles.Count] - middles[0];
                    var share = cells[until].Exposure * Math.Exp(slope * at);
                    count += cells[until].Count;
                    sum += cells[until].Count * at;
                    weight += share;
                    first += share * at;
                    second += share * at * at;
                }
                if (!(weight > 0) || count <= 0) continue;
                score += sum - count * first / weight;
                information += count * (second / weight - first / weight * (first / weight));
            }
            if (!(information > 0)) return new PeriodDrift(middles, dispersion, 0);
            var step = Math.Clamp(score / information, -0.02, 0.02);
            slope = Math.Clamp(slope + step, -0.1, 0.1);
            if (Math.Abs(step) < 1e-10) break;
        }
        return new PeriodDrift(middles, dispersion, Math.Max(0, slope * slope - dispersion / information));
    }

    /// <summary>
    /// Log-prior −½ Σ precision · (τ_other − τ_one)² for the periods numbered: steps are independent with mean b·Δt and variance q·Δt, and b,
    /// itself normal around zero, is integrated out, which leaves a negative term between the ends.
    /// </summary>
    public IReadOnlyList<(int One, int Other, double Precision)> Penalty(IReadOnlyList<int> periods)
    {
        var lost = VariancePerDay / (MonthlyDrift * MonthlyDrift / 900 + Observed);
        var joins = new List<(int, int, double)>(periods.Count);
        for (int from = 0, until; from < periods.Count; from = until)
        {
            var stratum = periods[from] / Middles.Count;
            for (until = from + 1; until < periods.Count && periods[until] / Middles.Count == stratum; until++)
                joins.Add((until - 1, until, Dispersion / (VariancePerDay * Between(periods[until - 1], periods[until]))));
            if (until - from > 1) joins.Add((from, until - 1, -Dispersion / (VariancePerDay * (Between(periods[from], periods[until - 1]) + lost))));
        }
        return joins;
    }

    private double Between(int one, int other) => Middles[other % Middles.Count] - Middles[one % Middles.Count];
}
