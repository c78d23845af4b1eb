using PatchOps.Core.Seams;
using PatchOps.Core.Waves;
using PatchOps.Core.Waves.Halting;
using PatchOps.Core.Waves.State;
using PatchOps.Domain;
using PatchOps.Tests.Waves;

namespace PatchOps.Core.Tests.Waves;

/// <summary>Runners, readers and persons that come, go and change their minds.</summary>
public sealed class ControlTests
{
    [Fact]
    public async Task A_second_runner_is_refused_while_the_first_works()
    {
        var rig = new WaveRig(1);
        var sleeper = new SeamTap { SleepsAt = 3 };
        await using var run = await WaveRunner.StartAsync(rig.Definition(), rig, new TappedJournal(rig.Journal, sleeper), rig.Time, rig.Options);
        await sleeper.Asleep;
        var failure = (await Assert.ThrowsAsync<FailureException>(() => rig.RunAsync())).Failure;
        Assert.Equal(("WaveLeased", FailureKind.Refused), (failure.Code, failure.Kind));
        sleeper.Wake();
        Assert.Equal(WaveState.Completed, (await run.Completion).State);
    }

    [Fact]
    public async Task The_heartbeat_keeps_the_lease_through_a_long_apply()
    {
        var rig = new WaveRig(1);
        // Long enough for a busy machine to beat in time, and the apply outlasts the lease.
        rig[1].ApplyTakes = TimeSpan.FromSeconds(4);
        await using var run = await WaveRunner.StartAsync(rig.Definition(), rig, rig.Journal, rig.Time, rig.Options with { LeaseDuration = TimeSpan.FromSeconds(1.5) });
        await Task.Delay(2500);
        Assert.Equal("WaveLeased", (await Assert.ThrowsAsync<FailureException>(() => rig.RunAsync())).Failure.Code);
        Assert.Equal(1, (await run.Completion).Done);
    }

    [Fact]
    public async Task A_reader_that_stops_pulling_holds_up_admission_only()
    {
        var rig = new WaveRig(60);
        await using var run = await WaveRunner.StartAsync(rig.Definition(), rig, rig.Journal, rig.Time, rig.Options with { MaxUnread = 50, Throttle = 4, LeaseDuration = TimeSpan.FromSeconds(1.5) });
        await Task.Delay(2500);

        // Nobody has read a thing: hosts in flight are finished and back in service, the lease still beats, further hosts wait.
        var status = await WaveHistory.StatusAsync(rig.Journal, rig.Definition(), CancellationToken.None);
        Assert.InRange(status.Done, 1, 30);
        Assert.All(rig.Hosts, h => Assert.Empty(h.QuiesceMarks));
        Assert.Equal("WaveLeased", (await Assert.ThrowsAsync<FailureException>(() => rig.RunAsync())).Failure.Code);

        await foreach (var _ in run.ReadAsync())
        {
            // Reading again lets the rest in.
        }
        Assert.Equal(60, (await run.Completion).Done);
    }

    [Fact]
    public async Task Stop_admits_no_more_and_lets_those_in_flight_finish()
    {
        var rig = new WaveRig(50);
        foreach (var host in rig.Hosts) host.ApplyTakes = TimeSpan.FromMilliseconds(50);
        var run = await WaveRunner.StartAsync(rig.Definition(), rig, rig.Journal, rig.Time, rig.Options with { Throttle = 5 });
        await foreach (var happened in run.ReadAsync())
        {
            if (happened is HostFinished) run.Stop();
        }
        var status = await run.Completion;
        Assert.Equal(WaveState.Suspended, status.State);
        Assert.InRange(status.Done, 1, 20);
        Assert.Equal(50 - status.Done, status.Pending);
        Assert.All(rig.Hosts, h => Assert.Empty(h.QuiesceMarks));
        Assert.Equal(50, (await rig.RunAsync()).Status.Done);
    }

    [Fact]
    public async Task A_stop_whose_grace_ends_leaves_the_rest_to_the_next_run()
    {
        var rig = new WaveRig(1);
        rig[1].ApplyTakes = TimeSpan.FromSeconds(3);
        var run = await WaveRunner.StartAsync(rig.Definition(), rig, rig.Journal, rig.Time, rig.Options with { StopGrace = TimeSpan.FromMilliseconds(50) });
        await foreach (var happened in run.ReadAsync())
        {
            if (happened is HostStepped { Step: HostStep.Snapshot }) run.Stop();
        }
        Assert.NotEmpty(rig[1].QuiesceMarks);
        var (status, _) = await rig.RunAsync();
        Assert.Equal(1, status.Done);
        Assert.Equal(["upgrade demo 1.0 1.1"], rig[1].PackageLog);
        Assert.Empty(rig[1].QuiesceMarks);
    }

    [Fact]
    public async Task Suspend_and_resume_from_another_session()
    {
        var rig = new WaveRig(30);
        foreach (var host in rig.Hosts) host.ApplyTakes = TimeSpan.FromMilliseconds(20);
        await using var run = await WaveRunner.StartAsync(rig.Definition(), rig, rig.Journal, rig.Time, rig.Options with { Throttle = 2 });
        var order = new List<WaveState>();
        await foreach (var happened in run.ReadAsync())
        {
            if (happened is HostFinished && order.Count == 1)
                await WishAsync(rig, WaveWish.Suspend);
            if (happened is not WaveMoved moved) continue;
            order.Add(moved.Status.State);
            if (moved.Status.State != WaveState.Suspended) continue;
            await Task.Delay(150);
            var paused = await WaveHistory.StatusAsync(rig.Journal, rig.Definition(), CancellationToken.None);
            await Task.Delay(150);
            Assert.Equal(paused.Done, (await WaveHistory.StatusAsync(rig.Journal, rig.Definition(), CancellationToken.None)).Done);
            Assert.True(paused.Done < 30);
            await WishAsync(rig, WaveWish.Resume);
        }
        Assert.Equal([WaveState.Running, WaveState.Suspended, WaveState.Running, WaveState.Completed], order);
        Assert.Equal(30, (await run.Completion).Done);
    }

    [Fact]
    public async Task Undo_from_another_session_takes_back_what_is_done()
    {
        var rig = new WaveRig(10);
        foreach (var host in rig.Hosts) host.ApplyTakes = TimeSpan.FromMilliseconds(20);
        await using var run = await WaveRunner.StartAsync(rig.Definition(), rig, rig.Journal, rig.Time, rig.Options with { Throttle = 1 });
        var wished = false;
        await foreach (var happened in run.ReadAsync())
        {
            if (happened is not HostFinished || wished) continue;
            wished = true;
            await WishAsync(rig, WaveWish.Undo);
        }
        Assert.Equal(WaveState.Halted, (await run.Completion).State);
        Assert.All(rig.Hosts, h => Assert.Equal("1.0", h.Installed["demo"]));

        // It stays taken back until somebody resumes it.
        await rig.RunAsync();
        Assert.All(rig.Hosts, h => Assert.Equal("1.0", h.Installed["demo"]));
    }

    [Fact]
    public async Task Undo_of_a_finished_wave_is_journaled_verified_and_harmless_twice()
    {
        var rig = new WaveRig(3);
        rig[1].RestartPackages.Add("demo=1.0");
        await rig.RunAsync();
        var (status, runs) = await rig.RunAsync(rig.Options with { Mode = WaveMode.Undo });
        Assert.All(rig.Hosts, h => Assert.Equal("1.0", h.Installed["demo"]));
        Assert.All(rig.Hosts, h => Assert.Empty(h.QuiesceMarks));
        Assert.All(runs.Values, r => Assert.Equal(HostState.RolledBack, r.State));
        Assert.Equal(WaveState.Halted, status.State);
        Assert.Equal("host-1-boot-2", rig[1].BootId);
        Assert.Contains("Taken back", runs["host-2"].Reason);
        await rig.RunAsync(rig.Options with { Mode = WaveMode.Undo });
        Assert.All(rig.Hosts, h => Assert.Equal(2, h.PackageLog.Count));
    }

    [Fact]
    public async Task A_host_left_in_the_middle_is_not_changed_after_its_window()
    {
        // Dies just before the apply is announced; the next runner comes a day later.
        var undisturbed = CrashTrial.On(1, 1, static _ => { });
        var all = new SeamTap();
        await await undisturbed.StartAsync(all);
        var apply = all.Names.FindIndex(n => n.Contains("Apply?", StringComparison.Ordinal)) + 1;
        foreach (var at in new[] { apply, apply + 1 })
        {
            var trial = CrashTrial.On(1, 1, static _ => { });
            await await trial.StartAsync(new SeamTap { DiesAt = at });
            trial.Time.Jump(TimeSpan.FromDays(1));
            await trial.FinishAsync();
            Assert.Empty(trial.Rig[1].PackageLog);
            Assert.Empty(trial.Rig[1].QuiesceMarks);
        }
    }

    private static ValueTask WishAsync(WaveRig rig, string wish) =>
        WaveWish.LeaveAsync(rig.Journal, rig.PlanId, 1, wish, "someone", rig.Time.GetUtcNow(), CancellationToken.None);
}
