using PatchOps.Adapters.Feeds.Json;
using PatchOps.Adapters.Feeds.Xml;
using PatchOps.Core.Intake;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.Rpm;

/// <summary>One <c>update</c> of updateinfo.xml.</summary>
internal static class RpmUpdate
{
    public static AdvisoryRecord Read(XmlPart e, FeedContext context)
    {
        var id = e.TextOf("id") ?? throw new RecordException("the update has no id");
        var published = FeedDates.Parse(e.One("issued")?["date"]);
        var modified = FeedDates.Parse(e.One("updated")?["date"]) ?? published;
        var prefix = id.AsSpan().IndexOfAny('-', ':');
        var source = "updateinfo:" + (prefix > 0 ? id[..prefix] : id).ToLowerInvariant();
        var asOf = modified ?? context.FallbackDate;
        var references = e.One("references")?.All("reference").ToArray() ?? [];
        var cves = RpmNames.Cves(references.Where(r => string.Equals(r["type"], "cve", StringComparison.OrdinalIgnoreCase)).Select(r => r["id"] ?? r["title"] ?? ""));
        var affected = new List<AffectedProduct>();
        var patches = new Dictionary<string, PatchFact>(StringComparer.Ordinal);
        var seen = new HashSet<(string, string)>();
        foreach (var package in e.Below("package"))
        {
            var name = package["name"] is { Length: > 0 } known ? known : throw new RecordException("a package has no name");
            var evr = RpmNames.Evr(package["epoch"], package["version"], package["release"]);
            if (!seen.Add((name, evr))) continue;
            var origin = RpmNames.Source(package["src"]);
            var patch = origin is null ? id : PatchIds.Rpm(origin, evr);
            affected.Add(new AffectedProduct(RpmNames.Ecosystem(id, package["release"]), name)
            {
                Status = ProductStatus.Affected,
                Ranges = [new VersionRange(RangeKind.Ecosystem, [new(VersionEventKind.Introduced, "0"), new(VersionEventKind.Fixed, evr)]) { Scheme = "rpm" }],
                Patches = [patch],
            });
            var fact = patches.GetValueOrDefault(patch) ?? new PatchFact(patch)
            {
                Title = e.TextOf("title"), Kind = e["type"], Severity = e.TextOf("severity"), Released = published, FixedVersion = origin is null ? null : evr, Cves = cves,
            };
            patches[patch] = fact with
            {
                // Absence means that nobody said so, not that no restart is needed.
                RebootRequired = package.Says("reboot_suggested") || e.Says("reboot_suggested") ? true : fact.RebootRequired,
                Products = [.. fact.Products, name],
            };
        }
        return new AdvisoryRecord(source, id)
        {
            Trust = TrustRank.VendorAdvisory,
            AsOf = asOf,
            Revision = e["version"],
            Withdrawn = e["status"] is "retracted" or "obsolete",
            Published = published,
            Modified = modified,
            Title = e.TextOf("title"),
            Description = e.TextOf("description") ?? e.TextOf("summary"),
            Severity = e.TextOf("severity"),
            Publisher = e["from"],
            References = references.Where(r => !string.IsNullOrEmpty(r["href"])).Select(r => new Reference(r["href"]!, r["type"])).ToArray(),
            Affected = affected,
            Patches = patches.Values.ToArray(),
            Vulnerabilities = Array.ConvertAll(cves, cve => new VulnerabilityRecord(source, cve, $"{id}/{cve}")
            {
                Trust = TrustRank.VendorAdvisory, AsOf = asOf, Published = published, Modified = modified, Affected = affected,
            }),
        };
    }
}
