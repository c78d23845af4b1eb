namespace PatchOps.Adapters.Store;

/// <summary>What an import changed of the packages of assets that had packages before: one row for each asset, with the versions.</summary>
internal sealed class SoftwareHistory(Statements sql, DateTimeOffset at)
{
    private readonly Dictionary<long, (List<long> Added, List<long> Gone)> changes = [];

    public void Add(long asset, long package) => Of(asset).Added.Add(package);

    public void Remove(long asset, long package) => Of(asset).Gone.Add(package);

    public void Finish()
    {
        foreach (var (asset, (added, gone)) in changes)
        {
            // The same package in another version is a change, not one that went and one that came.
            var before = gone.Select(Read).GroupBy(p => (p.Name, p.Architecture)).ToDictionary(g => g.Key, g => new Queue<string>(g.Select(p => p.Version).Order(StringComparer.Ordinal)));
            var rows = new List<string?[]>();
            foreach (var (name, architecture, version) in added.Select(Read).OrderBy(p => p.Name, StringComparer.Ordinal))
                rows.Add([name, before.TryGetValue((name, architecture), out var old) && old.TryDequeue(out var was) ? was : null, version]);
            foreach (var ((name, _), versions) in before.OrderBy(p => p.Key.Name, StringComparer.Ordinal))
                foreach (var version in versions) rows.Add([name, version, null]);
            sql.Execute("INSERT INTO history(kind, id, at, change, before) SELECT 'software', id, $2, 'packages', $3 FROM asset WHERE no=$1", asset, Encoding.Millis(at), Encoding.Write(rows));
        }
        changes.Clear();
    }

    private (List<long> Added, List<long> Gone) Of(long asset)
    {
        if (!changes.TryGetValue(asset, out var of)) changes[asset] = of = ([], []);
        return of;
    }

    private (string Name, string Architecture, string Version) Read(long package)
    {
        using var row = sql.Query("SELECT name, architecture, version FROM package WHERE no=$1", package);
        row.Read();
        return (row.GetString(0), row.GetString(1), row.GetString(2));
    }
}
