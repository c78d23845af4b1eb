using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.OpenVex;

/// <summary>OpenVEX documents; one document is one record.</summary>
public sealed class OpenVexReader : IFeedReader
{
    public FeedKind Kind => FeedKind.OpenVex;

    public bool IsSnapshot => false;

    public bool Recognises(ReadOnlySpan<byte> head, string name)
    {
        var shape = JsonShape.Of(head);
        return shape is not null && (shape.Marker.Contains("openvex", StringComparison.OrdinalIgnoreCase)
            || (shape.Has("statements/vulnerability") && shape.Has("statements/status")));
    }

    public IEnumerable<FeedItem> Read(Stream stream, FeedContext context) =>
        new JsonRecordStream(stream, context, new OpenVexParser(context)).Items();
}
