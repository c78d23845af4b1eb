using PatchOps.Core.Exposure.Cpe;
using PatchOps.Core.Intake;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Store;

/// <summary>Writes what feeds say: one statement per source and vulnerability, joined by their aliases.</summary>
/// <remarks>Records are made ready on the caller's thread and written on the queue's.</remarks>
internal sealed class FactWriter(Statements sql, Tally tally, DateTimeOffset at, string document, WriterQueue queue)
{
    /// <summary>Records after which a new store is asked like any other.</summary>
    private const int Remembered = 50_000;

    private readonly HashSet<string> kev = new(StringComparer.OrdinalIgnoreCase);

    // Where the store knew nothing before this import, what it knows now is known here, and need not be asked for.
    private readonly Dictionary<string, long> names = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<(string Source, string Key)> keys = [];
    private bool? isNew;
    private FactRows? rows;
    private EpssWriter? epss;
    private long offers;

    private FactRows Rows => rows ??= new FactRows(sql);

    public void Add(FeedRecord record)
    {
        switch (record)
        {
            case VulnerabilityRecord vulnerability:
                var draft = StatementDraft.Of(vulnerability, vulnerability.Source, vulnerability.Key);
                queue.Post(() => Count(Write(draft)), draft.Weight);
                break;
            case AdvisoryRecord advisory:
                var doc = Encoding.Bytes(advisory);
                // The date of the document is not what it says.
                var hash = StatementDraft.HashOf(advisory.Modified is null && advisory.Published is null ? Encoding.Bytes(Undated(advisory)) : doc, [], null);
                queue.Post(() => Count(Write(advisory, doc, hash)), 2 * doc.Length);
                break;
            case KevRecord entry:
                queue.Post(() => Count(Write(entry)), 1024);
                break;
            case EpssBatch batch:
                queue.Post(() => (epss ??= new EpssWriter(sql, tally)).Add(batch), 64 * batch.Items);
                break;
            case PackageRecord package:
                queue.Post(() => Count(Write(package)), 1024 + (64 * package.ChangelogCves.Count));
                break;
            default:
                throw new InvalidOperationException($"{record.GetType().Name} has no place in the store.");
        }
    }

    /// <param name="complete">Whether every record could be read: only then does a list say what is gone.</param>
    /// <param name="notes">Receives what the administrator should know.</param>
    public void Finish(bool complete, List<string> notes)
    {
        if (complete && offers > 0 && sql.Execute("DELETE FROM offered WHERE document=$1 AND listed<$2", document, Encoding.Millis(at)) is > 0 and var gone)
            notes.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{gone} packages or versions are no longer listed by the repository and no longer count as on offer."));
        if (kev.Count > 0)
        {
            // The catalogue is a snapshot: what it no longer lists was removed, and stays known for the days before.
            var removed = new List<string>();
            using (var rows = sql.Query("SELECT cve FROM kev WHERE removed IS NULL"))
                while (rows.Read())
                    if (!kev.Contains(rows.GetString(0))) removed.Add(rows.GetString(0));
            foreach (var cve in removed) sql.Execute("UPDATE kev SET removed=$2 WHERE cve=$1", cve, Encoding.Millis(at));
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
        var record = draft.Record;
        var asOf = Encoding.Millis(record.AsOf);
        isNew ??= sql.Long("SELECT 1 FROM vulnerability LIMIT 1") is null && sql.Long("SELECT 1 FROM statement LIMIT 1") is null;
        if (isNew == true && keys.Count >= Remembered) Forget();
        var known = isNew == true && keys.Add((draft.Source, draft.Key)) ? null : Rows.Find(draft.Source, draft.Key);
        if (known is { } same && same.Hash.AsSpan().SequenceEqual(draft.Hash))
        {
            // Undated facts count from the first document that stated them, and hold up to the last.
            if (asOf < same.AsOf || asOf > same.Seen) Rows.Confirm(same.No, Math.Min(asOf, same.AsOf), Math.Max(asOf, same.Seen));
            return Change.None;
        }
        // An older revision never replaces a newer one, in whichever order the files came.
        if (known?.Seen > asOf) return Change.None;

        var vulnerability = Vulnerability(record);
        var inForce = record.Status is not (VulnerabilityStatus.Rejected or VulnerabilityStatus.Withdrawn) && record.Withdrawn is null;
        if (known is { } before) Rows.Replace(before.No, draft, vulnerability, inForce);
        else Rows.Add(draft, vulnerability, inForce);
        foreach (var patch in record.Patches) Write(patch, draft.Source, draft.Key);
        return known is null ? Change.Added : Change.Updated;
    }

    /// <summary>From here on the store is asked: it has everything, and memory stays bounded.</summary>
    private void Forget()
    {
        isNew = false;
        names.Clear();
        keys.Clear();
        names.TrimExcess();
        keys.TrimExcess();
    }

    private static AdvisoryRecord Undated(AdvisoryRecord advisory) =>
        advisory with { AsOf = default, Vulnerabilities = [.. advisory.Vulnerabilities.Select(v => v with { AsOf = default })] };

    private Change Write(AdvisoryRecord advisory, byte[] doc, byte[] hash)
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
            """, advisory.Source, advisory.Key, advisory.Id, Encoding.Millis(advisory.AsOf), advisory.Withdrawn ? 0 : 1, hash, System.Text.Encoding.UTF8.GetString(doc));
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
        offers++;
        var before = sql.Text("SELECT doc FROM offered WHERE source=$1 AND key=$2", package.Source, package.Key);
        var doc = Encoding.Write(before is null ? package : package.With(Encoding.Read<PackageRecord>(before)));
        if (before == doc)
        {
            sql.Execute("UPDATE offered SET document=$3, listed=$4 WHERE source=$1 AND key=$2", package.Source, package.Key, document, Encoding.Millis(at));
            return Change.None;
        }
        sql.Execute(
            """
            INSERT INTO offered(source, key, name, doc, document, listed) VALUES ($1,$2,$3,$4,$5,$6)
            ON CONFLICT(source, key) DO UPDATE SET doc=excluded.doc, document=excluded.document, listed=excluded.listed
            """, package.Source, package.Key, package.Name, doc, document, Encoding.Millis(at));
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
        long? no = Named(record.Id);
        foreach (var name in record.Aliases)
        {
            if (Named(name) is not { } known) continue;
            if (no is null) no = known;
            else if (no != known && !BothCve(no.Value, known)) Join(known, no.Value);
        }
        if (no is null || record.Aliases.Count > 0 || Encoding.CveNumber(record.Id) is not null)
        {
            var cve = record.Aliases.Prepend(record.Id).FirstOrDefault(n => Encoding.CveNumber(n) is not null);
            if (no is null)
            {
                no = Rows.AddVulnerability(cve ?? record.Id);
            }
            else if (cve is not null && Encoding.CveNumber(sql.Text("SELECT id FROM vulnerability WHERE no=$1", no)) is null)
            {
                sql.Execute("UPDATE OR IGNORE vulnerability SET id=$2 WHERE no=$1", no, cve);
            }
        }
        Name(record.Id, no.Value);
        foreach (var name in record.Aliases) Name(name, no.Value);
        return no.Value;
    }

    private long? Named(string name) => isNew == true ? names.TryGetValue(name, out var here) ? here : null : Rows.FindName(name);

    private void Name(string name, long vulnerability)
    {
        if (isNew == true && !names.TryAdd(name, vulnerability)) return;
        Rows.AddName(name, vulnerability);
    }

    /// <summary>One advisory may list several CVEs as aliases: they are not one vulnerability.</summary>
    private bool BothCve(long left, long right) =>
        Encoding.CveNumber(sql.Text("SELECT id FROM vulnerability WHERE no=$1", left)) is not null
        && Encoding.CveNumber(sql.Text("SELECT id FROM vulnerability WHERE no=$1", right)) is not null;

    private void Join(long from, long into)
    {
        Forget();
        sql.Execute("UPDATE statement SET vulnerability=$2 WHERE vulnerability=$1", from, into);
        sql.Execute("UPDATE vulnerability_name SET vulnerability=$2 WHERE vulnerability=$1", from, into);
        var id = sql.Text("SELECT id FROM vulnerability WHERE no=$1", from);
        sql.Execute("DELETE FROM vulnerability WHERE no=$1", from);
        if (Encoding.CveNumber(id) is not null) sql.Execute("UPDATE vulnerability SET id=$2 WHERE no=$1", into, id);
    }

    private enum Change { None, Added, Updated }
}
