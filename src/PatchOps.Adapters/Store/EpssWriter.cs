using PatchOps.Core.Intake;
using PatchOps.Domain;

namespace PatchOps.Adapters.Store;

/// <summary>Writes one EPSS day as changes only, whichever order days arrive in, so that any past day can be asked for.</summary>
/// <remarks>A CVE that a day does not list keeps its last score: mirrors publish parts of a day, and FIRST drops none but rejected ones.</remarks>
internal sealed class EpssWriter(Statements sql, Tally tally)
{
    /// <summary>Days up to which all that is known is read at once; with more, each CVE's last score is looked up instead.</summary>
    private const int FewDays = 4;

    private readonly HashSet<long> seen = [];
    private readonly HotStatement put = sql.Hot("INSERT INTO epss(cve, day, probability, percentile) VALUES ($1,$2,$3,$4) ON CONFLICT(cve, day) DO UPDATE SET probability=excluded.probability, percentile=excluded.percentile");
    private readonly HotStatement last = sql.Hot("SELECT probability, percentile FROM epss WHERE cve=$1 AND day<=$2 ORDER BY day DESC LIMIT 1");
    private readonly HotStatement between = sql.Hot("SELECT 1 FROM epss WHERE cve=$1 AND day>$2 AND day<=$3");
    private Dictionary<long, (double? Probability, double? Percentile)>? known;
    private bool hasDay;
    private int? day;
    private int? nextDay;

    /// <exception cref="FailureException">SnapshotDamaged: nothing of the day is imported.</exception>
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
        seen.EnsureCapacity(300_000);
        nextDay = (int?)sql.Long("SELECT min(day) FROM epss_day WHERE day>$1", day);
        hasDay = sql.Long("SELECT 1 FROM epss_day WHERE day=$1", day) is not null;
        if (sql.Long("SELECT count(*) FROM epss_day") <= FewDays) known = Effective(hasDay ? day.Value : day.Value - 1);
        sql.Execute("INSERT INTO epss_day(day, model) VALUES ($1,$2) ON CONFLICT(day) DO UPDATE SET model=coalesce(excluded.model, model)", day, batch.Model);
    }

    private void Put(long cve, double probability, double percentile)
    {
        // What held on this day until now: stated for it, or kept from before.
        var old = Before(cve);
        if (old == (probability, percentile))
        {
            tally.Unchanged++;
            return;
        }
        if (old.Probability is not null) tally.Updated++;
        else tally.Added++;
        // A later day that was stored as "no change" must keep the value it had.
        if (nextDay is { } next && !between.Add(cve).Add((long)day!.Value).Add((long)next).Next())
            put.Add(cve).Add((long)next).Add(old.Probability).Add(old.Percentile).Run();
        else between.Reset();
        put.Add(cve).Add((long)day!.Value).Add(probability).Add(percentile).Run();
    }

    private (double? Probability, double? Percentile) Before(long cve)
    {
        if (known is not null) return known.TryGetValue(cve, out var held) ? held : default;
        if (!last.Add(cve).Add((long)(hasDay ? day!.Value : day!.Value - 1)).Next()) return default;
        var found = (last.Double(0), last.Double(1));
        last.Reset();
        return found;
    }

    private Dictionary<long, (double?, double?)> Effective(int upTo)
    {
        var values = new Dictionary<long, (double?, double?)>();
        var rows = sql.Hot("SELECT cve, probability, percentile FROM epss WHERE day<=$1 ORDER BY cve, day").Add((long)upTo);
        while (rows.Next()) values[rows.Long(0)] = (rows.Double(1), rows.Double(2));
        return values;
    }
}
