using PatchOps.Core.Seams;
using PatchOps.Core.Waves;
using PatchOps.Domain;
using PatchOps.Tests.Fakes;
using PatchOps.Tests.Waves;
using Change = PatchOps.Core.Seams.PackageChange;

namespace PatchOps.Core.Tests.Waves;

public sealed class CommitConfirmTests
{
    [Fact]
    public async Task A_host_that_the_change_cuts_off_comes_back_alone_and_is_told_rolled_back()
    {
        var rig = new ConfirmRig(1);
        rig.Inner[1].CutOffPackages.Add("demo=1.1");
        var runs = await rig.RunAsync();
        Assert.Equal(HostState.RolledBack, runs["host-1"].State);
        Assert.Equal("1.0", rig.Inner[1].Installed["demo"]);
        Assert.Empty(rig.Inner[1].QuiesceMarks);
    }

    [Fact]
    public async Task A_healthy_host_is_confirmed_and_stays()
    {
        var rig = new ConfirmRig(1);
        var runs = await rig.RunAsync();
        Assert.Equal(HostState.Done, runs["host-1"].State);
        Assert.Equal(1, rig.Confirmed);
        await Task.Delay(500);
        Assert.Equal("1.1", rig.Inner[1].Installed["demo"]);
    }

    [Fact]
    public async Task A_host_that_was_rolled_back_is_disarmed()
    {
        var rig = new ConfirmRig(1);
        rig.Inner[1].UnhealthyPackages.Add("demo=1.1");
        var runs = await rig.RunAsync();
        Assert.Equal(HostState.RolledBack, runs["host-1"].State);
        Assert.Equal(1, rig.Confirmed);
    }

    private sealed class ConfirmRig(int hosts) : IHostServicesFactory, ICommitConfirm
    {
        private readonly HashSet<string> _confirmed = [];

        public WaveRig Inner { get; } = new(hosts);

        public int Confirmed => _confirmed.Count;

        public async Task<Dictionary<string, HostRun>> RunAsync()
        {
            var options = Inner.Options with { ConfirmWithin = TimeSpan.FromMilliseconds(300), ReconnectTimeout = TimeSpan.FromMilliseconds(500) };
            await using var run = await WaveRunner.StartAsync(Inner.Definition(), this, Inner.Journal, Inner.Time, options);
            var runs = new Dictionary<string, HostRun>();
            await foreach (var happened in run.ReadAsync())
            {
                if (happened is HostFinished finished) runs[finished.Run.Asset] = finished.Run;
            }
            await run.Completion;
            return runs;
        }

        public async ValueTask<HostServices> OpenAsync(PlannedHost host, CancellationToken cancellationToken)
        {
            var services = await Inner.OpenAsync(host, cancellationToken);
            return new HostServices { Transport = services.Transport, Provider = services.Provider, Restart = services.Restart, Probes = services.Probes, Quiesces = services.Quiesces, CommitConfirm = this };
        }

        public Task<ProviderReport> ArmAsync(IHostTransport host, IReadOnlyList<Change> changes, StepKey key, TimeSpan confirmWithin, CancellationToken cancellationToken)
        {
            var fake = Inner.Hosts.Single(h => h.Id == host.Host);
            _ = Task.Run(async () =>
            {
                await Task.Delay(confirmWithin);
                lock (_confirmed) if (_confirmed.Contains(key.Id)) return;
                lock (fake.Gate) foreach (var change in changes) fake.Change(change.Package, change.FromVersion);
            }, CancellationToken.None);
            return Task.FromResult(new ProviderReport(new StepReport(key.Id, StepState.Running), false, null));
        }

        public Task<CommandResult> ConfirmAsync(IHostTransport host, string armedStepId, TimeSpan deadline, CancellationToken cancellationToken)
        {
            lock (_confirmed) _confirmed.Add(armedStepId);
            return Task.FromResult(CommandResult.Finished(0, "", "", TimeSpan.Zero));
        }
    }
}
