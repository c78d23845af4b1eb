using System.Globalization;
using System.Runtime.CompilerServices;
using Dapper;
using PatchOps.Core.Governance;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Store;

/// <summary>The audit chain on SQLite, in the journal's file.</summary>
internal sealed class SqliteAuditLog(Database database) : IAuditLog
{
    private const string Columns = "sequence, at, actor, action, subject, payload, payload_hash AS PayloadHash, previous_hash AS PreviousHash, hash";

    public ValueTask<AuditEntry> AppendAsync(AuditRecord record, DateTimeOffset at, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var connection = database.Connect();
        using var transaction = connection.BeginTransaction(deferred: false);
        var known = connection.QuerySingleOrDefault<Row>($"SELECT {Columns} FROM audit WHERE key=@Key", new { record.Key }, transaction)?.ToEntry();
        if (known is not null)
        {
            if (known.Actor != record.Actor || known.Action != record.Action || known.Subject != record.Subject || known.PayloadHash != AuditChain.HashOf(record.Payload))
                throw new FailureException("KeyConflict", FailureKind.Conflict, $"The audit trail already holds '{record.Key}' with other content.", record.Key);
            return ValueTask.FromResult(known);
        }

        var last = connection.QuerySingleOrDefault<Row>($"SELECT {Columns} FROM audit ORDER BY sequence DESC LIMIT 1", transaction: transaction)?.ToEntry();
        var entry = AuditChain.Link(last, at, record.Actor, record.Action, record.Subject, record.Payload);
        connection.Execute(
            "INSERT INTO audit(sequence, key, at, actor, action, subject, payload, payload_hash, previous_hash, hash) VALUES (@Sequence, @key, @at, @Actor, @Action, @Subject, @Payload, @PayloadHash, @PreviousHash, @Hash)",
            new { entry.Sequence, key = record.Key, at = entry.At.ToString("O", CultureInfo.InvariantCulture), entry.Actor, entry.Action, entry.Subject, entry.Payload, entry.PayloadHash, entry.PreviousHash, entry.Hash },
            transaction);
        transaction.Commit();
        return ValueTask.FromResult(entry);
    }

    public async IAsyncEnumerable<AuditEntry> ReadAsync(DateTimeOffset? since, string? subject, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var connection = database.Connect();
        var rows = connection.Query<Row>(
            $"SELECT {Columns} FROM audit WHERE (@since IS NULL OR at>=@since) AND (@subject IS NULL OR subject GLOB @subject) ORDER BY sequence",
            new { since = since?.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture), subject }, buffered: false);
        foreach (var row in rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return row.ToEntry();
        }
        await Task.CompletedTask.ConfigureAwait(false);
    }

    private sealed class Row
    {
        public long Sequence { get; init; }
        public string At { get; init; } = "";
        public string Actor { get; init; } = "";
        public string Action { get; init; } = "";
        public string Subject { get; init; } = "";
        public string? Payload { get; init; }
        public string PayloadHash { get; init; } = "";
        public string PreviousHash { get; init; } = "";
        public string Hash { get; init; } = "";

        public AuditEntry ToEntry() => new()
        {
            Sequence = Sequence, At = DateTimeOffset.Parse(At, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind), Actor = Actor, Action = Action, Subject = Subject,
            Payload = Payload, PayloadHash = PayloadHash, PreviousHash = PreviousHash, Hash = Hash,
        };
    }
}
