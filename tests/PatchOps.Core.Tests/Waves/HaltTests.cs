using FsCheck;
using FsCheck.Fluent;
using PatchOps.Core.Seams;
using PatchOps.Core.Waves;
using PatchOps.Core.Waves.Halting;
using PatchOps.Domain;
using PatchOps.Tests.Waves;

namespace PatchOps.Core.Tests.Waves;

public sealed class HaltTests
{
    [Fact]
    public void Failures_never_exceed_the_limit_at_any_concurrency()
    {
        var cases = from hosts in Gen.Choose(1, 40)
                    from bad in Gen.Choose(0, hosts)
                    from absolute in Gen.Choose(0, 12)
                    from percent in Gen.Choose(0, 100)
                    from throttle in Gen.Choose(1, 40)
                    from consecutive in Gen.Choose(0, 6)
                    from seed in Gen.Choose(0, int.MaxValue - 1)
                    select (hosts, bad, absolute, percent, throttle, consecutive, seed);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var rig = new WaveRig(c.hosts)
            {
                Halt = new HaltRule { MaxFailures = c.absolute, MaxFailurePercent = c.percent },
                WithQuiesce = false,
                WithSnapshot = false,
            };
            rig.Options = rig.Options with { Throttle = c.throttle, MaxConsecutiveFailures = c.consecutive == 0 ? null : c.consecutive, Stage = false };
            var random = new Random(c.seed);
            foreach (var host in rig.Hosts.OrderBy(_ => random.Next()).Take(c.bad))
            {
                // Bad in every way that counts: unhealthy, failing, unreachable.
                switch (random.Next(3))
                {
                    case 0: host.UnhealthyPackages.Add("demo=1.1"); break;
                    case 1: host.FailingPackages.Add("demo=1.1"); break;
                    default: host.Unreachable = true; break;
                }
            }
            var (status, runs) = rig.RunAsync().GetAwaiter().GetResult();
            var limit = Math.Max(1, Math.Min(c.absolute, (int)Math.Floor(c.percent * c.hosts / 100.0)));
            var failed = runs.Values.Count(r => r.IsFailure);
            Assert.True(failed <= limit, $"{failed} failures with a limit of {limit}");
            Assert.Equal(c.hosts, runs.Count);
            if (status.State == WaveState.Completed) Assert.Equal(0, status.Pending);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    [Theory]
    [InlineData(0, 100, 10, 1)]
    [InlineData(3, 100, 10, 3)]
    [InlineData(5, 20, 10, 2)]
    [InlineData(5, 20, 9, 1)]
    [InlineData(100, 7, 100, 7)]
    public void The_limit_is_the_smallest_rule_and_at_least_one_host(int absolute, double percent, int hosts, int limit) =>
        Assert.Equal(limit, new FailureBudget(new HaltRule { MaxFailures = absolute, MaxFailurePercent = percent }, hosts).Limit);

    /// <summary>Plans have one wave a ring; where one has more, the share of each wave keeps the share of the ring.</summary>
    [Fact]
    public void Waves_that_each_keep_their_share_keep_that_of_their_ring() =>
        Prop.ForAll(Gen.Choose(0, 100).Zip(Gen.ArrayOf(Gen.Choose(1, 200))).ToArbitrary(), c =>
        {
            var (percent, waves) = c;
            static int Tolerated(int hosts, int percent) => new FailureBudget(new HaltRule { MaxFailures = int.MaxValue, MaxFailurePercent = percent }, hosts).Tolerated;
            return waves.Length == 0 || waves.Sum(w => Tolerated(w, percent)) <= Tolerated(waves.Sum(), percent);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task Stop_leaves_the_failed_host_as_it_is_for_diagnosis_but_back_in_service()
    {
        var rig = new WaveRig(3) { Halt = new HaltRule { MaxFailures = 1, MaxFailurePercent = 100 } };
        rig[1].UnhealthyPackages.Add("demo=1.1");
        var (status, runs) = await rig.RunAsync(rig.Options with { OnHalt = HaltAction.Stop });
        Assert.Equal((WaveState.Halted, HostState.Failed, "1.1"), (status.State, runs["host-1"].State, rig[1].Installed["demo"]));
        Assert.Equal(2, status.Pending);
        Assert.Empty(rig[1].QuiesceMarks);
    }

    [Fact]
    public async Task Roll_back_the_wave_takes_back_the_hosts_that_went_well()
    {
        var rig = new WaveRig(4) { Halt = new HaltRule { MaxFailures = 1, MaxFailurePercent = 100 } };
        rig[3].UnhealthyPackages.Add("demo=1.1");
        var (status, runs) = await rig.RunAsync(rig.Options with { OnHalt = HaltAction.RollBackWave });
        Assert.Equal(WaveState.Halted, status.State);
        Assert.All(rig.Hosts, h => Assert.Equal("1.0", h.Installed["demo"]));
        Assert.Equal([HostState.RolledBack, HostState.RolledBack, HostState.RolledBack, HostState.Pending], runs.OrderBy(r => r.Key).Select(r => r.Value.State));
        Assert.All(rig.Hosts, h => Assert.Empty(h.QuiesceMarks));
    }

    [Fact]
    public async Task A_paused_wave_goes_on_when_a_person_answers_for_the_failures()
    {
        var rig = new WaveRig(3) { Halt = new HaltRule { MaxFailures = 1, MaxFailurePercent = 100 } };
        rig[1].UnhealthyPackages.Add("demo=1.1");
        await using var run = await WaveRunner.StartAsync(rig.Definition(), rig, rig.Journal, rig.Time, rig.Options with { OnHalt = HaltAction.Pause });
        await foreach (var happened in run.ReadAsync())
        {
            if (happened is WaveMoved { Status.State: WaveState.Suspended })
                await WaveWish.LeaveAsync(rig.Journal, rig.PlanId, 1, WaveWish.Resume, "someone", rig.Time.GetUtcNow(), CancellationToken.None);
        }
        Assert.Equal((2, 1, 0), (await run.Completion) is var s ? (s.Done, s.Failed, s.Pending) : default);
    }

    [Fact]
    public async Task A_gate_that_is_not_healthy_halts_before_anything_is_changed()
    {
        var rig = new WaveRig(2);
        var (status, _) = await rig.RunAsync(rig.Options with { Gates = [new Gate(HealthStatus.Unknown)] });
        Assert.Equal(WaveState.Halted, status.State);
        Assert.Contains("unknown", status.Reason);
        Assert.All(rig.Hosts, h => Assert.Empty(h.Commands));
    }

    [Fact]
    public async Task A_host_whose_ninetieth_percentile_does_not_fit_is_not_admitted()
    {
        var rig = new WaveRig(1) { Window = TimeSpan.FromMinutes(9) };
        var (status, runs) = await rig.RunAsync();
        Assert.Equal((WaveState.Halted, HostState.Pending), (status.State, runs["host-1"].State));
        Assert.Empty(rig[1].Commands);
    }

    private sealed class Gate(HealthStatus status) : IWaveGate
    {
        public string Name => "budget";

        public Task<HealthReading> CheckAsync(CancellationToken cancellationToken) => Task.FromResult(new HealthReading(Name, status, "seen", TimeSpan.Zero));
    }
}
