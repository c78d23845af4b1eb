using System.Text.Json;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.Csaf;

/// <summary>One CSAF document.</summary>
/// <remarks>OASIS CSAF 2.0, section 3.</remarks>
internal sealed class CsafParser : JsonDomParser
{
    private static readonly byte[][] Firsts = ["document"u8.ToArray()];

    public CsafParser(FeedContext context) : base(context)
    {
    }

    public override IReadOnlyList<byte[]> FirstKeys => Firsts;

    /// <summary>A document is one record here, and some vendors' are large.</summary>
    public override int RecordBytes => Context.Limits.DocumentRecordBytes;

    protected override void Parse(JsonElement e, string? key, List<FeedItem> items)
    {
        var document = e.Object("document");
        var tracking = document.Object("tracking");
        var id = tracking.Text("id");
        CurrentId = id;
        if (string.IsNullOrWhiteSpace(id)) throw new RecordException("document.tracking.id is missing");
        var publisher = document.Object("publisher");
        var vendor = publisher.Text("category") is null or "vendor";
        var vex = document.Text("category") == "csaf_vex";
        var modified = tracking.Date("current_release_date");
        var published = tracking.Date("initial_release_date");
        var source = "csaf:" + Slug(publisher);
        var frame = new CsafFrame(source, id, vendor ? vex ? TrustRank.VendorVex : TrustRank.VendorAdvisory : TrustRank.Ecosystem,
            modified ?? published ?? Context.FallbackDate, new CsafProducts(e.Object("product_tree")));
        var patches = new Dictionary<string, PatchFact>(StringComparer.Ordinal);
        var vulnerabilities = new List<VulnerabilityRecord>();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var vulnerability in e.Objects("vulnerabilities"))
        {
            vulnerabilities.Add(CsafVulnerability.Read(vulnerability, frame, keys, patches));
        }
        items.Add(FeedItem.Of(new AdvisoryRecord(source, id)
        {
            Trust = frame.Trust,
            AsOf = frame.AsOf,
            Revision = tracking.Plain("version"),
            Published = published,
            Modified = modified,
            Title = document.Text("title"),
            Description = CsafVulnerability.Note(document, "summary") ?? CsafVulnerability.Note(document, "description"),
            Severity = document.Object("aggregate_severity").Text("text"),
            Publisher = publisher.Text("name"),
            Aliases = tracking.Texts("aliases"),
            References = CsafVulnerability.References(document),
            Vulnerabilities = vulnerabilities,
            Patches = patches.Values.ToArray(),
        }));
    }

    /// <summary>The name before the top-level domain: redhat of https://www.redhat.com.</summary>
    private static string Slug(JsonElement publisher)
    {
        if (Uri.TryCreate(publisher.Text("namespace"), UriKind.Absolute, out var uri) && uri.Host.Length > 0)
        {
            var labels = uri.Host.Split('.');
            return (labels.Length >= 2 ? labels[^2] : labels[0]).ToLowerInvariant();
        }
        return publisher.Text("name") is { Length: > 0 } name ? name.ToLowerInvariant().Replace(' ', '-') : "unknown";
    }
}

/// <summary>What holds for every vulnerability of the document.</summary>
internal sealed record CsafFrame(string Source, string DocumentId, TrustRank Trust, DateTimeOffset AsOf, CsafProducts Products);
