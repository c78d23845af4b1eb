using PatchOps.Core.Exposure.Cpe;
using PatchOps.Core.Intake;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Store;

/// <summary>Writes what feeds say: one statement per source and vulnerability, joined by their aliases.</summary>
/// <remarks>Records are made ready on the caller's thread and written on the queue's.</remarks>
internal sealed class FactWriter(Statements sql, Tally tally, DateTimeOffset at, WriterQueue queue)
{
    private readonly HashSet<string> kev = new(StringComparer.OrdinalIgnoreCase);

    // Where the store knew nothing before this import, what it knows now is known here, and need not be asked for.
    private readonly Dictionary<string, long> names = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<(string Source, string Key)> keys = [];
    private bool? isNew;
    private EpssWriter? epss;

    public void Add(FeedRecord record)
    {
        switch (record)
        {
            case VulnerabilityRecord vulnerability:
                var draft = StatementDraft.Of(vulnerability, vulnerability.Source, vulnerability.Key);
                queue.Post(() => Count(Write(draft)));
                break;
            case AdvisoryRecord advisory:
                var doc = Encoding.Write(advisory);
                var hash = StatementDraft.HashOf(doc, [], null);
                queue.Post(() => Count(Write(advisory, doc, hash)));
                break;
            case KevRecord entry:
                queue.Post(() => Count(Write(entry)));
                break;
            case EpssBatch batch:
                queue.Post(() => (epss ??= new EpssWriter(sql, tally)).Add(batch));
                break;
            case PackageRecord package:
                queue.Post(() => Count(Write(package)));
                break;
            default:
                throw new InvalidOperationException($"{record.GetType().Name} has no place in the store.");
        }
    }

    public void Finish()
    {
        if (kev.Count > 0)
        {
            // The catalogue is a snapshot: what it no longer lists was removed, and stays known for the days before.
            var gone = new List<string>();
            using (var rows = sql.Query("SELECT cve FROM kev WHERE removed IS NULL"))
                while (rows.Read())
                    if (!kev.Contains(rows.GetString(0))) gone.Add(rows.GetString(0));
            foreach (var cve in gone) sql.Execute("UPDATE kev SET removed=$2 WHERE cve=$1", cve, Encoding.Millis(at));
        }
    }

    private void Count(Change change)
    {
        switch (change)
        {
            case Change.Added: tally.Added++; break;
            case Change.Updated: tally.Updated++; break;
            default: tally.Unchanged++; break;
        }
    }

    private Change Write(StatementDraft draft)
    {
        var (record, source, key, doc, affected, hash) = draft;
        long? no = null;
        byte[]? before = null;
        long knownAsOf = long.MinValue;
        isNew ??= sql.Long("SELECT 1 FROM vulnerability LIMIT 1") is null && sql.Long("SELECT 1 FROM statement LIMIT 1") is null;
        if (isNew == false || !keys.Add((source, key)))
        {
            using var rows = sql.Query("SELECT no, hash, as_of FROM statement WHERE source=$1 AND key=$2", source, key);
            if (rows.Read()) (no, before, knownAsOf) = (rows.GetInt64(0), (byte[])rows.GetValue(1), rows.GetInt64(2));
        }
        // An older revision never replaces a newer one, in whichever order the files came.
        if (before is not null && (before.AsSpan().SequenceEqual(hash) || knownAsOf > Encoding.Millis(record.AsOf))) return Change.None;

        var vulnerability = Vulnerability(record);
        var inForce = record.Status is not (VulnerabilityStatus.Rejected or VulnerabilityStatus.Withdrawn) && record.Withdrawn is null ? 1 : 0;
        if (no is null)
        {
            no = sql.Long("INSERT INTO statement(source, key, vulnerability, trust, as_of, in_force, hash, doc) VALUES ($1,$2,$3,$4,$5,$6,$7,$8) RETURNING no",
                source, key, vulnerability, (int)record.Trust, Encoding.Millis(record.AsOf), inForce, hash, doc);
        }
        else
        {
            sql.Execute("UPDATE statement SET vulnerability=$2, trust=$3, as_of=$4, in_force=$5, hash=$6, doc=$7 WHERE no=$1",
                no, vulnerability, (int)record.Trust, Encoding.Millis(record.AsOf), inForce, hash, doc);
            sql.Execute("DELETE FROM affected WHERE statement=$1", no);
            sql.Execute("DELETE FROM cpe_match WHERE statement=$1", no);
        }
        for (var i = 0; i < affected.Count; i++)
            sql.Execute("INSERT INTO affected(name, ecosystem, statement, ordinal, doc) VALUES ($1,$2,$3,$4,$5)", record.Affected[i].Name, record.Affected[i].Ecosystem, no, i, affected[i]);
        WriteTree(no!.Value, record.Cpe);
        foreach (var patch in record.Patches) Write(patch, source, key);
        return before is null ? Change.Added : Change.Updated;
    }

    private void WriteTree(long statement, CpeTree? tree)
    {
        if (tree is null) return;
        // The tree's shape stands in the first row's place −1; its matches follow.
        sql.Execute("INSERT INTO cpe_match(statement, ordinal, node, vulnerable, criteria, low_included, high_included) VALUES ($1,-1,0,0,$2,0,0)", statement, tree.Shape);
        string? last = null;
        for (var i = 0; i < tree.Matches.Count; i++)
        {
            var m = tree.Matches[i];
            if (m.Vulnerable && CpeName.TryParse(m.Criteria, out var name) && name.Product != last)
                sql.Execute("INSERT OR IGNORE INTO cpe_product(product, statement) VALUES ($1,$2)", last = name.Product, statement);
            sql.Execute("INSERT INTO cpe_match(statement, ordinal, node, vulnerable, criteria, low, low_included, high, high_included) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)",
                statement, i, m.Node, m.Vulnerable ? 1 : 0, m.Criteria, m.From, m.FromIncluded ? 1 : 0, m.To, m.ToIncluded ? 1 : 0);
        }
    }

    private Change Write(AdvisoryRecord advisory, string doc, byte[] hash)
    {
        byte[]? before = null;
        long knownAsOf = long.MinValue;
        using (var rows = sql.Query("SELECT hash, as_of FROM advisory WHERE source=$1 AND key=$2", advisory.Source, advisory.Key))
            if (rows.Read()) (before, knownAsOf) = ((byte[])rows.GetValue(0), rows.GetInt64(1));
        if (before is not null && (before.AsSpan().SequenceEqual(hash) || knownAsOf > Encoding.Millis(advisory.AsOf))) return Change.None;

        sql.Execute(
            """
            INSERT INTO advisory(source, key, id, as_of, in_force, hash, doc) VALUES ($1,$2,$3,$4,$5,$6,$7)
            ON CONFLICT(source, key) DO UPDATE SET id=excluded.id, as_of=excluded.as_of, in_force=excluded.in_force, hash=excluded.hash, doc=excluded.doc
            """, advisory.Source, advisory.Key, advisory.Id, Encoding.Millis(advisory.AsOf), advisory.Withdrawn ? 0 : 1, hash, doc);
        foreach (var vulnerability in advisory.Vulnerabilities)
        {
            var own = vulnerability.Affected.Count > 0 ? vulnerability : vulnerability with { Affected = advisory.Affected };
            if (advisory.Withdrawn) own = own with { Status = VulnerabilityStatus.Withdrawn };
            Write(StatementDraft.Of(own with { AsOf = advisory.AsOf, Trust = advisory.Trust }, advisory.Source, $"{advisory.Key}/{vulnerability.Id}"));
        }
        foreach (var patch in advisory.Patches) Write(patch, advisory.Source, advisory.Key);
        return before is null ? Change.Added : Change.Updated;
    }

    private void Write(PatchFact patch, string source, string key) =>
        sql.Execute("INSERT INTO patch(id, source, key, doc) VALUES ($1,$2,$3,$4) ON CONFLICT(id, source, key) DO UPDATE SET doc=excluded.doc", patch.Id, source, key, Encoding.Write(patch));

    private Change Write(PackageRecord package)
    {
        var before = sql.Text("SELECT doc FROM offered WHERE source=$1 AND key=$2", package.Source, package.Key);
        var doc = Encoding.Write(before is null ? package : package.With(Encoding.Read<PackageRecord>(before)));
        if (before == doc) return Change.None;
        sql.Execute("INSERT INTO offered(source, key, name, doc) VALUES ($1,$2,$3,$4) ON CONFLICT(source, key) DO UPDATE SET doc=excluded.doc", package.Source, package.Key, package.Name, doc);
        return before is null ? Change.Added : Change.Updated;
    }

    private Change Write(KevRecord entry)
    {
        kev.Add(entry.Cve);
        string? before = null;
        var removed = false;
        using (var rows = sql.Query("SELECT doc, removed FROM kev WHERE cve=$1", entry.Cve))
            if (rows.Read()) (before, removed) = (rows.GetString(0), !rows.IsDBNull(1));
        // The first document that carried the mark dates it; an older one that is imported later moves it back.
        if (before is not null && entry.Ransomware && Encoding.Read<KevRecord>(before) is { Ransomware: true } known && !(known.RansomwareSeen > entry.RansomwareSeen))
            entry = entry with { RansomwareSeen = known.RansomwareSeen };
        var doc = Encoding.Write(entry with { AsOf = default });
        if (before == doc && !removed) return Change.None;
        sql.Execute(
            """
            INSERT INTO kev(cve, added, due, ransomware, doc) VALUES ($1,$2,$3,$4,$5)
            ON CONFLICT(cve) DO UPDATE SET added=excluded.added, due=excluded.due, ransomware=excluded.ransomware, removed=NULL, doc=excluded.doc
            """, entry.Cve, Encoding.Day(entry.Added), entry.Due is { } due ? Encoding.Day(due) : null, entry.Ransomware ? 1 : 0, doc);
        return before is null ? Change.Added : Change.Updated;
    }

    /// <summary>Number of the vulnerability behind a record; its names are joined, the CVE is the canonical one.</summary>
    private long Vulnerability(VulnerabilityRecord record)
    {
        long? no = null;
        foreach (var name in record.Aliases.Prepend(record.Id))
        {
            var known = isNew == true ? names.TryGetValue(name, out var here) ? here : null : sql.Long("SELECT vulnerability FROM vulnerability_name WHERE name=$1", name);
            if (known is null) continue;
            if (no is null) no = known;
            else if (no != known && !BothCve(no.Value, known.Value)) Join(known.Value, no.Value);
        }
        var cves = record.Aliases.Prepend(record.Id).Where(n => Encoding.CveNumber(n) is not null).ToList();
        var canonical = cves.Count > 0 ? cves[0] : record.Id;
        if (no is null) no = sql.Long("INSERT INTO vulnerability(id) VALUES ($1) RETURNING no", canonical);
        else if (cves.Count > 0)
        {
            var id = sql.Text("SELECT id FROM vulnerability WHERE no=$1", no);
            if (Encoding.CveNumber(id) is null) sql.Execute("UPDATE OR IGNORE vulnerability SET id=$2 WHERE no=$1", no, canonical);
        }
        foreach (var name in record.Aliases.Prepend(record.Id))
        {
            if (isNew == true && !names.TryAdd(name, no!.Value)) continue;
            sql.Execute("INSERT OR IGNORE INTO vulnerability_name(name, vulnerability) VALUES ($1,$2)", name, no);
        }
        return no!.Value;
    }

    /// <summary>One advisory may list several CVEs as aliases: they are not one vulnerability.</summary>
    private bool BothCve(long left, long right) =>
        Encoding.CveNumber(sql.Text("SELECT id FROM vulnerability WHERE no=$1", left)) is not null
        && Encoding.CveNumber(sql.Text("SELECT id FROM vulnerability WHERE no=$1", right)) is not null;

    private void Join(long from, long into)
    {
        // From here on the store is asked again: it has everything.
        isNew = false;
        sql.Execute("UPDATE statement SET vulnerability=$2 WHERE vulnerability=$1", from, into);
        sql.Execute("UPDATE vulnerability_name SET vulnerability=$2 WHERE vulnerability=$1", from, into);
        var id = sql.Text("SELECT id FROM vulnerability WHERE no=$1", from);
        sql.Execute("DELETE FROM vulnerability WHERE no=$1", from);
        if (Encoding.CveNumber(id) is not null) sql.Execute("UPDATE vulnerability SET id=$2 WHERE no=$1", into, id);
    }

    private enum Change { None, Added, Updated }
}
