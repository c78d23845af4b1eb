using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.Kev;

/// <summary>CISA's catalogue of known exploited vulnerabilities, as JSON or CSV.</summary>
public sealed class KevReader : IFeedReader
{
    public FeedKind Kind => FeedKind.Kev;

    public bool IsSnapshot => true;

    public bool Recognises(ReadOnlySpan<byte> head, string name)
    {
        if (KevCsv.Recognises(head)) return true;
        var shape = JsonShape.Of(head);
        return shape is not null && !shape.Has("$schema") && (shape.Has("vulnerabilities/cveID") || shape.Has("catalogVersion"));
    }

    public IEnumerable<FeedItem> Read(Stream stream, FeedContext context)
    {
        // One byte tells the two apart; a damaged one is reported by the parser that it falls to.
        var first = new byte[1];
        do
        {
            if (stream.Read(first, 0, 1) == 0) return [];
        }
        while (first[0] is (byte)' ' or (byte)'\r' or (byte)'\n' or (byte)'\t');
        var whole = new Input.PrefixedStream(first, stream);
        return (first[0] is (byte)'{' or (byte)'[' ? new JsonRecordStream(whole, context, new KevJson(context)).Items() : KevCsv.Read(whole, context)).Select(i => Dated(i, context));
    }

    /// <summary>The catalogue dates its entries, not the mark of ransomware use, which comes later: it counts from the document's own date.</summary>
    private static FeedItem Dated(FeedItem item, FeedContext context)
    {
        if (item.Record is not KevRecord { Ransomware: true } entry) return item;
        var document = DateOnly.FromDateTime(context.FallbackDate.UtcDateTime);
        return FeedItem.Of(entry with { RansomwareSeen = document < entry.Added ? entry.Added : document });
    }
}
