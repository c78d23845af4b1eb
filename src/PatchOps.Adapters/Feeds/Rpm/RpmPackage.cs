using System.Globalization;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Adapters.Feeds.Xml;
using PatchOps.Core.Intake;

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
            ChangelogCves = RpmNames.Cves(e.All("changelog").Select(c => c.Text)),
        };
    }
}
