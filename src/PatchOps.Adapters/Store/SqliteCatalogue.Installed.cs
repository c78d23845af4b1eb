using System.Collections;
using Microsoft.Data.Sqlite;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Domain;
using SQLitePCL;

namespace PatchOps.Adapters.Store;

internal sealed partial class SqliteCatalogue
{
    /// <summary>Pairs of asset and package up to which each is looked for by itself instead of reading all.</summary>
    private const long FewPairs = 2_000_000;

    public IEnumerable<InstalledPackage> InstalledPackages(IReadOnlySet<string>? assets = null, Func<InstalledPackage, bool>? wanted = null)
    {
        var ids = new List<string?>();
        foreach (var (no, id, gone) in Stream("SELECT no, id, retired FROM asset", r => (No: r.GetInt32(0), Id: r.GetString(1), Gone: !r.IsDBNull(2))))
        {
            while (ids.Count <= no) ids.Add(null);
            if (!gone && assets?.Contains(id) != false) ids[no] = id;
        }
        var packages = Packages();
        List<List<int>?> on;
        if (wanted is null) on = On(ids, assets is not null);
        else
        {
            var chosen = packages.Where(p => wanted(p.Package)).ToList();
            if (chosen.Count == 0) yield break;
            packages = chosen;
            on = assets is null && (long)chosen.Count * ids.Count <= FewPairs ? On(ids, chosen.ConvertAll(p => p.No)) : On(ids, assets is not null);
        }
        foreach (var (no, package) in packages)
        {
            if (no < on.Count && on[no] is { Count: > 0 } here) yield return package with { Assets = new InstalledOn(here, ids) };
        }
    }

    private IEnumerable<(int No, InstalledPackage Package)> Packages()
    {
        var texts = new TextPool();
        string? Pooled(string text) => text.Length == 0 ? null : texts.Of(text);
        return Stream(
            "SELECT no, name, source, version, ecosystem, architecture, source_version, cpe FROM package ORDER BY name, version",
            r => (No: r.GetInt32(0), Package: new InstalledPackage(r.GetString(1), Pooled(r.GetString(2)), r.GetString(3), Pooled(r.GetString(4)), Pooled(r.GetString(5)), [])
            {
                SourceVersion = Pooled(r.GetString(6)), Cpe = Pooled(r.GetString(7)),
            }));
    }

    /// <summary>As below, of a few packages: each pair is looked for by its key.</summary>
    private List<List<int>?> On(List<string?> ids, List<int> packages)
    {
        var on = new List<List<int>?>();
        foreach (var (asset, package) in Stream(
            "WITH wanted AS MATERIALIZED (SELECT value FROM json_each($1)) SELECT i.asset, i.package FROM asset a CROSS JOIN wanted w CROSS JOIN installed i ON i.asset=a.no AND i.package=w.value",
            r => (Asset: r.GetInt32(0), Package: r.GetInt32(1)), Encoding.Write(packages)))
        {
            if (ids[asset] is null) continue;
            while (on.Count <= package) on.Add(null);
            (on[package] ??= []).Add(asset);
        }
        return on;
    }

    /// <summary>For each package's number the numbers of the assets that have it.</summary>
    private List<List<int>?> On(List<string?> ids, bool some)
    {
        var on = new List<List<int>?>();
        void Place(int asset, int package)
        {
            if (ids.Count <= asset || ids[asset] is null) return;
            while (on.Count <= package) on.Add(null);
            (on[package] ??= []).Add(asset);
        }
        if (some)
        {
            for (var asset = 0; asset < ids.Count; asset++)
            {
                if (ids[asset] is null) continue;
                foreach (var package in Stream("SELECT package FROM installed WHERE asset=$1", r => r.GetInt32(0), asset)) Place(asset, package);
            }
            return on;
        }
        // Millions of pairs of numbers: SQLite's own calls, without a reader between, take a third of the time.
        using var connection = database.Connect();
        Check(raw.sqlite3_prepare_v2(connection.Handle, "SELECT asset, package FROM installed", out var statement), connection);
        using (statement)
        {
            int code;
            while ((code = raw.sqlite3_step(statement)) == raw.SQLITE_ROW) Place(raw.sqlite3_column_int(statement, 0), raw.sqlite3_column_int(statement, 1));
            if (code != raw.SQLITE_DONE) Check(code, connection);
        }
        return on;
    }

    private static void Check(int code, SqliteConnection connection) => SqliteException.ThrowExceptionForRC(code, connection.Handle);

    public IEnumerable<AvailableUpdate> PendingUpdates(IReadOnlySet<string>? assets = null)
    {
        // The versions that are there now lead the search: one look at each, however many packages a host has.
        const string Query =
            """
            SELECT p.doc FROM pending p JOIN asset a ON a.no=p.asset
            WHERE a.retired IS NULL AND ($1 IS NULL OR a.id=$1)
                AND NOT EXISTS (SELECT 1 FROM package k CROSS JOIN installed i ON i.asset=p.asset AND i.package=k.no WHERE k.name=p.package AND k.version=json_extract(p.doc, '$.AvailableVersion'))
            ORDER BY a.id, p.package
            """;
        static AvailableUpdate Read(SqliteDataReader r) => Encoding.Read<AvailableUpdate>(r.GetString(0));
        return assets is null ? Stream(Query, Read, (object?)null) : assets.Order(StringComparer.Ordinal).SelectMany(a => Stream(Query, Read, a));
    }

    public IEnumerable<string> AssetsWithKnownUpdates() => Stream("SELECT a.id FROM answered k JOIN asset a ON a.no=k.asset WHERE a.retired IS NULL", r => r.GetString(0));

    public IEnumerable<PackageRecord> Offered() =>
        Stream("SELECT doc FROM offered WHERE name IN (SELECT name FROM package)", r => Encoding.Read<PackageRecord>(r.GetString(0)));

    /// <summary>Ids of assets, kept as their numbers.</summary>
    private sealed class InstalledOn(List<int> numbers, List<string?> ids) : IReadOnlyList<string>
    {
        public int Count => numbers.Count;

        public string this[int index] => ids[numbers[index]]!;

        public IEnumerator<string> GetEnumerator()
        {
            foreach (var no in numbers) yield return ids[no]!;
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
