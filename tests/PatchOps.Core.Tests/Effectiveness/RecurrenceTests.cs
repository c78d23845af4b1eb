using PatchOps.Core.Effectiveness;
using PatchOps.Core.Effectiveness.Monitoring;
using PatchOps.Domain;
using Xunit.Abstractions;

namespace PatchOps.Core.Tests.Effectiveness;

public sealed class RecurrenceTests(ITestOutputHelper output)
{
    [Fact]
    public void Evidence_is_a_martingale_at_the_limit()
    {
        // Exact, by summing over the next count: sampling would miss the rare large values that carry the mean.
        foreach (var history in new int[][] { [], [0, 0, 0], [3, 0, 1], [0, 5, 9, 0, 0] })
        {
            double now = 1, next = 0, weight = Math.Exp(-0.4);
            for (var count = 0; count < 150; count++)
            {
                var monitor = new RecurrenceMonitor(0.1, 1e-12);
                foreach (var past in history) monitor.Observe(past, 4);
                if (history.Length > 0) now = Math.Exp(monitor.LogEvidence);
                monitor.Observe(count, 4);
                next += weight * Math.Exp(monitor.LogEvidence);
                weight *= 0.4 / (count + 1);
            }
            Assert.Equal(1, next / now, 9);
        }
    }

    [Fact]
    public void False_alarms_stay_below_their_rate_under_daily_looking_for_three_years()
    {
        var random = new Random(2);
        var alarms = 0;
        const int runs = 1500;
        for (var run = 0; run < runs; run++)
        {
            var monitor = new RecurrenceMonitor(0.1, 0.05);
            for (var day = 0; day < 1000 && !monitor.Alarm; day++) monitor.Observe(Simulation.Poisson(random, 0.1), 1);
            if (monitor.Alarm) alarms++;
        }
        output.WriteLine($"{alarms / (double)runs:P2} at a stated 5 %");
        Assert.True(alarms <= 0.05 * runs, $"{alarms} of {runs}");
    }

    [Fact]
    public void A_return_is_found_with_the_expected_delay()
    {
        var random = new Random(3);
        var delays = new List<double>();
        long? expected = null;
        for (var run = 0; run < 200; run++)
        {
            var monitor = new RecurrenceMonitor(0.05, 0.01);
            for (var day = 0; day < 200; day++) monitor.Observe(Simulation.Poisson(random, 0.01), 1);
            if (monitor.Alarm) continue;
            expected ??= monitor.StepsToAlarm(0.5, 1);
            var delay = 0;
            while (!monitor.Alarm && delay < 500) { monitor.Observe(Simulation.Poisson(random, 0.5), 1); delay++; }
            delays.Add(delay);
        }
        delays.Sort();
        output.WriteLine($"median delay {delays[delays.Count / 2]} days, expected {expected}");
        Assert.InRange(delays[delays.Count / 2], 0.5 * expected!.Value, 2.0 * expected.Value);
        Assert.True(delays[^1] < 500);
    }

    [Fact]
    public void Watch_raises_an_alarm_where_the_old_rate_returns_and_stays_quiet_where_not()
    {
        var back = RecurrenceWatch.Watch(new Simulation { Rate = 0.2, Ratio = 0, AfterDays = 360, ReturnsAfter = 150 }.Make(new Random(4)), 0.01);
        Assert.True(back.Alarm);
        Assert.InRange(back.ChangePoint!.Value, Simulation.Start.AddDays(180 + 120), Simulation.Start.AddDays(180 + 190));
        Assert.True(back.RaisedAt > back.ChangePoint);
        var quiet = RecurrenceWatch.Watch(new Simulation { Rate = 0.06, Ratio = 0.1, AfterDays = 360 }.Make(new Random(5)), 0.01);
        Assert.False(quiet.Alarm);
        Assert.NotNull(quiet.ExpectedDelayDays);
        Assert.NotEmpty(quiet.Reasons);
    }

    [Fact]
    public void A_long_quiet_time_neither_overflows_nor_blinds_the_monitor()
    {
        var monitor = new RecurrenceMonitor(5, 0.01);
        for (var day = 0; day < 20_000; day++) monitor.Observe(0, 1);
        Assert.True(double.IsFinite(monitor.LogEvidence));
        Assert.False(monitor.Alarm);
        for (var day = 0; day < 30; day++) monitor.Observe(50, 1);
        Assert.True(monitor.Alarm);
    }
}
