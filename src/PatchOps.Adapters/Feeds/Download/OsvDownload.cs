using System.IO.Compression;
using System.Runtime.CompilerServices;
using PatchOps.Adapters.Feeds.Input;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Domain;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.Download;

/// <summary>OSV's archive of each ecosystem asked for, read without unpacking it to disk.</summary>
internal sealed class OsvDownload(DownloadDesk desk)
{
    public async IAsyncEnumerable<FeedArrival> RunAsync(FeedOrder order, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var home = order.BaseUri ?? new Uri("https://osv-vulnerabilities.storage.googleapis.com");
        foreach (var ecosystem in order.Source)
        {
            var address = DownloadDesk.Below(home, $"{Uri.EscapeDataString(ecosystem)}/all.zip");
            Fetched? got = null;
            Failure? failure = null;
            try
            {
                got = await desk.GetAsync(address, desk.Cursor(address), cancellationToken).ConfigureAwait(false);
            }
            catch (FailureException e)
            {
                // Another ecosystem may well be had.
                failure = e.Failure;
            }
            using (got)
            {
                if (failure is not null) yield return new FeedArrival(address.AbsoluteUri) { Failure = failure };
                else if (got!.Path is null) yield return new FeedArrival(address.AbsoluteUri);
                else yield return DownloadDesk.Arrival(address, Document(address, got), () => DownloadDesk.After(got));
            }
        }
    }

    private static FeedDocument Document(Uri address, Fetched got) => new()
    {
        Path = address.AbsoluteUri,
        Kind = FeedKind.Osv,
        Read = token => Read(got.Path!, new FeedContext(address.AbsoluteUri, got.LastModified ?? DateTimeOffset.UnixEpoch) { Cancellation = token }),
    };

    private static IEnumerable<FeedItem> Read(string path, FeedContext context)
    {
        ZipArchive archive;
        try
        {
            archive = ZipFile.OpenRead(path);
        }
        catch (InvalidDataException e)
        {
            throw new FailureException(new Failure("FeedDamaged", FailureKind.InvalidInput, $"'{context.Name}' is no ZIP archive: {e.Message}", context.Name, "Repeat Update-PatchFeed."), e);
        }
        using (archive)
        {
            foreach (var entry in archive.Entries.Where(e => e.FullName.EndsWith(".json", StringComparison.OrdinalIgnoreCase)))
            {
                // Each for itself, so that damage in one costs no other.
                using var content = new BoundedStream(entry.Open(), () => entry.CompressedLength, context.Limits, $"{context.Name}, {entry.FullName}");
                foreach (var item in FeedReaders.Of(FeedKind.Osv).Read(content, context))
                    yield return item.Rejected is { } rejected ? FeedItem.Reject($"{entry.FullName}, {rejected.Place}", rejected.Reason) : item;
            }
        }
    }
}
