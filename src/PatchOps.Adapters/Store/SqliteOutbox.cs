using Dapper;
using PatchOps.Core.Governance;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Store;

/// <summary>The outbox on SQLite, in the journal's file: what was added survives a power cut.</summary>
internal sealed class SqliteOutbox(Database database) : IOutbox
{
    public ValueTask<int> AddAsync(IReadOnlyList<OutboxMessage> messages, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var connection = database.Connect();
        using var transaction = connection.BeginTransaction(deferred: false);
        var added = 0;
        foreach (var message in messages)
        {
            var hash = AuditChain.HashOf(Encoding.Write(Content(message)));
            var known = connection.QuerySingleOrDefault<string>("SELECT hash FROM outbox WHERE key=@Key", new { message.Key }, transaction);
            if (known == hash) continue;
            if (known is not null) throw new FailureException("KeyConflict", FailureKind.Conflict, $"The outbox already holds '{message.Key}' with other content.", message.Key);
            connection.Execute("INSERT INTO outbox(key, hash, state, next, doc) VALUES (@Key, @hash, @state, @next, @doc)",
                new { message.Key, hash, state = (int)message.State, next = Millis(message.Next), doc = Encoding.Write(message) }, transaction);
            added++;
        }
        transaction.Commit();
        return ValueTask.FromResult(added);
    }

    public ValueTask<IReadOnlyList<OutboxMessage>> ClaimAsync(string sender, int limit, DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var connection = database.Connect();
        using var transaction = connection.BeginTransaction(deferred: false);
        var at = Encoding.Millis(now);
        var rows = connection.Query<(long No, string Doc)>("SELECT no, doc FROM outbox WHERE state=@waiting AND next<=@at AND (claimed_until IS NULL OR claimed_until<=@at) ORDER BY next, no LIMIT @limit",
            new { waiting = (int)OutboxState.Waiting, at, limit }, transaction).AsList();
        foreach (var (no, _) in rows) connection.Execute("UPDATE outbox SET claimed_by=@sender, claimed_until=@until WHERE no=@no", new { sender, until = Encoding.Millis(until), no }, transaction);
        transaction.Commit();
        return ValueTask.FromResult<IReadOnlyList<OutboxMessage>>([.. rows.Select(r => Encoding.Read<OutboxMessage>(r.Doc))]);
    }

    public ValueTask<bool> RecordAsync(string sender, OutboxMessage message, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var connection = database.Connect();
        var changed = connection.Execute("UPDATE outbox SET state=@state, next=@next, doc=@doc, claimed_by=NULL, claimed_until=NULL WHERE key=@Key AND claimed_by=@sender",
            new { state = (int)message.State, next = Millis(message.Next), doc = Encoding.Write(message), message.Key, sender });
        return ValueTask.FromResult(changed == 1);
    }

    public ValueTask<int> RetryFailedAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var connection = database.Connect();
        using var transaction = connection.BeginTransaction(deferred: false);
        var failed = connection.Query<string>("SELECT doc FROM outbox WHERE state=@failed", new { failed = (int)OutboxState.Failed }, transaction).Select(Encoding.Read<OutboxMessage>).ToList();
        foreach (var message in failed)
        {
            var again = message with { State = OutboxState.Waiting, Attempts = 0, Next = now };
            connection.Execute("UPDATE outbox SET state=@state, next=@next, doc=@doc WHERE key=@Key", new { state = (int)again.State, next = Millis(again.Next), doc = Encoding.Write(again), again.Key }, transaction);
        }
        transaction.Commit();
        return ValueTask.FromResult(failed.Count);
    }

    public IEnumerable<OutboxMessage> Messages()
    {
        using var connection = database.Connect();
        return [.. connection.Query<string>("SELECT doc FROM outbox ORDER BY no").Select(Encoding.Read<OutboxMessage>)];
    }

    /// <summary>What makes a message the same: all but where it stands.</summary>
    private static OutboxMessage Content(OutboxMessage message) => message with { State = OutboxState.Waiting, Attempts = 0, Next = null, Delivered = null, Reason = null };

    private static long? Millis(DateTimeOffset? time) => time is { } t ? Encoding.Millis(t) : null;
}
