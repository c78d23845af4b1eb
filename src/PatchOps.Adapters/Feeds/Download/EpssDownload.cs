using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using PatchOps.Adapters.Feeds.Input;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Domain;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.Download;

/// <summary>The newest EPSS day, and the days that were missed since the last one, so that any past day can be asked for.</summary>
internal sealed class EpssDownload(DownloadDesk desk, TimeProvider clock)
{
    /// <summary>Days that are caught up with at once.</summary>
    private const int MostDays = 400;

    public async IAsyncEnumerable<FeedArrival> RunAsync(FeedOrder order, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var home = order.BaseUri ?? new Uri("https://epss.empiricalsecurity.com");
        var address = DownloadDesk.Below(home, "epss_scores-current.csv.gz");
        var known = desk.Cursor(address);
        using var got = await desk.GetAsync(address, known, cancellationToken).ConfigureAwait(false);
        if (got.Path is null)
        {
            yield return new FeedArrival(address.AbsoluteUri);
            yield break;
        }
        var newest = DayOf(got.Path) ?? DateOnly.FromDateTime((got.LastModified ?? clock.GetUtcNow()).UtcDateTime);
        var from = DateOnly.TryParseExact(known?.Position, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var last) ? last.AddDays(1)
            : order.Since is { } since ? DateOnly.FromDateTime(since.UtcDateTime) : newest;
        if (from < newest.AddDays(-MostDays)) from = newest.AddDays(-MostDays);
        for (var day = from; day < newest; day = day.AddDays(1))
        {
            var missed = DownloadDesk.Below(home, string.Create(CultureInfo.InvariantCulture, $"epss_scores-{day:yyyy-MM-dd}.csv.gz"));
            Fetched? file = null;
            Failure? failure = null;
            try
            {
                file = await desk.GetAsync(missed, null, cancellationToken).ConfigureAwait(false);
            }
            catch (FailureException e) when (e.Failure.Code == "FeedNotFound")
            {
                // A day that was never published stays a gap; the others count.
                failure = e.Failure;
            }
            using (file)
            {
                yield return failure is not null ? new FeedArrival(missed.AbsoluteUri) { Failure = failure }
                    : desk.Arrival(FeedKind.Epss, missed, file!, () => new FeedCursor { Position = Text(day) }, address, 100.0 * (day.DayNumber - from.DayNumber) / (newest.DayNumber - from.DayNumber + 1));
            }
        }
        yield return desk.Arrival(FeedKind.Epss, address, got, () => DownloadDesk.After(got) with { Position = Text(newest) });
    }

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>The day in the file's comment line.</summary>
    private static DateOnly? DayOf(string path)
    {
        var head = Encoding.UTF8.GetString(FeedContent.Head(path, FeedLimits.Default, 512));
        var at = head.IndexOf("score_date:", StringComparison.Ordinal);
        return at >= 0 && head.Length >= at + 21 && DateOnly.TryParseExact(head.AsSpan(at + 11, 10), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;
    }
}
