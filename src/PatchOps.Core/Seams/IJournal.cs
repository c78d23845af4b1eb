namespace PatchOps.Core.Seams;

/// <summary>Whether an entry announces an effect or records what came of it.</summary>
public enum JournalPhase { Intent, Outcome }

/// <summary>One durable line of a wave: (host, step, intent | outcome).</summary>
public sealed record JournalEntry
{
    /// <summary>Assigned by the journal: 1, 2, 3 … over the whole store.</summary>
    public long Sequence { get; init; }

    /// <summary>The caller's key: the same key with the same content replays, with other content it is a conflict.</summary>
    public required string Key { get; init; }

    public required string PlanId { get; init; }

    public required int Wave { get; init; }

    /// <summary>Asset id; null for an entry about the wave itself (started, suspended, halted, completed).</summary>
    public string? Asset { get; init; }

    /// <summary>Name of the step as Core's state table knows it.</summary>
    public required string Step { get; init; }

    public required JournalPhase Phase { get; init; }

    /// <summary>Succeeded, Failed, Unknown …; null for an intent.</summary>
    public string? Outcome { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Fencing token of the runner that wrote it.</summary>
    public required long Token { get; init; }

    /// <summary>Evidence as JSON; never a secret.</summary>
    public string? Detail { get; init; }
}

/// <summary>The right to run one wave, until <see cref="Expires"/>.</summary>
public sealed record Lease
{
    /// <summary>What is leased, such as <c>plan/wave</c>.</summary>
    public required string Resource { get; init; }

    public required string Owner { get; init; }

    /// <summary>Fencing token: strictly greater than any token granted before for this resource.</summary>
    public required long Token { get; init; }

    public required DateTimeOffset Expires { get; init; }
}

/// <summary>Runs and leases. Nothing acknowledged is ever lost; every call is durable when it returns.</summary>
public interface IJournal
{
    /// <summary>Appends entries in order, in one durable transaction, and returns them with their sequence.</summary>
    /// <exception cref="Domain.FailureException"><c>LeaseLost</c>: a higher token was granted meanwhile; <c>KeyConflict</c>: same key, other content.</exception>
    ValueTask<IReadOnlyList<JournalEntry>> AppendAsync(IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken);

    /// <summary>Entries of a plan in sequence order; of one wave where <paramref name="wave"/> is given; only those after <paramref name="after"/>.</summary>
    IAsyncEnumerable<JournalEntry> ReadAsync(string planId, int? wave, long after, CancellationToken cancellationToken);

    /// <summary>Grants the lease when it is free, lapsed at <paramref name="now"/>, or the owner's own; null when another runner holds it.</summary>
    ValueTask<Lease?> AcquireAsync(string resource, string owner, TimeSpan duration, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>The heartbeat: extends a lease that is still the caller's; null when it was lost.</summary>
    ValueTask<Lease?> RenewAsync(Lease lease, TimeSpan duration, DateTimeOffset now, CancellationToken cancellationToken);

    ValueTask ReleaseAsync(Lease lease, CancellationToken cancellationToken);

    /// <summary>Who holds a resource, lapsed or not; null where nobody ever did or it was released.</summary>
    ValueTask<Lease?> HolderAsync(string resource, CancellationToken cancellationToken);

    /// <summary>Sets a wish that the runner of the wave reads between hosts (suspend, resume, undo); durable, last one wins.</summary>
    ValueTask SetControlAsync(string resource, string wish, string actor, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>The last wish for the resource, or null.</summary>
    ValueTask<(string Wish, string Actor, DateTimeOffset At)?> ControlAsync(string resource, CancellationToken cancellationToken);
}
