using System.Globalization;
using PatchOps.Core.Seams;

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

    private static void Within(SortedSet<int> days, int day, int first, int end)
    {
        if (day > first && day < end) days.Add(day);
    }

    private static int DayOf(long millis) => Encoding.Day(DateOnly.FromDateTime(Encoding.Time(millis).UtcDateTime));
}
