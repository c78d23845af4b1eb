using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.CveRecords;

/// <summary>CVE JSON 5.x records: one, a list, or lines.</summary>
public sealed class CveRecordReader : IFeedReader
{
    public FeedKind Kind => FeedKind.CveRecord;

    public bool IsSnapshot => false;

    public bool Recognises(ReadOnlySpan<byte> head, string name)
    {
        var shape = JsonShape.Of(head);
        return shape is not null && !shape.Has("$schema")
            && (shape.Marker == "CVE_RECORD" || shape.Has("cveMetadata") || shape.Has("containers/cna") || shape.Has("containers/adp"));
    }

    public IEnumerable<FeedItem> Read(Stream stream, FeedContext context) =>
        new JsonRecordStream(stream, context, new CveRecordParser(context)).Items();
}
