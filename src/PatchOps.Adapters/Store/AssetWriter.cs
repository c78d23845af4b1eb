using System.Globalization;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Store;

/// <summary>Writes assets and what is installed on them: a change set with history, stubs resolved when the real asset arrives.</summary>
internal sealed class AssetWriter(Statements sql, Tally tally, DateTimeOffset at, string source)
{
    private readonly Dictionary<string, long> known = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<long> listed = [];
    private static readonly HashSet<int> Nothing = [];
    private readonly Dictionary<long, HashSet<int>> software = [];
    private readonly HashSet<long> had = [];
    private readonly HashSet<long> whole = [];
    private readonly Dictionary<Software, long> packages = [];
    private readonly SoftwareHistory changes = new(sql, at);

    /// <summary>Number of the asset that a record names; a stub is made where nobody knows it yet.</summary>
    public long Resolve(string name)
    {
        if (known.TryGetValue(name, out var no)) return no;
        no = Find(name) ?? Insert(new Asset { Id = name, Stub = true }, owner: null);
        known[name] = no;
        return no;
    }

    public long Add(Asset asset, bool tracked)
    {
        var no = Find(asset.Id);
        if (no is null)
        {
            // A record may have named it before under its name: that stub becomes this asset, with everything that points to it.
            no = asset.Aliases.Prepend(asset.Name).Select(Find).FirstOrDefault(n => n is not null && IsStub(n.Value));
            if (no is null)
            {
                no = Insert(asset, tracked ? source : null);
                tally.Added++;
                listed.Add(no.Value);
                return no.Value;
            }
            sql.Execute("UPDATE asset SET id=$1 WHERE no=$2", asset.Id, no);
        }

        listed.Add(no.Value);
        var before = Encoding.Read<Asset>(sql.Text("SELECT doc FROM asset WHERE no=$1", no)!);
        var after = asset with { Retired = null, Stub = false };
        var doc = Encoding.Write(after);
        if (doc == Encoding.Write(before))
        {
            tally.Unchanged++;
            return no.Value;
        }
        if (before.Stub) tally.Added++;
        else
        {
            tally.Updated++;
            Remember(before, "changed");
        }
        sql.Execute("UPDATE asset SET source=coalesce($2, source), stub=0, retired=NULL, doc=$3 WHERE no=$1", no, tracked ? source : null, doc);
        Name(after, no.Value);
        return no.Value;
    }

    public void Add(Software item)
    {
        var asset = Resolve(item.Asset);
        var package = Package(item);
        var unseen = Unseen(asset);
        if (unseen.Remove((int)package) || sql.Execute("INSERT OR IGNORE INTO installed(asset, package) VALUES ($1,$2)", asset, package) == 0)
        {
            if (unseen.Count == 0) software[asset] = Nothing;
            tally.Unchanged++;
            return;
        }
        if (had.Contains(asset)) changes.Add(asset, package);
        // The name leads the search: a package has few versions, a host many packages.
        var other = had.Contains(asset) ? sql.Long(
            "SELECT 1 FROM package k CROSS JOIN installed i ON i.asset=$1 AND i.package=k.no WHERE k.name=$2 AND k.architecture=$3 AND k.no<>$4", asset, item.Package, item.Architecture ?? "", package) : null;
        if (other is null) tally.Added++;
        else tally.Updated++;
    }

    public void Add(InventoryResult inventory)
    {
        var found = Merge(inventory.Asset);
        var asset = Add(found, tracked: false);
        whole.Add(asset);
        Unseen(asset);
        foreach (var item in inventory.Software) Add(item with { Asset = found.Id });
        sql.Execute("DELETE FROM pending WHERE asset=$1", asset);
        sql.Execute(inventory.UpdatesKnown ? "INSERT OR REPLACE INTO answered(asset, at) VALUES ($1,$2)" : "DELETE FROM answered WHERE asset=$1 AND $2>0", asset, Encoding.Millis(inventory.Taken));
        foreach (var update in inventory.PendingUpdates)
            sql.Execute("INSERT OR REPLACE INTO pending(asset, package, doc) VALUES ($1,$2,$3)", asset, update.Package, Encoding.Write(update with { Asset = found.Id }));
    }

    /// <summary>Brings one package of an inventory up to what was read on the host since.</summary>
    public void Observe(string asset, string package, string version)
    {
        if (Find(asset) is not { } no) return;
        var before = new List<(long No, Software Item)>();
        using (var rows = sql.Query("SELECT p.no, p.version, p.ecosystem, p.architecture, p.source, p.source_version, p.cpe FROM installed i JOIN package p ON p.no=i.package WHERE i.asset=$1 AND p.name=$2", no, package))
        {
            while (rows.Read())
            {
                before.Add((rows.GetInt64(0), new Software
                {
                    Asset = asset, Package = package, Version = rows.GetString(1), Ecosystem = rows.GetString(2), Architecture = rows.GetString(3), Source = rows.GetString(4),
                    Cpe = rows.GetString(6),
                }));
            }
        }
        foreach (var (old, item) in before.Where(b => b.Item.Version != version))
        {
            sql.Execute("DELETE FROM installed WHERE asset=$1 AND package=$2", no, old);
            var now = Package(item with { Version = version });
            sql.Execute("INSERT OR IGNORE INTO installed(asset, package) VALUES ($1,$2)", no, now);
            changes.Remove(no, old);
            changes.Add(no, now);
        }
    }

    /// <summary>Takes away what listed assets no longer have, and retires assets that their source no longer lists.</summary>
    public void Finish(bool complete, List<string> notes)
    {
        var kept = 0;
        foreach (var (asset, gone) in software)
        {
            // A row that could not be read may have been one of these: only a list that was read whole says what is gone.
            if (complete || whole.Contains(asset))
            {
                foreach (var package in gone)
                {
                    sql.Execute("DELETE FROM installed WHERE asset=$1 AND package=$2", asset, package);
                    changes.Remove(asset, package);
                }
            }
            else kept += gone.Count;
        }
        changes.Finish();
        if (kept > 0)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{kept} packages are no longer listed but kept, because some records could not be read. Correct them and import again."));

        // What somebody pipes in is never the whole of anything: only a file that is read again can say what is gone.
        if (!complete || listed.Count == 0 || source == ImportSources.Pipeline) return;
        var retired = new List<(long No, Asset Asset)>();
        using (var rows = sql.Query("SELECT no, doc FROM asset WHERE source=$1 AND retired IS NULL AND stub=0", source))
            while (rows.Read())
                if (!listed.Contains(rows.GetInt64(0))) retired.Add((rows.GetInt64(0), Encoding.Read<Asset>(rows.GetString(1))));
        foreach (var (no, asset) in retired)
        {
            Remember(asset, "retired");
            sql.Execute("UPDATE asset SET retired=$2, doc=$3 WHERE no=$1", no, Encoding.Millis(at), Encoding.Write(asset with { Retired = at }));
        }
        if (retired.Count > 0)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{retired.Count} assets are no longer listed and count as retired: {string.Join(", ", retired.Take(5).Select(r => r.Asset.Name))}{(retired.Count > 5 ? " …" : "")}"));
    }

    /// <summary>An inventory knows the machine, not the business: what a person entered stays.</summary>
    private Asset Merge(Asset found)
    {
        var no = Find(found.Id) ?? found.Aliases.Prepend(found.Name).Select(Find).FirstOrDefault(n => n is not null);
        if (no is null) return found;
        var old = Encoding.Read<Asset>(sql.Text("SELECT doc FROM asset WHERE no=$1", no)!);
        return old with
        {
            // A host that people know under another id keeps that id; the machine's own becomes an alias.
            Aliases = [.. old.Aliases.Concat(found.Aliases).Append(found.Id).Append(found.Name).Where(a => a != old.Id && a != old.Name).Distinct(StringComparer.Ordinal)],
            OperatingSystem = found.OperatingSystem ?? old.OperatingSystem,
            Provider = old.Provider ?? found.Provider,
            Transport = old.Transport ?? found.Transport,
            Address = old.Address ?? found.Address,
            User = old.User ?? found.User,
            Port = old.Port ?? found.Port,
            Stub = false,
        };
    }

    private long? Find(string name) => sql.Long("SELECT asset FROM asset_name WHERE name=$1", name);

    private bool IsStub(long no) => sql.Long("SELECT stub FROM asset WHERE no=$1", no) == 1;

    private long Insert(Asset asset, string? owner)
    {
        var no = sql.Long("INSERT INTO asset(id, source, stub, doc) VALUES ($1,$2,$3,$4) RETURNING no", asset.Id, owner, asset.Stub ? 1 : 0, Encoding.Write(asset))!.Value;
        Name(asset, no);
        return no;
    }

    private void Name(Asset asset, long no)
    {
        foreach (var name in asset.Aliases.Prepend(asset.Name).Prepend(asset.Id))
        {
            // The first owner of a name keeps it; an id always wins over somebody's alias.
            sql.Execute(name == asset.Id
                ? "INSERT INTO asset_name(name, asset) VALUES ($1,$2) ON CONFLICT(name) DO UPDATE SET asset=excluded.asset"
                : "INSERT INTO asset_name(name, asset) VALUES ($1,$2) ON CONFLICT(name) DO NOTHING", name, no);
            known[name] = no;
        }
    }

    private void Remember(Asset before, string change) =>
        sql.Execute("INSERT INTO history(kind, id, at, change, before) VALUES ('asset',$1,$2,$3,$4)", before.Id, Encoding.Millis(at), change, Encoding.Write(before));

    /// <summary>What an asset had before this import, read once, less what this import has listed since.</summary>
    private HashSet<int> Unseen(long asset)
    {
        if (software.TryGetValue(asset, out var unseen)) return unseen;
        unseen = [];
        using (var rows = sql.Query("SELECT package FROM installed WHERE asset=$1", asset))
            while (rows.Read()) unseen.Add(rows.GetInt32(0));
        if (unseen.Count > 0) had.Add(asset);
        return software[asset] = unseen.Count == 0 ? Nothing : unseen;
    }

    private long Package(Software item)
    {
        var key = item with { Asset = "*" };
        if (packages.TryGetValue(key, out var no)) return no;
        var (ecosystem, architecture, source, sourceVersion, cpe) = (item.Ecosystem ?? "", item.Architecture ?? "", item.Source ?? "", item.SourceVersion ?? "", item.Cpe ?? "");
        no = sql.Long(
                "SELECT no FROM package WHERE name=$1 AND version=$2 AND ecosystem=$3 AND architecture=$4 AND source=$5 AND source_version=$6 AND cpe=$7",
                item.Package, item.Version, ecosystem, architecture, source, sourceVersion, cpe)
            ?? sql.Long(
                "INSERT INTO package(name, version, ecosystem, architecture, source, source_version, cpe) VALUES ($1,$2,$3,$4,$5,$6,$7) RETURNING no",
                item.Package, item.Version, ecosystem, architecture, source, sourceVersion, cpe)!.Value;
        packages[key] = no;
        return no;
    }
}
