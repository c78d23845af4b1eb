using PatchOps.Core.Seams;
using PatchOps.Core.Waves.State;
using PatchOps.Domain;
using PatchOps.Tests.Waves;
using Xunit.Abstractions;

namespace PatchOps.Core.Tests.Waves;

/// <summary>
/// Two and three runners on one wave, explored systematically over the real code: every pair of points at which a runner can be put to
/// sleep or killed, and every order in which sleepers wake. Bounded by two preemptions.
/// </summary>
public sealed class ExplorationTests(ITestOutputHelper output)
{
    public static TheoryData<string> Scenarios => new("good", "unhealthy", "restart", "failing");

    private static void Prepare(WaveRig rig, string scenario)
    {
        if (scenario == "unhealthy") rig[1].UnhealthyPackages.Add("demo=1.1");
        if (scenario == "restart") rig[1].RestartPackages.Add("demo=1.1");
        if (scenario == "failing") rig[1].FailingPackages.Add("demo=1.1");
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task A_runner_that_sleeps_anywhere_while_another_takes_over_changes_nothing_when_it_wakes(string scenario)
    {
        var (calls, undisturbed) = await UndisturbedAsync(1, scenario);
        for (var at = 1; at <= calls; at++)
        {
            var trial = CrashTrial.On(1, 1, rig => Prepare(rig, scenario));
            await CheckAsync(trial, undisturbed, await trial.OversleepAsync(at));
        }
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Every_pair_of_preemptions_ends_like_the_undisturbed_run(string scenario)
    {
        var (calls, undisturbed) = await UndisturbedAsync(1, scenario);
        var trials = 0;
        for (var a = 1; a <= calls; a++)
        {
            var more = true;
            for (var b = 1; more; b++)
            {
                // The first sleeper wakes while the second sleeps, or after the third finished; or it never does.
                foreach (var wakes in new[] { "between", "last", "never" })
                {
                    var trial = CrashTrial.On(1, 1, rig => Prepare(rig, scenario));
                    var one = new SeamTap { SleepsAt = a };
                    var first = await trial.StartAsync(one);
                    await one.Asleep;
                    trial.Lapse();
                    var two = new SeamTap { SleepsAt = b };
                    var second = await trial.StartAsync(two);
                    await Task.WhenAny(two.Asleep, second);
                    more = two.Asleep.IsCompleted;
                    if (wakes == "between")
                    {
                        one.Wake();
                        await first;
                    }
                    trial.Lapse();
                    await trial.FinishAsync();
                    if (wakes == "never") one.Kill();
                    one.Wake();
                    two.Wake();
                    await Task.WhenAll(first, second);
                    trials++;
                    await CheckAsync(trial, undisturbed, $"asleep at {a} ({one.Names[a - 1]}) and {b} ({two.Names[^1]}), the first wakes {wakes}");
                }
            }
        }
        output.WriteLine($"{trials} schedules");
    }

    [Fact]
    public async Task The_halt_rule_holds_over_every_crash_and_every_takeover()
    {
        // Four hosts, all bad, one failure allowed: whoever runs, and whoever wakes, at most one host is ever upgraded.
        static void AllBad(WaveRig rig)
        {
            rig.Halt = new HaltRule { MaxFailures = 1, MaxFailurePercent = 100 };
            foreach (var host in rig.Hosts) host.UnhealthyPackages.Add("demo=1.1");
        }

        var whole = CrashTrial.On(4, 4, AllBad);
        var all = new SeamTap();
        await await whole.StartAsync(all);
        Assert.Equal(1, whole.Rig.Hosts.Count(h => h.PackageLog.Count > 0));
        for (var at = 1; at <= all.Calls; at++)
        {
            var trial = CrashTrial.On(4, 4, AllBad);
            await trial.OversleepAsync(at);
            Assert.Equal(1, trial.Rig.Hosts.Count(h => h.PackageLog.Count > 0));
            Assert.Equal(WaveState.Halted, (await WaveHistory.StatusAsync(trial.Journal, trial.Definition, CancellationToken.None)).State);
            Assert.All(trial.Rig.Hosts, h => Assert.Empty(h.QuiesceMarks));
        }
    }

    private static async Task<(int Calls, WaveOutcome Outcome)> UndisturbedAsync(int hosts, string scenario)
    {
        var trial = CrashTrial.On(hosts, hosts, rig => Prepare(rig, scenario));
        var tap = new SeamTap();
        await await trial.StartAsync(tap);
        return (tap.Calls, await trial.OutcomeAsync());
    }

    /// <summary>No double apply, no lost outcome, always unquiesced: all of it is in the outcome; and the journal itself is sound.</summary>
    private static async Task CheckAsync(CrashTrial trial, WaveOutcome expected, string schedule)
    {
        var outcome = await trial.OutcomeAsync();
        Assert.True(expected == outcome, $"{schedule}:\n{outcome.Text}\ninstead of\n{expected.Text}");
        var token = 0L;
        foreach (var entry in trial.Rig.Journal.Entries)
        {
            Assert.True(entry.Token >= token, $"{schedule}: entry {entry.Key} of a superseded runner");
            token = entry.Token;
        }
        var announced = trial.Rig.Journal.Entries.Where(e => e is { Step: nameof(HostStep.Apply), Phase: JournalPhase.Intent });
        Assert.True(announced.Count() <= 1, $"{schedule}: apply announced more than once");
    }
}
