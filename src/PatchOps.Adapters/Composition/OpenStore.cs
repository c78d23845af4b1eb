using PatchOps.Adapters.Store;
using PatchOps.Core.Seams;

namespace PatchOps.Adapters.Composition;

/// <summary>One opened store: facts in one file, journal and audit in a second beside it.</summary>
public sealed class OpenStore : IAsyncDisposable
{
    private readonly SqliteJournal journal;

    private OpenStore(string location)
    {
        Location = location;
        var facts = Database.Open(location, "facts", FactsSchema.Migrations, durable: false);
        var runs = Database.Open(StoreLocation.Runs(location), "runs", JournalSchema.Migrations, durable: true);
        Created = facts.Created;
        Catalogue = new SqliteCatalogue(facts);
        journal = new SqliteJournal(runs);
        Audit = new SqliteAuditLog(runs);
        Outbox = new SqliteOutbox(runs);
    }

    public string Location { get; }

    /// <summary>True where this call made the store.</summary>
    public bool Created { get; }

    public ICatalogue Catalogue { get; }

    public IJournal Journal => journal;

    public IAuditLog Audit { get; }

    public IOutbox Outbox { get; }

    /// <exception cref="Domain.FailureException">The file is no store, newer than this program, or out of reach.</exception>
    public static OpenStore At(string location) => new(location);

    public ValueTask DisposeAsync() => journal.DisposeAsync();
}
