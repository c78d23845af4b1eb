using System.Globalization;
using PatchOps.Core.Effectiveness.Statistics;
using PatchOps.Core.Effectiveness.Verdicts;
using PatchOps.Domain;

namespace PatchOps.Core.Effectiveness.Designs;

/// <summary>How much more the counts of each side vary than independent incidents would, by the model that fits them best.</summary>
/// <param name="Before">Counts and exposure before are divided by it, which leaves the rate as it is; 1 or more.</param>
/// <param name="After">Likewise after.</param>
internal sealed record CountSpread(double Before, double After)
{
    public static CountSpread None { get; } = new(1, 1);

    public CountModel Model { get; private init; } = CountModel.Poisson;

    /// <summary>Variance over mean, as reported.</summary>
    public double Factor { get; private init; } = 1;

    public string Why { get; private init; } = "Poisson: the counts do not vary more than independent incidents would.";

    /// <summary>
    /// Over-dispersed counts have a variance that grows with the mean (quasi-Poisson) or with its square (negative binomial): the same
    /// number of parameters, so that the likelihood of the bins decides.
    /// </summary>
    public static CountSpread Choose(BeforeAfterWindow window, Dispersion dispersion, EffectivenessPolicy policy)
    {
        if (!dispersion.Present) return None;
        var factor = dispersion.Effective(policy.Confidence);
        var quasi = new CountSpread(factor, factor)
        {
            Model = CountModel.QuasiPoisson,
            Factor = dispersion.Factor,
            Why = $"Quasi-Poisson: the counts vary {Sentences.Number(dispersion.Factor)} times as much as independent incidents would, seen between {dispersion.Source}; the counts are divided by it.",
        };
        if (dispersion.Width is not { } width || window.BeforeCount == 0 || window.AfterCount == 0) return quasi;
        var counts = new List<double>();
        var exposure = new List<double>();
        var second = new List<bool>();
        foreach (var before in new[] { true, false })
        {
            var (bins, days) = window.Bins(width, before);
            for (var k = 0; k < bins.Length; k++)
            {
                if (!(days[k] > 0)) continue;
                counts.Add(bins[k]);
                exposure.Add(days[k]);
                second.Add(!before);
            }
        }
        if (NegativeBinomialRegression.Fit(counts, exposure, second) is not { } square) return quasi;
        var gain = square.LogLikelihood - NegativeBinomialRegression.LinearLikelihood(counts, exposure, second);
        if (!(gain > 0)) return quasi;
        var inflation = factor / dispersion.Factor;
        double Of(bool after)
        {
            double weight = 0, sum = 0;
            for (var i = 0; i < counts.Count; i++)
            {
                if (second[i] != after) continue;
                var mean = exposure[i] * Math.Exp(square.LogRate + (after ? square.Effect : 0));
                weight += mean / (1 + mean / square.Theta);
                sum += mean;
            }
            return Math.Max(1, sum / weight);
        }
        double early = Of(false), late = Of(true);
        return new CountSpread(early * inflation, late * inflation)
        {
            Model = CountModel.NegativeBinomial,
            Factor = early,
            Why = string.Create(CultureInfo.InvariantCulture,
                $"Negative binomial (θ = {Sentences.Number(square.Theta)}): between {dispersion.Source} the variance grows with the square of the rate rather than with the rate (log-likelihood {gain:0.0} higher than for quasi-Poisson); before, the counts vary {Sentences.Number(early)} times as much as independent incidents would, after {Sentences.Number(late)} times."),
        };
    }

    public RateComparison Compare(double before, double beforeDays, double after, double afterDays) =>
        new(before / Before, beforeDays / Before, after / After, afterDays / After);
}
