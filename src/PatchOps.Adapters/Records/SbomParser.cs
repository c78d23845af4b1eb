using System.Text.Json;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;

namespace PatchOps.Adapters.Records;

/// <summary>One component as the document names it.</summary>
internal sealed record SbomPart(string Id, string Name, string? Version, string? Url, string? Cpe = null);

/// <summary>Collects the components of a bill of materials, and what it is of.</summary>
internal abstract class SbomParser(FeedContext context) : JsonDomParser(context)
{
    public List<SbomPart> Parts { get; } = [];

    /// <summary>False: services, files and tools behind the list start like components and are none.</summary>
    public override bool LearnsFirstKey => false;

    /// <summary>What the document is about; null where it does not say.</summary>
    public abstract string? Subject { get; }

    /// <summary>Whether a part is the subject itself.</summary>
    public virtual bool IsSubject(SbomPart part) => false;

    /// <summary>Name of the newest part, by which people find the place.</summary>
    protected string Before => Parts.Count == 0 ? "the start" : Parts[^1].Name;

    /// <summary>A CPE 2.3 name; other forms and damaged ones are left out, the component stays.</summary>
    protected static string? Cpe(string? text) => text is not null && text.StartsWith("cpe:2.3:", StringComparison.Ordinal) ? text : null;

    /// <summary>Value of the envelope's property that the reader stands on.</summary>
    protected static JsonElement Value(ref Utf8JsonReader r)
    {
        JsonRead.Next(ref r);
        if (!JsonDocument.TryParseValue(ref r, out var document)) throw NeedMoreException.Instance;
        using (document) return document.RootElement.Clone();
    }
}

/// <summary>CycloneDX 1.2 to 1.6.</summary>
internal sealed class CycloneDxParser(FeedContext context) : SbomParser(context)
{
    private static readonly byte[][] Components = ["components"u8.ToArray()];
    private string? subject;

    public override IReadOnlyList<byte[]> Lists => Components;

    public override string? Subject => subject;

    public override void Envelope(ref Utf8JsonReader r)
    {
        if (!r.ValueTextEquals("metadata"u8))
        {
            base.Envelope(ref r);
            return;
        }
        var metadata = Value(ref r);
        if (metadata.ValueKind == JsonValueKind.Object && metadata.Find("component", out var component) && component.ValueKind == JsonValueKind.Object) subject = component.Plain("name");
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
        // The operating system and single files are no packages.
        if (record.Text("type") is not ("operating-system" or "file")) Parts.Add(new SbomPart(record.Text("bom-ref") ?? "", name, record.Plain("version"), record.Text("purl"), Cpe(record.Text("cpe"))));
        foreach (var inner in record.Objects("components")) Parse(inner, key, items);
    }
}

/// <summary>SPDX 2.2 and 2.3.</summary>
internal sealed class SpdxParser(FeedContext context) : SbomParser(context)
{
    private static readonly byte[][] Packages = ["packages"u8.ToArray()];
    private readonly HashSet<string> described = new(StringComparer.Ordinal);
    private string? document;

    public override IReadOnlyList<byte[]> Lists => Packages;

    public override string? Subject => Parts.Find(IsSubject)?.Name ?? document;

    public override bool IsSubject(SbomPart part) => described.Contains(part.Id);

    public override void Envelope(ref Utf8JsonReader r)
    {
        if (r.ValueTextEquals("name"u8)) document = Value(ref r) is { ValueKind: JsonValueKind.String } name ? name.GetString() : null;
        else if (r.ValueTextEquals("documentDescribes"u8))
        {
            if (Value(ref r) is { ValueKind: JsonValueKind.Array } ids) described.UnionWith(ids.EnumerateArray().Where(i => i.ValueKind == JsonValueKind.String).Select(i => i.GetString()!));
        }
        else base.Envelope(ref r);
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
