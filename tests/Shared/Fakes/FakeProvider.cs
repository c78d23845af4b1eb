using System.Collections.Immutable;
using PatchOps.Core.Seams;
using PatchOps.Domain;
using PackageChange = PatchOps.Core.Seams.PackageChange;
using PendingUpdate = PatchOps.Core.Seams.PendingUpdate;

namespace PatchOps.Tests.Fakes;

/// <summary>A provider for <see cref="FakeHost"/>. It reaches the host through the transport only, so that faults and fences act.</summary>
internal sealed class FakeProvider(Func<string, FakeHost> find) : IPatchProvider
{
    private static readonly TimeSpan CallDeadline = TimeSpan.FromSeconds(30);

    public string Name => "fake";

    public async Task<DetectReport> DetectAsync(IHostTransport host, TimeSpan deadline, CancellationToken cancellationToken)
    {
        if (await ReachAsync(host, deadline, cancellationToken).ConfigureAwait(false) is { } failure) return new DetectReport([], failure);
        var fake = find(host.Host);
        lock (fake.Gate)
        {
            return new DetectReport(
                [.. fake.Archive.Where(a => fake.Installed.TryGetValue(a.Package, out var have) && string.CompareOrdinal(a.Version, have) > 0)
                    .Select(a => new PendingUpdate(a.Package, fake.Installed[a.Package], a.Version, "fake", false, HoldBack.None, ""))],
                null);
        }
    }

    public async Task<PreCheckReport> PreCheckAsync(
        IHostTransport host, IReadOnlyList<PackageChange> changes, TimeSpan deadline, CancellationToken cancellationToken)
    {
        if (await ReachAsync(host, deadline, cancellationToken).ConfigureAwait(false) is { } failure) return new PreCheckReport([], failure);
        var fake = find(host.Host);
        lock (fake.Gate)
        {
            return new PreCheckReport([new PreCheck("Disk", fake.DiskFull ? PreCheckStatus.Blocking : PreCheckStatus.Passed, ""), new PreCheck("Lock", fake.Locked ? PreCheckStatus.Blocking : PreCheckStatus.Passed, "")], null)
            {
                BootId = fake.BootId,
                Installed = changes.ToImmutableDictionary(c => c.Package, c => fake.Installed.GetValueOrDefault(c.Package)),
            };
        }
    }

    public Task<ProviderReport> StageAsync(IHostTransport host, IReadOnlyList<PackageChange> changes, StepKey key, CancellationToken cancellationToken) =>
        StepAsync(host, "stage", changes.Select(c => $"{c.Package}={c.ToVersion}"), key, cancellationToken);

    public Task<ProviderReport> ApplyAsync(IHostTransport host, IReadOnlyList<PackageChange> changes, StepKey key, CancellationToken cancellationToken) =>
        StepAsync(host, "apply", changes.Select(c => $"{c.Package}={c.ToVersion}"), key, cancellationToken);

    public Task<ProviderReport> RevertAsync(IHostTransport host, IReadOnlyList<PackageChange> changes, StepKey key, CancellationToken cancellationToken) =>
        StepAsync(host, "revert", changes.Select(c => $"{c.Package}={c.FromVersion}"), key, cancellationToken);

    public async Task<VerifyReport> VerifyAsync(
        IHostTransport host, IReadOnlyList<PackageChange> changes, TimeSpan deadline, CancellationToken cancellationToken)
    {
        if (await ReachAsync(host, deadline, cancellationToken).ConfigureAwait(false) is { } failure) return new VerifyReport([], failure);
        var fake = find(host.Host);
        lock (fake.Gate)
        {
            return new VerifyReport(
                [.. changes.Select(c => new VerifiedPackage(c, fake.Installed.GetValueOrDefault(c.Package), fake.Broken.Contains(c.Package) ? "half-configured" : ""))],
                null)
            {
                RestartNeeded = fake.RestartPending,
                RestartReasons = fake.RestartPending ? ["fake"] : [],
                BootId = fake.BootId,
            };
        }
    }

    private static async Task<Failure?> ReachAsync(IHostTransport host, TimeSpan deadline, CancellationToken cancellationToken) =>
        (await host.RunAsync(new HostCommand(["true"], deadline), cancellationToken).ConfigureAwait(false)).Failure;

    private static async Task<ProviderReport> StepAsync(
        IHostTransport host, string verb, IEnumerable<string> arguments, StepKey key, CancellationToken cancellationToken)
    {
        var step = await host.StartStepAsync(key, new HostCommand([verb, .. arguments], CallDeadline), key.TimeLimit, cancellationToken).ConfigureAwait(false);
        var failure = step.Failure ?? (step is { State: StepState.Finished, ExitCode: 0 } or { State: StepState.Running }
            ? null
            : new Failure(step.ExitCode == 77 ? "VersionNotAvailable" : "StepFailed", FailureKind.Failed, $"{verb} on '{host.Host}' ended {step.State}: {step.StandardError}", host.Host));
        return new ProviderReport(step, step.ExitCode == 77 || step.State == StepState.Fenced, failure);
    }
}

/// <summary>Restarts a <see cref="FakeHost"/>.</summary>
internal sealed class FakeRestart : IHostRestart
{
    public Task<CommandResult> ReadBootIdAsync(IHostTransport host, TimeSpan deadline, CancellationToken cancellationToken) =>
        host.RunAsync(new HostCommand(["boot-id"], deadline), cancellationToken);

    public Task<StepReport> RestartAsync(IHostTransport host, StepKey key, CancellationToken cancellationToken) =>
        host.StartStepAsync(key, new HostCommand(["restart"], TimeSpan.FromSeconds(30)), TimeSpan.Zero, cancellationToken);
}

/// <summary>Unhealthy while one of the host's unhealthy packages is installed; unknown while it does not answer.</summary>
internal sealed class FakeProbe(Func<string, FakeHost> find) : IHealthProbe
{
    public string Name => "fake-service";

    public async Task<HealthReading> CheckAsync(IHostTransport host, CancellationToken cancellationToken)
    {
        var reached = await host.RunAsync(new HostCommand(["true"], TimeSpan.FromSeconds(5)), cancellationToken).ConfigureAwait(false);
        if (!reached.Succeeded) return new HealthReading(Name, HealthStatus.Unknown, reached.Failure!.Message, reached.Elapsed);
        var fake = find(host.Host);
        lock (fake.Gate)
        {
            var bad = fake.Installed.FirstOrDefault(p => fake.UnhealthyPackages.Contains($"{p.Key}={p.Value}"));
            return bad.Key is null
                ? new HealthReading(Name, HealthStatus.Healthy, "serves", reached.Elapsed)
                : new HealthReading(Name, HealthStatus.Unhealthy, $"{bad.Key} {bad.Value} does not serve", reached.Elapsed);
        }
    }
}

/// <summary>Leaves and takes away a mark on a <see cref="FakeHost"/>.</summary>
internal sealed class FakeQuiesce(Func<string, FakeHost> find) : IQuiesce
{
    public string Name => "fake-drain";

    public Task<StepReport> QuiesceAsync(IHostTransport host, string mark, StepKey key, CancellationToken cancellationToken) =>
        host.StartStepAsync(key, new HostCommand(["quiesce", mark], TimeSpan.FromSeconds(30)), key.TimeLimit, cancellationToken);

    public Task<StepReport> UnquiesceAsync(IHostTransport host, string mark, StepKey key, CancellationToken cancellationToken) =>
        host.StartStepAsync(key, new HostCommand(["unquiesce", mark], TimeSpan.FromSeconds(30)), key.TimeLimit, cancellationToken);

    public async Task<QuiesceList> ListAsync(IHostTransport host, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var reached = await host.RunAsync(new HostCommand(["true"], deadline), cancellationToken).ConfigureAwait(false);
        if (reached.Failure is { } failure) return new QuiesceList([], failure);
        var fake = find(host.Host);
        lock (fake.Gate) return new QuiesceList([.. fake.QuiesceMarks], null);
    }
}

/// <summary>Snapshots of the packages of a <see cref="FakeHost"/>.</summary>
internal sealed class FakeSnapshots(Func<string, FakeHost> find) : ISnapshotProvider
{
    public string Name => "fake-snapshot";

    public Task<StepReport> TakeAsync(IHostTransport host, string snapshotId, StepKey key, CancellationToken cancellationToken) =>
        StepAsync(host, "snapshot", snapshotId, key, cancellationToken);

    public Task<StepReport> RestoreAsync(IHostTransport host, string snapshotId, StepKey key, CancellationToken cancellationToken) =>
        StepAsync(host, "restore", snapshotId, key, cancellationToken);

    public Task<StepReport> RemoveAsync(IHostTransport host, string snapshotId, StepKey key, CancellationToken cancellationToken) =>
        StepAsync(host, "unsnapshot", snapshotId, key, cancellationToken);

    public async Task<SnapshotList> ListAsync(IHostTransport host, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var reached = await host.RunAsync(new HostCommand(["true"], deadline), cancellationToken).ConfigureAwait(false);
        if (reached.Failure is { } failure) return new SnapshotList([], failure);
        var fake = find(host.Host);
        lock (fake.Gate) return new SnapshotList([.. fake.Snapshots.Keys.Order(StringComparer.Ordinal).Select(s => new HostSnapshot(s, ""))], null);
    }

    private static Task<StepReport> StepAsync(IHostTransport host, string verb, string id, StepKey key, CancellationToken cancellationToken) =>
        host.StartStepAsync(key, new HostCommand([verb, id], TimeSpan.FromSeconds(30)), key.TimeLimit, cancellationToken);
}
