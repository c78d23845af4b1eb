using System.Globalization;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Store;

/// <summary>Writes named windows as a change set: a file that is read again replaces what it brought before.</summary>
internal sealed class WindowWriter(Statements sql, Tally tally, DateTimeOffset at, string source)
{
    private readonly Dictionary<string, List<WindowDefinition>> named = new(StringComparer.OrdinalIgnoreCase);

    public void Add(WindowDefinition window)
    {
        if (!named.TryGetValue(window.Name, out var parts)) named[window.Name] = parts = [];
        parts.Add(window);
    }

    /// <param name="complete">False where rows could not be read: then what is missing may stand in them.</param>
    public void Finish(bool complete, List<string> notes)
    {
        foreach (var (name, parts) in named)
        {
            var before = new List<string>();
            string? owner = null;
            using (var rows = sql.Query("SELECT doc, source FROM maintenance_window WHERE name=$1 ORDER BY ordinal", name))
            {
                while (rows.Read())
                {
                    before.Add(rows.GetString(0));
                    owner = rows.GetString(1);
                }
            }
            var after = parts.ConvertAll(p => Encoding.Write(p));
            // One row that was there before stays what it is, wherever it stands now.
            foreach (var doc in after)
            {
                if (before.Contains(doc)) tally.Unchanged++;
                else if (before.Count > 0) tally.Updated++;
                else tally.Added++;
            }
            if (before.SequenceEqual(after, StringComparer.Ordinal)) continue;
            if (owner is not null && owner != source) notes.Add($"The window '{name}' was imported from {owner} before; it now comes from {source}.");
            if (before.Count > 0) Remember(name, "changed", before);
            sql.Execute("DELETE FROM maintenance_window WHERE name=$1", name);
            for (var i = 0; i < after.Count; i++) sql.Execute("INSERT INTO maintenance_window(name, ordinal, source, doc) VALUES ($1,$2,$3,$4)", name, i, source, after[i]);
        }
        if (named.Count > 0 && complete && source != ImportSources.Pipeline) Drop(notes);
    }

    /// <summary>Windows that the file brought before and no longer holds; assets that still name one are told.</summary>
    private void Drop(List<string> notes)
    {
        var gone = new Dictionary<string, List<string>>(StringComparer.OrdinalIgnoreCase);
        using (var rows = sql.Query("SELECT name, doc FROM maintenance_window WHERE source=$1 ORDER BY name, ordinal", source))
        {
            while (rows.Read())
            {
                if (named.ContainsKey(rows.GetString(0))) continue;
                if (!gone.TryGetValue(rows.GetString(0), out var docs)) gone[rows.GetString(0)] = docs = [];
                docs.Add(rows.GetString(1));
            }
        }
        foreach (var (name, docs) in gone)
        {
            Remember(name, "gone", docs);
            sql.Execute("DELETE FROM maintenance_window WHERE name=$1", name);
            var used = sql.Long("SELECT count(*) FROM asset WHERE retired IS NULL AND json_extract(doc, '$.MaintenanceWindow')=$1 COLLATE NOCASE", name) ?? 0;
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"The window '{name}' is no longer in the file and was removed{(used > 0 ? $"; {used} assets still name it and cannot be planned until they name another" : "")}."));
        }
    }

    private void Remember(string name, string change, List<string> docs) =>
        sql.Execute("INSERT INTO history(kind, id, at, change, before) VALUES ('window',$1,$2,$3,$4)", name, Encoding.Millis(at), change, $"[{string.Join(',', docs)}]");
}
