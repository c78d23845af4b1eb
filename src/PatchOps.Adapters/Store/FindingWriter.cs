using System.Globalization;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Store;

/// <summary>Writes what scanners report as a change set: new, changed, and closed where the next report of the same scanner no longer has it.</summary>
internal sealed class FindingWriter(Statements sql, Tally tally, AssetWriter assets, DateTimeOffset at, string source)
{
    private readonly Dictionary<(string Scanner, long Asset), Scan> scans = [];
    private readonly List<string> stale = [];

    public void Add(ScanReport report)
    {
        // A report that does not say when it was made is of now.
        var taken = report.Taken == DateTimeOffset.MaxValue ? at : report.Taken;
        var scan = Of(report.Scanner, assets.Resolve(report.Asset), taken);
        if (scan.IsStale)
            stale.Add(string.Create(CultureInfo.InvariantCulture, $"This report of {report.Scanner} on {report.Asset} ({taken.UtcDateTime:yyyy-MM-dd HH:mm}Z) is older than the one that is known; nothing of it was taken over."));
    }

    public void Add(ScannerFinding finding)
    {
        var asset = assets.Resolve(finding.Asset);
        var scan = Of(finding.Scanner, asset, at);
        if (scan.IsStale)
        {
            tally.Unchanged++;
            return;
        }
        var (added, changed) = (false, false);
        foreach (var id in finding.Cves)
        {
            var doc = Encoding.Write(finding with { Asset = "-", Cves = [id], Found = null });
            long? no = null;
            string? before = null;
            using (var rows = sql.Query("SELECT no, doc FROM finding WHERE asset=$1 AND scanner=$2 AND package=$3 AND version=$4 AND vulnerability=$5 AND closed IS NULL",
                asset, finding.Scanner, finding.Package, finding.InstalledVersion ?? "", id))
            {
                if (rows.Read()) (no, before) = (rows.GetInt64(0), rows.GetString(1));
            }
            if (no is null)
            {
                added = true;
                no = sql.Long("INSERT INTO finding(asset, scanner, package, version, vulnerability, opened, doc) VALUES ($1,$2,$3,$4,$5,$6,$7) RETURNING no",
                    asset, finding.Scanner, finding.Package, finding.InstalledVersion ?? "", id, Encoding.Millis(finding.Found is { } found && found < scan.Taken ? found : scan.Taken), doc);
            }
            else if (before != doc && !scan.Seen.Contains(no.Value))
            {
                // A report may say the same twice, for two places on the disk; the first counts.
                changed = true;
                sql.Execute("UPDATE finding SET doc=$2 WHERE no=$1", no, doc);
            }
            scan.Seen.Add(no!.Value);
        }
        if (added) tally.Added++;
        else if (changed) tally.Updated++;
        else tally.Unchanged++;
    }

    /// <summary>Closes what the scanner no longer reports.</summary>
    /// <param name="complete">False where rows could not be read: then what is missing may stand in them.</param>
    public void Finish(bool complete, List<string> notes)
    {
        if (scans.Count == 0) return;
        notes.AddRange(stale);
        // What somebody pipes in is never the whole of a report.
        var whole = source != ImportSources.Pipeline;
        if (!complete && whole) notes.Add("Nothing was closed, because some findings could not be read.");
        var closed = 0;
        if (complete && whole)
        {
            foreach (var ((scanner, asset), scan) in scans) closed += scan.IsStale ? 0 : Close(scanner, asset, scan);
            // Assets that the same file listed before and no longer lists have nothing left.
            var former = new List<(string Scanner, long Asset)>();
            using (var rows = sql.Query("SELECT scanner, asset FROM scan WHERE source=$1", source))
                while (rows.Read())
                    if (!scans.ContainsKey((rows.GetString(0), rows.GetInt64(1)))) former.Add((rows.GetString(0), rows.GetInt64(1)));
            foreach (var (scanner, asset) in former) closed += Close(scanner, asset, new Scan(at, false));
        }
        foreach (var ((scanner, asset), scan) in scans.Where(s => !s.Value.IsStale))
            sql.Execute("INSERT INTO scan(scanner, asset, taken, source) VALUES ($1,$2,$3,$4) ON CONFLICT(scanner, asset) DO UPDATE SET taken=excluded.taken, source=excluded.source",
                scanner, asset, Encoding.Millis(scan.Taken), source);
        if (closed > 0) notes.Add(string.Create(CultureInfo.InvariantCulture, $"{closed} {(closed == 1 ? "finding is" : "findings are")} no longer reported and closed."));
    }

    private int Close(string scanner, long asset, Scan scan)
    {
        var gone = new List<long>();
        using (var rows = sql.Query("SELECT no FROM finding WHERE asset=$1 AND scanner=$2 AND closed IS NULL", asset, scanner))
            while (rows.Read())
                if (!scan.Seen.Contains(rows.GetInt64(0))) gone.Add(rows.GetInt64(0));
        foreach (var no in gone) sql.Execute("UPDATE finding SET closed=max(opened, $2) WHERE no=$1", no, Encoding.Millis(scan.Taken));
        return gone.Count;
    }

    private Scan Of(string scanner, long asset, DateTimeOffset taken)
    {
        if (scans.TryGetValue((scanner, asset), out var scan)) return scan;
        var known = sql.Long("SELECT taken FROM scan WHERE scanner=$1 AND asset=$2", scanner, asset);
        return scans[(scanner, asset)] = new Scan(taken, known > Encoding.Millis(taken));
    }

    private sealed record Scan(DateTimeOffset Taken, bool IsStale)
    {
        public HashSet<long> Seen { get; } = [];
    }
}
