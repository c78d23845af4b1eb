using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.Osv;

/// <summary>OSV 1.x records: one, a list, or lines.</summary>
public sealed class OsvReader : IFeedReader
{
    public FeedKind Kind => FeedKind.Osv;

    public bool IsSnapshot => false;

    public bool Recognises(ReadOnlySpan<byte> head, string name)
    {
        var shape = JsonShape.Of(head);
        if (shape is null || !shape.Has("id") || shape.Has("$schema") || shape.Has("sourceIdentifier") || shape.Has("@context")) return false;
        return shape.Has("affected/package") || shape.Has("affected/ranges") || shape.Has("schema_version")
            || (shape.Has("modified") && (shape.Has("affected") || shape.Has("withdrawn") || shape.Has("details") || shape.Has("summary")));
    }

    public IEnumerable<FeedItem> Read(Stream stream, FeedContext context) => new JsonRecordStream(stream, context, new OsvParser(context)).Items();
}
