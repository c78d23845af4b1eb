using PatchOps.Adapters.Feeds.Json;
using PatchOps.Adapters.Feeds.Xml;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.Cvrf;

/// <summary>CVRF 1.1 and 1.2 as XML, and MSRC's JSON of it; one vulnerability of a document is one record.</summary>
public sealed class CvrfReader : IFeedReader
{
    public FeedKind Kind => FeedKind.Cvrf;

    public bool IsSnapshot => false;

    public bool Recognises(ReadOnlySpan<byte> head, string name)
    {
        if (XmlHead.Root(head) == "cvrfdoc") return true;
        var shape = JsonShape.Of(head);
        return shape is not null && (shape.Has("DocumentTracking") || (shape.Has("ProductTree") && shape.Has("DocumentTitle")));
    }

    public IEnumerable<FeedItem> Read(Stream stream, FeedContext context)
    {
        var first = new byte[1];
        do
        {
            if (stream.Read(first, 0, 1) == 0) return [];
        }
        while (first[0] is (byte)' ' or (byte)'\r' or (byte)'\n' or (byte)'\t');
        var whole = new Input.PrefixedStream(first, stream);
        return first[0] == '{' ? new JsonRecordStream(whole, context, new CvrfJson(context)).Items() : CvrfXml.Read(whole, context);
    }
}
