using PatchOps.Domain;
using SQLitePCL;

namespace PatchOps.Adapters.Store;

internal sealed partial class SqliteCatalogue
{
    public IReadOnlyList<Incident> IncidentTimes(DateTimeOffset to)
    {
        var links = Stream("SELECT incident, problem, reason FROM incident_link", r => (Incident: r.GetString(0), Problem: r.GetString(1), Reason: r.GetString(2))).ToDictionary(l => l.Incident, l => (l.Problem, l.Reason), StringComparer.Ordinal);
        var assets = Stream("SELECT no, id FROM asset", r => (No: r.GetInt64(0), Id: r.GetString(1))).ToDictionary(a => a.No, a => a.Id);
        var flags = Stream("SELECT incident, doc FROM incident_flag", r => (Incident: r.GetString(0), Match: Encoding.Read<Core.Problems.Matching.IncidentMatch>(r.GetString(1)))).ToDictionary(f => f.Incident, f => f.Match, StringComparer.Ordinal);
        // Both halves of the file at once, in its own order: to look up each row by its time takes several times as long as sorting them.
        var middle = Stream("SELECT max(no) FROM incident", r => r.IsDBNull(0) ? 0 : r.GetInt64(0)).Single() / 2;
        var second = Task.Run(() => IncidentTimes(middle, long.MaxValue, to, assets, (links, flags)));
        List<Incident> all;
        try
        {
            all = IncidentTimes(long.MinValue, middle, to, assets, (links, flags));
        }
        finally
        {
            Task.WaitAny(second);
        }
        all.AddRange(second.GetAwaiter().GetResult());
        return ByTime(all);
    }

    /// <param name="above">Rows with a higher number, up to <paramref name="last"/>.</param>
    private List<Incident> IncidentTimes(long above, long last, DateTimeOffset to, Dictionary<long, string> assets,
        (Dictionary<string, (string Problem, string Reason)> Links, Dictionary<string, Core.Problems.Matching.IncidentMatch> Flags) own)
    {
        var (all, pool) = (new List<Incident>(), new TextPool());
        using var connection = database.Connect();
        // Millions of columns: SQLite's own calls, without a reader between, take a third of the time.
        Check(raw.sqlite3_prepare_v2(connection.Handle, "SELECT id, opened, resolved, asset, category, problem, caused_by FROM incident WHERE no>?1 AND no<=?2 AND opened<?3 ORDER BY no", out var statement), connection);
        using (statement)
        {
            string? Text(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL ? null : pool.Of(raw.sqlite3_column_blob(statement, column));
            Check(raw.sqlite3_bind_int64(statement, 1, above), connection);
            Check(raw.sqlite3_bind_int64(statement, 2, last), connection);
            Check(raw.sqlite3_bind_int64(statement, 3, Encoding.Millis(to)), connection);
            int code;
            while ((code = raw.sqlite3_step(statement)) == raw.SQLITE_ROW)
            {
                var id = raw.sqlite3_column_text(statement, 0).utf8_to_string();
                var problem = Text(5);
                (string? Problem, string? Reason) link = problem is null && own.Links.TryGetValue(id, out var known) ? known : default;
                var incident = new Incident
                {
                    Id = id, Opened = Encoding.Time(raw.sqlite3_column_int64(statement, 1)), Resolved = raw.sqlite3_column_type(statement, 2) == raw.SQLITE_NULL ? null : Encoding.Time(raw.sqlite3_column_int64(statement, 2)),
                    ConfigurationItem = raw.sqlite3_column_type(statement, 3) == raw.SQLITE_NULL ? null : assets.GetValueOrDefault(raw.sqlite3_column_int64(statement, 3)),
                    Category = Text(4), Problem = problem ?? link.Problem, LinkedBecause = link.Reason, CausedBy = Text(6),
                };
                all.Add(own.Flags.TryGetValue(id, out var match) ? incident with { Vulnerabilities = match.Vulnerabilities, Flag = match.Reason } : incident);
            }
            if (code != raw.SQLITE_DONE) Check(code, connection);
        }
        return all;
    }

    /// <summary>Sorted by opening; what opened at the same time stays in the order of the file.</summary>
    private static Incident[] ByTime(List<Incident> all)
    {
        var times = new long[all.Count];
        var order = new int[all.Count];
        for (var i = 0; i < order.Length; i++) (times[i], order[i]) = (all[i].Opened.UtcTicks, i);
        Array.Sort(times, order);
        for (int from = 0, until; from < times.Length; from = until)
        {
            for (until = from + 1; until < times.Length && times[until] == times[from];) until++;
            if (until - from > 1) Array.Sort(order, from, until - from);
        }
        return Array.ConvertAll(order, i => all[i]);
    }
}
