using PatchOps.Core.Kpi.Statistics;

namespace PatchOps.Core.Tests.Kpi;

public class EstimateTests
{
    // Values of R 4: prop.test(correct = FALSE) gives the score interval, poisson.test the exact one.
    [Theory]
    [InlineData(1, 10, 0.0178762131, 0.4041500268)]
    [InlineData(5, 10, 0.2365930905, 0.7634069095)]
    [InlineData(0, 20, 0, 0.1611251581)]
    [InlineData(20, 20, 0.8388748419, 1)]
    public void A_share_has_the_score_interval(long hits, long trials, double low, double high)
    {
        var share = Estimate.Share(hits, trials);
        Assert.Equal((double)hits / trials, share.Value);
        Assert.Equal(low, share.Low!.Value, 8);
        Assert.Equal(high, share.High!.Value, 8);
        Assert.Equal(trials, share.N);
    }

    [Theory]
    [InlineData(0, 1, 0, 3.688879454)]
    [InlineData(10, 1, 4.795388696, 18.390356042)]
    [InlineData(10, 2, 2.397694348, 9.195178021)]
    public void A_rate_has_the_exact_interval(long events, double exposure, double low, double high)
    {
        var rate = Estimate.Rate(events, exposure);
        Assert.Equal(events / exposure, rate.Value);
        Assert.Equal(low, rate.Low!.Value, 7);
        Assert.Equal(high, rate.High!.Value, 7);
    }

    [Fact]
    public void A_mean_has_the_interval_of_Student()
    {
        // t(3, 0.975) = 3.182446; mean 5, s = 2.581989.
        var mean = Estimate.Mean([2, 4, 6, 8]);
        Assert.Equal(5, mean.Value);
        Assert.Equal(5 - (3.182446305 * 2.581988897 / 2), mean.Low!.Value, 6);
        Assert.Equal(5 + (3.182446305 * 2.581988897 / 2), mean.High!.Value, 6);
    }

    [Fact]
    public void A_median_has_its_interval_between_order_statistics()
    {
        // For n = 10 the interval [x(2), x(9)] covers the median with probability 1 − 2 · 11/1024.
        var median = Estimate.Quantile(Enumerable.Range(1, 10).Select(i => (double)i), 0.5);
        Assert.Equal(5.5, median.Value);
        Assert.Equal(2, median.Low);
        Assert.Equal(9, median.High);
    }

    [Fact]
    public void Few_values_have_no_limit_rather_than_a_wrong_one()
    {
        var ninetieth = Estimate.Quantile([1, 2, 3, 4, 5], 0.9);
        Assert.Equal(4.6, ninetieth.Value!.Value, 12);
        Assert.Null(ninetieth.High);
        Assert.Equal(3, ninetieth.Low);
        Assert.Equal(new Estimate(7, null, null, 1), Estimate.Mean([7]));
    }

    [Fact]
    public void Nothing_is_null_and_never_NaN()
    {
        Assert.Equal(new Estimate(null, null, null, 0), Estimate.Share(0, 0));
        Assert.Equal(new Estimate(null, null, null, 0), Estimate.Mean([]));
        Assert.Equal(new Estimate(null, null, null, 0), Estimate.Quantile([], 0.5));
        Assert.Equal(new Estimate(null, null, null, 3), Estimate.Rate(3, 0));
        Assert.Equal(new Estimate(null, null, null, 0), Estimate.Total(0, 0));
    }
}
