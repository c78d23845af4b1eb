using MathNet.Numerics;

namespace PatchOps.Core.Effectiveness.Statistics;

/// <summary>Negative binomial comparison of two groups of counts: variance μ + μ² ÷ θ, rate per exposure, one θ for both; maximum likelihood.</summary>
/// <param name="LogRate">Log rate of the first group.</param>
/// <param name="Effect">Log rate ratio, second group ÷ first.</param>
/// <param name="EffectError">Standard error of <paramref name="Effect"/>, θ taken as known.</param>
/// <param name="Theta">Shape; infinite would be Poisson.</param>
/// <param name="LogLikelihood">At the maximum.</param>
public sealed record NegativeBinomialRegression(double LogRate, double Effect, double EffectError, double Theta, double LogLikelihood)
{
    private const double Largest = 1e7;

    /// <summary>Null where the counts are not over-dispersed (θ has no finite maximum) or a group has no events.</summary>
    public static NegativeBinomialRegression? Fit(IReadOnlyList<double> counts, IReadOnlyList<double> exposure, IReadOnlyList<bool> second)
    {
        double firstSum = 0, secondSum = 0;
        for (var i = 0; i < counts.Count; i++)
            if (second[i]) secondSum += counts[i];
            else firstSum += counts[i];
        if (firstSum <= 0 || secondSum <= 0) return null;

        double theta = 1, a = 0, b = 0, previous = double.NaN;
        var rates = (First: Rate(counts, exposure, second, false, theta), Second: Rate(counts, exposure, second, true, theta));
        for (var round = 0; round < 500; round++)
        {
            rates = (Rate(counts, exposure, second, false, theta, rates.First), Rate(counts, exposure, second, true, theta, rates.Second));
            a = Math.Log(rates.First);
            b = Math.Log(rates.Second) - a;
            var next = Shape(counts, exposure, second, rates.First, rates.Second, theta);
            if (next >= Largest) return null;
            if (Math.Abs(next - theta) <= 1e-12 * next && Math.Abs(b - previous) <= 1e-13) { theta = next; break; }
            theta = next;
            previous = b;
        }
        double firstInformation = 0, secondInformation = 0, likelihood = 0;
        for (var i = 0; i < counts.Count; i++)
        {
            var mean = exposure[i] * (second[i] ? rates.Second : rates.First);
            var weight = mean / (1 + mean / theta);
            if (second[i]) secondInformation += weight;
            else firstInformation += weight;
            likelihood += SpecialFunctions.GammaLn(theta + counts[i]) - SpecialFunctions.GammaLn(theta) - SpecialFunctions.GammaLn(counts[i] + 1)
                + theta * Math.Log(theta) + (counts[i] > 0 ? counts[i] * Math.Log(mean) : 0) - (theta + counts[i]) * Math.Log(theta + mean);
        }
        return new NegativeBinomialRegression(a, b, Math.Sqrt(1 / firstInformation + 1 / secondInformation), theta, likelihood);
    }

    /// <summary>
    /// Largest log-likelihood where the variance is φμ instead (each count negative binomial with shape μ ÷ (φ − 1)), rates at the groups' means:
    /// what the square law is held against, with as many parameters.
    /// </summary>
    public static double LinearLikelihood(IReadOnlyList<double> counts, IReadOnlyList<double> exposure, IReadOnlyList<bool> second)
    {
        Span<double> events = stackalloc double[2], days = stackalloc double[2];
        for (var i = 0; i < counts.Count; i++)
        {
            events[second[i] ? 1 : 0] += counts[i];
            days[second[i] ? 1 : 0] += exposure[i];
        }
        double[] rates = [events[0] / days[0], events[1] / days[1]];
        double Of(double excess)
        {
            double sum = 0;
            for (var i = 0; i < counts.Count; i++)
            {
                var mean = exposure[i] * rates[second[i] ? 1 : 0];
                if (!(mean > 0)) continue;
                var shape = mean / excess;
                sum += SpecialFunctions.GammaLn(shape + counts[i]) - SpecialFunctions.GammaLn(shape) - SpecialFunctions.GammaLn(counts[i] + 1)
                    - shape * Math.Log(1 + excess) + counts[i] * Math.Log(excess / (1 + excess));
            }
            return sum;
        }
        // Golden section on ln(φ − 1): the likelihood has one hill there.
        const double golden = 0.6180339887498949;
        double low = -7, high = 7, a = high - golden * (high - low), b = low + golden * (high - low), fa = Of(Math.Exp(a)), fb = Of(Math.Exp(b));
        while (high - low > 1e-6)
        {
            if (fa < fb) { low = a; a = b; fa = fb; b = low + golden * (high - low); fb = Of(Math.Exp(b)); }
            else { high = b; b = a; fb = fa; a = high - golden * (high - low); fa = Of(Math.Exp(a)); }
        }
        return Math.Max(fa, fb);
    }

    /// <summary>Root of Σ (y − rE) ÷ (1 + rE ÷ θ): Newton on the log rate.</summary>
    private static double Rate(IReadOnlyList<double> counts, IReadOnlyList<double> exposure, IReadOnlyList<bool> second, bool which, double theta, double start = 0)
    {
        double sum = 0, days = 0;
        for (var i = 0; i < counts.Count; i++)
            if (second[i] == which) { sum += counts[i]; days += exposure[i]; }
        var rate = start > 0 ? start : sum / days;
        for (var round = 0; round < 100; round++)
        {
            double score = 0, information = 0;
            for (var i = 0; i < counts.Count; i++)
            {
                if (second[i] != which) continue;
                var mean = rate * exposure[i];
                score += (counts[i] - mean) / (1 + mean / theta);
                information += mean / (1 + mean / theta);
            }
            var step = Math.Clamp(score / information, -1, 1);
            rate *= Math.Exp(step);
            if (Math.Abs(step) < 1e-14) break;
        }
        return rate;
    }

    /// <summary>Maximum of the likelihood in ln θ; bracketed bisection on its slope.</summary>
    private static double Shape(IReadOnlyList<double> counts, IReadOnlyList<double> exposure, IReadOnlyList<bool> second, double first, double other, double start)
    {
        double Slope(double theta)
        {
            double sum = 0;
            for (var i = 0; i < counts.Count; i++)
            {
                var mean = exposure[i] * (second[i] ? other : first);
                sum += SpecialFunctions.DiGamma(theta + counts[i]) - SpecialFunctions.DiGamma(theta) + Math.Log(theta / (theta + mean))
                    + (mean - counts[i]) / (theta + mean);
            }
            return sum;
        }
        double low = Math.Log(start), high = low;
        while (Slope(Math.Exp(low)) < 0 && low > -30) low -= 1;
        while (Slope(Math.Exp(high)) > 0)
        {
            high += 1;
            if (high > Math.Log(Largest)) return Largest;
        }
        for (var round = 0; round < 200 && high - low > 1e-15 * Math.Max(1, Math.Abs(high)); round++)
        {
            var middle = (low + high) / 2;
            if (middle == low || middle == high) break;
            if (Slope(Math.Exp(middle)) > 0) low = middle;
            else high = middle;
        }
        return Math.Exp((low + high) / 2);
    }
}
