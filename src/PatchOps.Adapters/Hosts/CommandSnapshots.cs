using System.Collections.Immutable;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Hosts;

/// <summary>Commands of the user's for LVM, btrfs, ZFS, a hypervisor or a cloud; <c>{id}</c> in an argument stands for the snapshot's id.</summary>
/// <param name="Name">The policy's name for it.</param>
/// <param name="Take">Takes a snapshot; must fail where it cannot.</param>
/// <param name="List">Prints one snapshot a line: its id, then a blank and whatever is worth knowing.</param>
/// <param name="Restore">Returns to it.</param>
/// <param name="Remove">Deletes it.</param>
public sealed record SnapshotCommands(
    string Name, IReadOnlyList<string> Take, IReadOnlyList<string> List, IReadOnlyList<string> Restore, IReadOnlyList<string> Remove);

/// <summary>Snapshots by commands that run on the host as root.</summary>
public sealed class CommandSnapshots(SnapshotCommands commands) : ISnapshotProvider
{
    private static readonly TimeSpan CallDeadline = TimeSpan.FromSeconds(30);

    public string Name => commands.Name;

    public async Task<StepReport> TakeAsync(IHostTransport host, string snapshotId, StepKey key, CancellationToken cancellationToken)
    {
        var list = await ListAsync(host, CallDeadline, cancellationToken).ConfigureAwait(false);
        if (list.Failure is { } failure) return new StepReport(key.Id, StepState.NotSent) { Failure = failure };
        if (list.Snapshots.Any(s => s.Id == snapshotId)) return new StepReport(key.Id, StepState.Finished) { ExitCode = 0, FoundEarlier = true };
        return await StepAsync(host, commands.Take, snapshotId, key, cancellationToken).ConfigureAwait(false);
    }

    public async Task<SnapshotList> ListAsync(IHostTransport host, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var result = await host.RunAsync(new HostCommand(commands.List, deadline, elevated: true), cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
        {
            return new SnapshotList([], result.Failure ?? new Failure("SnapshotsNotRead", FailureKind.Failed,
                FormattableString.Invariant($"'{Name}' on host '{host.Host}' ended with exit code {result.ExitCode}: {result.StandardError.Trim()}"), host.Host));
        }
        return new SnapshotList(
            [.. result.StandardOutput.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(l => l.Split(' ', 2)).Select(p => new HostSnapshot(p[0], p.Length > 1 ? p[1] : ""))],
            null);
    }

    public Task<StepReport> RestoreAsync(IHostTransport host, string snapshotId, StepKey key, CancellationToken cancellationToken) =>
        StepAsync(host, commands.Restore, snapshotId, key, cancellationToken);

    public async Task<StepReport> RemoveAsync(IHostTransport host, string snapshotId, StepKey key, CancellationToken cancellationToken)
    {
        var list = await ListAsync(host, CallDeadline, cancellationToken).ConfigureAwait(false);
        if (list.Failure is { } failure) return new StepReport(key.Id, StepState.NotSent) { Failure = failure };
        if (list.Snapshots.All(s => s.Id != snapshotId)) return new StepReport(key.Id, StepState.Finished) { ExitCode = 0, FoundEarlier = true };
        return await StepAsync(host, commands.Remove, snapshotId, key, cancellationToken).ConfigureAwait(false);
    }

    private static Task<StepReport> StepAsync(IHostTransport host, IReadOnlyList<string> command, string snapshotId, StepKey key, CancellationToken cancellationToken)
    {
        var id = new StepReport(snapshotId, StepState.Missing).StepId;
        return host.StartStepAsync(key, new HostCommand(command.Select(a => a.Replace("{id}", id, StringComparison.Ordinal)), CallDeadline), key.TimeLimit, cancellationToken);
    }
}
