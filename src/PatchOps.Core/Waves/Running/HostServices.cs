using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Waves;

/// <summary>Everything that a run needs to work on one host. Disposed when the host is finished.</summary>
public sealed record HostServices : IAsyncDisposable
{
    public required IHostTransport Transport { get; init; }

    public required IPatchProvider Provider { get; init; }

    /// <summary>Null where the host must never be restarted from here; a change that needs it then fails its verification.</summary>
    public IHostRestart? Restart { get; init; }

    /// <summary>What keeps this host from being changed, beyond what the provider checks.</summary>
    public IReadOnlyList<IHostCheck> Checks { get; init; } = [];

    /// <summary>All must be healthy after the change.</summary>
    public IReadOnlyList<IHealthProbe> Probes { get; init; } = [];

    /// <summary>Test cases that show whether the problem is there: healthy means that it does not show. Recorded before, required after.</summary>
    public IReadOnlyList<IHealthProbe> Tests { get; init; } = [];

    public IReadOnlyList<IQuiesce> Quiesces { get; init; } = [];

    public IReadOnlyList<ISnapshotProvider> Snapshots { get; init; } = [];

    /// <summary>Set where the host shall revert by itself unless confirmed.</summary>
    public ICommitConfirm? CommitConfirm { get; init; }

    public ValueTask DisposeAsync()
    {
        foreach (var probe in Probes.Concat(Tests)) (probe as IDisposable)?.Dispose();
        return Transport.DisposeAsync();
    }
}

/// <summary>Opens the way to a host of a wave.</summary>
public interface IHostServicesFactory
{
    /// <summary>Called once per admitted host. What it throws becomes that host's outcome; the others go on.</summary>
    ValueTask<HostServices> OpenAsync(PlannedHost host, CancellationToken cancellationToken);
}
