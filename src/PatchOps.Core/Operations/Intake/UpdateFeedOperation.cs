using System.Runtime.CompilerServices;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;
using PatchOps.Domain;
using PatchOps.Domain.Facts;

namespace PatchOps.Core.Operations.Intake;

/// <summary>Downloads feeds and imports what changed: each document in one transaction with the cursor that it moves, so that a stop loses nothing and repeats nothing.</summary>
public sealed class UpdateFeedOperation(ICatalogue catalogue, IFeedDownload downloads, IAuditLog audit, TimeProvider clock, Caller caller) : IOperation<UpdateFeedRequest>
{
    private readonly FeedImporter importer = new(catalogue, clock);

    public async IAsyncEnumerable<OperationEvent> RunAsync(UpdateFeedRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var name in request.Name.Distinct())
        {
            var order = Order(request, name);
            var target = order.BaseUri?.AbsoluteUri ?? (order.Source.Count > 0 ? $"{name}: {string.Join(", ", order.Source)}" : name.ToString());
            var ask = new AskEvent(target, "Download and import");
            yield return ask;
            var answer = await ask.Reply.ConfigureAwait(false);
            if (answer == Answer.WhatIf) yield return new ResultEvent(new ImportResult { Feed = name.ToString(), Source = target });
            if (answer != Answer.Yes) continue;

            yield return new ProgressEvent("Update-PatchFeed", target);
            var arrivals = downloads.FetchAsync(order, address => catalogue.Cursor(name.ToString(), address), cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using var _ = arrivals.ConfigureAwait(false);
            while (true)
            {
                Failure? failure = null;
                var more = false;
                try
                {
                    more = await arrivals.MoveNextAsync().ConfigureAwait(false);
                }
                catch (FailureException e)
                {
                    failure = e.Failure;
                }
                if (failure is not null) yield return new FailedEvent(failure);
                if (!more) break;
                await foreach (var next in TakeAsync(name, arrivals.Current, cancellationToken).ConfigureAwait(false)) yield return next;
            }
        }
    }

    private async IAsyncEnumerable<OperationEvent> TakeAsync(FeedName name, FeedArrival arrival, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (arrival.Failure is not null)
        {
            yield return new FailedEvent(arrival.Failure);
            yield break;
        }
        if (arrival.Document is null)
        {
            yield return new ResultEvent(new ImportResult { Feed = name.ToString(), Source = arrival.Address, Notes = ["It has not changed since it was taken over; nothing was downloaded."] });
            yield break;
        }
        yield return new ProgressEvent("Update-PatchFeed", $"{name}: {arrival.Address}", arrival.Percent);
        ImportResult? result = null;
        var failures = new List<Failure>();
        try
        {
            result = importer.Import(arrival.Document, commit: true, failures, import =>
            {
                if (arrival.Cursor is { } cursor) import.Move(name.ToString(), arrival.CursorAddress, cursor());
            }, cancellationToken);
        }
        catch (FailureException e)
        {
            failures.Insert(0, e.Failure);
        }
        arrival.IsTaken = result is not null;
        foreach (var failure in failures) yield return new FailedEvent(failure);
        if (result is null) yield break;
        await audit.AppendAsync(FeedImporter.Audited(result, caller.Account), clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        foreach (var error in result.Errors) yield return new FailedEvent(error);
        yield return new ResultEvent(result);
    }

    private FeedOrder Order(UpdateFeedRequest request, FeedName name)
    {
        var source = request.Source;
        // Whose packages are installed is whose archives are needed.
        if (name == FeedName.Osv && source.Count == 0)
            source = [.. catalogue.InstalledPackages().Select(p => p.Ecosystem).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal)];
        if (source.Count == 0 && (name == FeedName.Osv || (name == FeedName.Csaf && request.BaseUri is null)))
        {
            throw new FailureException("SourceMissing", FailureKind.InvalidInput,
                name == FeedName.Osv ? "Which ecosystems of OSV are needed is not known: no installed package names one." : "A CSAF provider must be named.", name.ToString(),
                name == FeedName.Osv ? "Give -Source, such as Debian:12 or npm, or import software first with Import-PatchAsset." : "Give -Source, such as redhat.com, or the address of its provider-metadata.json.");
        }
        return new FeedOrder { Name = name, Source = source, BaseUri = request.BaseUri is null ? null : new Uri(request.BaseUri), Since = request.Since };
    }
}
