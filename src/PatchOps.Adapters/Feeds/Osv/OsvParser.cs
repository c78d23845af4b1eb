using System.Text.Json;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.Osv;

/// <summary>One OSV record. A distribution's record that covers several CVEs becomes an advisory, every other a vulnerability.</summary>
/// <remarks>OSV schema 1.7.</remarks>
internal sealed class OsvParser : JsonDomParser
{
    private static readonly byte[][] Firsts = ["schema_version"u8.ToArray()];

    public OsvParser(FeedContext context) : base(context)
    {
    }

    public override IReadOnlyList<byte[]> FirstKeys => Firsts;

    protected override void Parse(JsonElement e, string? key, List<FeedItem> items)
    {
        var id = e.Text("id");
        if (string.IsNullOrWhiteSpace(id)) throw new RecordException("id is missing");
        CurrentId = id;
        if (id.Length > 200) throw new RecordException("id is longer than 200 characters");
        var affected = new List<AffectedProduct>();
        var distribution = false;
        foreach (var entry in e.Objects("affected"))
        {
            if (OsvAffected.Read(entry, id) is not { } product) continue;
            affected.Add(product);
            distribution |= OsvEcosystem.IsDistribution(OsvEcosystem.Family(product.Ecosystem));
        }
        var aliases = Others(e.Texts("aliases"), id);
        var upstream = Others(e.Texts("upstream"), id);
        var related = Others(e.Texts("related"), id);
        // DEBIAN-CVE-2024-1 is CVE-2024-1 as Debian sees it.
        var at = id.IndexOf("CVE-", StringComparison.Ordinal);
        var own = at > 0 && CveIds.IsValid(id[at..]) ? id[at..] : null;
        if (own is not null && !aliases.Contains(own)) aliases = [.. aliases, own];
        var common = new OsvCommon(e, id, Context.FallbackDate, distribution);
        items.Add(FeedItem.Of(distribution && own is null && !CveIds.IsValid(id)
            ? Advisory(e, common, affected, [.. aliases, .. upstream, .. related])
            : Vulnerability(e, common, affected, aliases, [.. upstream.Except(aliases), .. related.Except(aliases)])));
    }

    private static VulnerabilityRecord Vulnerability(
        JsonElement e, OsvCommon common, List<AffectedProduct> affected, string[] aliases, string[] related) => new(common.Source, common.Id)
    {
        Trust = common.Trust,
        AsOf = common.AsOf,
        Published = common.Published,
        Modified = common.Modified,
        Withdrawn = common.Withdrawn,
        Status = common.Withdrawn is null ? VulnerabilityStatus.Published : VulnerabilityStatus.Withdrawn,
        Title = e.Text("summary"),
        Description = e.Text("details"),
        Severity = common.Severity,
        Aliases = aliases,
        Related = related.Distinct(StringComparer.Ordinal).ToArray(),
        Cvss = common.Cvss(e),
        Cwes = e.Object("database_specific") is { ValueKind: JsonValueKind.Object } own ? Cwes(own) : [],
        References = common.References,
        Affected = common.Withdrawn is null ? affected : [],
    };

    private static AdvisoryRecord Advisory(JsonElement e, OsvCommon common, List<AffectedProduct> affected, string[] others)
    {
        var cves = others.Where(CveIds.IsValid).Distinct(StringComparer.Ordinal).ToArray();
        IReadOnlyList<AffectedProduct> products = common.Withdrawn is null ? affected : [];
        return new AdvisoryRecord(common.Source, common.Id)
        {
            Trust = common.Trust,
            AsOf = common.AsOf,
            Published = common.Published,
            Modified = common.Modified,
            Withdrawn = common.Withdrawn is not null,
            Title = e.Text("summary"),
            Description = e.Text("details"),
            Severity = common.Severity,
            Aliases = others.Where(o => !CveIds.IsValid(o)).Distinct(StringComparer.Ordinal).ToArray(),
            References = common.References,
            Affected = products,
            Vulnerabilities = Array.ConvertAll(cves, cve => new VulnerabilityRecord(common.Source, cve, $"{common.Id}/{cve}")
            {
                Trust = common.Trust,
                AsOf = common.AsOf,
                Affected = products,
                Status = common.Withdrawn is null ? VulnerabilityStatus.Published : VulnerabilityStatus.Withdrawn,
            }),
            Patches = affected.SelectMany(a => a.Patches.Select(p => (Patch: p, Product: a.Name))).GroupBy(p => p.Patch, StringComparer.Ordinal)
                .Select(g => new PatchFact(g.Key)
                {
                    Title = e.Text("summary"),
                    Severity = common.Severity,
                    Released = common.Published,
                    Products = g.Select(p => p.Product).Distinct(StringComparer.Ordinal).ToArray(),
                    Cves = cves,
                }).ToArray(),
        };
    }

    private static string[] Others(string[] ids, string self) => Array.FindAll(ids, i => i.Length > 0 && !string.Equals(i, self, StringComparison.Ordinal));

    private static string[] Cwes(JsonElement own)
    {
        // Publishers put what they like below database_specific: only a list of texts is understood.
        if (!own.Find("cwe_ids", out var list) || list.ValueKind != JsonValueKind.Array) return [];
        return list.EnumerateArray().Where(c => c.ValueKind == JsonValueKind.String).Select(c => c.GetString()!)
            .Where(c => c.StartsWith("CWE-", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).ToArray();
    }
}
