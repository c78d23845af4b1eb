using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.Nvd;

/// <summary>NVD: API 2.0 pages and year files, single CVEs, lines of CVEs, and the 1.1 feeds.</summary>
public sealed class NvdReader : IFeedReader
{
    public FeedKind Kind => FeedKind.Nvd;

    public bool IsSnapshot => false;

    public bool Recognises(ReadOnlySpan<byte> head, string name)
    {
        var shape = JsonShape.Of(head);
        if (shape is null || shape.Has("$schema") || shape.Has("bomFormat") || shape.Has("catalogVersion") || shape.Has("document")) return false;
        return shape.Has("CVE_Items") || shape.Has("vulnerabilities/cve") || (shape.Has("vulnerabilities") && shape.Has("resultsPerPage"))
            || shape.Has("cve/id") || shape.Has("cve/configurations") || shape.Has("cve/CVE_data_meta")
            || (shape.Has("id") && shape.Has("sourceIdentifier"));
    }

    public IEnumerable<FeedItem> Read(Stream stream, FeedContext context) => new JsonRecordStream(stream, context, new NvdParser(context)).Items();
}
