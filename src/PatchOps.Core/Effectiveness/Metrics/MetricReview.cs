using System.Globalization;
using PatchOps.Core.Waves.Canary;
using PatchOps.Domain;

namespace PatchOps.Core.Effectiveness.Metrics;

/// <summary>Cuts a metric's samples at the deployment and compares the sides.</summary>
public static class MetricReview
{
    /// <param name="series">Samples of one host or service.</param>
    /// <param name="deployed">Start and end of the deployment.</param>
    /// <param name="tolerance">Shift that does not matter.</param>
    /// <param name="policy">Confidence, washout, and how many days before and after count.</param>
    /// <remarks>
    /// Neighbouring samples are alike, and a test that takes them for independent finds a shift in every slow wave: they are put together
    /// into blocks longer than their correlation first, and the medians of sides are those of the block means.
    /// </remarks>
    public static MetricShift Compare(MetricSamples series, (DateTimeOffset Start, DateTimeOffset End) deployed, double tolerance, EffectivenessPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(policy);
        var settled = deployed.End.AddDays(policy.WashoutDays);
        var ordered = series.Samples.Where(s => double.IsFinite(s.Value)).OrderBy(s => s.At).ToList();
        var before = ordered.Where(s => s.At < deployed.Start && s.At >= deployed.Start.AddDays(-policy.BeforeDays)).Select(s => s.Value).ToList();
        var after = ordered.Where(s => s.At >= settled && s.At < settled.AddDays(policy.AfterDays)).Select(s => s.Value).ToList();
        var length = before.Count > 2 && after.Count > 2 ? SeriesBlocks.Length(before, after) : 1;
        var result = MetricShiftTest.Compare(length > 1 ? SeriesBlocks.Means(before, length) : before, length > 1 ? SeriesBlocks.Means(after, length) : after, tolerance, policy);
        var reasons = new List<string>(result.Reasons);
        if (length > 1)
            reasons.Add(string.Create(CultureInfo.InvariantCulture, $"Neighbouring samples are alike: {length} at a time count as one ({before.Count} samples before, {after.Count} after)."));
        var dropped = series.Samples.Count - ordered.Count;
        if (dropped > 0) reasons.Add(string.Create(CultureInfo.InvariantCulture, $"{dropped} samples are not finite numbers and were left out."));
        if (ordered.Count > 0 && before.Count == 0) reasons.Add(string.Create(CultureInfo.InvariantCulture, $"No sample lies before the deployment of {deployed.Start:yyyy-MM-dd HH:mm} UTC."));
        if (ordered.Count > 0 && after.Count == 0) reasons.Add(string.Create(CultureInfo.InvariantCulture, $"No sample lies after the deployment and its washout, {settled:yyyy-MM-dd HH:mm} UTC."));
        return result with { Series = series.Name.Length == 0 ? null : series.Name, Deployed = deployed.Start, BeforeSamples = before.Count, AfterSamples = after.Count, Tolerance = tolerance, Reasons = reasons };
    }
}
