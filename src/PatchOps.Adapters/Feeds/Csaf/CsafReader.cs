using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.Csaf;

/// <summary>CSAF 2.x documents: security advisories and VEX; one document is one record.</summary>
public sealed class CsafReader : IFeedReader
{
    public FeedKind Kind => FeedKind.Csaf;

    public bool IsSnapshot => false;

    public bool Recognises(ReadOnlySpan<byte> head, string name)
    {
        var shape = JsonShape.Of(head);
        return shape is not null && shape.Has("document") && !shape.Has("properties/document")
            && (shape.Has("document/csaf_version") || shape.Has("document/tracking") || shape.Has("document/publisher"));
    }

    public IEnumerable<FeedItem> Read(Stream stream, FeedContext context) => new JsonRecordStream(stream, context, new CsafParser(context)).Items();
}
