using PatchOps.Core.Effectiveness;
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
}
