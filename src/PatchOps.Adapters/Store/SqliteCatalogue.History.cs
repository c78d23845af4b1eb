using System.Globalization;
using System.Text.Json;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Store;

internal sealed partial class SqliteCatalogue
{
    public IEnumerable<ThreatHistory> ThreatHistories(DateOnly from, DateOnly to, bool unrated = false)
    {
        using var connection = database.Connect();
        using var sql = new Statements(connection, null);
        var (first, end) = (Encoding.Day(from), Encoding.Day(to));
        foreach (var id in HistoryIds(unrated, end))
        {
            var days = new SortedSet<int> { first };
            using (var rows = sql.Query("SELECT s.as_of FROM vulnerability_name n JOIN statement s ON s.vulnerability=n.vulnerability WHERE n.name=$1", id))
                while (rows.Read()) Within(days, DayOf(rows.GetInt64(0)), first, end);
            if (Encoding.CveNumber(id) is { } cve)
            {
                using (var rows = sql.Query("SELECT day FROM epss WHERE cve=$1 AND day>$2 AND day<$3", cve, first, end))
                    while (rows.Read()) Within(days, rows.GetInt32(0), first, end);
                using (var rows = sql.Query("SELECT added, removed, json_extract(doc, '$.RansomwareSeen') FROM kev WHERE cve=$1", id))
                {
                    if (rows.Read())
                    {
                        Within(days, rows.GetInt32(0), first, end);
                        if (!rows.IsDBNull(1)) Within(days, DayOf(rows.GetInt64(1)), first, end);
                        if (Text(rows, 2) is { } seen) Within(days, Encoding.Day(DateOnly.Parse(seen, CultureInfo.InvariantCulture)), first, end);
                    }
                }
            }
            var known = new List<ThreatDay>(days.Count);
            foreach (var day in days)
            {
                var date = Encoding.Date(day);
                if (Facts(sql, id, new DateTimeOffset(date.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).AddDays(1).AddMilliseconds(-1)) is { } facts) known.Add(new ThreatDay(date, facts));
            }
            if (known.Count > 0) yield return new ThreatHistory(id, known);
        }
    }

    /// <summary>Vulnerabilities that anybody rates or KEV lists; with <paramref name="unrated"/> also those that only EPSS knows.</summary>
    private IEnumerable<string> HistoryIds(bool unrated, int end)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var id in VulnerabilityIds(null))
            if (seen.Add(id)) yield return id;
        foreach (var id in Stream("SELECT cve FROM kev WHERE added<$1 ORDER BY cve", r => r.GetString(0), end))
            if (seen.Add(id)) yield return id;
        if (!unrated) yield break;
        foreach (var cve in Stream("SELECT DISTINCT cve FROM epss WHERE day<$1 ORDER BY cve", r => r.GetInt64(0), end))
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"CVE-{cve / 100_000_000}-{cve % 100_000_000:0000}");
            if (seen.Add(id)) yield return id;
        }
    }

    public IEnumerable<AssetChange> AssetChanges(string assetId)
    {
        var after = Stream("SELECT doc FROM asset WHERE id=$1", r => r.GetString(0), assetId).FirstOrDefault();
        if (after is null) yield break;
        var label = Encoding.Read<Asset>(after).Name;
        // Each row has the state before it: the state after is that before the next one, and last what is known now.
        var rows = Stream("SELECT kind, at, change, before FROM history WHERE id=$1 AND kind IN ('asset', 'software') ORDER BY no",
            r => (Kind: r.GetString(0), At: Encoding.Time(r.GetInt64(1)), Change: r.GetString(2), Before: Text(r, 3) ?? "{}"), assetId).ToList();
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            if (row.Kind == "software")
            {
                foreach (var package in Encoding.Read<string?[][]>(row.Before))
                    yield return new AssetChange { Asset = assetId, Name = label, At = row.At, Change = package[1] is null ? "Added" : package[2] is null ? "Gone" : "Changed", Item = package[0]!, Before = package[1], After = package[2] };
                continue;
            }
            if (row.Change == "retired")
            {
                yield return new AssetChange { Asset = assetId, Name = label, At = row.At, Change = "Retired" };
                continue;
            }
            var next = rows.FindIndex(i + 1, r => r.Kind == "asset");
            using var before = JsonDocument.Parse(row.Before);
            using var now = JsonDocument.Parse(next < 0 ? after : rows[next].Before);
            if (Value(before, "Retired") is not null) yield return new AssetChange { Asset = assetId, Name = label, At = row.At, Change = "Returned" };
            foreach (var name in before.RootElement.EnumerateObject().Concat(now.RootElement.EnumerateObject()).Select(p => p.Name).Distinct(StringComparer.Ordinal).Where(n => n is not ("Retired" or "Stub")))
            {
                var (was, to) = (Value(before, name), Value(now, name));
                if (was != to) yield return new AssetChange { Asset = assetId, Name = label, At = row.At, Change = was is null ? "Added" : to is null ? "Gone" : "Changed", Item = name, Before = was, After = to };
            }
        }
    }

    private static string? Value(JsonDocument document, string name) => !document.RootElement.TryGetProperty(name, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.Array => value.GetArrayLength() == 0 ? null : string.Join(", ", value.EnumerateArray().Select(v => v.ToString())),
        _ => value.ToString(),
    };

    private static void Within(SortedSet<int> days, int day, int first, int end)
    {
        if (day > first && day < end) days.Add(day);
    }

    private static int DayOf(long millis) => Encoding.Day(DateOnly.FromDateTime(Encoding.Time(millis).UtcDateTime));
}
