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
        // Both halves of the file at once, in its own order: to look up each row by its time takes several times as long as sorting them.
        var second = Task.Run(() => Half(last / 2, last, to));
        var numbers = new Dictionary<long, int>();
        var items = new List<string>();
        IncidentHalf first, rest;
        try
        {
            foreach (var (no, id) in Stream("SELECT no, id FROM asset", r => (r.GetInt64(0), r.GetString(1))))
            {
                numbers.Add(no, items.Count);
                items.Add(id);
            }
            first = Half(0, last / 2, to);
        }
        finally
        {
            Task.WaitAny(second);
        }
        rest = second.GetAwaiter().GetResult();
        var links = Stream("SELECT i.no, l.problem FROM incident_link l CROSS JOIN incident i ON i.id=l.incident WHERE i.problem IS NULL", r => (No: r.GetInt64(0), Problem: r.GetString(1))).ToDictionary(l => l.No, l => l.Problem);
        var flags = Stream("SELECT i.no FROM incident_flag f CROSS JOIN incident i ON i.id=f.incident WHERE json_array_length(f.doc, '$.Vulnerabilities')>0", r => r.GetInt64(0)).ToHashSet();
        var (categories, problems) = (new TextNumbers(), new TextNumbers());
        var rows = new IncidentRow[first.Rows.Count + rest.Rows.Count];
        var at = 0;
        foreach (var half in new[] { first, rest })
        {
            var (ofCategory, ofProblem) = (half.Categories.Into(categories), half.Problems.Into(problems));
            foreach (var (no, row) in half.Rows)
            {
                var problem = row.Problem >= 0 ? ofProblem[row.Problem] : links.TryGetValue(no, out var linked) ? problems.Of(linked) : Core.Seams.IncidentColumns.None;
                rows[at++] = row with
                {
                    // Here an item is the asset's number yet.
                    Item = row.Item > 0 && numbers.TryGetValue(row.Item, out var item) ? item : Core.Seams.IncidentColumns.None,
                    Category = row.Category >= 0 ? ofCategory[row.Category] : Core.Seams.IncidentColumns.None, Problem = problem, Flagged = flags.Count > 0 && flags.Contains(no),
                };
            }
        }
        return new IncidentColumns(rows, items, categories.All, problems.All);
    }

    public IEnumerable<Deployment> Deployments()
    {
        var assets = Stream("SELECT no, id FROM asset", r => (No: r.GetInt64(0), Id: r.GetString(1))).ToDictionary(a => a.No, a => a.Id);
        var texts = new TextPool();
        var all = new List<Deployment>();
        using var connection = database.Connect();
        // In the file's own order, then sorted, as with incidents.
        Check(raw.sqlite3_prepare_v2(connection.Handle, "SELECT id, patch, asset, started, ended, outcome, problem, change FROM deployment ORDER BY no", out var statement), connection);
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
        return all.OrderBy(d => d.Started);
    }

    /// <param name="above">Rows with a higher number, up to <paramref name="last"/>.</param>
    private IncidentHalf Half(long above, long last, DateTimeOffset to)
    {
        var half = new IncidentHalf((int)(Math.Min(last, above + 1_000_000) - above));
        using var connection = database.Connect();
        // Millions of columns: SQLite's own calls, without a reader between, take a third of the time.
        Check(raw.sqlite3_prepare_v2(connection.Handle,
            "SELECT no, opened, coalesce(resolved, -9223372036854775808), asset, category, problem, caused_by IS NOT NULL FROM incident WHERE no>?1 AND no<=?2 AND opened<?3 ORDER BY no", out var statement), connection);
        using (statement)
        {
            Check(raw.sqlite3_bind_int64(statement, 1, above), connection);
            Check(raw.sqlite3_bind_int64(statement, 2, last), connection);
            Check(raw.sqlite3_bind_int64(statement, 3, Encoding.Millis(to)), connection);
            int code;
            while ((code = raw.sqlite3_step(statement)) == raw.SQLITE_ROW)
            {
                var resolved = raw.sqlite3_column_int64(statement, 2);
                half.Rows.Add((raw.sqlite3_column_int64(statement, 0), new IncidentRow(
                    Encoding.Ticks(raw.sqlite3_column_int64(statement, 1)), resolved == long.MinValue ? IncidentRow.NotResolved : Encoding.Ticks(resolved), raw.sqlite3_column_int(statement, 3),
                    half.Categories.Of(raw.sqlite3_column_blob(statement, 4)), half.Problems.Of(raw.sqlite3_column_blob(statement, 5)), raw.sqlite3_column_int(statement, 6) != 0, Flagged: false)));
            }
            if (code != raw.SQLITE_DONE) Check(code, connection);
        }
        return half;
    }

    /// <summary>Rows with their numbers in the file; items are numbers of assets, categories and problems those of its own texts.</summary>
    private sealed class IncidentHalf(int expected)
    {
        public List<(long No, IncidentRow Row)> Rows { get; } = new(expected);

        public TextNumbers Categories { get; } = new();

        public TextNumbers Problems { get; } = new();
    }
}
