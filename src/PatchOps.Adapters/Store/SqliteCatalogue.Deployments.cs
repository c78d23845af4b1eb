using PatchOps.Domain;
using SQLitePCL;

namespace PatchOps.Adapters.Store;

internal sealed partial class SqliteCatalogue
{
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
        var texts = new TextNumbers();
        var all = new List<Deployment>();
        using var connection = database.ConnectAlone();
        // In the file's own order, then sorted, as with incidents.
        Check(raw.sqlite3_prepare_v2(connection, "SELECT id, patch, asset, started, ended, outcome, problem, change FROM deployment ORDER BY no", out var statement), connection);
        using (statement)
        {
            string? Pooled(int column) => raw.sqlite3_column_blob(statement, column) is { IsEmpty: false } text ? texts.All[texts.Of(text)] : null;
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
}
