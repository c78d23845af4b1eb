using PatchOps.Core.Seams;
using PatchOps.Domain;
using SQLitePCL;

namespace PatchOps.Adapters.Store;

internal sealed partial class SqliteCatalogue
{
    public IncidentColumns IncidentColumns(DateTimeOffset to)
    {
        var last = Stream("SELECT max(no) FROM incident", r => r.IsDBNull(0) ? 0 : r.GetInt64(0)).Single();
        if (last == 0) return Core.Seams.IncidentColumns.Empty;
        var assets = Stream("SELECT no, id FROM asset ORDER BY no", r => (No: r.GetInt64(0), Id: r.GetString(1))).ToList();
        var places = new int[assets[^1].No + 1];
        Array.Fill(places, Core.Seams.IncidentColumns.None);
        for (var i = 0; i < assets.Count; i++) places[assets[i].No] = i;
        var beside = new BesideIncidents(places,
            Stream("SELECT i.no, l.problem FROM incident_link l CROSS JOIN incident i ON i.id=l.incident WHERE i.problem IS NULL", r => (No: r.GetInt64(0), Problem: r.GetString(1))).ToDictionary(l => l.No, l => l.Problem),
            Stream("SELECT i.no FROM incident_flag f CROSS JOIN incident i ON i.id=f.incident WHERE json_array_length(f.doc, '$.Vulnerabilities')>0", r => r.GetInt64(0)).ToHashSet());
        // Both halves of the file at once, in its own order: to look up each row by its time takes several times as long as sorting them.
        var second = Task.Run(() => Half(last / 2, last, to, beside));
        IncidentHalf first;
        try
        {
            first = Half(0, last / 2, to, beside);
        }
        finally
        {
            Task.WaitAny(second);
        }
        var rest = second.GetAwaiter().GetResult();
        var (categories, problems) = (rest.Categories.Into(first.Categories), rest.Problems.Into(first.Problems));
        for (var i = 0; i < rest.Rows.Length; i++)
        {
            ref var row = ref rest.Rows[i];
            row = row with { Category = row.Category < 0 ? row.Category : categories[row.Category], Problem = row.Problem < 0 ? row.Problem : problems[row.Problem] };
        }
        return new IncidentColumns(Core.Seams.IncidentColumns.Merge(first.Rows, rest.Rows), assets.ConvertAll(a => a.Id), first.Categories.All, first.Problems.All);
    }

    /// <summary>In order of start; those of one time stay as they are.</summary>
    private static Deployment[] InOrder(List<Deployment> all)
    {
        var (times, order) = (new long[all.Count], new int[all.Count]);
        var sorted = true;
        for (var i = 0; i < order.Length; i++)
        {
            (times[i], order[i]) = (all[i].Started.UtcTicks, i);
            sorted &= i == 0 || times[i - 1] <= times[i];
        }
        if (sorted) return [.. all];
        // The place breaks ties, so that any sort is a stable one.
        Array.Sort(order, (a, b) => times[a] != times[b] ? times[a].CompareTo(times[b]) : a.CompareTo(b));
        return Array.ConvertAll(order, i => all[i]);
    }

    public IEnumerable<Deployment> Deployments()
    {
        var assets = Stream("SELECT no, id FROM asset", r => (No: r.GetInt64(0), Id: r.GetString(1))).ToDictionary(a => a.No, a => a.Id);
        var texts = new TextPool();
        var all = new List<Deployment>();
        using var connection = database.ConnectAlone();
        // In the file's own order, then sorted, as with incidents.
        Check(raw.sqlite3_prepare_v2(connection, "SELECT id, patch, asset, started, ended, outcome, problem, change FROM deployment ORDER BY no", out var statement), connection);
        using (statement)
        {
            string? Pooled(int column) => raw.sqlite3_column_blob(statement, column) is { IsEmpty: false } text ? texts.Of(text) : null;
            int code;
            while ((code = raw.sqlite3_step(statement)) == raw.SQLITE_ROW)
            {
                if (!assets.TryGetValue(raw.sqlite3_column_int64(statement, 2), out var asset)) continue;
                all.Add(new Deployment
                {
                    Id = raw.sqlite3_column_text(statement, 0).utf8_to_string(), Patch = Pooled(1)!, Asset = asset, Started = Encoding.Time(raw.sqlite3_column_int64(statement, 3)),
                    Ended = raw.sqlite3_column_type(statement, 4) == raw.SQLITE_NULL ? null : Encoding.Time(raw.sqlite3_column_int64(statement, 4)),
                    Outcome = (DeploymentOutcome)raw.sqlite3_column_int(statement, 5), Problem = Pooled(6), Change = Pooled(7),
                });
            }
            if (code != raw.SQLITE_DONE) Check(code, connection);
        }
        return InOrder(all);
    }

    /// <param name="above">Rows with a higher number, up to <paramref name="last"/>.</param>
    private IncidentHalf Half(long above, long last, DateTimeOffset to, BesideIncidents beside)
    {
        var (rows, categories, problems) = (new List<IncidentRow>((int)Math.Min(last - above, 1_000_000)), new TextNumbers(), new TextNumbers());
        using var connection = database.ConnectAlone();
        // Millions of columns: SQLite's own calls, without a reader between, take a third of the time.
        Check(raw.sqlite3_prepare_v2(connection,
            "SELECT no, opened, coalesce(resolved, -9223372036854775808), asset, category, problem, caused_by IS NOT NULL FROM incident WHERE no>?1 AND no<=?2 AND opened<?3 ORDER BY no", out var statement), connection);
        using (statement)
        {
            Check(raw.sqlite3_bind_int64(statement, 1, above), connection);
            Check(raw.sqlite3_bind_int64(statement, 2, last), connection);
            Check(raw.sqlite3_bind_int64(statement, 3, Encoding.Millis(to)), connection);
            int code;
            while ((code = raw.sqlite3_step(statement)) == raw.SQLITE_ROW)
            {
                var (no, resolved, asset, problem) = (raw.sqlite3_column_int64(statement, 0), raw.sqlite3_column_int64(statement, 2), raw.sqlite3_column_int(statement, 3), problems.Of(raw.sqlite3_column_blob(statement, 5)));
                if (problem < 0 && beside.Links.Count > 0 && beside.Links.TryGetValue(no, out var linked)) problem = problems.Of(linked);
                rows.Add(new IncidentRow(
                    Encoding.Ticks(raw.sqlite3_column_int64(statement, 1)), resolved == long.MinValue ? IncidentRow.NotResolved : Encoding.Ticks(resolved), (uint)asset < (uint)beside.Assets.Length ? beside.Assets[asset] : Core.Seams.IncidentColumns.None,
                    categories.Of(raw.sqlite3_column_blob(statement, 4)), problem, raw.sqlite3_column_int(statement, 6) != 0, beside.Flags.Count > 0 && beside.Flags.Contains(no)));
            }
            if (code != raw.SQLITE_DONE) Check(code, connection);
        }
        return new IncidentHalf(Core.Seams.IncidentColumns.InOrder([.. rows]), categories, problems);
    }

    private static void Check(int code, sqlite3 connection) => Microsoft.Data.Sqlite.SqliteException.ThrowExceptionForRC(code, connection);

    /// <summary>Rows in order of opening; categories and problems are numbers of its own texts.</summary>
    private sealed record IncidentHalf(IncidentRow[] Rows, TextNumbers Categories, TextNumbers Problems);

    /// <summary>What other tables say of incidents, by their numbers.</summary>
    /// <param name="Assets">Place by an asset's number; number 0 is nobody's.</param>
    private sealed record BesideIncidents(int[] Assets, Dictionary<long, string> Links, HashSet<long> Flags);
}
