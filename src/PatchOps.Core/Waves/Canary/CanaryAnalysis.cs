using MathNet.Numerics.Distributions;
using PatchOps.Domain;

namespace PatchOps.Core.Waves.Canary;

/// <summary>One metric over the bake time: a series for each patched host, and for each unpatched peer.</summary>
public sealed record CanaryMetric(string Name, IReadOnlyList<IReadOnlyList<double>> Patched, IReadOnlyList<IReadOnlyList<double>> Peers, HarmfulDirection Harmful = HarmfulDirection.Either);

public enum CanaryVerdict
{
    /// <summary>Nothing harmful was found, and it could have been.</summary>
    Pass,
    Fail,

    /// <summary>Too few hosts or points to find anything: no pass.</summary>
    NotEnoughData,
}

/// <summary>What was found for one metric.</summary>
public sealed record CanaryMetricResult
{
    public required string Name { get; init; }

    public required CanaryVerdict Verdict { get; init; }

    /// <summary>P-value before, and after, the correction for several metrics (Benjamini and Hochberg); 1 where nothing could be tested.</summary>
    public required double PValue { get; init; }

    public required double AdjustedPValue { get; init; }

    /// <summary>P(patched &gt; peer), 0–1; 0.5 is no effect.</summary>
    public required double Superiority { get; init; }

    /// <summary>Units compared on either side, and what they are: hosts, or blocks of time of a single pair.</summary>
    public required int PatchedUnits { get; init; }

    public required int PeerUnits { get; init; }

    public required string Unit { get; init; }

    /// <summary>Shift that would have been found with 80 % probability, in the metric's own measure; null where none would.</summary>
    public required double? Detectable { get; init; }

    public required string Reason { get; init; }
}

/// <summary>The verdict over all metrics: Fail where one fails; else NotEnoughData where one could not tell; else Pass.</summary>
public sealed record CanaryResult(CanaryVerdict Verdict, IReadOnlyList<CanaryMetricResult> Metrics);

/// <summary>How strict the comparison is.</summary>
public sealed record CanaryOptions
{
    /// <summary>Chance of flagging a harmless canary, over all metrics together; between 0 and 1.</summary>
    public double Level { get; init => field = value is > 0 and < 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Level must lie between 0 and 1."); } = 0.02;

    /// <summary>Effects nearer to 0.5 than this are no harm, however certain; 0–0.5.</summary>
    public double SmallestEffect { get; init => field = value is >= 0 and < 0.5 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "SmallestEffect must be at least 0 and below 0.5."); } = 0.15;

    /// <summary>Points a series needs to be looked at, 3 or more.</summary>
    public int MinimumPoints { get; init => field = value >= 3 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "MinimumPoints must be 3 or more."); } = 20;
}

/// <summary>Compares patched hosts with unpatched peers.</summary>
/// <remarks>
/// Hosts are the units where there are enough: one mean per host, so that no autocorrelation inside a host can inflate anything. One patched
/// host against one peer is compared by blocks of time (<see cref="SeriesBlocks"/>); that tells whether the two differ, and not whether hosts do.
/// The same input gives the same result, bit for bit.
/// </remarks>
public static class CanaryAnalysis
{
    // Neighbouring blocks of four τ still correlate by about 0.05, which roughly doubles how often small p-values come up (measured for
    // autocorrelations 0 to 0.9); so a p-value from blocks counts double.
    private const double BlockPenalty = 2;

    public static CanaryResult Compare(IReadOnlyList<CanaryMetric> metrics, CanaryOptions options)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentNullException.ThrowIfNull(options);
        if (metrics.Count == 0) return new CanaryResult(CanaryVerdict.NotEnoughData, []);
        var tested = metrics.Select(m => Test(m, options, metrics.Count)).ToArray();
        var adjusted = Adjust([.. tested.Select(t => t.PValue)]);
        var results = tested.Select((t, i) => Judge(t with { AdjustedPValue = adjusted[i] }, options)).ToArray();
        var verdict = Array.Exists(results, r => r.Verdict == CanaryVerdict.Fail) ? CanaryVerdict.Fail
            : Array.Exists(results, r => r.Verdict == CanaryVerdict.NotEnoughData) ? CanaryVerdict.NotEnoughData
            : CanaryVerdict.Pass;
        return new CanaryResult(verdict, results);
    }

    /// <summary>Highest failure rate that so few failures do not exclude (Clopper and Pearson's upper bound): 0 in 5 at 95 % leaves 0.45.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More failures than hosts, no hosts, or a confidence outside (0, 1).</exception>
    public static double HighestFailureRate(int failures, int hosts, double confidence)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(hosts, 1);
        if (failures < 0 || failures > hosts) throw new ArgumentOutOfRangeException(nameof(failures), failures, "Failures must lie between none and all hosts.");
        if (confidence is not (> 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "Confidence must lie between 0 and 1.");
        return failures == hosts ? 1 : Beta.InvCDF(failures + 1, hosts - failures, confidence);
    }

    private static CanaryMetricResult Test(CanaryMetric metric, CanaryOptions options, int family)
    {
        var patched = Usable(metric, metric.Patched, options);
        var peers = Usable(metric, metric.Peers, options);
        if (patched.Count == 0 || peers.Count == 0)
            return Short(metric, patched.Count, peers.Count, "hosts", FormattableString.Invariant($"{patched.Count} patched hosts and {peers.Count} peers have {options.MinimumPoints} points or more; both sides need one."));

        string unit;
        var penalty = 1.0;
        double[] left, right;
        if (patched.Count == 1 && peers.Count == 1)
        {
            var length = SeriesBlocks.Length(patched[0], peers[0]);
            penalty = BlockPenalty;
            (unit, left, right) = (FormattableString.Invariant($"blocks of {length} points"), SeriesBlocks.Means(patched[0], length), SeriesBlocks.Means(peers[0], length));
        }
        else
        {
            (unit, left, right) = ("hosts", [.. patched.Select(s => s.Average())], [.. peers.Select(s => s.Average())]);
        }
        if (left.Length == 0 || right.Length == 0) return Short(metric, left.Length, right.Length, unit, "The series are too strongly autocorrelated for their length.");
        var rank = RankTest.Compare(left, right, metric.Harmful);
        rank = rank with { PValue = Math.Min(1, rank.PValue * penalty), SmallestPValue = Math.Min(1, rank.SmallestPValue * penalty) };
        // The strictest level that the correction may ask of this metric: if even that is out of reach, it could not have been flagged alone.
        if (rank.SmallestPValue > options.Level / family)
            return Short(metric, left.Length, right.Length, unit, FormattableString.Invariant($"{left.Length} and {right.Length} {unit} cannot show harm at {options.Level / family:0.####}: the smallest p-value they can give is {rank.SmallestPValue:0.####}."));
        return new CanaryMetricResult
        {
            Name = metric.Name, Verdict = CanaryVerdict.Pass, PValue = rank.PValue, AdjustedPValue = rank.PValue, Superiority = rank.Superiority,
            PatchedUnits = left.Length, PeerUnits = right.Length, Unit = unit, Detectable = Detectable(left, right, options.Level / family / penalty, metric.Harmful), Reason = "",
        };
    }

    private static List<IReadOnlyList<double>> Usable(CanaryMetric metric, IReadOnlyList<IReadOnlyList<double>> series, CanaryOptions options)
    {
        if (series.Any(s => s.Any(v => !double.IsFinite(v))))
            throw new FailureException("MetricNotFinite", FailureKind.InvalidInput, $"Metric '{metric.Name}' has values that are no numbers.", metric.Name, "Leave gaps out of the series.");
        return [.. series.Where(s => s.Count >= options.MinimumPoints)];
    }

    private static CanaryMetricResult Short(CanaryMetric metric, int patched, int peers, string unit, string reason) => new()
    {
        Name = metric.Name, Verdict = CanaryVerdict.NotEnoughData, PValue = 1, AdjustedPValue = 1, Superiority = 0.5,
        PatchedUnits = patched, PeerUnits = peers, Unit = unit, Detectable = null, Reason = reason,
    };

    private static CanaryMetricResult Judge(CanaryMetricResult result, CanaryOptions options)
    {
        if (result.Verdict == CanaryVerdict.NotEnoughData) return result;
        var harmful = result.AdjustedPValue <= options.Level && Math.Abs(result.Superiority - 0.5) >= options.SmallestEffect;
        var figures = FormattableString.Invariant($"{result.PatchedUnits} against {result.PeerUnits} {result.Unit}: adjusted p {result.AdjustedPValue:0.####}, a patched one is higher in {result.Superiority:P0} of pairs");
        return harmful
            ? result with { Verdict = CanaryVerdict.Fail, Reason = figures + "." }
            : result with { Reason = FormattableString.Invariant($"{figures}; a shift of {result.Detectable:0.###} would have been found with 80 % probability.") };
    }

    /// <summary>Noether's approximation for rank tests under a normal shift: (z₁₋α + z₀.₈) · s · √(1/m + 1/n) · √(π/3).</summary>
    private static double Detectable(double[] left, double[] right, double level, HarmfulDirection direction)
    {
        var freedom = left.Length + right.Length - 2;
        var spread = freedom == 0 ? 0 : Math.Sqrt((Squares(left) + Squares(right)) / freedom);
        var z = Normal.InvCDF(0, 1, 1 - (direction == HarmfulDirection.Either ? level / 2 : level)) + Normal.InvCDF(0, 1, 0.8);
        return z * spread * Math.Sqrt((1.0 / left.Length) + (1.0 / right.Length)) * Math.Sqrt(Math.PI / 3);
    }

    private static double Squares(double[] values)
    {
        var mean = values.Average();
        return values.Sum(v => (v - mean) * (v - mean));
    }

    private static double[] Adjust(double[] p)
    {
        var order = Enumerable.Range(0, p.Length).OrderByDescending(i => p[i]).ToArray();
        var adjusted = new double[p.Length];
        var least = 1.0;
        for (var i = 0; i < order.Length; i++)
        {
            least = Math.Min(least, p[order[i]] * p.Length / (p.Length - i));
            adjusted[order[i]] = least;
        }
        return adjusted;
    }
}
