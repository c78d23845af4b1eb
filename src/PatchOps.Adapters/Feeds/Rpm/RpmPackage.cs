using System.Globalization;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Adapters.Feeds.Xml;
using PatchOps.Core.Intake;
using PatchOps.Core.Versions;
using PatchOps.Domain.Versions;

namespace PatchOps.Adapters.Feeds.Rpm;

/// <summary>One <c>package</c> of primary.xml, or of other.xml with its change log.</summary>
internal static class RpmPackage
{
    public static PackageRecord Read(XmlPart e, FeedContext context)
    {
        var name = e.TextOf("name") ?? e["name"] ?? throw new RecordException("the package has no name");
        var architecture = e.TextOf("arch") ?? e["arch"] ?? throw new RecordException($"{name} has no architecture");
        var version = e.One("version") ?? throw new RecordException($"{name} has no version");
        var evr = RpmNames.Evr(version["epoch"], version["ver"], version["rel"]);
        var source = RpmNames.Source(e.One("format")?.TextOf("sourcerpm"));
        long? size = long.TryParse(e.One("size")?["package"], NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : null;
        DateTimeOffset? built = long.TryParse(e.One("time")?["file"], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && seconds < 7_258_118_400 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
        return new PackageRecord("rpm-repository", name, evr, architecture)
        {
            AsOf = built ?? context.FallbackDate,
            SourceName = source ?? (architecture == "src" ? name : ""),
            SourceVersion = evr,
            Origin = e.One("format")?.TextOf("vendor") ?? "",
            Section = e.One("format")?.TextOf("group"),
            SizeBytes = size,
            FileName = e.One("location")?["href"],
            Ecosystem = RpmNames.VendorEcosystem(e.One("format")?.TextOf("vendor"), version["rel"]),
            ChangelogFixes = Fixes(e, version["epoch"]),
            ChangelogCves = RpmNames.Cves(e.All("changelog").Select(c => c.Text)),
        };
    }

    /// <summary>CVEs with the version of the entry that names them; of several entries the newest, because the earlier fix was not enough.</summary>
    private static ChangelogFix[]? Fixes(XmlPart package, string? epoch)
    {
        var order = VersionSchemes.Get(VersionScheme.Rpm);
        var fixes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in package.All("changelog"))
        {
            if (RpmNames.EntryVersion(entry["author"], epoch) is not { } version || !order.TryValidate(version, out _)) continue;
            foreach (var cve in RpmNames.Cves([entry.Text]))
                if (!fixes.TryGetValue(cve, out var known) || order.Compare(version, known) > 0) fixes[cve] = version;
        }
        return fixes.Count == 0 ? null : [.. fixes.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => new ChangelogFix(f.Key, f.Value))];
    }
}
