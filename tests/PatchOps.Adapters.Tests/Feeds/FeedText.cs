using System.Text;
using PatchOps.Adapters.Feeds;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Tests.Feeds;

/// <summary>Short ways to read a text or a file in tests.</summary>
internal static class FeedText
{
    public static readonly DateTimeOffset FileDate = new(2024, 5, 6, 7, 8, 9, TimeSpan.Zero);

    public static List<FeedItem> Read(FeedKind kind, string text, string name = "feed", FeedLimits? limits = null) =>
        Read(FeedReaders.Of(kind), Encoding.UTF8.GetBytes(text), name, limits);

    public static List<FeedItem> Read(IFeedReader reader, byte[] bytes, string name = "feed", FeedLimits? limits = null) =>
        reader.Read(new MemoryStream(bytes), new FeedContext(name, FileDate) { Limits = limits ?? FeedLimits.Default }).ToList();

    public static List<T> Records<T>(this IEnumerable<FeedItem> items)
        where T : FeedRecord
    {
        var records = new List<T>();
        foreach (var item in items)
        {
            Assert.True(item.Rejected is null, $"{item.Rejected?.Place}: {item.Rejected?.Reason}");
            records.Add(Assert.IsType<T>(item.Record));
        }
        return records;
    }

    public static RejectedRecord OnlyRejection(this IEnumerable<FeedItem> items) => Assert.Single(items, i => i.Rejected is not null).Rejected!;

    public static List<FeedItem> ReadFile(string path, FeedKind kind = FeedKind.Auto)
    {
        var found = Assert.Single(FeedFiles.Expand([path], kind));
        Assert.True(found.Failure is null, found.Failure?.ToString());
        return found.File!.Read(found.File.Context(CancellationToken.None)).ToList();
    }
}
