using PatchOps.Adapters.Feeds.Json;
using PatchOps.Adapters.Feeds.Xml;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.Rpm;

/// <summary>dnf repository metadata: updateinfo (advisories), primary (packages), other (change logs), and the index repomd, which has no items.</summary>
public sealed class RpmReader : IFeedReader
{
    public FeedKind Kind => FeedKind.RpmRepository;

    public bool IsSnapshot => false;

    public bool Recognises(ReadOnlySpan<byte> head, string name) => XmlHead.Root(head) is "updates" or "metadata" or "otherdata" or "repomd";

    public IEnumerable<FeedItem> Read(Stream stream, FeedContext context)
    {
        foreach (var element in new XmlRecords(stream, context, "update", "package", "revision").Read())
        {
            if (element.Part is not { } part)
            {
                yield return FeedItem.Reject(element.Place, element.Error!);
                continue;
            }
            if (element.Name == "revision")
            {
                context.DocumentVersion = part.Text;
                continue;
            }
            yield return Item(element, part, context);
        }
    }

    private static FeedItem Item(XmlRecord element, XmlPart part, FeedContext context)
    {
        try
        {
            return FeedItem.Of(element.Name == "update" ? RpmUpdate.Read(part, context) : RpmPackage.Read(part, context));
        }
        catch (RecordException e)
        {
            return FeedItem.Reject((part.TextOf("id") ?? part.TextOf("name")) is { } id ? $"{element.Place} ({id})" : element.Place, e.Message);
        }
    }
}
