using PatchOps.Adapters.Feeds.Json;
using PatchOps.Adapters.Feeds.Xml;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.Cvrf;

/// <summary>CVRF 1.1 and 1.2 as XML, and MSRC's JSON of it, whole or cut by CVE; one vulnerability of a document is one record.</summary>
public sealed class CvrfReader : IFeedReader
{
    public FeedKind Kind => FeedKind.Cvrf;

    public bool IsSnapshot => false;

    public bool Recognises(ReadOnlySpan<byte> head, string name)
    {
        if (XmlHead.Root(head) == "cvrfdoc") return true;
        var shape = JsonShape.Of(head);
        return shape is not null && (shape.Has("DocumentTracking") || (shape.Has("ProductTree") && shape.Has("DocumentTitle")) || CvrfPerCve.Recognises(shape));
    }

    public IEnumerable<FeedItem> Read(Stream stream, FeedContext context)
    {
        var head = new byte[16 << 10];
        var n = 0;
        try
        {
            n = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException)
        {
            // Damaged compression shows again at the first read of the whole, which reports it.
            n = 0;
        }
        // Either may be damaged in its first byte; which brackets prevail does not depend on one.
        var start = head.AsSpan(0, n);
        var xml = start.Count((byte)'<') > start.Count((byte)'{');
        var whole = new Input.PrefixedStream(head.AsMemory(0, n), stream);
        if (xml) return CvrfXml.Read(whole, context);
        return new JsonRecordStream(whole, context, IsPerCve(start) ? new CvrfPerCve(context) : new CvrfJson(context)).Items();
    }

    /// <summary>The two forms in JSON write the same names, one in lower case; no single name decides, since it may be the damaged one.</summary>
    private static bool IsPerCve(ReadOnlySpan<byte> start)
    {
        var text = System.Text.Encoding.Latin1.GetString(start);
        var (lower, mixed) = (0, 0);
        foreach (var name in (string[])["DocumentTracking", "DocumentTitle", "Document_Title", "Identification", "ProductTree", "Vulnerability", "Title", "Notes"])
        {
            if (text.Contains($"\"{name}\"", StringComparison.Ordinal)) mixed++;
            if (text.Contains($"\"{name.ToLowerInvariant()}\"", StringComparison.Ordinal)) lower++;
        }
        return lower > mixed;
    }
}
