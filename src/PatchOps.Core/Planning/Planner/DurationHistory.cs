using PatchOps.Core.Risk;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Planner;

/// <summary>How long patches take on kinds of hosts: median and 90th percentile of ended deployments.</summary>
/// <remarks>
/// Shrinkage policy default → product → patch → host class → product on that class → patch on that class. At each level the logarithm of a
/// quantile is the mean of the level's own and the one above, weighted by its deployments and by <see cref="PlanningPolicy.DurationSamples"/>;
/// each deployment counts at one level only. What other products took on a host class is compared with what they took everywhere.
/// </remarks>
public sealed class DurationHistory
{
    /// <summary>What is reserved is a multiple of this.</summary>
    private const int ReservedMinutes = 5;

    private readonly record struct Sample(string Patch, string? Class, double Log);

    private readonly Dictionary<string, List<Sample>> products = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> medians = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Patch, string Class), (double Median, double High)> known = [];
    private readonly PlanningPolicy policy;

    /// <param name="deployments">Those without an end tell nothing.</param>
    /// <param name="classOf">Host class of an asset's id or name; null where it is not known.</param>
    /// <param name="policy">Defaults, and how much they weigh.</param>
    public DurationHistory(IEnumerable<Deployment> deployments, Func<string, string?> classOf, PlanningPolicy policy)
    {
        this.policy = policy;
        var classes = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var deployment in deployments)
        {
            if (deployment.Ended is not { } ended || ended <= deployment.Started) continue;
            if (!classes.TryGetValue(deployment.Asset, out var of)) classes[deployment.Asset] = of = classOf(deployment.Asset);
            var product = PatchNames.Product(deployment.Patch);
            if (!products.TryGetValue(product, out var list)) products[product] = list = [];
            list.Add(new Sample(deployment.Patch, of, Math.Log((ended - deployment.Started).TotalMinutes)));
        }
        foreach (var (product, list) in products) medians[product] = Level(Default, list.Select(s => s.Log)).Median;
    }

    private (double Median, double High) Default => (Math.Log(policy.DefaultMedian.TotalMinutes), Math.Log(policy.DefaultNinetiethPercentile.TotalMinutes));

    /// <summary>Of all patches that one host gets in one go: the package manager installs them together, so the longest counts. Whole minutes, the percentile a multiple of five.</summary>
    /// <param name="patches">Patch ids.</param>
    /// <param name="hostClass">Class of the host, as the constructor's function names it.</param>
    public (TimeSpan Median, TimeSpan NinetiethPercentile) Of(IEnumerable<string> patches, string hostClass)
    {
        double median = double.NegativeInfinity, high = double.NegativeInfinity;
        foreach (var patch in patches)
        {
            if (!known.TryGetValue((patch, hostClass), out var of)) known[(patch, hostClass)] = of = Of(patch, hostClass);
            median = Math.Max(median, of.Median);
            high = Math.Max(high, of.High);
        }
        if (double.IsNegativeInfinity(median)) (median, high) = Default;
        var (mid, most) = (Minutes(median, 1), Minutes(high, ReservedMinutes));
        return (mid, most < mid ? mid : most);
    }

    private (double Median, double High) Of(string patch, string hostClass)
    {
        var product = PatchNames.Product(patch);
        var own = products.GetValueOrDefault(product, []);
        var level = Level(Default, own.Where(s => s.Patch != patch && s.Class != hostClass).Select(s => s.Log));
        level = Level(level, own.Where(s => s.Patch == patch && s.Class != hostClass).Select(s => s.Log));
        var typical = level.Median;
        level = Level(level, products.Where(p => p.Key != product).SelectMany(p => p.Value.Where(s => s.Class == hostClass).Select(s => typical + s.Log - medians[p.Key])));
        level = Level(level, own.Where(s => s.Patch != patch && s.Class == hostClass).Select(s => s.Log));
        return Level(level, own.Where(s => s.Patch == patch && s.Class == hostClass).Select(s => s.Log));
    }

    private (double Median, double High) Level((double Median, double High) above, IEnumerable<double> logs)
    {
        var sorted = logs.ToArray();
        if (sorted.Length == 0) return above;
        Array.Sort(sorted);
        double n = sorted.Length, weight = policy.DurationSamples;
        return (((n * Quantile(sorted, 0.5)) + (weight * above.Median)) / (n + weight), ((n * Quantile(sorted, 0.9)) + (weight * above.High)) / (n + weight));
    }

    /// <summary>Up to a multiple of minutes: plans are made on a grid, and reservations must not fall short. The last digits are rounding.</summary>
    private static TimeSpan Minutes(double log, int step) => TimeSpan.FromMinutes(Math.Max(1, Math.Ceiling((Math.Exp(log) / step) - 1e-6)) * step);

    private static double Quantile(double[] sorted, double share)
    {
        var at = share * (sorted.Length - 1);
        var low = (int)at;
        return low + 1 < sorted.Length ? sorted[low] + ((at - low) * (sorted[low + 1] - sorted[low])) : sorted[low];
    }
}
