using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Store;

internal sealed partial class SqliteCatalogue
{
    public IEnumerable<PackageStatement> Statements(IReadOnlySet<string>? packages = null)
    {
        // The names drive the search: what is installed nowhere is never read.
        var wanted = packages is null ? "" : "WHERE a.name IN (SELECT value FROM json_each($1))";
        var texts = new TextPool();
        return Stream(
            $"""
            SELECT a.name, a.ecosystem, a.doc, s.source, s.key, s.trust, s.as_of, s.in_force, v.id
            FROM affected a CROSS JOIN statement s ON s.no=a.statement CROSS JOIN vulnerability v ON v.no=s.vulnerability {wanted}
            """,
            r => new PackageStatement(r.GetString(8), texts.Of(r.GetString(3)), r.GetString(4), (TrustRank)r.GetInt32(5), Encoding.Time(r.GetInt64(6)), r.GetInt64(7) == 1,
                Affected(texts.Of(r.GetString(1)), texts.Of(r.GetString(0)), r.GetValue(2))),
            packages is null ? [] : [Encoding.Write(packages)]).Concat(ChangeLogs(packages));
    }

    /// <summary>A repository's change logs are its distribution's word: below the version whose entry names a vulnerability, the package is open to it.</summary>
    private IEnumerable<PackageStatement> ChangeLogs(IReadOnlySet<string>? packages) =>
        Stream("SELECT doc FROM offered WHERE instr(doc, '\"ChangelogFixes\"')>0", r => Encoding.Read<PackageRecord>(r.GetString(0)))
            .Where(o => o.Ecosystem.Length > 0 && packages?.Contains(o.Name) != false)
            .SelectMany(o => (o.ChangelogFixes ?? []).Select(f => new PackageStatement(
                f.Cve, o.Source, o.Key, TrustRank.VendorAdvisory, o.AsOf, InForce: true, new AffectedProduct(o.Ecosystem, o.Name)
                {
                    Status = ProductStatus.Affected, Patches = [PatchIds.Rpm(o.SourceName.Length > 0 ? o.SourceName : o.Name, o.Version)],
                    Ranges = [new VersionRange(RangeKind.Ecosystem, [new(VersionEventKind.Introduced, "0"), new(VersionEventKind.Fixed, f.Version)])],
                })));

    private static AffectedProduct Affected(string ecosystem, string name, object doc) =>
        doc is byte[] bytes ? AffectedEncoding.Read(ecosystem, name, bytes) : Encoding.Read<AffectedProduct>((string)doc);

    public IEnumerable<CpeStatement> CpeStatements(IReadOnlySet<string> products)
    {
        using var connection = database.Connect();
        using var sql = new Statements(connection, null);
        using var rows = sql.Query(
            """
            SELECT s.no, v.id, s.source, s.key, s.trust, s.as_of, s.cpe FROM statement s JOIN vulnerability v ON v.no=s.vulnerability
            WHERE s.in_force=1 AND s.no IN (SELECT p.statement FROM cpe_product p WHERE p.product IN (SELECT value FROM json_each($1))) ORDER BY s.no
            """, Encoding.Write(products));
        while (rows.Read())
        {
            if (Tree(sql, rows.GetInt64(0), rows.GetValue(6)) is { } tree)
                yield return new CpeStatement(rows.GetString(1), rows.GetString(2), rows.GetString(3), (TrustRank)rows.GetInt32(4), Encoding.Time(rows.GetInt64(5)), tree);
        }
    }

    public IEnumerable<PatchFact> Patches(string pattern) => Stream("SELECT doc FROM patch WHERE id GLOB $1 ORDER BY id", r => Encoding.Read<PatchFact>(r.GetString(0)), pattern);

    public IReadOnlyList<VulnerabilityRecord> Vulnerability(string id)
    {
        var found = Stream(
            """
            SELECT s.no, s.doc, s.as_of, s.cpe FROM vulnerability_name n JOIN statement s ON s.vulnerability=n.vulnerability
            WHERE n.name=$1 ORDER BY s.trust, s.as_of DESC, s.no
            """, r => (No: r.GetInt64(0), Doc: r.GetString(1), AsOf: r.GetInt64(2), Cpe: r.GetValue(3)), id).ToList();
        return found.ConvertAll(f => Encoding.Read<VulnerabilityRecord>(f.Doc) with
        {
            Affected = [.. Stream("SELECT ecosystem, name, doc FROM affected WHERE statement=$1 ORDER BY ordinal", r => Affected(r.GetString(0), r.GetString(1), r.GetValue(2)), f.No)],
            Cpe = Tree(f.No, f.Cpe), AsOf = Encoding.Time(f.AsOf),
        });
    }

    public IEnumerable<string> VulnerabilityIds(string? pattern) =>
        Stream("SELECT DISTINCT v.id FROM vulnerability v JOIN vulnerability_name n ON n.vulnerability=v.no WHERE $1 IS NULL OR upper(n.name) GLOB $1 ORDER BY v.id",
            r => r.GetString(0), pattern?.ToUpperInvariant());

    public string? VulnerabilityId(string name) =>
        Stream("SELECT v.id FROM vulnerability_name n JOIN vulnerability v ON v.no=n.vulnerability WHERE n.name=$1", r => r.GetString(0), name).FirstOrDefault();

    public IEnumerable<string> ChangeLogPackages(string vulnerability) =>
        Stream("SELECT DISTINCT name FROM offered WHERE instr(doc, '\"ChangelogFixes\"')>0 AND instr(doc, $1)>0", r => r.GetString(0), $"\"{vulnerability}\"");

    public IReadOnlyDictionary<string, ThreatFacts> Threats(IReadOnlyCollection<string> ids, DateTimeOffset asOf)
    {
        var threats = new Dictionary<string, ThreatFacts>(StringComparer.OrdinalIgnoreCase);
        using var connection = database.Connect();
        using var sql = new Statements(connection, null);
        foreach (var id in ids.Distinct(StringComparer.OrdinalIgnoreCase))
            if (Facts(sql, id, asOf) is { } facts) threats[id] = facts;
        return threats;
    }

    /// <summary>What is known of one vulnerability at a moment; null where nobody knows anything.</summary>
    private static ThreatFacts? Facts(Statements sql, string id, DateTimeOffset asOf)
    {
        var day = Encoding.Day(DateOnly.FromDateTime(asOf.UtcDateTime));
        var facts = Rate(sql, id, asOf) ?? new ThreatFacts { Id = id };
        var known = facts.CvssVector is not null || facts.Published is not null || !facts.InForce;
        if (Encoding.CveNumber(id) is not { } cve) return known ? facts : null;
        using (var rows = sql.Query("SELECT day, probability FROM epss WHERE cve=$1 AND day<=$2 ORDER BY day DESC LIMIT 1", cve, day))
        {
            if (rows.Read() && !rows.IsDBNull(1))
            {
                facts = facts with { Epss = rows.GetDouble(1), EpssDate = Encoding.Date(rows.GetInt64(0)) };
                known = true;
            }
        }
        using (var rows = sql.Query(
            "SELECT added, due, ransomware, json_extract(doc, '$.RansomwareSeen') FROM kev WHERE cve=$1 AND added<=$2 AND (removed IS NULL OR removed>$3)", id, day, Encoding.Millis(asOf)))
        {
            if (rows.Read())
            {
                facts = facts with
                {
                    KevAdded = Encoding.Date(rows.GetInt64(0)), KevDue = rows.IsDBNull(1) ? null : Encoding.Date(rows.GetInt64(1)),
                    // The catalogue dates its entries, not this mark: it counts from the first document that carried it.
                    Ransomware = rows.GetInt64(2) == 1 && (rows.IsDBNull(3) || Encoding.Day(DateOnly.Parse(rows.GetString(3), System.Globalization.CultureInfo.InvariantCulture)) <= day),
                };
                known = true;
            }
        }
        return known ? facts : null;
    }

    /// <summary>Rating of the source that the order of trust prefers: vendor or CNA first, NVD otherwise; the newest CVSS version of that source.</summary>
    private static ThreatFacts? Rate(Statements sql, string id, DateTimeOffset asOf)
    {
        ThreatFacts? facts = null;
        (int Rank, string Version)? best = null;
        var inForce = true;
        var deciding = int.MaxValue;
        using var rows = sql.Query(
            """
            SELECT s.trust, s.in_force, s.doc FROM vulnerability_name n JOIN statement s ON s.vulnerability=n.vulnerability
            WHERE n.name=$1 AND s.as_of<=$2 ORDER BY s.trust, s.as_of DESC, s.no
            """, id, Encoding.Millis(asOf));
        while (rows.Read())
        {
            var trust = rows.GetInt32(0);
            var record = Encoding.Read<VulnerabilityRecord>(rows.GetString(2));
            facts ??= new ThreatFacts { Id = id };
            facts = facts with { Title = facts.Title ?? record.Title, Published = facts.Published ?? record.Published ?? record.Modified, Ssvc = facts.Ssvc ?? record.Ssvc };
            // A rejection by the numbering authority or NVD counts for all; a distribution withdrawing its own notice does not.
            if (record.Status == VulnerabilityStatus.Rejected) inForce = false;
            else if (rows.GetInt64(1) == 0 && trust < deciding) inForce = false;
            if (rows.GetInt64(1) == 1 && trust < deciding) inForce = record.Status != VulnerabilityStatus.Rejected && inForce;
            deciding = Math.Min(deciding, trust);
            foreach (var rating in record.Cvss)
            {
                if (rating.Vector.Length == 0) continue;
                var rank = rating.Source.Contains("nist", StringComparison.OrdinalIgnoreCase) || trust == (int)TrustRank.Nvd ? (int)TrustRank.Nvd : trust;
                if (best is { } b && (rank > b.Rank || (rank == b.Rank && string.CompareOrdinal(rating.Version, b.Version) <= 0))) continue;
                best = (rank, rating.Version);
                facts = facts with { CvssVector = rating.Vector, CvssScore = rating.Score, CvssSource = rating.Source };
            }
        }
        return facts is null ? null : facts with { InForce = inForce };
    }

    private CpeTree? Tree(long statement, object stored)
    {
        using var connection = database.Connect();
        using var sql = new Statements(connection, null);
        return Tree(sql, statement, stored);
    }

    private static CpeTree? Tree(Statements sql, long statement, object stored) => stored is byte[] bytes ? CpeTreeEncoding.Read(bytes) : EarlierTree(sql, statement);

    /// <summary>Earlier versions stored a row for each match.</summary>
    private static CpeTree? EarlierTree(Statements sql, long statement)
    {
        string? shape = null;
        var matches = new List<CpeMatch>();
        using var r = sql.Query("SELECT ordinal, node, vulnerable, criteria, low, low_included, high, high_included FROM cpe_match WHERE statement=$1 ORDER BY ordinal", statement);
        while (r.Read())
        {
            if (r.GetInt64(0) < 0) shape = r.GetString(3);
            else matches.Add(new CpeMatch(r.GetInt32(1), r.GetInt64(2) == 1, r.GetString(3), Text(r, 4), r.GetInt64(5) == 1, Text(r, 6), r.GetInt64(7) == 1));
        }
        return shape is null ? null : new CpeTree(CpeTree.ParseShape(shape), matches);
    }
}
