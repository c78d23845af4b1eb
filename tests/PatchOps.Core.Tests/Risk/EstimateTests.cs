using MathNet.Numerics.Distributions;
using PatchOps.Core.Risk;

namespace PatchOps.Core.Tests.Risk;

public class EstimateTests
{
    [Fact]
    public void Two_failures_in_two_installs_are_not_certainty()
    {
        var history = new OutcomeHistory(new(2, 2), new(2, 2), new(2, 2), new(2, 2));
        var estimate = ShrunkProbability.Estimate(history, 0.05, 20);
        Assert.Equal((20 * 0.05 + 2) / 22, estimate.Mean, 1e-12);
        var (low, high) = estimate.Interval();
        Assert.True(low < estimate.Mean && estimate.Mean < high && high < 1);
    }

    [Fact]
    public void Each_level_shrinks_towards_the_one_above_and_counts_only_what_is_new()
    {
        var history = new OutcomeHistory(new(1, 10), new(5, 40), new(6, 100), new(20, 1000));
        var all = ((0.05 * 20) + 14) / (20 + 900);
        var vendor = ((all * 20) + 1) / (20 + 60);
        var product = ((vendor * 20) + 4) / (20 + 30);
        Assert.Equal(((product * 20) + 1) / 30, ShrunkProbability.Estimate(history, 0.05, 20).Mean, 1e-12);
    }

    [Fact]
    public void Many_outcomes_outweigh_the_prior()
    {
        var estimate = ShrunkProbability.Estimate(RiskSamples.History(3_000, 10_000), 0.05, 20);
        Assert.Equal(0.3, estimate.Mean, 0.001);
    }

    [Fact]
    public void Contradicting_counts_add_nothing()
    {
        var estimate = ShrunkProbability.Estimate(new OutcomeHistory(new(5, 5), new(1, 1), default, new(-3, 2)), 0.05, 20);
        Assert.InRange(estimate.Mean, 0.0, 1.0);
    }

    /// <summary>Groups drawn from a Beta–Binomial of known strength: the estimate finds it.</summary>
    [Theory]
    [InlineData(5)]
    [InlineData(20)]
    [InlineData(60)]
    public void Empirical_bayes_finds_the_strength_that_made_the_data(double strength)
    {
        var random = new Random(11);
        const double mean = 0.1;
        var groups = Enumerable.Range(0, 4000).Select(_ =>
        {
            var p = Beta.Sample(random, mean * strength, (1 - mean) * strength);
            var n = random.Next(5, 80);
            return new OutcomeCounts(Binomial.Sample(random, p, n), n);
        }).ToList();
        Assert.InRange(ShrinkageStrength.Estimate(groups)!.Value, strength * 0.75, strength * 1.33);
    }

    [Fact]
    public void Empirical_bayes_does_not_guess()
    {
        Assert.Null(ShrinkageStrength.Estimate([new(0, 10), new(1, 10)]));
        Assert.Null(ShrinkageStrength.Estimate(Enumerable.Repeat(new OutcomeCounts(0, 10), 50)));
        Assert.Equal(1000, ShrinkageStrength.Estimate(Enumerable.Repeat(new OutcomeCounts(1, 10), 50)));
    }

    [Fact]
    public void An_incident_one_half_life_ago_counts_a_half()
    {
        var asOf = RiskSamples.AsOf;
        var evidence = Recurrence.Weigh([asOf, asOf.AddDays(-90), asOf.AddDays(-180)], asOf.AddDays(-360), asOf, 90);
        Assert.Equal(1.75, evidence.Incidents, 1e-12);
        Assert.Equal(90 / Math.Log(2) * (1 - (1 / 16.0)), evidence.Days, 1e-9);
    }

    [Fact]
    public void Incidents_outside_the_observed_time_or_after_the_day_do_not_count()
    {
        var asOf = RiskSamples.AsOf;
        var evidence = Recurrence.Weigh([asOf.AddDays(1), asOf.AddDays(-40)], asOf.AddDays(-30), asOf, 90);
        Assert.Equal(0, evidence.Incidents);
        Assert.Equal(default, Recurrence.Weigh([asOf], asOf.AddDays(5), asOf, 90) with { Incidents = 0 });
    }

    /// <summary>A steady rate is found whatever the half-life: weights of incidents and of time cancel.</summary>
    [Fact]
    public void A_steady_rate_is_estimated_without_bias()
    {
        var asOf = RiskSamples.AsOf;
        var weekly = Enumerable.Range(0, 100).Select(i => asOf.AddDays(-3.5 - (7 * i))).ToList();
        var evidence = Recurrence.Weigh(weekly, asOf.AddDays(-700), asOf, 90);
        Assert.Equal(1 / 7.0, evidence.Incidents / evidence.Days, 0.001);
        var (low, high) = Recurrence.Interval(evidence, RiskPolicy.Default);
        var rate = Recurrence.RatePerDay(evidence, RiskPolicy.Default);
        Assert.True(low < rate && rate < high);
    }
}
