using System.Text.Json;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;

namespace PatchOps.Adapters.Records;

/// <summary>One component as the document names it.</summary>
internal sealed record SbomPart(string Id, string Name, string? Version, string? Url, string? Cpe = null);

/// <summary>Collects the components of a bill of materials, and what it is of.</summary>
internal abstract class SbomParser(FeedContext context) : EnvelopedParser(context)
{
    public List<SbomPart> Parts { get; } = [];

    /// <summary>What the document is about; null where it does not say.</summary>
    public abstract string? Subject { get; }

    /// <summary>Whether a part is the subject itself.</summary>
    public virtual bool IsSubject(SbomPart part) => false;

    /// <summary>Name of the newest part, by which people find the place.</summary>
    protected string Before => Parts.Count == 0 ? "the start" : Parts[^1].Name;

    /// <summary>A CPE 2.3 name; other forms and damaged ones are left out, the component stays.</summary>
    protected static string? Cpe(string? text) => text is not null && text.StartsWith("cpe:2.3:", StringComparison.Ordinal) ? text : null;
}

/// <summary>CycloneDX 1.2 to 1.6.</summary>
internal sealed class CycloneDxParser(FeedContext context) : SbomParser(context)
{
    private static readonly byte[][] Components = ["components"u8.ToArray()];
    private static readonly byte[][] Metadata = ["metadata"u8.ToArray()];
    private static readonly byte[][] Behind = [.. "metadata services dependencies compositions vulnerabilities annotations formulation declarations definitions".Split(' ').Select(System.Text.Encoding.UTF8.GetBytes)];
    private static readonly byte[][] Signs = [.. "name type bom-ref purl".Split(' ').Select(System.Text.Encoding.UTF8.GetBytes)];
    /// <summary>Lists of a component in which no component stands.</summary>
    private static readonly string[] Plain = ["licenses", "properties", "externalReferences", "hashes", "authors", "tags"];

    private string? subject;

    public override IReadOnlyList<byte[]> Lists => Components;

    public override IReadOnlyList<byte[]> AfterList => Metadata;

    public override IReadOnlyList<byte[]> Following => Behind;

    /// <summary>References have a type and no name, properties a name and no type.</summary>
    public override bool Starts(ReadOnlySpan<byte> at) => JsonStart.Names(at, Signs) is var found && (found & 1) != 0 && found > 1;

    public override string? Subject => subject;

    public override void After(string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object && value.Find("component", out var component) && component.ValueKind == JsonValueKind.Object) subject ??= component.Plain("name");
    }

    protected override void Parse(JsonElement record, string? key, List<FeedItem> items)
    {
        if (record.ValueKind != JsonValueKind.Object) throw new RecordException("a component is no object");
        var name = record.Text("name");
        CurrentId = name;
        if (string.IsNullOrWhiteSpace(name))
        {
            items.Add(FeedItem.Reject($"component after {Before}", "it has no name"));
            return;
        }
        foreach (var list in Plain)
            foreach (var inner in record.Elements(list))
                if (inner.Find("name", out _) && (inner.Find("type", out _) || inner.Find("purl", out _))) throw new RecordException($"another component stands in its {list}: its end is damaged");
        // The operating system and single files are no packages.
        if (record.Text("type") is not ("operating-system" or "file")) Parts.Add(new SbomPart(record.Text("bom-ref") ?? "", name, record.Plain("version"), record.Text("purl"), Cpe(record.Text("cpe"))));
        foreach (var inner in record.Objects("components")) Parse(inner, key, items);
    }
}

/// <summary>SPDX 2.2 and 2.3.</summary>
internal sealed class SpdxParser(FeedContext context) : SbomParser(context)
{
    private static readonly byte[][] Packages = ["packages"u8.ToArray()];
    private static readonly byte[][] Behind = [.. "files relationships snippets documentDescribes hasExtractedLicensingInfos externalDocumentRefs creationInfo".Split(' ').Select(System.Text.Encoding.UTF8.GetBytes)];
    private static readonly byte[][] Signs = ["name"u8.ToArray(), "SPDXID"u8.ToArray()];
    private static readonly byte[][] About = ["name"u8.ToArray(), "documentDescribes"u8.ToArray(), "relationships"u8.ToArray()];
    private readonly HashSet<string> described = new(StringComparer.Ordinal);
    private string? document;

    public override IReadOnlyList<byte[]> Lists => Packages;

    public override string? Subject => Parts.Find(IsSubject)?.Name ?? document;

    public override bool IsSubject(SbomPart part) => described.Contains(part.Id);

    public override IReadOnlyList<byte[]> AfterList => About;

    public override IReadOnlyList<byte[]> Following => Behind;

    public override bool Starts(ReadOnlySpan<byte> at) => JsonStart.Names(at, Signs) == 3;

    public override bool RefusesInside => true;

    public override void After(string name, JsonElement value)
    {
        switch (name)
        {
            case "name" when value.ValueKind == JsonValueKind.String: document ??= value.GetString(); break;
            case "documentDescribes" when value.ValueKind == JsonValueKind.String: described.Add(value.GetString()!); break;
            // SPDX 2.3 says the same as a relationship of the document.
            case "relationships" when value.ValueKind == JsonValueKind.Object && value.Text("relationshipType") == "DESCRIBES" && value.Text("spdxElementId") == "SPDXRef-DOCUMENT":
                if (value.Text("relatedSpdxElement") is { } id) described.Add(id);
                break;
            default: break;
        }
    }

    protected override void Parse(JsonElement record, string? key, List<FeedItem> items)
    {
        if (record.ValueKind != JsonValueKind.Object) throw new RecordException("a package is no object");
        var name = record.Text("name");
        CurrentId = name;
        if (string.IsNullOrWhiteSpace(name))
        {
            items.Add(FeedItem.Reject($"package after {Before}", "it has no name"));
            return;
        }
        var url = record.Objects("externalRefs").FirstOrDefault(r => r.Text("referenceType") == "purl");
        var cpe = record.Objects("externalRefs").Where(r => r.Text("referenceType") == "cpe23Type").Select(r => Cpe(r.Text("referenceLocator"))).FirstOrDefault(c => c is not null);
        Parts.Add(new SbomPart(record.Text("SPDXID") ?? "", name, record.Plain("versionInfo") is { } v and not "NOASSERTION" ? v : null, url.ValueKind == JsonValueKind.Object ? url.Text("referenceLocator") : null, cpe));
    }
}
