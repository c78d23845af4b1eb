using System.Text.Json;
using PatchOps.Core.Effectiveness;
using PatchOps.Domain;

namespace PatchOps.Core.Tests.Effectiveness;

public sealed class EffectivenessTestTests
{
    [Theory]
    [InlineData(24, 180, 2, 90, EffectivenessVerdict.Effective)]
    [InlineData(12, 90, 3, 90, EffectivenessVerdict.Effective)]
    [InlineData(12, 90, 5, 90, EffectivenessVerdict.Inconclusive)]
    [InlineData(12, 90, 40, 90, EffectivenessVerdict.Worse)]
    [InlineData(1000, 180, 1000, 180, EffectivenessVerdict.NotEffective)]
    [InlineData(100000, 180, 90000, 180, EffectivenessVerdict.NotEffective)]
    [InlineData(2, 180, 0, 30, EffectivenessVerdict.Inconclusive)]
    [InlineData(1000000000, 180, 500000000, 180, EffectivenessVerdict.Effective)]
    public void Verdict_follows_interval_and_probability(long before, double beforeDays, long after, double afterDays, EffectivenessVerdict expected)
    {
        var result = EffectivenessTest.FromCounts(before, beforeDays, after, afterDays);
        Assert.Equal(expected, result.Verdict);
        Assert.Equal(expected != EffectivenessVerdict.Inconclusive, result.DaysNeeded == 0);
        Assert.NotEmpty(result.Reasons);
    }

    [Fact]
    public void Every_answer_can_be_written_as_JSON()
    {
        foreach (var before in new long[] { 0, 1, 12, 1_000_000_000 })
            foreach (var after in new long[] { 0, 1, 12, 1_000_000_000 })
                foreach (var days in new[] { 0, 1e-9, 1, 1e6 })
                {
                    var result = EffectivenessTest.FromCounts(before, days, after, 30);
                    Assert.DoesNotContain("NaN", JsonSerializer.Serialize(result), StringComparison.Ordinal);
                    Assert.True(result.BeforeDays == days && result.AfterDays == 30);
                }
    }

    [Fact]
    public void Without_exposure_the_answer_names_it()
    {
        var result = EffectivenessTest.FromCounts(5, 0, 0, 30);
        Assert.Equal(EffectivenessVerdict.Inconclusive, result.Verdict);
        Assert.Null(result.RateRatio);
        Assert.Null(result.PValue);
        Assert.Null(result.DaysNeeded);
        Assert.Contains("exposure", result.Reasons[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_before_leaves_ratio_and_upper_limit_undefined()
    {
        var result = EffectivenessTest.FromCounts(0, 180, 9, 30);
        Assert.Equal(EffectivenessVerdict.Worse, result.Verdict);
        Assert.Null(result.RateRatio);
        Assert.Null(result.RateRatioHigh);
        Assert.True(result.RateRatioLow > 1);
    }

    [Fact]
    public void Inconclusive_says_when_a_verdict_is_possible()
    {
        var now = EffectivenessTest.FromCounts(12, 180, 0, 30);
        Assert.Equal(EffectivenessVerdict.Inconclusive, now.Verdict);
        var days = Assert.NotNull(now.DaysNeeded);
        Assert.Equal(EffectivenessVerdict.Effective, EffectivenessTest.FromCounts(12, 180, 0, 30 + days).Verdict);
        Assert.Equal(EffectivenessVerdict.Inconclusive, EffectivenessTest.FromCounts(12, 180, 0, 30 + days - 1).Verdict);
    }

    [Fact]
    public void No_date_is_promised_where_none_is_in_sight() => Assert.Null(EffectivenessTest.FromCounts(0, 180, 0, 90).DaysNeeded);

    [Theory]
    [InlineData(-1, 1, 0, 1)]
    [InlineData(1, -1, 0, 1)]
    [InlineData(1, double.NaN, 0, 1)]
    [InlineData(1, 1, 0, double.PositiveInfinity)]
    public void Impossible_input_is_refused(long before, double beforeDays, long after, double afterDays) =>
        Assert.Equal(FailureKind.InvalidInput, Assert.Throws<FailureException>(() => EffectivenessTest.FromCounts(before, beforeDays, after, afterDays)).Failure.Kind);
}
