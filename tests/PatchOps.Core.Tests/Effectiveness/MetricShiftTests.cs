using PatchOps.Core.Effectiveness;
using PatchOps.Core.Effectiveness.Metrics;
using PatchOps.Domain;

namespace PatchOps.Core.Tests.Effectiveness;

public sealed class MetricShiftTests
{
    private static double[] Series(int seed, double shift, int size = 200)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, size).Select(_ => 100 + shift + 10 * (random.NextDouble() + random.NextDouble() - 1)).ToArray();
    }

    [Theory]
    [InlineData(0, MetricShiftVerdict.Unchanged)]
    [InlineData(20, MetricShiftVerdict.Higher)]
    [InlineData(-20, MetricShiftVerdict.Lower)]
    [InlineData(5, MetricShiftVerdict.Inconclusive)]
    public void Shift_is_judged_against_the_tolerance(double shift, MetricShiftVerdict expected)
    {
        var result = MetricShiftTest.Compare(Series(1, 0), Series(2, shift), 5);
        Assert.Equal(expected, result.Verdict);
        Assert.InRange(result.Shift!.Value, shift - 2, shift + 2);
    }

    [Fact]
    public void Few_or_broken_samples_are_named()
    {
        var result = MetricShiftTest.Compare([1, double.NaN], [], 1);
        Assert.Equal(MetricShiftVerdict.Inconclusive, result.Verdict);
        Assert.Null(result.Shift);
        Assert.Equal(2, result.Reasons.Count);
        Assert.Throws<FailureException>(() => MetricShiftTest.Compare([1], [1], double.NaN));
    }

    [Fact]
    public void Slow_waves_are_no_shift_and_a_real_one_is_found_through_them()
    {
        var random = new Random(9);
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        int alarms = 0, found = 0;
        for (var run = 0; run < 100; run++)
        {
            MetricSamples Walk(double shift)
            {
                // Every sample keeps nine tenths of the last one's deviation.
                double level = 0;
                return new("web01", [.. Enumerable.Range(0, 3000).Select(k =>
                {
                    level = 0.9 * level + random.NextDouble() - 0.5;
                    return (start.AddHours(k), 100 + level + (k >= 1500 ? shift : 0));
                })]);
            }
            var deployed = (start.AddHours(1500), start.AddHours(1500));
            if (MetricReview.Compare(Walk(0), deployed, 0, EffectivenessPolicy.Default).Verdict is MetricShiftVerdict.Higher or MetricShiftVerdict.Lower) alarms++;
            if (MetricReview.Compare(Walk(2), deployed, 0, EffectivenessPolicy.Default).Verdict == MetricShiftVerdict.Higher) found++;
        }
        Assert.InRange(alarms, 0, 10);
        Assert.InRange(found, 95, 100);
    }
}
