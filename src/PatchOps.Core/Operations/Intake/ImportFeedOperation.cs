using System.Runtime.CompilerServices;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Intake;

/// <summary>Imports feed documents, one transaction each: an interrupted or refused document leaves the store as it was before it.</summary>
public sealed class ImportFeedOperation(ICatalogue catalogue, IFeedSource feeds, IAuditLog audit, TimeProvider clock, Caller caller) : IOperation<ImportFeedRequest>
{
    private readonly FeedImporter importer = new(catalogue, clock);

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
                result = importer.Import(document, answer == Answer.Yes, failures, null, cancellationToken);
            }
            catch (FailureException e)
            {
                failures.Insert(0, e.Failure);
            }
            foreach (var failure in failures) yield return new FailedEvent(failure);
            if (result is null) continue;
            if (answer == Answer.Yes)
            {
                await audit.AppendAsync(FeedImporter.Audited(result, caller.Account), clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
            }
            foreach (var error in result.Errors) yield return new FailedEvent(error);
            yield return new ResultEvent(result);
        }
    }
}
