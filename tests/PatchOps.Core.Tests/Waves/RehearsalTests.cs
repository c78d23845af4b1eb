using MathNet.Numerics.Distributions;
using PatchOps.Core.Waves.Rehearsal;
using PatchOps.Domain;
using PatchOps.Tests.Waves;

namespace PatchOps.Core.Tests.Waves;

public sealed class RehearsalTests
{
    private static PlanWave Wave(int hosts, HaltRule halt, TimeSpan window, TimeSpan? median = null, TimeSpan? ninetieth = null)
    {
        var planned = new WaveRig(hosts) { Halt = halt }.Definition().Wave;
        return planned with
        {
            End = planned.Start + window,
            Hosts = [.. planned.Hosts.Select(h => h with { Start = planned.Start, LatestStart = planned.Start + window, Median = median ?? h.Median, NinetiethPercentile = ninetieth ?? h.NinetiethPercentile })],
        };
    }

    [Fact]
    public void A_wave_that_tolerates_no_failure_goes_through_as_often_as_no_host_fails()
    {
        var wave = Wave(10, new HaltRule { MaxFailures = 0, MaxFailurePercent = 100 }, TimeSpan.FromDays(9));
        var forecast = Assert.Single(WaveRehearsal.Simulate([wave], new RehearsalOptions { FailureProbability = _ => 0.05 }, 20_000, 1));
        Assert.Equal(Math.Pow(0.95, 10), forecast.InWindow, 2);
        Assert.Equal(1 - Math.Pow(0.95, 10), forecast.Halted, 2);

        // It stops at the first failure, so there is never a second.
        Assert.Equal(forecast.Halted, forecast.ExpectedRollbacks, 10);
    }

    /// <summary>One host at a time, f failures tolerated: the wave goes through where the f-th failure does not come before the last host.</summary>
    [Theory]
    [InlineData(8, 1, 0.1)]
    [InlineData(12, 2, 0.15)]
    [InlineData(20, 3, 0.1)]
    [InlineData(5, 5, 0.4)]
    public void A_wave_goes_through_as_often_as_the_binomial_distribution_says(int hosts, int tolerated, double chance)
    {
        var wave = Wave(hosts, new HaltRule { MaxFailures = tolerated, MaxFailurePercent = 100 }, TimeSpan.FromDays(99));
        var forecast = Assert.Single(WaveRehearsal.Simulate([wave], new RehearsalOptions { FailureProbability = _ => chance, Throttle = 1 }, 40_000, 7));
        var expected = Binomial.CDF(chance, hosts - 1, tolerated - 1);
        Assert.InRange(forecast.InWindow, expected - 0.012, expected + 0.012);
        // A halt leaves out whoever comes after the f-th failure: the mean number of hosts tried is that of a stopped negative binomial.
        var tried = Enumerable.Range(0, hosts).Sum(i => Binomial.CDF(chance, i, tolerated - 1));
        Assert.InRange(hosts - forecast.ExpectedNotAdmitted, tried - 0.1, tried + 0.1);
        Assert.InRange(forecast.ExpectedRollbacks, (chance * tried) - 0.05, (chance * tried) + 0.05);
    }

    /// <summary>Hosts of certain length, k at a time, take ⌈n ÷ k⌉ rounds: below that window the wave never ends in time, from there on always.</summary>
    [Theory]
    [InlineData(10, 3, 4)]
    [InlineData(9, 3, 3)]
    [InlineData(7, 10, 1)]
    public void Certain_durations_end_exactly_when_they_must(int hosts, int throttle, int rounds)
    {
        var length = TimeSpan.FromMinutes(10);
        WaveForecast In(TimeSpan window) => Assert.Single(WaveRehearsal.Simulate(
            [Wave(hosts, new HaltRule { MaxFailures = hosts, MaxFailurePercent = 100 }, window, length, length)], new RehearsalOptions { FailureProbability = _ => 0, Throttle = throttle }, 50, 1));
        Assert.Equal(1, In(rounds * length).InWindow);
        Assert.Equal(0, In((rounds * length) - TimeSpan.FromSeconds(1)).InWindow);
        Assert.Equal(rounds * length, In(rounds * length).Median);
    }

    [Fact]
    public void One_hosts_end_has_the_planned_quantiles()
    {
        var wave = Wave(1, new HaltRule { MaxFailures = 1, MaxFailurePercent = 100 }, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10));
        var forecast = Assert.Single(WaveRehearsal.Simulate([wave], new RehearsalOptions { FailureProbability = _ => 0 }, 20_000, 1));
        Assert.Equal(0.9, forecast.InWindow, 2);
        Assert.Equal(5, forecast.Median.TotalMinutes, 1);
        Assert.InRange(forecast.NinetiethPercentile.TotalMinutes, 9.7, 10.3);
    }

    [Fact]
    public void Expected_rollbacks_are_the_sum_of_chances_where_nothing_stops_the_wave()
    {
        var wave = Wave(50, new HaltRule { MaxFailures = 50, MaxFailurePercent = 100 }, TimeSpan.FromDays(9));
        var forecast = Assert.Single(WaveRehearsal.Simulate([wave], new RehearsalOptions { FailureProbability = h => h.Asset == "host-1" ? 1 : 0.1 }, 5_000, 3));
        Assert.InRange(forecast.ExpectedRollbacks, 5.9 - 0.2, 5.9 + 0.2);
    }

    [Fact]
    public void The_host_that_drives_the_risk_is_named_first()
    {
        var wave = Wave(10, new HaltRule { MaxFailures = 0, MaxFailurePercent = 100 }, TimeSpan.FromDays(9));
        var forecast = WaveRehearsal.Simulate([wave], new RehearsalOptions { FailureProbability = h => h.Asset == "host-7" ? 0.3 : 0.01 }, 5_000, 1)[0];
        Assert.Equal("host-7", forecast.Drivers[0].Asset);
    }

    /// <summary>The root fails with chance p and takes its chain with it: of n hosts in a row, the k-th is begun with chance (1 − p)^(k−1).</summary>
    [Fact]
    public void Hosts_that_come_after_a_failed_one_are_not_begun_and_the_next_wave_knows()
    {
        var wave = Wave(6, new HaltRule { MaxFailures = 6, MaxFailurePercent = 100 }, TimeSpan.FromDays(9));
        wave = wave with { Hosts = [.. wave.Hosts.Select((h, i) => i == 0 ? h : h with { After = [wave.Hosts[i - 1].Asset] })] };
        var next = Wave(8, new HaltRule { MaxFailures = 6, MaxFailurePercent = 100 }, TimeSpan.FromDays(9));
        next = next with { Number = 2, Hosts = [.. next.Hosts.Skip(6).Select((h, i) => i == 0 ? h with { After = ["host-6"] } : h)] };
        var forecast = WaveRehearsal.Simulate([wave, next], new RehearsalOptions { FailureProbability = h => h.Asset == "host-8" ? 0 : 0.2 }, 40_000, 3);
        var begun = Enumerable.Range(0, 6).Sum(k => Math.Pow(0.8, k));
        Assert.Equal(6 - begun, forecast[0].ExpectedNotAdmitted, 1);
        Assert.Equal(0.2 * begun, forecast[0].ExpectedRollbacks, 1);
        Assert.Equal(1, forecast[1].Reached);
        Assert.Equal(1 - Math.Pow(0.8, 6), forecast[1].ExpectedNotAdmitted, 2);
    }

    [Fact]
    public void A_chain_takes_as_long_as_its_hosts_in_a_row_whatever_the_throttle()
    {
        var length = TimeSpan.FromMinutes(10);
        var wave = Wave(4, new HaltRule { MaxFailures = 4, MaxFailurePercent = 100 }, TimeSpan.FromDays(1), length, length);
        wave = wave with { Hosts = [.. wave.Hosts.Select((h, i) => i == 0 ? h : h with { After = [wave.Hosts[i - 1].Asset] })] };
        Assert.Equal(4 * length, Assert.Single(WaveRehearsal.Simulate([wave], new RehearsalOptions { FailureProbability = _ => 0, Throttle = 10 }, 20, 1)).Median);
    }

    [Fact]
    public void The_same_seed_gives_the_same_figures_and_a_halted_wave_ends_the_run()
    {
        var wave = Wave(10, new HaltRule { MaxFailures = 0, MaxFailurePercent = 100 }, TimeSpan.FromDays(9));
        var options = new RehearsalOptions { FailureProbability = _ => 0.05 };
        var first = WaveRehearsal.Simulate([wave, wave with { Number = 2 }], options, 1000, 5);
        var second = WaveRehearsal.Simulate([wave, wave with { Number = 2 }], options, 1000, 5);
        Assert.Equal(first.Select(f => f with { Drivers = [] }).ToString(), second.Select(f => f with { Drivers = [] }).ToString());
        Assert.Equal(first[0].InWindow, second[0].InWindow);
        Assert.Equal(first[0].InWindow, first[1].Reached);
        Assert.True(first[1].InWindow < first[0].InWindow);
    }

    [Fact]
    public void Random_numbers_have_the_right_moments()
    {
        var random = new RandomStream(11);
        var beta = Enumerable.Range(0, 50_000).Select(_ => random.Beta(2, 6)).ToArray();
        Assert.Equal(0.25, beta.Average(), 2);
        var normal = Enumerable.Range(0, 50_000).Select(_ => random.Normal()).ToArray();
        Assert.Equal(0, normal.Average(), 1);
        Assert.Equal(1, normal.Select(x => x * x).Average(), 1);
        Assert.Equal(Normal.CDF(0, 1, 1), normal.Count(x => x <= 1) / 50_000.0, 2);
    }
}
