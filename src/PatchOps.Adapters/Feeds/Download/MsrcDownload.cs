using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Seams;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.Download;

/// <summary>Microsoft's security updates: the list of months, then the CVRF of each that changed.</summary>
internal sealed class MsrcDownload(DownloadDesk desk)
{
    public IAsyncEnumerable<FeedArrival> RunAsync(FeedOrder order, CancellationToken cancellationToken)
    {
        var home = order.BaseUri ?? new Uri("https://api.msrc.microsoft.com/cvrf/v3.0");
        var list = DownloadDesk.Below(home, "updates");
        return new DocumentList(desk, FeedKind.Cvrf).RunAsync(list, order.Since, path => Months(path, home, list), cancellationToken);
    }

    private static List<ListedDocument> Months(string path, Uri home, Uri list)
    {
        using var document = ListJson.Parse(path, list);
        var found = new List<ListedDocument>();
        foreach (var month in document.RootElement.Objects("value"))
        {
            if (month.Text("ID") is { Length: > 0 } id && DownloadDesk.Time(month.Text("CurrentReleaseDate")) is { } updated)
                found.Add(new ListedDocument(DownloadDesk.Below(home, $"cvrf/{Uri.EscapeDataString(id)}"), updated));
        }
        return found;
    }
}
