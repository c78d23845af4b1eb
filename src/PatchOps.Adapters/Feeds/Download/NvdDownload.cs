using System.Globalization;
using System.Runtime.CompilerServices;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.Download;

/// <summary>NVD's CVE API 2.0 page by page: everything once, then what was modified, in spans that the API allows; a stop costs one page at most.</summary>
internal sealed class NvdDownload(DownloadDesk desk, TimeProvider clock, string? key)
{
    /// <summary>NVD's own bound is 120 days.</summary>
    private static readonly TimeSpan Span = TimeSpan.FromDays(119);

    private static readonly Uri Home = new("https://services.nvd.nist.gov/rest/json/cves/2.0");

    private const int PageSize = 2000;

    public async IAsyncEnumerable<FeedArrival> RunAsync(FeedOrder order, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var home = order.BaseUri ?? Home;
        // NVD asks for six seconds between requests, and allows ten times as many with a key; a mirror is one's own.
        var gate = new RequestGate(home.Host != Home.Host ? TimeSpan.Zero : key is null ? TimeSpan.FromSeconds(6) : TimeSpan.FromSeconds(0.6), clock);
        var headers = key is null ? null : new Dictionary<string, string> { ["apiKey"] = key };
        var start = clock.GetUtcNow();
        var place = Place.Parse(desk.Cursor(home)?.Position) ?? (order.Since is { } since ? new Place(since, since, 0) : new Place(null, start, 0));
        while (!place.IsDone(start))
        {
            place = place.Next(start);
            await gate.PassAsync(cancellationToken).ConfigureAwait(false);
            var address = new Uri($"{home.AbsoluteUri}?{place.Query}");
            using var got = await desk.GetAsync(address, null, cancellationToken, headers).ConfigureAwait(false);
            var document = desk.Document(FeedKind.Nvd, address, got, out var context);
            var now = place;
            Place After() => int.TryParse(context.NextCursor, CultureInfo.InvariantCulture, out var next) && next > now.Index ? now with { Index = next } : now.Done;
            var arrival = DownloadDesk.Arrival(address, document, () => new FeedCursor { Position = After().ToString() }, home);
            yield return arrival;
            // What was not taken must not be passed over: the next run asks for the same page.
            if (!arrival.IsTaken) yield break;
            place = After();
        }
    }

    /// <summary>A span of modifications and how far it was read. From null: everything. Index −1: read to its end.</summary>
    private sealed record Place(DateTimeOffset? From, DateTimeOffset Until, int Index)
    {
        public Place Done => this with { Index = -1 };

        public string Query
        {
            get
            {
                var page = string.Create(CultureInfo.InvariantCulture, $"resultsPerPage={PageSize}&startIndex={Index}");
                return From is not { } from ? page : $"{page}&lastModStartDate={Written(from)}&lastModEndDate={Written(Until)}";
            }
        }

        /// <summary>True where nothing is left before a time.</summary>
        public bool IsDone(DateTimeOffset now) => Index < 0 && Until >= now;

        /// <summary>This place where it is not read to its end, else the span behind it.</summary>
        public Place Next(DateTimeOffset now) => Index >= 0 && From != Until ? this : new Place(Until, Until + Span < now ? Until + Span : now, 0);

        public static Place? Parse(string? text) =>
            text?.Split('|') is [var from, var until, var index] && DownloadDesk.Time(until) is { } end && int.TryParse(index, CultureInfo.InvariantCulture, out var at)
                ? new Place(DownloadDesk.Time(from), end, at) : null;

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(From is { } from ? DownloadDesk.Text(from) : "")}|{DownloadDesk.Text(Until)}|{Index}");

        private static string Written(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'%2B00:00'", CultureInfo.InvariantCulture);
    }
}

/// <summary>Lets requests through no closer together than an interval.</summary>
internal sealed class RequestGate(TimeSpan interval, TimeProvider clock)
{
    private DateTimeOffset? last;

    public async Task PassAsync(CancellationToken cancellationToken)
    {
        if (last is { } before && before + interval - clock.GetUtcNow() is var wait && wait > TimeSpan.Zero) await Task.Delay(wait, clock, cancellationToken).ConfigureAwait(false);
        last = clock.GetUtcNow();
    }
}
