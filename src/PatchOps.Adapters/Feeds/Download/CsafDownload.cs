using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using CsvHelper;
using CsvHelper.Configuration;
using PatchOps.Adapters.Feeds.Input;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Domain;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.Download;

/// <summary>A CSAF provider: its metadata, its ROLIE feeds or directories, its documents.</summary>
/// <remarks>OASIS CSAF 2.0, section 7.</remarks>
internal sealed class CsafDownload(DownloadDesk desk)
{
    public async IAsyncEnumerable<FeedArrival> RunAsync(FeedOrder order, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IEnumerable<Uri> providers = order.BaseUri is { } only ? [only] : order.Source.Select(Metadata);
        foreach (var provider in providers)
        {
            List<(Uri List, bool IsRolie)> lists;
            using (var got = await desk.GetAsync(provider, null, cancellationToken).ConfigureAwait(false)) lists = ListJson.Sound(provider, () => Lists(got.Path!, provider));
            if (lists.Count == 0)
                throw new FailureException("FeedNotRecognised", FailureKind.InvalidInput, $"'{provider}' names neither a ROLIE feed nor a directory that is open to everybody.", provider.AbsoluteUri, "Give -Source the address of the provider's provider-metadata.json.");
            var hashes = new CsafHashes(desk);
            foreach (var (list, isRolie) in lists)
            {
                Func<string, List<ListedDocument>> read = isRolie ? path => Rolie(path, list) : path => Changes(path, list);
                await foreach (var arrival in new DocumentList(desk, FeedKind.Csaf, hashes.CheckAsync).RunAsync(list, order.Since, read, cancellationToken).ConfigureAwait(false)) yield return arrival;
            }
        }
    }

    /// <summary>Where a provider says what it has: requirement 9 of section 7.1.</summary>
    private static Uri Metadata(string source)
    {
        if (source.Contains("://", StringComparison.Ordinal) && Uri.TryCreate(source, UriKind.Absolute, out var whole)) return whole;
        return Uri.TryCreate($"https://{source.Trim()}/.well-known/csaf/provider-metadata.json", UriKind.Absolute, out var known)
            ? known : throw new FailureException("AddressInvalid", FailureKind.InvalidInput, $"'{source}' is neither a domain nor an address.", source, "Give -Source a domain such as redhat.com.");
    }

    private static List<(Uri List, bool IsRolie)> Lists(string path, Uri provider)
    {
        using var document = ListJson.Parse(path, provider);
        var found = new List<(Uri, bool)>();
        foreach (var distribution in document.RootElement.Objects("distributions"))
        {
            foreach (var feed in distribution.Object("rolie").Objects("feeds"))
            {
                if (feed.Text("tlp_label") is null or "WHITE" or "CLEAR" or "UNLABELED" && Address(feed.Text("url"), provider) is { } url) found.Add((url, true));
            }
            if (Address(distribution.Text("directory_url"), provider) is { } folder) found.Add((DownloadDesk.Below(folder, "changes.csv"), false));
        }
        // A provider that offers both offers the same twice.
        return found.Exists(f => f.Item2) ? found.FindAll(f => f.Item2) : found;
    }

    private static List<ListedDocument> Rolie(string path, Uri list)
    {
        using var document = ListJson.Parse(path, list);
        var found = new List<ListedDocument>();
        foreach (var entry in document.RootElement.Object("feed").Objects("entry"))
        {
            var source = entry.Object("content").Text("src") ?? entry.Objects("link").Where(l => l.Text("rel") == "self").Select(l => l.Text("href")).FirstOrDefault();
            if (Address(source, list) is { } address && DownloadDesk.Time(entry.Text("updated")) is { } updated)
                found.Add(new ListedDocument(address, updated) { Hashes = [.. entry.Objects("link").Where(l => l.Text("rel") == "hash").Select(l => Address(l.Text("href"), list)).OfType<Uri>()] });
        }
        return found;
    }

    private static List<ListedDocument> Changes(string path, Uri list)
    {
        using var text = new StreamReader(FeedContent.Open(path, FeedLimits.Default));
        using var csv = new CsvParser(text, new CsvConfiguration(CultureInfo.InvariantCulture) { HasHeaderRecord = false, MaxFieldSize = 1 << 16 });
        var found = new List<ListedDocument>();
        while (csv.Read())
        {
            if (csv.Count >= 2 && Address(csv[0], list) is { } address && DownloadDesk.Time(csv[1]) is { } updated) found.Add(new ListedDocument(address, updated) { Hashes = CsafHashes.Beside(address) });
        }
        return found;
    }

    private static Uri? Address(string? text, Uri from) =>
        !string.IsNullOrWhiteSpace(text) && Uri.TryCreate(from, text, out var address) && address.Scheme is "http" or "https" ? address : null;
}
