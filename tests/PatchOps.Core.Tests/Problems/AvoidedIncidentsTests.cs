using PatchOps.Core.Problems.Candidates;

namespace PatchOps.Core.Tests.Problems;

/// <summary>Expected incidents avoided: rate × chance, with limits that hold what they say.</summary>
public sealed class AvoidedIncidentsTests
{
    [Fact]
    public void It_is_the_rate_times_the_chance_that_the_patch_removes_the_cause()
    {
        var found = AvoidedIncidents.Estimate(12, 90, (0.5, 0.3, 0.7), 1);
        Assert.Equal(12.0 / 90 * 30 * 0.5, found.Mean, 9);
        Assert.True(found.Low < found.Mean && found.Mean < found.High);
        Assert.Equal(found.Mean / 2, AvoidedIncidents.Estimate(12, 90, (0.5, 0.3, 0.7), 0.5).Mean, 9);
    }

    [Fact]
    public void Limits_cover_what_simulation_draws()
    {
        // Gamma(20.5, 180) rates times Beta chances with mean 0.4: the share of draws inside the limits is 95 %.
        var (low, high) = (MathNet.Numerics.Distributions.Beta.InvCDF(8, 12, 0.025), MathNet.Numerics.Distributions.Beta.InvCDF(8, 12, 0.975));
        var found = AvoidedIncidents.Estimate(20, 180, (0.4, low, high), 1);
        var random = new Random(3);
        const int draws = 20_000;
        var inside = Enumerable.Range(0, draws).Count(_ =>
        {
            var avoided = MathNet.Numerics.Distributions.Gamma.Sample(random, 20.5, 180) * 30 * MathNet.Numerics.Distributions.Beta.Sample(random, 8, 12);
            return avoided >= found.Low && avoided <= found.High;
        });
        Assert.InRange(inside / (double)draws, 0.94, 0.96);
    }

    [Theory]
    [InlineData(0, 100, 0.5, 1)]
    [InlineData(5, 100, 0, 1)]
    [InlineData(5, 0, 0.5, 1)]
    [InlineData(5, 100, 1, 1)]
    [InlineData(1e6, 1, 0.9, 0)]
    public void Whatever_goes_in_no_NaN_comes_out(double incidents, double days, double chance, double share)
    {
        var found = AvoidedIncidents.Estimate(incidents, days, (chance, Math.Max(0, chance - 0.1), Math.Min(1, chance + 0.1)), share);
        Assert.All([found.Mean, found.Low, found.High], v => Assert.True(double.IsFinite(v) && v >= 0));
        Assert.True(found.Low <= found.High);
    }
}
