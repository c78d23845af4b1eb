using PatchOps.Domain;

namespace PatchOps.Core.Seams;

/// <summary>An action to be recorded. The key makes a repeated call harmless.</summary>
/// <param name="Key">The caller's key: same key and content replays, other content is a conflict.</param>
/// <param name="Payload">Canonical JSON; never a secret.</param>
public sealed record AuditRecord(string Key, string Actor, string Action, string Subject, string Payload);

/// <summary>Who did what, chained so that a later change shows.</summary>
public interface IAuditLog
{
    /// <summary>Appends durably and returns the chained entry.</summary>
    /// <exception cref="FailureException"><c>KeyConflict</c>: the key exists with other content.</exception>
    ValueTask<AuditEntry> AppendAsync(AuditRecord record, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Appends several durably, in one transaction where the log can.</summary>
    /// <exception cref="FailureException"><c>KeyConflict</c>: a key exists with other content; nothing is appended where the log can undo it.</exception>
    async ValueTask AppendAsync(IReadOnlyList<AuditRecord> records, DateTimeOffset at, CancellationToken cancellationToken)
    {
        foreach (var record in records) await AppendAsync(record, at, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Entries in order, from <paramref name="since"/> on, of one subject where given (wildcards * and ?).</summary>
    IAsyncEnumerable<AuditEntry> ReadAsync(DateTimeOffset? since, string? subject, CancellationToken cancellationToken);
}
