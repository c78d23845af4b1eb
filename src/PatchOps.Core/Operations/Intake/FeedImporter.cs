using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Intake;

/// <summary>Takes one feed document into the store, in one transaction.</summary>
internal sealed class FeedImporter(ICatalogue catalogue, TimeProvider clock)
{
    /// <param name="document">What to read.</param>
    /// <param name="commit">False where only the outcome is asked for.</param>
    /// <param name="failures">Receives why nothing was imported.</param>
    /// <param name="finish">Runs after the last record and before the commit.</param>
    /// <param name="cancellationToken">Rolls back.</param>
    /// <returns>Null where the document was refused as a whole.</returns>
    /// <exception cref="FailureException">The document cannot be used.</exception>
    public ImportResult? Import(FeedDocument document, bool commit, List<Failure> failures, Action<ICatalogueImport>? finish, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        using var import = catalogue.BeginImport(document.Kind.ToString(), document.Path, clock.GetUtcNow());
        var (read, rejected) = (0L, 0L);
        foreach (var item in document.Read(cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            read++;
            if (item.Record is not null)
            {
                import.Add(item.Record);
                continue;
            }
            rejected++;
            var failure = new Failure("RecordInvalid", FailureKind.InvalidInput, $"{document.Path}, {item.Rejected!.Place}: {item.Rejected.Reason}", document.Path,
                document.IsSnapshot ? "Fetch the document again and repeat Import-PatchFeed." : "The other records were kept; fetch the document again if there are many.");
            import.Reject(failure);
            if (document.IsSnapshot && failures.Count < ImportResult.ErrorLimit) failures.Add(failure);
        }
        if (document.IsSnapshot && rejected > 0)
        {
            // Half a snapshot would silently take back what the missing half said.
            failures.Insert(0, new Failure("SnapshotDamaged", FailureKind.InvalidInput,
                $"'{document.Path}' is a snapshot with {rejected} unusable {(rejected == 1 ? "record" : "records")}; nothing of it was imported.", document.Path, "Fetch the document again."));
            return null;
        }
        if (document.IsSnapshot && read == 0)
        {
            failures.Add(new Failure("SnapshotDamaged", FailureKind.InvalidInput, $"'{document.Path}' is a snapshot without a single record; nothing was imported.", document.Path, "Fetch the document again."));
            return null;
        }
        finish?.Invoke(import);
        return commit ? import.Complete(clock.GetElapsedTime(started)) : import.Preview(clock.GetElapsedTime(started));
    }

    /// <summary>What the audit trail keeps of an import.</summary>
    public static AuditRecord Audited(ImportResult result, string account) => new(Guid.NewGuid().ToString("N"), account, "Import", result.Source, CanonicalJson.Of(
        ("feed", result.Feed), ("read", result.Read), ("added", result.Added), ("updated", result.Updated), ("rejected", result.Rejected)));
}
