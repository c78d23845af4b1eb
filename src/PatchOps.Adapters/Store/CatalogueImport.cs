using Microsoft.Data.Sqlite;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Store;

/// <summary>One document on its way into the facts: one transaction, rolled back whole unless completed.</summary>
internal sealed class CatalogueImport : ICatalogueImport
{
    private readonly SqliteConnection connection;
    private readonly SqliteTransaction transaction;
    private readonly Statements sql;
    private readonly string feed;
    private readonly string source;
    private readonly DateTimeOffset at;
    private readonly List<Failure> errors = [];
    private readonly List<string> notes = [];
    private readonly AssetWriter assets;
    private readonly ServiceWriter services;
    private readonly FindingWriter findings;
    private readonly WindowWriter windows;
    private readonly FactWriter facts;
    private readonly Tally tally = new();
    private readonly WriterQueue writes = new();

    public CatalogueImport(Database database, string feed, string source, DateTimeOffset at)
    {
        this.feed = feed;
        this.source = source;
        this.at = at;
        connection = database.Connect();
        try
        {
            transaction = connection.BeginTransaction(deferred: false);
        }
        catch (SqliteException e) when (e.SqliteErrorCode == 5)
        {
            connection.Dispose();
            throw new FailureException(new Failure("StoreBusy", FailureKind.Unavailable, $"Another import is writing to '{database.Path}'.", database.Path, "Wait until it has finished, then import again."), e);
        }
        sql = new Statements(connection, transaction);
        assets = new AssetWriter(sql, tally, at, source);
        services = new ServiceWriter(sql, tally, assets);
        windows = new WindowWriter(sql, tally, at, source);
        findings = new FindingWriter(sql, tally, assets, at, source);
        facts = new FactWriter(sql, tally, at, source, writes);
    }

    public void Add(FeedRecord record) => facts.Add(record);

    public void Add(Asset asset) => Settled(assets).Add(asset, tracked: true);

    public void Add(Software software) => Settled(assets).Add(software);

    public void Add(InventoryResult inventory) => Settled(assets).Add(inventory);

    public void Edit(Asset asset) => Settled(assets).Add(asset, tracked: false);

    public void Observe(string asset, string package, string version) => Settled(assets).Observe(asset, package, version);

    public void Add(ScanReport report) => Settled(findings).Add(report);

    public void Add(ScannerFinding finding) => Settled(findings).Add(finding);

    public void Add(WindowDefinition window) => Settled(windows).Add(window);

    public void Add(Problem problem) => Settled(services).Add(problem);

    public void Add(Incident incident) => Settled(services).Add(incident);

    public void Add(Change change) => Settled(services).Add(change);

    public void Add(Deployment deployment) => Settled(services).Add(deployment);

    public void Move(string feed, string address, FeedCursor cursor) =>
        Settled(sql).Execute("INSERT INTO feed_cursor(feed, address, doc) VALUES ($1,$2,$3) ON CONFLICT(feed, address) DO UPDATE SET doc=excluded.doc", feed, address, Encoding.Write(cursor));

    public void Reject(Failure failure)
    {
        tally.Rejected++;
        if (errors.Count < ImportResult.ErrorLimit) errors.Add(failure);
    }

    public void Note(string note) => notes.Add(note);

    public ImportResult Complete(TimeSpan elapsed)
    {
        var result = Preview(elapsed);
        sql.Execute("INSERT INTO document(feed, source, imported, added, updated, unchanged, rejected) VALUES ($1,$2,$3,$4,$5,$6,$7)",
            feed, source, Encoding.Millis(at), tally.Added, tally.Updated, tally.Unchanged, tally.Rejected);
        transaction.Commit();
        return result;
    }

    public ImportResult Preview(TimeSpan elapsed)
    {
        Settled(facts).Finish(complete: tally.Rejected == 0, notes);
        assets.Finish(complete: tally.Rejected == 0, notes);
        windows.Finish(complete: tally.Rejected == 0, notes);
        findings.Finish(complete: tally.Rejected == 0, notes);
        return new ImportResult
        {
            Feed = feed, Source = source, Added = tally.Added, Updated = tally.Updated, Unchanged = tally.Unchanged, Rejected = tally.Rejected,
            Elapsed = elapsed, Errors = errors, Notes = notes,
        };
    }

    /// <summary>Whoever writes otherwise than through the queue has the connection for itself.</summary>
    private T Settled<T>(T writer)
    {
        writes.Settle();
        return writer;
    }

    public void Dispose()
    {
        writes.Dispose();
        sql.Dispose();
        transaction.Dispose();
        connection.Dispose();
    }
}

/// <summary>What an import did so far.</summary>
internal sealed class Tally
{
    public long Added { get; set; }

    public long Updated { get; set; }

    public long Unchanged { get; set; }

    public long Rejected { get; set; }
}
