using System.Runtime.CompilerServices;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Intake;

/// <summary>Imports feed documents, one transaction each: an interrupted or refused document leaves the store as it was before it.</summary>
public sealed class ImportFeedOperation(ICatalogue catalogue, IFeedSource feeds, IAuditLog audit, TimeProvider clock, Caller caller) : IOperation<ImportFeedRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(ImportFeedRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var document in feeds.Find(request.Path, request.Kind))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (document.Failure is not null)
            {
                yield return document.IsWarning ? new WarningEvent($"Skipped: {document.Failure.Message}") : new FailedEvent(document.Failure);
                continue;
            }
            var ask = new AskEvent(document.Path, $"Import {document.Kind} feed");
            yield return ask;
            var answer = await ask.Reply.ConfigureAwait(false);
            if (answer == Answer.No) continue;

            yield return new ProgressEvent("Import-PatchFeed", document.Path);
            ImportResult? result = null;
            var failures = new List<Failure>();
            try
            {
                result = Import(document, answer == Answer.Yes, failures, cancellationToken);
            }
            catch (FailureException e)
            {
                failures.Insert(0, e.Failure);
            }
            foreach (var failure in failures) yield return new FailedEvent(failure);
            if (result is null) continue;
            if (answer == Answer.Yes)
            {
                await audit.AppendAsync(new AuditRecord(Guid.NewGuid().ToString("N"), caller.Account, "Import", document.Path, CanonicalJson.Of(
                    ("feed", result.Feed), ("read", result.Read), ("added", result.Added), ("updated", result.Updated), ("rejected", result.Rejected))), clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
            }
            foreach (var error in result.Errors) yield return new FailedEvent(error);
            yield return new ResultEvent(result);
        }
    }

    private ImportResult? Import(FeedDocument document, bool commit, List<Failure> failures, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        using var import = catalogue.BeginImport(document.Kind.ToString(), document.Path, clock.GetUtcNow());
        var rejected = 0;
        foreach (var item in document.Read(cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
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
            failures.Insert(0, new Failure("SnapshotDamaged", FailureKind.InvalidInput, $"'{document.Path}' is a snapshot with {rejected} unusable records; nothing of it was imported.", document.Path, "Fetch the document again."));
            return null;
        }
        return commit ? import.Complete(clock.GetElapsedTime(started)) : import.Preview(clock.GetElapsedTime(started));
    }
}
