using Microsoft.Data.Sqlite;
using PatchOps.Domain;

namespace PatchOps.Adapters.Store;

/// <summary>Writes problems, incidents, changes and deployments; items that nobody knows yet become stubs.</summary>
internal sealed class ServiceWriter(Statements sql, Tally tally, AssetWriter assets)
{
    public void Add(Problem problem)
    {
        foreach (var item in problem.ConfigurationItems) assets.Resolve(item);
        // What PatchOps adds stands beside the source's record.
        Document("problem", problem.Id, Encoding.Write(problem with { Outcome = null, Edits = null }));
    }

    public void Add(Change change)
    {
        foreach (var item in change.ConfigurationItems) assets.Resolve(item);
        Document("change", change.Id, Encoding.Write(change));
    }

    public void Add(Incident incident)
    {
        long? asset = incident.ConfigurationItem is null ? null : assets.Resolve(incident.ConfigurationItem);
        object?[] row =
        [
            incident.Id, Encoding.Millis(incident.Opened), incident.Resolved is { } r ? Encoding.Millis(r) : null, asset,
            incident.Category, incident.Priority, incident.Problem, incident.CausedBy, incident.Description,
        ];
        Row("SELECT id, opened, resolved, asset, category, priority, problem, caused_by, description FROM incident WHERE id=$1",
            """
            INSERT INTO incident(id, opened, resolved, asset, category, priority, problem, caused_by, description) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)
            ON CONFLICT(id) DO UPDATE SET opened=excluded.opened, resolved=excluded.resolved, asset=excluded.asset, category=excluded.category,
                priority=excluded.priority, problem=excluded.problem, caused_by=excluded.caused_by, description=excluded.description
            """, row);
    }

    public void Add(Deployment deployment)
    {
        object?[] row =
        [
            deployment.Id, deployment.Patch, assets.Resolve(deployment.Asset), Encoding.Millis(deployment.Started),
            deployment.Ended is { } e ? Encoding.Millis(e) : null, (long)deployment.Outcome, deployment.Problem, deployment.Change,
        ];
        Row("SELECT id, patch, asset, started, ended, outcome, problem, change FROM deployment WHERE id=$1",
            """
            INSERT INTO deployment(id, patch, asset, started, ended, outcome, problem, change) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)
            ON CONFLICT(id) DO UPDATE SET patch=excluded.patch, asset=excluded.asset, started=excluded.started, ended=excluded.ended,
                outcome=excluded.outcome, problem=excluded.problem, change=excluded.change
            """, row);
    }

    private void Document(string table, string id, string doc)
    {
        var before = sql.Text($"SELECT doc FROM {table} WHERE id=$1", id);
        if (before == doc)
        {
            tally.Unchanged++;
            return;
        }
        if (before is null) tally.Added++;
        else tally.Updated++;
        sql.Execute($"INSERT INTO {table}(id, doc) VALUES ($1,$2) ON CONFLICT(id) DO UPDATE SET doc=excluded.doc", id, doc);
    }

    private void Row(string select, string upsert, object?[] row)
    {
        bool exists, same;
        using (var found = sql.Query(select, row[0]))
        {
            exists = found.Read();
            same = exists && Same(found, row);
        }
        if (same)
        {
            tally.Unchanged++;
            return;
        }
        if (exists) tally.Updated++;
        else tally.Added++;
        sql.Execute(upsert, row);
    }

    private static bool Same(SqliteDataReader found, object?[] row)
    {
        for (var i = 0; i < row.Length; i++)
        {
            var value = found.IsDBNull(i) ? null : found.GetValue(i);
            if (!Equals(value, row[i])) return false;
        }
        return true;
    }
}
