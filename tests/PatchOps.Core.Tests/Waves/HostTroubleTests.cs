using PatchOps.Core.Seams;
using PatchOps.Core.Waves;
using PatchOps.Core.Waves.State;
using PatchOps.Domain;
using PatchOps.Tests.Fakes;
using PatchOps.Tests.Waves;

namespace PatchOps.Core.Tests.Waves;

/// <summary>Whatever a host does, it ends in a true state with a reason, and the others go on.</summary>
public sealed class HostTroubleTests
{
    private static async Task<(WaveRig Rig, HostRun Run)> RunAsync(Action<WaveRig> prepare)
    {
        var rig = new WaveRig(2);
        prepare(rig);
        var (_, runs) = await rig.RunAsync();
        Assert.Equal(HostState.Done, runs["host-2"].State);
        Assert.All(rig.Hosts.Where(h => h.Reachable), h => Assert.Empty(h.QuiesceMarks));
        return (rig, runs["host-1"]);
    }

    [Fact]
    public async Task An_unreachable_host_fails_unchanged()
    {
        var (_, run) = await RunAsync(rig => rig[1].Unreachable = true);
        Assert.Equal(HostState.Failed, run.State);
        Assert.True(run.IsFailure);
        Assert.Contains("does not answer", run.Reason);
    }

    [Fact]
    public async Task A_failing_postinst_is_rolled_back_whatever_its_exit_code()
    {
        var (rig, run) = await RunAsync(rig => rig[1].FailingPackages.Add("demo=1.1"));
        Assert.Equal(HostState.RolledBack, run.State);
        Assert.Equal("1.0", rig[1].Installed["demo"]);
        Assert.Contains("half-configured", run.Reason);
    }

    [Fact]
    public async Task A_package_that_hangs_is_ended_by_the_host_and_judged_by_its_state()
    {
        var (rig, run) = await RunAsync(rig =>
        {
            rig[1].HangingPackages.Add("demo=1.1");
            rig.Options = rig.Options with { StepTimeLimit = TimeSpan.FromMilliseconds(100) };
        });
        Assert.Equal(HostState.Failed, run.State);
        Assert.Equal("1.0", rig[1].Installed["demo"]);
    }

    [Fact]
    public async Task A_full_disk_is_found_before_anything_is_touched()
    {
        var (rig, run) = await RunAsync(rig => rig[1].DiskFull = true);
        Assert.Equal(HostState.Failed, run.State);
        Assert.Contains("not fit", run.Reason);
        Assert.DoesNotContain(rig[1].Commands, c => c.StartsWith("quiesce", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_withdrawn_version_is_refused_and_named()
    {
        var (rig, run) = await RunAsync(rig => rig[1].Archive.Remove(("demo", "1.1")));
        Assert.Equal(HostState.Failed, run.State);
        Assert.Contains("demo=1.1 is not available", run.Reason);
        Assert.Empty(rig[1].PackageLog);
    }

    [Fact]
    public async Task A_host_that_does_not_come_back_from_its_restart_counts_as_failed()
    {
        var (_, run) = await RunAsync(rig =>
        {
            rig[1].RestartPackages.Add("demo=1.1");
            rig[1].RestartNeverReturns = true;
        });
        Assert.Equal(HostState.Failed, run.State);
        Assert.Contains("not back from its restart", run.Reason);
        Assert.Contains("out of service", run.Reason);
    }

    [Fact]
    public async Task A_quiesce_that_fails_leaves_the_host_unchanged_and_in_service()
    {
        var (rig, run) = await RunAsync(rig => rig[1].QuiesceFails = true);
        Assert.Equal(HostState.Failed, run.State);
        Assert.Empty(rig[1].PackageLog);
        Assert.Contains(rig[1].Commands, c => c.StartsWith("unquiesce", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_revert_that_fails_is_told_as_such()
    {
        var (_, run) = await RunAsync(rig =>
        {
            rig[1].UnhealthyPackages.Add("demo=1.1");
            rig[1].RevertFails = true;
        });
        Assert.Equal(HostState.RollbackFailed, run.State);
        Assert.Contains("does not serve", run.Reason);
        Assert.Contains("demo is 1.1, not 1.0", run.Reason);
    }

    [Theory]
    [InlineData("Start", "NotSent")]
    [InlineData("Start", "LostBefore")]
    [InlineData("Start", "LostAfter")]
    [InlineData("Run", "NotSent")]
    [InlineData("Run", "LostBefore")]
    [InlineData("Run", "LostAfter")]
    public async Task A_connection_that_breaks_once_at_any_call_changes_nothing_in_the_end(string kind, string how)
    {
        var (call, fault) = (Enum.Parse<FakeCall>(kind), Enum.Parse<FakeFault>(how));
        for (var broken = 0; broken < 8; broken++)
        {
            var rig = new WaveRig(1);
            var seen = 0;
            rig.Wrap = (_, inner) => new Breaking(inner, started => { if (started == (call == FakeCall.Start) && seen++ == broken) rig[1].FailNext(call, fault); });
            var (_, runs) = await rig.RunAsync(rig.Options with { ProbeGrace = TimeSpan.FromMilliseconds(200) });
            Assert.Equal(HostState.Done, runs["host-1"].State);
            Assert.Equal(["upgrade demo 1.0 1.1"], rig[1].PackageLog);
            Assert.Empty(rig[1].QuiesceMarks);
        }
    }

    [Fact]
    public async Task A_host_that_vanishes_in_mid_apply_is_unknown_and_a_later_run_finds_the_truth()
    {
        var rig = new WaveRig(2);
        rig.Wrap = (host, inner) => host.Asset == "host-1" ? new Breaking(inner, started => { if (started && rig[1].Commands.Exists(c => c.StartsWith("snapshot", StringComparison.Ordinal))) rig[1].Unreachable = rig[1].Commands.Exists(c => c.StartsWith("apply", StringComparison.Ordinal)); }, after: true) : inner;
        var (first, runs) = await rig.RunAsync();
        Assert.Equal(HostState.Unknown, runs["host-1"].State);
        Assert.Equal(1, first.Failed);
        Assert.NotEmpty(rig[1].QuiesceMarks);

        rig[1].Unreachable = false;
        rig.Wrap = (_, inner) => inner;
        var (second, again) = await rig.RunAsync();
        Assert.Equal(HostState.Done, again["host-1"].State);
        Assert.Equal((2, 0), (second.Done, second.Failed));
        Assert.Equal(["upgrade demo 1.0 1.1"], rig[1].PackageLog);
        Assert.Empty(rig[1].QuiesceMarks);
    }

    [Fact]
    public async Task What_was_not_known_is_no_reason_any_more_once_it_was_read()
    {
        var rig = new WaveRig(1);
        rig.Wrap = (_, inner) => new Breaking(inner, started => { if (started && rig[1].Commands.Exists(c => c.StartsWith("snapshot", StringComparison.Ordinal))) rig[1].Unreachable = rig[1].Commands.Exists(c => c.StartsWith("apply", StringComparison.Ordinal)); }, after: true);
        Assert.Contains("What host-1 is now is not known", (await rig.RunAsync()).Runs["host-1"].Reason, StringComparison.Ordinal);
        rig[1].Unreachable = false;
        rig[1].Broken.Add("demo");
        rig.Wrap = (_, inner) => inner;
        var run = (await rig.RunAsync()).Runs["host-1"];
        Assert.DoesNotContain("not known", run.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("Bring the host back", run.Reason, StringComparison.Ordinal);
        Assert.Contains("demo 1.1 is half-configured", run.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_provider_that_throws_or_a_transport_that_cannot_be_opened_is_that_hosts_outcome()
    {
        var rig = new WaveRig(3);
        rig.Wrap = (host, inner) => host.Asset switch
        {
            "host-1" => throw new InvalidOperationException("no credential"),
            "host-2" => new Breaking(inner, started => { if (started) throw new FormatException("garbage"); }),
            _ => inner,
        };
        var (_, runs) = await rig.RunAsync();
        Assert.Equal([HostState.Failed, HostState.Failed, HostState.Done], runs.OrderBy(r => r.Key).Select(r => r.Value.State));
        Assert.Contains("no credential", runs["host-1"].Reason);
        Assert.Contains("garbage", runs["host-2"].Reason);
    }

    [Fact]
    public async Task A_failed_host_is_worked_on_again_only_when_asked()
    {
        var rig = new WaveRig(1);
        rig[1].DiskFull = true;
        await rig.RunAsync();
        rig[1].DiskFull = false;
        var (_, untouched) = await rig.RunAsync();
        Assert.Equal(HostState.Failed, untouched["host-1"].State);
        var (status, again) = await rig.RunAsync(rig.Options with { RetryFailed = true });
        Assert.Equal((HostState.Done, WaveState.Completed), (again["host-1"].State, status.State));
        Assert.Null(again["host-1"].Reason);
    }

    [Fact]
    public async Task Evidence_has_the_commands_exit_codes_versions_and_readings()
    {
        var rig = new WaveRig(1);
        var (_, runs) = await rig.RunAsync();
        var run = runs["host-1"];
        Assert.Contains(run.Evidence, e => e.Step == "Apply" && e.Outcome == "exit 0" && e.Detail!.StartsWith("apply demo=1.1", StringComparison.Ordinal));
        Assert.Contains(run.Evidence, e => e.Step == "Verify" && e.Outcome == "version" && e.Detail == "demo 1.1");
        Assert.Contains(run.Evidence, e => e.Step == "Probe" && e.Outcome == "fake-service: Healthy");
        Assert.True(run.Ended >= run.Started);
        var stored = Assert.Single(await WaveHistory.RunsAsync(rig.Journal, rig.Definition(), null, CancellationToken.None));
        Assert.Equal(run.Evidence, stored.Evidence);
    }

    [Fact]
    public async Task A_step_whose_answer_was_lost_keeps_its_command_line_and_its_own_time()
    {
        var rig = new WaveRig(1);
        for (var i = 0; i < 12; i++) rig[1].FailNext(FakeCall.Start, FakeFault.LostAfter);
        var (_, runs) = await rig.RunAsync();
        var commands = runs["host-1"].Evidence.Where(e => e.Kind == EvidenceKind.Command).ToList();
        Assert.Equal(HostState.Done, runs["host-1"].State);
        var apply = Assert.Single(commands, e => e.Step == "Apply");
        Assert.Equal(("apply demo=1.1", 0), (apply.Command![..14], apply.ExitCode));
        Assert.True(apply.Elapsed > TimeSpan.Zero);
        Assert.DoesNotContain(commands, e => string.IsNullOrEmpty(e.Command));
    }

    [Fact]
    public void A_host_listed_twice_is_refused()
    {
        var wave = new WaveRig(1).Definition().Wave;
        var failure = Assert.Throws<FailureException>(() => new WaveDefinition("p", wave with { Hosts = [.. wave.Hosts, .. wave.Hosts] })).Failure;
        Assert.Equal("HostListedTwice", failure.Code);
    }

    private sealed class Breaking(IHostTransport inner, Action<bool> touch, bool after = false) : IHostTransport
    {
        public string Host => inner.Host;

        public ValueTask DisposeAsync() => inner.DisposeAsync();

        public Task<CommandResult> RunAsync(HostCommand command, CancellationToken cancellationToken) => Touched(false, () => inner.RunAsync(command, cancellationToken));

        public Task<StepReport> StartStepAsync(StepKey key, HostCommand command, TimeSpan wait, CancellationToken cancellationToken) =>
            Touched(true, () => inner.StartStepAsync(key, command, wait, cancellationToken));

        public Task<StepReport> CollectStepAsync(string stepId, TimeSpan wait, TimeSpan deadline, CancellationToken cancellationToken) =>
            inner.CollectStepAsync(stepId, wait, deadline, cancellationToken);

        public Task<CommandResult> PutFileAsync(string path, ReadOnlyMemory<byte> content, TimeSpan deadline, CancellationToken cancellationToken) => inner.PutFileAsync(path, content, deadline, cancellationToken);

        public Task<FileResult> GetFileAsync(string path, TimeSpan deadline, CancellationToken cancellationToken) => inner.GetFileAsync(path, deadline, cancellationToken);

        private async Task<T> Touched<T>(bool started, Func<Task<T>> call)
        {
            if (!after) touch(started);
            var result = await call();
            if (after) touch(started);
            return result;
        }
    }
}
