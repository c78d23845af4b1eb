using Dapper;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Store;

/// <summary>The facts on SQLite.</summary>
internal sealed partial class SqliteCatalogue(Database database) : ICatalogue
{
    public string Location => database.Path;

    public StoreInfo Info()
    {
        using var connection = database.Connect();
        long Count(string table, string where = "1") => connection.ExecuteScalar<long>($"SELECT count(*) FROM {table} WHERE {where}");
        return new StoreInfo
        {
            Location = database.Path, Engine = "SQLite", SchemaVersion = FactsSchema.Migrations.Count, Created = database.Created,
            Assets = Count("asset", "retired IS NULL"), Vulnerabilities = Count("vulnerability"), Problems = Count("problem"),
            Incidents = Count("incident"), Deployments = Count("deployment"), Plans = Count("plan"),
        };
    }

    public ICatalogueImport BeginImport(string feed, string source, DateTimeOffset at) => new CatalogueImport(database, feed, source, at);

    public IEnumerable<Asset> Assets(bool includeRetired = false) =>
        Stream("SELECT doc FROM asset WHERE $1 OR retired IS NULL ORDER BY id", r => Encoding.Read<Asset>(r.GetString(0)), includeRetired ? 1 : 0);

    public string? ResolveAsset(string name)
    {
        using var connection = database.Connect();
        return connection.QuerySingleOrDefault<string>("SELECT a.id FROM asset_name n JOIN asset a ON a.no=n.asset WHERE n.name=@name", new { name });
    }

    public IEnumerable<Software> Software(string? assetId) =>
        Stream(
            """
            SELECT a.id, p.name, p.version, p.ecosystem, p.architecture, p.source, p.source_version, p.cpe
            FROM installed i JOIN asset a ON a.no=i.asset JOIN package p ON p.no=i.package
            WHERE $1 IS NULL OR a.id=$1 ORDER BY a.id, p.name
            """,
            r => new Software { Asset = r.GetString(0), Package = r.GetString(1), Version = r.GetString(2), Ecosystem = r.GetString(3), Architecture = r.GetString(4), Source = r.GetString(5), SourceVersion = Blank(r.GetString(6)),
                Cpe = Blank(r.GetString(7)),
            },
            assetId);

    public IEnumerable<ScannerFinding> ScannerFindings(DateTimeOffset asOf) =>
        Stream(
            """
            SELECT a.id, coalesce(v.id, f.vulnerability), f.opened, f.doc FROM finding f JOIN asset a ON a.no=f.asset
            LEFT JOIN vulnerability_name n ON n.name=f.vulnerability LEFT JOIN vulnerability v ON v.no=n.vulnerability
            WHERE a.retired IS NULL AND f.opened<=$1 AND (f.closed IS NULL OR f.closed>$1) ORDER BY f.no
            """,
            r => Encoding.Read<ScannerFinding>(r.GetString(3)) with { Asset = r.GetString(0), Cves = [r.GetString(1)], Found = Encoding.Time(r.GetInt64(2)) },
            Encoding.Millis(asOf));

    public FeedCursor? Cursor(string feed, string address) =>
        Stream("SELECT doc FROM feed_cursor WHERE feed=$1 AND address=$2", r => Encoding.Read<FeedCursor>(r.GetString(0)), feed, address).FirstOrDefault();

    public IReadOnlyList<WindowDefinition> Windows() =>
        [.. Stream("SELECT doc FROM maintenance_window ORDER BY name, ordinal", r => Encoding.Read<WindowDefinition>(r.GetString(0)))];

    public IEnumerable<Change> Changes() => Stream("SELECT doc FROM change ORDER BY id", r => Encoding.Read<Change>(r.GetString(0)));

    public IEnumerable<Incident> Incidents(DateTimeOffset? from = null, DateTimeOffset? to = null) =>
        Stream(
            """
            SELECT i.id, i.opened, i.resolved, a.id, i.category, i.priority, coalesce(i.problem, l.problem), i.caused_by, i.description, CASE WHEN i.problem IS NULL THEN l.reason END, f.doc
            FROM incident i LEFT JOIN asset a ON a.no=i.asset LEFT JOIN incident_link l ON l.incident=i.id LEFT JOIN incident_flag f ON f.incident=i.id
            WHERE ($1 IS NULL OR i.opened>=$1) AND ($2 IS NULL OR i.opened<$2) ORDER BY i.opened, i.no
            """,
            r => Flagged(Text(r, 10), new Incident
            {
                Id = r.GetString(0), Opened = Encoding.Time(r.GetInt64(1)), Resolved = r.IsDBNull(2) ? null : Encoding.Time(r.GetInt64(2)),
                ConfigurationItem = Text(r, 3), Category = Text(r, 4), Priority = Text(r, 5), Problem = Text(r, 6), CausedBy = Text(r, 7), Description = Text(r, 8), LinkedBecause = Text(r, 9),
            }),
            from is { } f ? Encoding.Millis(f) : null, to is { } t ? Encoding.Millis(t) : null);

    private IEnumerable<T> Stream<T>(string query, Func<Microsoft.Data.Sqlite.SqliteDataReader, T> read, params object?[] values)
    {
        using var connection = database.Connect();
        using var statements = new Statements(connection, null);
        using var rows = statements.Query(query, values);
        while (rows.Read()) yield return read(rows);
    }

    private static string? Text(Microsoft.Data.Sqlite.SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static Incident Flagged(string? flag, Incident incident)
    {
        if (flag is null) return incident;
        var match = Encoding.Read<Core.Problems.Matching.IncidentMatch>(flag);
        return incident with { Vulnerabilities = match.Vulnerabilities, Flag = match.Reason };
    }

    private static string? Blank(string text) => text.Length == 0 ? null : text;
}
