using System.Runtime.CompilerServices;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Domain;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.Download;

/// <summary>A document that a list names, and when it last changed.</summary>
internal sealed record ListedDocument(Uri Address, DateTimeOffset Updated)
{
    /// <summary>Where its hash may stand, best first.</summary>
    public IReadOnlyList<Uri> Hashes { get; init; } = [];
}

/// <summary>Takes over what a list names, oldest first, from where the cursor stands.</summary>
/// <param name="desk">Fetches.</param>
/// <param name="kind">What the documents are.</param>
/// <param name="check">Whether a document is what was published, given its file; null for no check.</param>
internal sealed class DocumentList(DownloadDesk desk, FeedKind kind, Func<ListedDocument, string, CancellationToken, Task<Failure?>>? check = null)
{
    /// <param name="list">Address of the list: the cursor is kept under it.</param>
    /// <param name="since">Where there is no cursor yet.</param>
    /// <param name="read">Reads the list's file.</param>
    /// <param name="cancellationToken">Stops between and within documents.</param>
    public async IAsyncEnumerable<FeedArrival> RunAsync(Uri list, DateTimeOffset? since, Func<string, List<ListedDocument>> read, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var known = desk.Cursor(list);
        using var got = await desk.GetAsync(list, known, cancellationToken).ConfigureAwait(false);
        if (got.Path is null)
        {
            yield return new FeedArrival(list.AbsoluteUri);
            yield break;
        }
        var position = DownloadDesk.Time(known?.Position);
        var wanted = ListJson.Sound(list, () => read(got.Path))
            .Where(d => position is { } at ? d.Updated > at || (d.Updated == at && !known!.Seen.Contains(d.Address.AbsoluteUri)) : since is not { } first || d.Updated >= first)
            .DistinctBy(d => d.Address).OrderBy(d => d.Updated).ThenBy(d => d.Address.AbsoluteUri, StringComparer.Ordinal).ToList();
        if (wanted.Count == 0)
        {
            yield return new FeedArrival(list.AbsoluteUri);
            yield break;
        }
        var seen = new List<string>(known?.Seen ?? []);
        for (var i = 0; i < wanted.Count; i++)
        {
            var document = wanted[i];
            Fetched? file = null;
            Failure? failure = null;
            try
            {
                file = await desk.GetAsync(document.Address, null, cancellationToken).ConfigureAwait(false);
                failure = await CheckAsync(document, file, cancellationToken).ConfigureAwait(false);
                if (failure is not null)
                {
                    // It may have been replaced between the two: both are asked for once more.
                    file.Dispose();
                    file = await desk.GetAsync(document.Address, null, cancellationToken).ConfigureAwait(false);
                    failure = await CheckAsync(document, file, cancellationToken).ConfigureAwait(false);
                }
            }
            catch (FailureException e) when (e.Failure.Code == "FeedNotFound")
            {
                // The list is ahead of its documents: reported, and the others are taken over.
                failure = e.Failure;
            }
            if (document.Updated != position) seen.Clear();
            position = document.Updated;
            seen.Add(document.Address.AbsoluteUri);
            using (file)
            {
                if (failure is not null)
                {
                    yield return new FeedArrival(document.Address.AbsoluteUri) { Failure = failure };
                    continue;
                }
                // Only when all is taken over may the list itself be asked for by its tag.
                var cursor = new FeedCursor { Position = DownloadDesk.Text(document.Updated), Seen = [.. seen] };
                if (i == wanted.Count - 1) cursor = cursor with { ETag = got.ETag, LastModified = got.LastModified };
                var arrival = desk.Arrival(kind, document.Address, file!, () => cursor, list, 100.0 * i / wanted.Count);
                yield return arrival;
                if (!arrival.IsTaken) yield break;
            }
        }
    }

    private Task<Failure?> CheckAsync(ListedDocument document, Fetched file, CancellationToken cancellationToken) =>
        check is null ? Task.FromResult<Failure?>(null) : check(document, file.Path!, cancellationToken);
}
