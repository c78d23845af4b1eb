using System.Globalization;
using PatchOps.Core.Effectiveness.Statistics;
using PatchOps.Core.Effectiveness.Verdicts;
using PatchOps.Domain;

namespace PatchOps.Core.Effectiveness.Metrics;

/// <summary>Performance problems: a metric's samples before and after deployment (Mann–Whitney, Hodges–Lehmann).</summary>
public static class MetricShiftTest
{
    /// <summary>Fewer samples than this on a side carry no verdict.</summary>
    private const int Fewest = 5;

    /// <param name="before">Samples before; values that are not finite are left out and named.</param>
    /// <param name="after">Samples after.</param>
    /// <param name="tolerance">Shift either way that does not matter, in the metric's unit; zero or more.</param>
    /// <param name="policy">Gives the confidence.</param>
    /// <exception cref="FailureException">The tolerance is negative or not finite.</exception>
    /// <remarks>Samples that follow each other closely are alike; the interval takes them as independent, so sample sparsely.</remarks>
    public static MetricShift Compare(IReadOnlyList<double> before, IReadOnlyList<double> after, double tolerance, EffectivenessPolicy? policy = null)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        if (!(tolerance >= 0 && double.IsFinite(tolerance)))
            throw new FailureException("ToleranceInvalid", FailureKind.InvalidInput, "The tolerance is a finite number, zero or more.", "Tolerance", "Give it in the metric's unit.");
        policy ??= EffectivenessPolicy.Default;
        var x = before.Where(double.IsFinite).ToArray();
        var y = after.Where(double.IsFinite).ToArray();
        var reasons = new List<string>();
        var dropped = before.Count + after.Count - x.Length - y.Length;
        if (dropped > 0) reasons.Add(string.Create(CultureInfo.InvariantCulture, $"{dropped} samples are not finite numbers and were left out."));
        var result = new MetricShift { Verdict = MetricShiftVerdict.Inconclusive, BeforeSamples = x.Length, AfterSamples = y.Length };
        if (x.Length < Fewest || y.Length < Fewest)
        {
            reasons.Add(string.Create(CultureInfo.InvariantCulture, $"There are {x.Length} samples before and {y.Length} after; at least {Fewest} on each side are needed."));
            return result with { Reasons = reasons };
        }
        var (shift, low, high) = RankTest.HodgesLehmann(x, y, policy.Confidence);
        var verdict = low > tolerance ? MetricShiftVerdict.Higher
            : high < -tolerance ? MetricShiftVerdict.Lower
            : low >= -tolerance && high <= tolerance ? MetricShiftVerdict.Unchanged
            : MetricShiftVerdict.Inconclusive;
        reasons.Add($"The typical shift is {Sentences.Number(shift)} ({Sentences.Percent(policy.Confidence)} interval {Sentences.Number(low)} to {Sentences.Number(high)}) against a tolerance of {Sentences.Number(tolerance)}.");
        return result with { Verdict = verdict, Shift = shift, ShiftLow = low, ShiftHigh = high, PValue = RankTest.MannWhitney(x, y).PValue, Reasons = reasons };
    }
}
