using MathNet.Numerics.Distributions;

namespace PatchOps.Core.Risk;

/// <summary>How often something happened: <paramref name="Hits"/> in <paramref name="Trials"/>.</summary>
public readonly record struct OutcomeCounts(int Hits, int Trials);

/// <summary>
/// Outcomes at four levels, each including the one before: this patch, all patches of the product, of the vendor, and all there are.
/// </summary>
public readonly record struct OutcomeHistory(OutcomeCounts Patch, OutcomeCounts Product, OutcomeCounts Vendor, OutcomeCounts All);

/// <summary>
/// Beta–Binomial estimate with shrinkage patch → product → vendor → all. Each level's posterior mean is the prior mean of the one below it,
/// worth <c>strength</c> trials; a level counts only what the level below has not already counted. So two failures in two installs of a
/// new patch move the estimate, and do not make it 100 %. (Gelman et al., Bayesian Data Analysis, 3rd ed., chapter 5.)
/// </summary>
public readonly record struct ShrunkProbability
{
    private readonly double alpha;
    private readonly double beta;

    private ShrunkProbability(double alpha, double beta) => (this.alpha, this.beta) = (alpha, beta);

    /// <summary>Posterior mean, above 0 and below 1 for a prior mean that is.</summary>
    public double Mean => alpha / (alpha + beta);

    /// <param name="history">Counts; a level that contradicts the level below it adds nothing.</param>
    /// <param name="priorMean">Mean before any outcome, 0–1.</param>
    /// <param name="strength">Trials that a prior is worth, above 0.</param>
    public static ShrunkProbability Estimate(in OutcomeHistory history, double priorMean, double strength)
    {
        var all = Level(priorMean, strength, history.All, history.Vendor);
        var vendor = Level(all.Mean, strength, history.Vendor, history.Product);
        var product = Level(vendor.Mean, strength, history.Product, history.Patch);
        return Level(product.Mean, strength, history.Patch, default);
    }

    /// <summary>Central interval of the posterior.</summary>
    public (double Low, double High) Interval(double level = 0.95) => alpha <= 0 || beta <= 0
        ? (Mean, Mean)
        : (Beta.InvCDF(alpha, beta, (1 - level) / 2), Beta.InvCDF(alpha, beta, (1 + level) / 2));

    private static ShrunkProbability Level(double mean, double strength, OutcomeCounts counts, OutcomeCounts counted)
    {
        var hits = Math.Max(0, (long)counts.Hits - counted.Hits);
        var misses = Math.Max(0, (long)counts.Trials - counts.Hits - ((long)counted.Trials - counted.Hits));
        return new ShrunkProbability((mean * strength) + hits, ((1 - mean) * strength) + misses);
    }
}

/// <summary>Empirical Bayes: learns from the data how much a group's own outcomes should count against its prior.</summary>
public static class ShrinkageStrength
{
    /// <summary>
    /// Strength in trials by moments of the Beta–Binomial (Kleinman 1973); 2–1000. Null where the groups cannot tell: fewer than five with
    /// outcomes, or all outcomes alike.
    /// </summary>
    public static double? Estimate(IEnumerable<OutcomeCounts> groups)
    {
        var used = groups.Where(g => g.Trials > 0 && g.Hits >= 0 && g.Hits <= g.Trials).ToList();
        double trials = used.Sum(g => (long)g.Trials), hits = used.Sum(g => (long)g.Hits);
        if (used.Count < 5 || hits == 0 || hits == trials) return null;
        var mean = hits / trials;
        var spread = used.Sum(g => g.Trials * Math.Pow(((double)g.Hits / g.Trials) - mean, 2));
        var within = mean * (1 - mean);
        var free = used.Count - 1;
        var scale = trials - (used.Sum(g => (double)g.Trials * g.Trials) / trials) - free;
        if (scale <= 0) return null;
        var correlation = (spread - (within * free)) / (within * scale);
        return correlation <= 0 ? 1000 : Math.Clamp((1 - correlation) / correlation, 2, 1000);
    }
}
