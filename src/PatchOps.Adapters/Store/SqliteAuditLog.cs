using System.Globalization;
using System.Runtime.CompilerServices;
using Dapper;
using Microsoft.Data.Sqlite;
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
        using var sql = new Statements(connection, transaction);
        AuditEntry? last = null;
        var entry = Append(connection, transaction, sql, record, at, ref last);
        transaction.Commit();
        return ValueTask.FromResult(entry);
    }

    public ValueTask AppendAsync(IReadOnlyList<AuditRecord> records, DateTimeOffset at, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var connection = database.Connect();
        using var transaction = connection.BeginTransaction(deferred: false);
        using var sql = new Statements(connection, transaction);
        AuditEntry? last = null;
        foreach (var record in records) Append(connection, transaction, sql, record, at, ref last);
        transaction.Commit();
        return ValueTask.CompletedTask;
    }

    /// <param name="last">Entry to chain to; null before the first of a transaction.</param>
    private static AuditEntry Append(SqliteConnection connection, SqliteTransaction transaction, Statements sql, AuditRecord record, DateTimeOffset at, ref AuditEntry? last)
    {
        if (sql.Long("SELECT sequence FROM audit WHERE key=$1", record.Key) is not null)
        {
            var known = connection.QuerySingle<Row>($"SELECT {Columns} FROM audit WHERE key=@Key", new { record.Key }, transaction).ToEntry();
            if (known.Actor != record.Actor || known.Action != record.Action || known.Subject != record.Subject || known.PayloadHash != AuditChain.HashOf(record.Payload))
                throw new FailureException("KeyConflict", FailureKind.Conflict, $"The audit trail already holds '{record.Key}' with other content.", record.Key);
            return known;
        }
        last ??= connection.QuerySingleOrDefault<Row>($"SELECT {Columns} FROM audit ORDER BY sequence DESC LIMIT 1", transaction: transaction)?.ToEntry();
        var entry = AuditChain.Link(last, at, record.Actor, record.Action, record.Subject, record.Payload);
        sql.Execute(
            "INSERT INTO audit(sequence, key, at, actor, action, subject, payload, payload_hash, previous_hash, hash) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)",
            entry.Sequence, record.Key, entry.At.ToString("O", CultureInfo.InvariantCulture), entry.Actor, entry.Action, entry.Subject, entry.Payload, entry.PayloadHash, entry.PreviousHash, entry.Hash);
        return last = entry;
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
