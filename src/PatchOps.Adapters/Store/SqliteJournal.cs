using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Dapper;
using Microsoft.Data.Sqlite;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Store;

/// <summary>The journal on SQLite. Appends that arrive together share one durable commit, so that many hosts do not wait for as many fsyncs.</summary>
internal sealed class SqliteJournal : IJournal, IAsyncDisposable
{
    private const string Columns = "sequence, key, plan AS PlanId, wave, asset, step, phase, outcome, at, token, detail";

    private readonly Database database;
    private readonly Channel<Append> queue = Channel.CreateUnbounded<Append>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task writer;

    /// <summary>Runs before each commit; tests inject a slow disk here.</summary>
    private readonly Func<Task>? beforeCommit;

    public SqliteJournal(Database database, Func<Task>? beforeCommit = null)
    {
        this.database = database;
        this.beforeCommit = beforeCommit;
        writer = Task.Run(WriteAsync);
    }

    public async ValueTask<IReadOnlyList<JournalEntry>> AppendAsync(IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var append = new Append(entries, new TaskCompletionSource<IReadOnlyList<JournalEntry>>(TaskCreationOptions.RunContinuationsAsynchronously));
        await queue.Writer.WriteAsync(append, cancellationToken).ConfigureAwait(false);
        // Not cancellable from here on: the entry may already be on its way to the disk, and the caller must know.
        return await append.Done.Task.ConfigureAwait(false);
    }

    public async IAsyncEnumerable<JournalEntry> ReadAsync(string planId, int? wave, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var connection = database.Connect();
        var rows = connection.Query<Row>(
            $"SELECT {Columns} FROM journal WHERE plan=@planId AND (@wave IS NULL OR wave=@wave) AND sequence>@after ORDER BY sequence",
            new { planId, wave, after }, buffered: false);
        foreach (var row in rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return row.ToEntry();
        }
        await Task.CompletedTask.ConfigureAwait(false);
    }

    public ValueTask<Lease?> AcquireAsync(string resource, string owner, TimeSpan duration, DateTimeOffset now, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Written(() => Acquire(resource, owner, duration, now)));

    private Lease? Acquire(string resource, string owner, TimeSpan duration, DateTimeOffset now)
    {
        using var connection = database.Connect();
        using var transaction = connection.BeginTransaction(deferred: false);
        var held = connection.QuerySingleOrDefault<LeaseRow>("SELECT * FROM lease WHERE resource=@resource", new { resource }, transaction);
        var free = held is null || held.Owner.Length == 0 || held.Owner == owner || held.Expires <= now.ToUnixTimeMilliseconds();
        if (!free) return null;

        // A released lease keeps its row: tokens must rise for as long as the store lives.
        var lease = new Lease { Resource = resource, Owner = owner, Token = (held?.Token ?? 0) + 1, Expires = now + duration };
        connection.Execute(
            "INSERT INTO lease(resource, owner, token, expires) VALUES (@Resource, @Owner, @Token, @expires) ON CONFLICT(resource) DO UPDATE SET owner=excluded.owner, token=excluded.token, expires=excluded.expires",
            new { lease.Resource, lease.Owner, lease.Token, expires = lease.Expires.ToUnixTimeMilliseconds() }, transaction);
        transaction.Commit();
        return lease;
    }

    public ValueTask<Lease?> RenewAsync(Lease lease, TimeSpan duration, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var renewed = lease with { Expires = now + duration };
        var rows = Execute(
            "UPDATE lease SET expires=@expires WHERE resource=@Resource AND owner=@Owner AND token=@Token",
            new { lease.Resource, lease.Owner, lease.Token, expires = renewed.Expires.ToUnixTimeMilliseconds() });
        return ValueTask.FromResult(rows == 1 ? renewed : null);
    }

    public ValueTask ReleaseAsync(Lease lease, CancellationToken cancellationToken)
    {
        Execute("UPDATE lease SET owner='', expires=0 WHERE resource=@Resource AND owner=@Owner AND token=@Token", new { lease.Resource, lease.Owner, lease.Token });
        return ValueTask.CompletedTask;
    }

    public ValueTask<Lease?> HolderAsync(string resource, CancellationToken cancellationToken)
    {
        using var connection = database.Connect();
        var row = connection.QuerySingleOrDefault<LeaseRow>("SELECT * FROM lease WHERE resource=@resource AND owner<>''", new { resource });
        return ValueTask.FromResult(row is null
            ? null
            : new Lease { Resource = row.Resource, Owner = row.Owner, Token = row.Token, Expires = DateTimeOffset.FromUnixTimeMilliseconds(row.Expires) });
    }

    public ValueTask SetControlAsync(string resource, string wish, string actor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        Execute(
            "INSERT INTO control(resource, wish, actor, at) VALUES (@resource, @wish, @actor, @at) ON CONFLICT(resource) DO UPDATE SET wish=excluded.wish, actor=excluded.actor, at=excluded.at",
            new { resource, wish, actor, at = now.ToUnixTimeMilliseconds() });
        return ValueTask.CompletedTask;
    }

    public ValueTask<(string Wish, string Actor, DateTimeOffset At)?> ControlAsync(string resource, CancellationToken cancellationToken)
    {
        using var connection = database.Connect();
        var row = connection.QuerySingleOrDefault<ControlRow>("SELECT wish, actor, at FROM control WHERE resource=@resource", new { resource });
        return ValueTask.FromResult<(string, string, DateTimeOffset)?>(row is null ? null : (row.Wish, row.Actor, DateTimeOffset.FromUnixTimeMilliseconds(row.At)));
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await writer.ConfigureAwait(false);
    }

    private async Task WriteAsync()
    {
        var batch = new List<Append>();
        while (await queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            batch.Clear();
            while (batch.Count < 512 && queue.Reader.TryRead(out var next)) batch.Add(next);
            try
            {
                await CommitAsync(batch).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                // The whole commit failed (disk full, file gone): nobody was acknowledged, everybody is told.
                var failure = Unavailable(e);
                foreach (var append in batch) append.Done.TrySetException(failure);
            }
        }
    }

    private int Execute(string sql, object parameters) => Written(() =>
    {
        using var connection = database.Connect();
        return connection.Execute(sql, parameters);
    });

    /// <summary>A heartbeat and a wish meet the same full disks as an entry does, and whoever waits for the journal must know it by the same failure.</summary>
    private T Written<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (SqliteException e)
        {
            throw Unavailable(e);
        }
    }

    private FailureException Unavailable(Exception e) =>
        new(new Failure("JournalUnavailable", FailureKind.Unavailable, $"The journal '{database.Path}' cannot be written: {e.Message}", database.Path,
            "Free space on the disk or check the file's permissions; then resume the wave with Invoke-PatchWave."), e);

    private async Task CommitAsync(List<Append> batch)
    {
        var acknowledged = new List<(Append Append, IReadOnlyList<JournalEntry> Entries)>(batch.Count);
        using (var connection = database.Connect())
        using (var transaction = connection.BeginTransaction(deferred: false))
        {
            foreach (var append in batch)
            {
                try
                {
                    transaction.Save("append");
                    acknowledged.Add((append, Insert(connection, transaction, append.Entries)));
                    transaction.Release("append");
                }
                catch (FailureException e)
                {
                    transaction.Rollback("append");
                    append.Done.TrySetException(e);
                }
            }
            if (beforeCommit is not null) await beforeCommit().ConfigureAwait(false);
            transaction.Commit();
        }
        foreach (var (append, entries) in acknowledged) append.Done.TrySetResult(entries);
    }

    private static List<JournalEntry> Insert(SqliteConnection connection, SqliteTransaction transaction, IReadOnlyList<JournalEntry> entries)
    {
        var written = new List<JournalEntry>(entries.Count);
        foreach (var entry in entries)
        {
            var known = connection.QuerySingleOrDefault<Row>($"SELECT {Columns} FROM journal WHERE key=@Key", new { entry.Key }, transaction)?.ToEntry();
            if (known is not null)
            {
                if (known with { Sequence = 0, At = entry.At, Token = entry.Token } != entry with { Sequence = 0 })
                    throw new FailureException("KeyConflict", FailureKind.Conflict, $"The journal already holds '{entry.Key}' with other content.", entry.Key);
                written.Add(known);
                continue;
            }

            var highest = connection.ExecuteScalar<long?>("SELECT token FROM lease WHERE resource=@resource", new { resource = Resource(entry) }, transaction) ?? 0;
            if (highest > entry.Token)
                throw new FailureException("LeaseLost", FailureKind.Conflict, $"Another runner took over wave {entry.Wave} of plan {entry.PlanId} (token {highest}, ours is {entry.Token}).", Resource(entry),
                    "Nothing more is done here; see Get-PatchWave for the runner that works on it.");
            var sequence = connection.ExecuteScalar<long>(
                "INSERT INTO journal(key, plan, wave, asset, step, phase, outcome, at, token, detail) VALUES (@Key, @PlanId, @Wave, @Asset, @Step, @phase, @Outcome, @at, @Token, @Detail) RETURNING sequence",
                new { entry.Key, entry.PlanId, entry.Wave, entry.Asset, entry.Step, phase = (int)entry.Phase, entry.Outcome, at = entry.At.ToUnixTimeMilliseconds(), entry.Token, entry.Detail },
                transaction);
            written.Add(entry with { Sequence = sequence });
        }
        return written;
    }

    private static string Resource(JournalEntry entry) => LeaseNames.Wave(entry.PlanId, entry.Wave);

    private sealed record Append(IReadOnlyList<JournalEntry> Entries, TaskCompletionSource<IReadOnlyList<JournalEntry>> Done);

    private sealed class LeaseRow
    {
        public string Resource { get; init; } = "";
        public string Owner { get; init; } = "";
        public long Token { get; init; }
        public long Expires { get; init; }
    }

    private sealed class ControlRow
    {
        public string Wish { get; init; } = "";
        public string Actor { get; init; } = "";
        public long At { get; init; }
    }

    private sealed class Row
    {
        public long Sequence { get; init; }
        public string Key { get; init; } = "";
        public string PlanId { get; init; } = "";
        public long Wave { get; init; }
        public string? Asset { get; init; }
        public string Step { get; init; } = "";
        public long Phase { get; init; }
        public string? Outcome { get; init; }
        public long At { get; init; }
        public long Token { get; init; }
        public string? Detail { get; init; }

        public JournalEntry ToEntry() => new()
        {
            Sequence = Sequence, Key = Key, PlanId = PlanId, Wave = (int)Wave, Asset = Asset, Step = Step, Phase = (JournalPhase)Phase,
            Outcome = Outcome, At = DateTimeOffset.FromUnixTimeMilliseconds(At), Token = Token, Detail = Detail,
        };
    }
}
