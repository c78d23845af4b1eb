using System.Collections.Immutable;
using PatchOps.Core.Seams;
using PatchOps.Core.Waves;
using PatchOps.Domain;
using Change = PatchOps.Core.Seams.PackageChange;

namespace PatchOps.Benchmarks.Wave;

/// <summary>Hosts that answer at once and remember one bit each, so that what is measured is the runner and its journal.</summary>
internal sealed class SimulatedHosts : IHostServicesFactory
{
    public ValueTask<HostServices> OpenAsync(PlannedHost host, CancellationToken cancellationToken)
    {
        var simulated = new Simulated(host.Asset);
        return ValueTask.FromResult(new HostServices { Transport = simulated, Provider = simulated, Quiesces = [simulated], Snapshots = [simulated], Probes = [simulated] });
    }

    private sealed class Simulated(string asset) : IHostTransport, IPatchProvider, IQuiesce, ISnapshotProvider, IHealthProbe
    {
        private bool applied;

        public string Host => asset;

        public string Name => "simulated";

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        public Task<PreCheckReport> PreCheckAsync(IHostTransport host, IReadOnlyList<Change> changes, TimeSpan deadline, CancellationToken cancellationToken) =>
            Task.FromResult(new PreCheckReport([new PreCheck("Disk", PreCheckStatus.Passed, "12 GB free")], null)
            {
                BootId = "boot",
                Installed = changes.ToImmutableDictionary(c => c.Package, _ => (string?)"1.0"),
            });

        public Task<DetectReport> DetectAsync(IHostTransport host, TimeSpan deadline, CancellationToken cancellationToken) => Task.FromResult(new DetectReport([], null));

        public Task<ProviderReport> StageAsync(IHostTransport host, IReadOnlyList<Change> changes, StepKey key, CancellationToken cancellationToken) => Task.FromResult(new ProviderReport(Done(key, "stage"), false, null));

        public Task<ProviderReport> ApplyAsync(IHostTransport host, IReadOnlyList<Change> changes, StepKey key, CancellationToken cancellationToken)
        {
            applied = true;
            return Task.FromResult(new ProviderReport(Done(key, "apply"), false, null));
        }

        public Task<VerifyReport> VerifyAsync(IHostTransport host, IReadOnlyList<Change> changes, TimeSpan deadline, CancellationToken cancellationToken) =>
            Task.FromResult(new VerifyReport([.. changes.Select(c => new VerifiedPackage(c, applied ? c.ToVersion : c.FromVersion, ""))], null) { BootId = "boot" });

        public Task<ProviderReport> RevertAsync(IHostTransport host, IReadOnlyList<Change> changes, StepKey key, CancellationToken cancellationToken)
        {
            applied = false;
            return Task.FromResult(new ProviderReport(Done(key, "revert"), false, null));
        }

        public Task<StepReport> QuiesceAsync(IHostTransport host, string mark, StepKey key, CancellationToken cancellationToken) => Task.FromResult(Done(key, "quiesce"));

        public Task<StepReport> UnquiesceAsync(IHostTransport host, string mark, StepKey key, CancellationToken cancellationToken) => Task.FromResult(Done(key, "unquiesce"));

        Task<QuiesceList> IQuiesce.ListAsync(IHostTransport host, TimeSpan deadline, CancellationToken cancellationToken) => Task.FromResult(new QuiesceList([], null));

        public Task<StepReport> TakeAsync(IHostTransport host, string snapshotId, StepKey key, CancellationToken cancellationToken) => Task.FromResult(Done(key, "snapshot"));

        Task<SnapshotList> ISnapshotProvider.ListAsync(IHostTransport host, TimeSpan deadline, CancellationToken cancellationToken) => Task.FromResult(new SnapshotList([], null));

        public Task<StepReport> RestoreAsync(IHostTransport host, string snapshotId, StepKey key, CancellationToken cancellationToken) => Task.FromResult(Done(key, "restore"));

        public Task<StepReport> RemoveAsync(IHostTransport host, string snapshotId, StepKey key, CancellationToken cancellationToken) => Task.FromResult(Done(key, "remove"));

        public Task<HealthReading> CheckAsync(IHostTransport host, CancellationToken cancellationToken) => Task.FromResult(new HealthReading(Name, HealthStatus.Healthy, "serves", TimeSpan.Zero));

        public Task<CommandResult> RunAsync(HostCommand command, CancellationToken cancellationToken) => Task.FromResult(CommandResult.Finished(0, "", "", TimeSpan.Zero));

        public Task<StepReport> StartStepAsync(StepKey key, HostCommand command, TimeSpan wait, CancellationToken cancellationToken) => Task.FromResult(Done(key, command.Arguments[0]));

        public Task<StepReport> CollectStepAsync(string stepId, TimeSpan wait, TimeSpan deadline, CancellationToken cancellationToken) => Task.FromResult(new StepReport(stepId, StepState.Missing));

        public Task<CommandResult> PutFileAsync(string path, ReadOnlyMemory<byte> content, TimeSpan deadline, CancellationToken cancellationToken) => Task.FromResult(CommandResult.Finished(0, "", "", TimeSpan.Zero));

        public Task<FileResult> GetFileAsync(string path, TimeSpan deadline, CancellationToken cancellationToken) => Task.FromResult(new FileResult(CommandFate.Finished, ReadOnlyMemory<byte>.Empty, null));

        private static StepReport Done(StepKey key, string command) => new(key.Id, StepState.Finished) { ExitCode = 0, CommandLine = command, StandardOutput = "ok" };
    }
}
