using System.Globalization;
using System.Runtime.CompilerServices;
using PatchOps.Adapters.Feeds.Input;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Domain;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.Download;

/// <summary>The known feeds and how each is had.</summary>
internal sealed class FeedDownloads(FetchSettings settings, TimeProvider clock, string? nvdKey = null) : IFeedDownload
{
    public async IAsyncEnumerable<FeedArrival> FetchAsync(FeedOrder order, Func<string, FeedCursor?> cursor, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var fetch = new HttpFetch(settings, clock);
        var desk = new DownloadDesk(fetch, cursor, clock);
        var arrivals = order.Name switch
        {
            FeedName.Kev => desk.OneAsync(FeedKind.Kev, order.BaseUri ?? new Uri("https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json"), cancellationToken),
            FeedName.DebianTracker => desk.OneAsync(FeedKind.DebianTracker, order.BaseUri ?? new Uri("https://security-tracker.debian.org/tracker/data/json"), cancellationToken),
            FeedName.Epss => new EpssDownload(desk, clock).RunAsync(order, cancellationToken),
            FeedName.Nvd => new NvdDownload(desk, clock, nvdKey).RunAsync(order, cancellationToken),
            FeedName.Osv => new OsvDownload(desk).RunAsync(order, cancellationToken),
            FeedName.Csaf => new CsafDownload(desk).RunAsync(order, cancellationToken),
            _ => new MsrcDownload(desk).RunAsync(order, cancellationToken),
        };
        await foreach (var arrival in arrivals.ConfigureAwait(false)) yield return arrival;
    }
}

/// <summary>What the downloads of all feeds share: fetching with the stored cursor, and turning a file into a document.</summary>
internal sealed class DownloadDesk(HttpFetch fetch, Func<string, FeedCursor?> cursor, TimeProvider clock)
{
    public FeedCursor? Cursor(Uri address) => cursor(address.AbsoluteUri);

    public Task<Fetched> GetAsync(Uri address, FeedCursor? known, CancellationToken cancellationToken, IReadOnlyDictionary<string, string>? headers = null) =>
        fetch.GetAsync(address, known?.ETag, known?.LastModified, headers, cancellationToken);

    /// <summary>A feed that is one document.</summary>
    public async IAsyncEnumerable<FeedArrival> OneAsync(FeedKind kind, Uri address, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var got = await GetAsync(address, Cursor(address), cancellationToken).ConfigureAwait(false);
        yield return got.Path is null ? new FeedArrival(address.AbsoluteUri) : Arrival(kind, address, got, () => After(got));
    }

    /// <summary>Cursor of an address whose answer was taken whole.</summary>
    public static FeedCursor After(Fetched got) => new() { ETag = got.ETag, LastModified = got.LastModified };

    /// <exception cref="FailureException">What came is no document of that kind, such as an error page.</exception>
    public FeedArrival Arrival(FeedKind kind, Uri address, Fetched got, Func<FeedCursor>? moves, Uri? cursorAddress = null, double? percent = null) =>
        Arrival(address, Document(kind, address, got, out _), moves, cursorAddress, percent);

    public static FeedArrival Arrival(Uri address, FeedDocument document, Func<FeedCursor>? moves, Uri? cursorAddress = null, double? percent = null) => new(address.AbsoluteUri)
    {
        Document = document, Cursor = moves, CursorAddress = (cursorAddress ?? address).AbsoluteUri, Percent = percent,
    };

    /// <param name="context">What the document says about itself, once it has been read.</param>
    public FeedDocument Document(FeedKind kind, Uri address, Fetched got, out FeedContext context)
    {
        var limits = FeedLimits.Default;
        var reader = FeedFiles.Choose(FeedContent.Head(got.Path!, limits), address.AbsoluteUri, kind);
        var told = context = new FeedContext(address.AbsoluteUri, got.LastModified ?? clock.GetUtcNow()) { Limits = limits };
        return new FeedDocument { Path = address.AbsoluteUri, Kind = kind, IsSnapshot = reader.IsSnapshot, Read = _ => Read(reader, got.Path!, told) };
    }

    private static IEnumerable<FeedItem> Read(IFeedReader reader, string path, FeedContext context)
    {
        using var stream = FeedContent.Open(path, context.Limits);
        foreach (var item in reader.Read(stream, context)) yield return item;
    }

    /// <summary>An address below another one.</summary>
    public static Uri Below(Uri folder, string name) => new($"{folder.AbsoluteUri.TrimEnd('/')}/{name}");

    public static string Text(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
}
