using PatchOps.Core.Seams;
using PatchOps.Core.Waves;
using PatchOps.Core.Waves.State;
using PatchOps.Domain;
using PatchOps.Tests.Fakes;
using PatchOps.Tests.Waves;

namespace PatchOps.Core.Tests.Waves;

/// <summary>A changed host is watched for as long as the plan says, and compared with how it was before.</summary>
public sealed class DetectionTests
{
    [Fact]
    public async Task A_probe_reads_its_past_before_the_change_and_the_journal_keeps_it()
    {
        var rig = new WaveRig(1);
        var (_, runs) = await RunAsync(rig, host => new Remembering(host));
        Assert.Equal(HostState.Done, runs["host-1"].State);
        var mark = Assert.Single(runs["host-1"].Evidence, e => e is { Step: "Baseline", Outcome: "remembering: Baseline" });
        Assert.Equal("1.0", mark.Detail);
        var steps = runs["host-1"].Evidence.Select(e => e.Step).ToList();
        Assert.True(steps.IndexOf("Baseline") < steps.IndexOf("Apply"));
    }

    [Fact]
    public async Task A_runner_that_takes_over_compares_with_the_past_that_its_predecessor_read()
    {
        var rig = new WaveRig(1);
        // Cut off by the change: nothing is known of it, and no probe has looked.
        rig[1].CutOffPackages.Add("demo=1.1");
        var (_, runs) = await RunAsync(rig, host => new Remembering(host));
        Assert.Equal(HostState.Unknown, runs["host-1"].State);
        rig[1].CutOffPackages.Clear();
        // New probes, as a new process makes them: they have read nothing themselves.
        (_, runs) = await RunAsync(rig, host => new Remembering(host) { MayMark = false });
        Assert.Equal(HostState.Done, runs["host-1"].State);
    }

    [Fact]
    public async Task A_past_that_cannot_be_read_leaves_the_host_unchanged()
    {
        var rig = new WaveRig(1);
        var (_, runs) = await RunAsync(rig, host => new Remembering(host) { MayMark = false });
        Assert.Equal(HostState.Failed, runs["host-1"].State);
        Assert.Contains("no past", runs["host-1"].Reason, StringComparison.Ordinal);
        Assert.Empty(rig[1].PackageLog);
        Assert.Empty(rig[1].QuiesceMarks);
    }

    [Fact]
    public async Task What_turns_bad_inside_the_detection_window_takes_the_host_back()
    {
        var rig = new WaveRig(1);
        rig.Options = rig.Options with { HostBake = TimeSpan.FromSeconds(30), BakeInterval = TimeSpan.FromMilliseconds(10) };
        var looks = 0;
        var (_, runs) = await RunAsync(rig, host => new Turning(() => host.Installed["demo"] == "1.0" || Interlocked.Increment(ref looks) <= 5));
        Assert.Equal(HostState.RolledBack, runs["host-1"].State);
        Assert.Contains("turned bad", runs["host-1"].Reason, StringComparison.Ordinal);
        Assert.Equal(["upgrade demo 1.0 1.1", "upgrade demo 1.1 1.0"], rig[1].PackageLog);
        Assert.Empty(rig[1].QuiesceMarks);
    }

    [Fact]
    public async Task A_long_change_does_not_use_up_the_detection_window()
    {
        var rig = new WaveRig(1) { Rollback = new RollbackRule { Method = "PreviousVersion", DetectionWindow = TimeSpan.FromSeconds(1) } };
        rig[1].ApplyTakes = TimeSpan.FromSeconds(2.5);
        rig.Options = rig.Options with { HostBake = TimeSpan.FromSeconds(1), BakeInterval = TimeSpan.FromMilliseconds(10) };
        var looks = 0;
        var (_, runs) = await RunAsync(rig, host => new Turning(() => host.Installed["demo"] == "1.0" || Interlocked.Increment(ref looks) <= 3));
        Assert.Equal(HostState.RolledBack, runs["host-1"].State);
    }

    [Fact]
    public async Task A_host_that_stays_well_is_looked_at_until_the_window_ends()
    {
        var rig = new WaveRig(1);
        rig.Options = rig.Options with { HostBake = TimeSpan.FromSeconds(2), BakeInterval = TimeSpan.FromMilliseconds(20) };
        var looks = 0;
        var (_, runs) = await RunAsync(rig, _ => new Turning(() => Interlocked.Increment(ref looks) > 0));
        Assert.Equal(HostState.Done, runs["host-1"].State);
        Assert.True(looks >= 4, $"only {looks} looks");
        Assert.Contains(runs["host-1"].Evidence, e => e is { Step: "Bake", Outcome: "Succeeded" });
    }

    private static async Task<(WaveStatus Status, Dictionary<string, HostRun> Runs)> RunAsync(WaveRig rig, Func<FakeHost, IHealthProbe> probe)
    {
        await using var run = await WaveRunner.StartAsync(rig.Definition(), new Probed(rig, probe), rig.Journal, rig.Time, rig.Options);
        var runs = new Dictionary<string, HostRun>(StringComparer.Ordinal);
        await foreach (var happened in run.ReadAsync())
        {
            if (happened is HostFinished finished) runs[finished.Run.Asset] = finished.Run;
        }
        return (await run.Completion, runs);
    }

    private sealed class Probed(WaveRig rig, Func<FakeHost, IHealthProbe> probe) : IHostServicesFactory
    {
        public async ValueTask<HostServices> OpenAsync(PlannedHost host, CancellationToken cancellationToken)
        {
            var services = await rig.OpenAsync(host, cancellationToken);
            return new HostServices
            {
                Transport = services.Transport, Provider = services.Provider, Restart = services.Restart, Quiesces = services.Quiesces, Snapshots = services.Snapshots,
                Probes = [probe(rig.Hosts.Single(h => h.Id == host.Asset))],
            };
        }
    }

    /// <summary>Healthy where it knows that the host had 1.0 before.</summary>
    private sealed class Remembering(FakeHost host) : IBaselineProbe
    {
        private string? mark;

        public bool MayMark { get; init; } = true;

        public string Name => "remembering";

        public Task<BaselineMark> MarkAsync(IHostTransport transport, CancellationToken cancellationToken)
        {
            if (!MayMark) return Task.FromResult(new BaselineMark(null, new Failure("NoPast", FailureKind.Failed, "There is no past here.")));
            mark = host.Installed["demo"];
            return Task.FromResult(new BaselineMark(mark, null));
        }

        public void Use(string text) => mark = text;

        public Task<HealthReading> CheckAsync(IHostTransport transport, CancellationToken cancellationToken) =>
            Task.FromResult(new HealthReading(Name, mark == "1.0" ? HealthStatus.Healthy : HealthStatus.Unhealthy, $"mark {mark ?? "none"}", TimeSpan.Zero));
    }

    private sealed class Turning(Func<bool> good) : IHealthProbe
    {
        public string Name => "turning";

        public Task<HealthReading> CheckAsync(IHostTransport transport, CancellationToken cancellationToken) =>
            Task.FromResult(new HealthReading(Name, good() ? HealthStatus.Healthy : HealthStatus.Unhealthy, "turned bad", TimeSpan.Zero));
    }
}
