using PatchOps.Tests.Waves;
using Xunit.Abstractions;

namespace PatchOps.Core.Tests.Waves;

/// <summary>The runner dies at every single call; another resumes; nothing shows.</summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    /// <summary>One host that goes well, one that goes back, one that restarts.</summary>
    private static void Mixed(WaveRig rig)
    {
        rig[2].UnhealthyPackages.Add("demo=1.1");
        rig[3].RestartPackages.Add("demo=1.1");
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public async Task A_crash_at_any_call_and_a_resume_end_like_an_undisturbed_run(int throttle, bool afterEffect)
    {
        var expected = CrashTrial.On(3, throttle, Mixed);
        var all = new SeamTap();
        await await expected.StartAsync(all);
        var undisturbed = await expected.OutcomeAsync();
        output.WriteLine($"{all.Calls} calls\n{undisturbed.Text}");
        Assert.Contains("host-1: Done, [upgrade demo 1.0 1.1], boot host-1-boot-1, quiesced [], changes [demo 1.0 → 1.1]", undisturbed.Text);

        for (var call = 1; call <= all.Calls; call++)
        {
            var trial = CrashTrial.On(3, throttle, Mixed);
            var tap = new SeamTap { DiesAt = call, AfterEffect = afterEffect };
            await await trial.StartAsync(tap);
            Assert.True(tap.Dead);
            trial.Lapse();
            await trial.FinishAsync();
            Assert.True(undisturbed == await trial.OutcomeAsync(), $"died at call {call} ({tap.Names[^1]}):\n{(await trial.OutcomeAsync()).Text}");
        }
    }

    [Fact]
    public async Task A_step_that_still_runs_on_the_host_is_waited_for_and_not_repeated()
    {
        static void Slow(WaveRig rig) => rig[1].ApplyTakes = TimeSpan.FromMilliseconds(15);
        var expected = CrashTrial.On(1, 1, Slow);
        var all = new SeamTap();
        await await expected.StartAsync(all);
        var undisturbed = await expected.OutcomeAsync();
        for (var call = 1; call <= all.Calls; call++)
        {
            var trial = CrashTrial.On(1, 1, Slow);
            var sleeper = new SeamTap { SleepsAt = call };
            var first = await trial.StartAsync(sleeper);
            await sleeper.Asleep;
            sleeper.Kill();
            sleeper.Wake();
            await first;
            trial.Lapse();
            await trial.FinishAsync();
            Assert.Equal(undisturbed, await trial.OutcomeAsync());
            Assert.Single(trial.Rig[1].Commands, c => c.StartsWith("apply", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_runner_that_dies_again_while_it_resumes_loses_nothing()
    {
        var expected = CrashTrial.On(1, 1, static rig => rig[1].UnhealthyPackages.Add("demo=1.1"));
        var all = new SeamTap();
        await await expected.StartAsync(all);
        var undisturbed = await expected.OutcomeAsync();
        var trials = 0;

        for (var first = 1; first <= all.Calls; first++)
        {
            for (var second = 1; ; second++)
            {
                var trial = CrashTrial.On(1, 1, static rig => rig[1].UnhealthyPackages.Add("demo=1.1"));
                await await trial.StartAsync(new SeamTap { DiesAt = first, AfterEffect = (first + second) % 2 == 0 });
                trial.Lapse();
                var tap = new SeamTap { DiesAt = second, AfterEffect = second % 2 == 0 };
                await await trial.StartAsync(tap);
                trial.Lapse();
                await trial.FinishAsync();
                trials++;
                Assert.True(undisturbed == await trial.OutcomeAsync(), $"died at calls {first} and {second}:\n{(await trial.OutcomeAsync()).Text}");
                if (!tap.Dead) break;
            }
        }
        output.WriteLine($"{trials} trials");
    }
}
