using PatchOps.Core.Intake;
using PatchOps.Domain;

namespace PatchOps.Adapters.Store;

/// <summary>Writes one EPSS day as changes only, whichever order days arrive in, so that any past day can be asked for.</summary>
/// <remarks>A CVE that a day does not list keeps its last score: mirrors publish parts of a day, and FIRST drops none but rejected ones.</remarks>
internal sealed class EpssWriter(Statements sql, Tally tally)
{
    private readonly HashSet<long> seen = [];
    private int? day;
    private Dictionary<long, (double? Probability, double? Percentile)> before = [];
    private Dictionary<long, (double? Probability, double? Percentile)>? ownDay;
    private int? nextDay;

    public void Add(EpssBatch batch)
    {
        if (day is null) Open(batch);
        for (var i = 0; i < batch.Cves.Length; i++)
        {
            // A day is all or nothing: a reader reports such rows with their place, so that one that comes this far ends the import.
            if (Encoding.CveNumber(batch.Cves[i]) is not { } cve || !seen.Add(cve))
                throw new FailureException("SnapshotDamaged", FailureKind.InvalidInput,
                    $"EPSS of {batch.Key}: '{batch.Cves[i]}' is {(Encoding.CveNumber(batch.Cves[i]) is null ? "no CVE id" : "listed twice")}; nothing of the day was imported.", batch.Cves[i], "Fetch the document again.");
            Put(cve, batch.Probabilities[i], batch.Percentiles[i]);
        }
    }

    private void Open(EpssBatch batch)
    {
        day = Encoding.Day(batch.Date);
        before = Effective(day.Value - 1);
        nextDay = (int?)sql.Long("SELECT min(day) FROM epss_day WHERE day>$1", day);
        if (sql.Long("SELECT 1 FROM epss_day WHERE day=$1", day) is not null) ownDay = Effective(day.Value);
        sql.Execute("INSERT INTO epss_day(day, model) VALUES ($1,$2) ON CONFLICT(day) DO UPDATE SET model=coalesce(excluded.model, model)", day, batch.Model);
    }

    private void Put(long cve, double probability, double percentile)
    {
        var known = before.TryGetValue(cve, out var old);
        var own = ownDay is not null && ownDay.TryGetValue(cve, out var o) ? o : default;
        if (ownDay is null ? known && old == (probability, percentile) : own == (probability, percentile))
        {
            tally.Unchanged++;
            return;
        }
        if (ownDay is null ? known && old.Probability is not null : own.Probability is not null) tally.Updated++;
        else tally.Added++;
        Store(cve, probability, percentile, ownDay is null ? old : own);
    }

    private void Store(long cve, double? probability, double? percentile, (double? Probability, double? Percentile) effectiveUntilNow)
    {
        // A later day that was stored as "no change" must keep the value it had.
        if (nextDay is not null && sql.Long("SELECT 1 FROM epss WHERE cve=$1 AND day>$2 AND day<=$3", cve, day, nextDay) is null)
            sql.Execute("INSERT INTO epss(cve, day, probability, percentile) VALUES ($1,$2,$3,$4)", cve, nextDay, effectiveUntilNow.Probability, effectiveUntilNow.Percentile);
        sql.Execute("INSERT INTO epss(cve, day, probability, percentile) VALUES ($1,$2,$3,$4) ON CONFLICT(cve, day) DO UPDATE SET probability=excluded.probability, percentile=excluded.percentile",
            cve, day, probability, percentile);
    }

    private Dictionary<long, (double?, double?)> Effective(int upTo)
    {
        var values = new Dictionary<long, (double?, double?)>();
        using var rows = sql.Query("SELECT cve, probability, percentile FROM epss WHERE day<=$1 ORDER BY cve, day", upTo);
        while (rows.Read())
            values[rows.GetInt64(0)] = (rows.IsDBNull(1) ? null : rows.GetDouble(1), rows.IsDBNull(2) ? null : rows.GetDouble(2));
        return values;
    }
}
