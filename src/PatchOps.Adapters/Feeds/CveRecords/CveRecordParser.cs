using System.Text.Json;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.CveRecords;

/// <summary>One CVE record: the CNA's container first, then what others added.</summary>
/// <remarks>CVE record format 5.1.</remarks>
internal sealed class CveRecordParser : JsonDomParser
{
    private static readonly byte[][] Firsts = ["dataType"u8.ToArray(), "containers"u8.ToArray(), "cveMetadata"u8.ToArray()];
    private static readonly string[] CvssNames = ["cvssV4_0", "cvssV3_1", "cvssV3_0", "cvssV2_0"];

    public CveRecordParser(FeedContext context) : base(context)
    {
    }

    public override IReadOnlyList<byte[]> FirstKeys => Firsts;

    protected override void Parse(JsonElement e, string? key, List<FeedItem> items)
    {
        var meta = e.Object("cveMetadata");
        var id = meta.Text("cveId");
        CurrentId = id;
        if (!CveIds.IsValid(id)) throw new RecordException(id is null ? "cveMetadata.cveId is missing" : $"'{id}' is not a CVE id");
        var containers = e.Object("containers");
        var cna = containers.Object("cna");
        var rejected = string.Equals(meta.Text("state"), "REJECTED", StringComparison.OrdinalIgnoreCase);
        var draft = new Draft();
        Container(cna, cna.Object("providerMetadata").Text("shortName") ?? meta.Text("assignerShortName") ?? "cna", null, draft);
        foreach (var adp in containers.Objects("adp"))
        {
            var name = adp.Object("providerMetadata").Text("shortName") ?? "adp";
            // Beside CISA's there is the CVE program's own container of references, and a few of other authorised publishers.
            Container(adp, name, name == "CISA-ADP" ? TrustRank.CisaAdp : TrustRank.Ecosystem, draft);
        }
        var modified = meta.Date("dateUpdated");
        var published = meta.Date("datePublished");
        var disputed = cna.Texts("tags").Contains("disputed");
        items.Add(FeedItem.Of(new VulnerabilityRecord("cve", id)
        {
            Trust = TrustRank.Cna,
            Status = rejected ? VulnerabilityStatus.Rejected : disputed ? VulnerabilityStatus.Disputed : VulnerabilityStatus.Published,
            Published = published,
            Modified = modified,
            AsOf = modified ?? published ?? Context.FallbackDate,
            Title = cna.Text("title"),
            Description = English(cna, "descriptions") ?? English(cna, "rejectedReasons"),
            Cvss = draft.Cvss.ToArray(),
            Cwes = draft.Cwes.ToArray(),
            References = draft.References.Values.ToArray(),
            Affected = rejected ? [] : draft.Affected.ToArray(),
            Ssvc = draft.Ssvc,
            Kev = draft.Kev,
        }));
    }

    private static void Container(JsonElement container, string source, TrustRank? trust, Draft draft)
    {
        foreach (var metric in container.Objects("metrics")) Metric(metric, source, draft);
        foreach (var type in container.Objects("problemTypes"))
        {
            foreach (var description in type.Objects("descriptions"))
            {
                if (description.Text("cweId") is { } cwe && cwe.StartsWith("CWE-", StringComparison.Ordinal) && !draft.Cwes.Contains(cwe)) draft.Cwes.Add(cwe);
            }
        }
        foreach (var reference in container.Objects("references"))
        {
            if (reference.Text("url") is not { Length: > 0 } url) continue;
            var tags = reference.Texts("tags");
            var joined = tags.Length == 0 ? null : string.Join(",", tags);
            if (!draft.References.TryGetValue(url, out var known) || known.Tags is null) draft.References[url] = new Reference(url, joined);
        }
        foreach (var affected in container.Objects("affected")) CveAffected.Read(affected, trust is null ? null : source, trust, draft.Affected);
    }

    private static void Metric(JsonElement metric, string source, Draft draft)
    {
        foreach (var name in CvssNames)
        {
            var cvss = metric.Object(name);
            if (cvss.ValueKind != JsonValueKind.Object) continue;
            var version = cvss.Plain("version") ?? name[5..].Replace('_', '.');
            var fact = new CvssFact(source, version, cvss.Text("vectorString") ?? "", cvss.Score("baseScore"));
            if (fact.Vector.Length > 0 || fact.Score is not null) draft.Cvss.Add(fact);
        }
        var other = metric.Object("other");
        switch (other.Text("type"))
        {
            case "ssvc":
                draft.Ssvc = SsvcJson.Read(other.Object("content"), source) ?? draft.Ssvc;
                break;
            case "kev":
                if (FeedDates.ParseDay(other.Object("content").Text("dateAdded")) is { } added) draft.Kev = new KevDates(added, null);
                break;
            default:
                break;
        }
    }

    private static string? English(JsonElement container, string name)
    {
        foreach (var description in container.Objects(name))
        {
            if (description.Text("lang")?.StartsWith("en", StringComparison.OrdinalIgnoreCase) == true) return description.Text("value");
        }
        return null;
    }

    /// <summary>What the containers add up to.</summary>
    private sealed class Draft
    {
        public List<CvssFact> Cvss { get; } = [];

        public List<string> Cwes { get; } = [];

        public Dictionary<string, Reference> References { get; } = new(StringComparer.Ordinal);

        public List<AffectedProduct> Affected { get; } = [];

        public SsvcFact? Ssvc { get; set; }

        public KevDates? Kev { get; set; }
    }
}
