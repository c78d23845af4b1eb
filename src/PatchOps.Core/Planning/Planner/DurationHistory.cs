using PatchOps.Core.Risk;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Planner;

/// <summary>How long patches of a product took: median and 90th percentile of ended deployments.</summary>
public sealed class DurationHistory
{
    private readonly Dictionary<string, List<double>> minutes = new(StringComparer.Ordinal);
    private readonly PlanningPolicy policy;

    public DurationHistory(IEnumerable<Deployment> deployments, PlanningPolicy policy)
    {
        this.policy = policy;
        foreach (var deployment in deployments)
        {
            if (deployment.Ended is not { } ended || ended <= deployment.Started) continue;
            var product = PatchNames.Product(deployment.Patch);
            if (!minutes.TryGetValue(product, out var list)) minutes[product] = list = [];
            list.Add((ended - deployment.Started).TotalMinutes);
        }
        foreach (var list in minutes.Values) list.Sort();
    }

    /// <summary>Of all patches that one host gets in one go: the sum of medians, and of the spreads above them.</summary>
    public (TimeSpan Median, TimeSpan NinetiethPercentile) Of(IEnumerable<string> patches)
    {
        // Patches of one product run in one transaction of the package manager: the product counts once.
        double median = 0, p90 = 0;
        foreach (var product in patches.Select(PatchNames.Product).Distinct(StringComparer.Ordinal))
        {
            var known = minutes.TryGetValue(product, out var list) && list.Count >= policy.DurationSamples;
            var (m, p) = known ? (Quantile(list!, 0.5), Quantile(list!, 0.9)) : (policy.DefaultMedian.TotalMinutes, policy.DefaultNinetiethPercentile.TotalMinutes);
            median = Math.Max(median, m);
            p90 = Math.Max(p90, p);
        }
        // A second of planning grain keeps durations above zero and the percentile above the median.
        var shortest = TimeSpan.FromMinutes(1);
        var mid = TimeSpan.FromMinutes(median) < shortest ? shortest : TimeSpan.FromMinutes(median);
        var high = TimeSpan.FromMinutes(p90) < mid ? mid : TimeSpan.FromMinutes(p90);
        return (mid, high);
    }

    private static double Quantile(List<double> sorted, double share)
    {
        var at = share * (sorted.Count - 1);
        var low = (int)at;
        return low + 1 < sorted.Count ? sorted[low] + ((at - low) * (sorted[low + 1] - sorted[low])) : sorted[low];
    }
}
