using System.Text.Json;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.Osv;

/// <summary>One <c>affected</c> entry of an OSV record.</summary>
internal static class OsvAffected
{
    /// <returns>Null where the entry names no package (a repository's commits only).</returns>
    public static AffectedProduct? Read(JsonElement entry, string id)
    {
        var package = entry.Object("package");
        var name = package.Text("name");
        if (string.IsNullOrEmpty(name)) return null;
        var ecosystem = package.Text("ecosystem") ?? "";
        var family = OsvEcosystem.Family(ecosystem);
        var purl = package.Text("purl");
        var ranges = entry.Objects("ranges").Select(Range).ToArray();
        return new AffectedProduct(ecosystem, name)
        {
            Purl = purl,
            IsSourcePackage = OsvEcosystem.IsDeb(family),
            Status = ProductStatus.Affected,
            Ranges = ranges,
            Versions = entry.Texts("versions"),
            Patches = Patches(ranges, family, ecosystem, name, purl, id),
        };
    }

    private static VersionRange Range(JsonElement range)
    {
        var type = range.Text("type");
        var kind = type switch
        {
            "SEMVER" => RangeKind.SemVer,
            "GIT" => RangeKind.Git,
            "ECOSYSTEM" => RangeKind.Ecosystem,
            _ => throw new RecordException($"range type '{type}' is not one of SEMVER, ECOSYSTEM, GIT"),
        };
        var events = new List<VersionEvent>();
        foreach (var change in range.Objects("events"))
        {
            foreach (var property in change.EnumerateObject())
            {
                VersionEventKind? what = property.Name switch
                {
                    "introduced" => VersionEventKind.Introduced,
                    "fixed" => VersionEventKind.Fixed,
                    "last_affected" => VersionEventKind.LastAffected,
                    "limit" => VersionEventKind.Limit,
                    _ => null,
                };
                if (what is null) continue;
                if (property.Value.ValueKind != JsonValueKind.String) throw Dom.Wrong(property.Name, property.Value, "a version");
                events.Add(new VersionEvent(what.Value, property.Value.GetString()!));
            }
        }
        return new VersionRange(kind, events.ToArray());
    }

    private static string[] Patches(VersionRange[] ranges, string family, string ecosystem, string name, string? purl, string id)
    {
        var patches = new List<string>();
        foreach (var range in ranges)
        {
            if (range.Kind == RangeKind.Git) continue;
            foreach (var change in range.Events)
            {
                if (change.Kind != VersionEventKind.Fixed || change.Version.Length == 0) continue;
                // OSV names binary packages of rpm distributions, and a patch id needs the source: the advisory's own id serves.
                var patch = OsvEcosystem.IsDeb(family) ? PatchIds.Deb(name, change.Version)
                    : OsvEcosystem.IsDistribution(family) ? id
                    : PatchIds.Package(ecosystem, name, purl, change.Version);
                if (patch is not null && !patches.Contains(patch)) patches.Add(patch);
            }
        }
        return patches.ToArray();
    }
}
