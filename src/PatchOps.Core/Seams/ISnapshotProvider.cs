using System.Collections.Immutable;
using PatchOps.Domain;

namespace PatchOps.Core.Seams;

/// <summary>A snapshot as the host (or its hypervisor) lists it.</summary>
public sealed record HostSnapshot(string Id, string Detail);

/// <summary>The snapshots that exist, or why that is not known.</summary>
public sealed record SnapshotList(ImmutableArray<HostSnapshot> Snapshots, Failure? Failure);

/// <summary>Takes and restores a host's state. What was taken can be listed and restored after a crash of the runner.</summary>
public interface ISnapshotProvider
{
    string Name { get; }

    /// <summary>Takes a snapshot under a name; taking it again under the same name changes nothing.</summary>
    Task<StepReport> TakeAsync(IHostTransport host, string snapshotId, StepKey key, CancellationToken cancellationToken);

    Task<SnapshotList> ListAsync(IHostTransport host, TimeSpan deadline, CancellationToken cancellationToken);

    /// <summary>Returns the host to the snapshot.</summary>
    Task<StepReport> RestoreAsync(IHostTransport host, string snapshotId, StepKey key, CancellationToken cancellationToken);

    /// <summary>Deletes it; deleting what is gone already succeeds.</summary>
    Task<StepReport> RemoveAsync(IHostTransport host, string snapshotId, StepKey key, CancellationToken cancellationToken);
}
