using PatchOps.Core.Problems.Matching;
using PatchOps.Core.Seams;
using PatchOps.Domain;
using SQLitePCL;

namespace PatchOps.Adapters.Store;

internal sealed partial class SqliteCatalogue
{
    /// <summary>Stands for what an incident points to where only that it does counts.</summary>
    private static readonly IncidentMatch Something = new("", [""], [], "");

    public IncidentTable IncidentTable(DateTimeOffset to) => new(Halves(to, records: false));

    public IncidentRecords IncidentRecords(DateTimeOffset to) => new(Halves(to, records: true));

    /// <param name="to">Opened before.</param>
    /// <param name="records">With all that a record says; whoever counts only neither waits for it nor holds it.</param>
    private IncidentRows[] Halves(DateTimeOffset to, bool records)
    {
        var assets = Stream("SELECT no, id FROM asset ORDER BY no", r => (No: r.GetInt64(0), Id: r.GetString(1))).ToList();
        var places = new int[assets.Count == 0 ? 1 : assets[^1].No + 1];
        Array.Fill(places, Core.Seams.IncidentTable.None);
        for (var i = 0; i < assets.Count; i++) places[assets[i].No] = i;
        var beside = new BesideIncidents(
            assets.ConvertAll(a => a.Id), places,
            Stream($"SELECT i.no, l.problem, {(records ? "l.reason" : "NULL")} FROM incident_link l CROSS JOIN incident i ON i.id=l.incident WHERE i.problem IS NULL", r => (No: r.GetInt64(0), Link: (r.GetString(1), Text(r, 2)))).ToDictionary(l => l.No, l => l.Link),
            (records ? Stream("SELECT i.no, f.doc FROM incident_flag f CROSS JOIN incident i ON i.id=f.incident", r => (No: r.GetInt64(0), Match: Encoding.Read<IncidentMatch>(r.GetString(1))))
                : Stream("SELECT i.no FROM incident_flag f CROSS JOIN incident i ON i.id=f.incident WHERE json_array_length(f.doc, '$.Vulnerabilities')>0", r => (No: r.GetInt64(0), Match: Something))).ToDictionary(f => f.No, f => f.Match));
        // Both halves of the file at once, in its own order: to look up each row by its time takes several times as long as sorting them.
        var last = Stream("SELECT max(no) FROM incident", r => r.IsDBNull(0) ? 0 : r.GetInt64(0)).Single();
        var second = Task.Run(() => Rows(last / 2, last, to, beside, records));
        IncidentRows first;
        try
        {
            first = Rows(0, last / 2, to, beside, records);
        }
        finally
        {
            Task.WaitAny(second);
        }
        return [first, second.GetAwaiter().GetResult()];
    }

    /// <param name="above">Rows with a higher number, up to <paramref name="last"/>.</param>
    private IncidentRows Rows(long above, long last, DateTimeOffset to, BesideIncidents beside, bool records)
    {
        TextNumbers categories = new(), problems = new(), changes = new();
        var rows = new IncidentRows(beside.Assets, categories.All, problems.All, records ? changes.All : null, (int)Math.Min(last - above, 1_000_000));
        using var connection = database.ConnectAlone();
        // Millions of columns: SQLite's own calls, without a reader between, take a third of the time.
        Check(raw.sqlite3_prepare_v2(connection,
            $"SELECT no, opened, coalesce(resolved, -9223372036854775808), asset, category, problem, caused_by IS NOT NULL{(records ? ", id, caused_by" : "")} FROM incident WHERE no>?1 AND no<=?2 AND opened<?3 ORDER BY no", out var statement), connection);
        using (statement)
        {
            Check(raw.sqlite3_bind_int64(statement, 1, above), connection);
            Check(raw.sqlite3_bind_int64(statement, 2, last), connection);
            Check(raw.sqlite3_bind_int64(statement, 3, Encoding.Millis(to)), connection);
            int code;
            while ((code = raw.sqlite3_step(statement)) == raw.SQLITE_ROW)
            {
                var (no, resolved, asset, problem) = (raw.sqlite3_column_int64(statement, 0), raw.sqlite3_column_int64(statement, 2), raw.sqlite3_column_int(statement, 3), problems.Of(raw.sqlite3_column_blob(statement, 5)));
                (string Problem, string? Reason) link = default;
                if (problem < 0 && beside.Links.Count > 0 && beside.Links.TryGetValue(no, out link)) problem = problems.Of(link.Problem);
                var match = beside.Matches.Count > 0 ? beside.Matches.GetValueOrDefault(no) : null;
                var row = new IncidentRow(
                    Encoding.Ticks(raw.sqlite3_column_int64(statement, 1)), resolved == long.MinValue ? IncidentRow.NotResolved : Encoding.Ticks(resolved), (uint)asset < (uint)beside.Places.Length ? beside.Places[asset] : Core.Seams.IncidentTable.None,
                    categories.Of(raw.sqlite3_column_blob(statement, 4)), problem, raw.sqlite3_column_int(statement, 6) != 0, match is { Vulnerabilities.Count: > 0 });
                if (records) rows.Add(row, raw.sqlite3_column_blob(statement, 7), changes.Of(raw.sqlite3_column_blob(statement, 8)), link.Reason, match);
                else rows.Add(row);
            }
            if (code != raw.SQLITE_DONE) Check(code, connection);
        }
        return rows;
    }

    private static void Check(int code, sqlite3 connection) => Microsoft.Data.Sqlite.SqliteException.ThrowExceptionForRC(code, connection);

    /// <summary>What other tables say of incidents, by their numbers.</summary>
    /// <param name="Places">Place among the assets by an asset's number; number 0 is nobody's.</param>
    private sealed record BesideIncidents(IReadOnlyList<string> Assets, int[] Places, Dictionary<long, (string Problem, string? Reason)> Links, Dictionary<long, IncidentMatch> Matches);
}
