using PatchOps.Core.Problems.Matching;
using PatchOps.Core.Seams;
using PatchOps.Domain;
using SQLitePCL;

namespace PatchOps.Adapters.Store;

internal sealed partial class SqliteCatalogue
{
    public IReadOnlyList<Incident> IncidentTimes(DateTimeOffset to) => [.. IncidentTable(to)];

    public IncidentTable IncidentTable(DateTimeOffset to)
    {
        var assets = AssetIds();
        var notes = new IncidentNotes(
            assets.ConvertAll(a => a.Id),
            assets.Select((a, place) => (a.No, place)).ToDictionary(a => a.No, a => a.place),
            Stream("SELECT i.no, l.problem, l.reason FROM incident_link l JOIN incident i ON i.id=l.incident WHERE i.problem IS NULL", r => (No: r.GetInt64(0), Link: (r.GetString(1), r.GetString(2)))).ToDictionary(l => l.No, l => l.Link),
            Stream("SELECT i.no, f.doc FROM incident_flag f JOIN incident i ON i.id=f.incident", r => (No: r.GetInt64(0), Match: Encoding.Read<IncidentMatch>(r.GetString(1)))).ToDictionary(f => f.No, f => f.Match));
        // Both halves of the file at once, in its own order: to look up each row by its time takes several times as long as sorting them.
        var last = Stream("SELECT max(no) FROM incident", r => r.IsDBNull(0) ? 0 : r.GetInt64(0)).Single();
        var middle = last / 2;
        var second = Task.Run(() => Rows(middle, last, to, notes));
        IncidentRows first;
        try
        {
            first = Rows(0, middle, to, notes);
        }
        finally
        {
            Task.WaitAny(second);
        }
        return new IncidentTable(first, second.GetAwaiter().GetResult());
    }

    /// <param name="above">Rows with a higher number, up to <paramref name="last"/>.</param>
    private IncidentRows Rows(long above, long last, DateTimeOffset to, IncidentNotes notes)
    {
        TextPool categories = new(), problems = new(), changes = new();
        var rows = new IncidentRows(notes.Items, categories.Texts, problems.Texts, changes.Texts, (int)Math.Min(1 << 20, last - above));
        using var connection = database.Connect();
        // Millions of columns: SQLite's own calls, without a reader between, take a third of the time.
        Check(raw.sqlite3_prepare_v2(connection.Handle, "SELECT no, id, opened, resolved, asset, category, problem, caused_by FROM incident WHERE no>?1 AND no<=?2 AND opened<?3 ORDER BY no", out var statement), connection);
        using (statement)
        {
            int Number(int column, TextPool pool) => IsNull(statement, column) ? Core.Seams.IncidentTable.None : pool.Number(raw.sqlite3_column_blob(statement, column));
            Check(raw.sqlite3_bind_int64(statement, 1, above), connection);
            Check(raw.sqlite3_bind_int64(statement, 2, last), connection);
            Check(raw.sqlite3_bind_int64(statement, 3, Encoding.Millis(to)), connection);
            int code;
            while ((code = raw.sqlite3_step(statement)) == raw.SQLITE_ROW)
            {
                var no = raw.sqlite3_column_int64(statement, 0);
                var problem = Number(6, problems);
                string? reason = null;
                if (problem == Core.Seams.IncidentTable.None && notes.Links.Count > 0 && notes.Links.TryGetValue(no, out var link))
                    (problem, reason) = (problems.Number(System.Text.Encoding.UTF8.GetBytes(link.Problem)), link.Reason);
                rows.Add(
                    raw.sqlite3_column_blob(statement, 1), Encoding.Ticks(raw.sqlite3_column_int64(statement, 2)), IsNull(statement, 3) ? null : Encoding.Ticks(raw.sqlite3_column_int64(statement, 3)),
                    IsNull(statement, 4) ? Core.Seams.IncidentTable.None : notes.Places.GetValueOrDefault(raw.sqlite3_column_int64(statement, 4), Core.Seams.IncidentTable.None),
                    Number(5, categories), problem, Number(7, changes), reason, notes.Matches.Count > 0 ? notes.Matches.GetValueOrDefault(no) : null);
            }
            if (code != raw.SQLITE_DONE) Check(code, connection);
        }
        return rows;
    }

    private List<(long No, string Id)> AssetIds() => [.. Stream("SELECT no, id FROM asset", r => (r.GetInt64(0), r.GetString(1)))];

    private static bool IsNull(sqlite3_stmt statement, int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    /// <summary>What stands in other tables than the incidents', by their numbers there.</summary>
    private sealed record IncidentNotes(IReadOnlyList<string> Items, Dictionary<long, int> Places, Dictionary<long, (string Problem, string Reason)> Links, Dictionary<long, IncidentMatch> Matches);
}
