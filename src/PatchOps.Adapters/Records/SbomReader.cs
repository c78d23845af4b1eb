using System.Globalization;
using PatchOps.Adapters.Feeds.Input;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;
using PatchOps.Core.Intake.Records;

namespace PatchOps.Adapters.Records;

/// <summary>CycloneDX and SPDX 2.x bills of materials in JSON.</summary>
/// <remarks>The subject decides the asset where it stands before the components, as the usual tools write it.</remarks>
internal sealed class SbomReader(string? asset, string fallback, string? ecosystem)
{
    public static bool IsCycloneDx(JsonShape shape) => shape.Has("bomFormat");

    public static bool IsSpdx(JsonShape shape) => shape.Has("spdxVersion") || shape.Has("SPDXID");

    public IEnumerable<RecordRow> Read(string path, bool cycloneDx, CancellationToken cancellationToken)
    {
        var context = new FeedContext(path, DateTimeOffset.UnixEpoch) { Cancellation = cancellationToken };
        SbomParser parser = cycloneDx ? new CycloneDxParser(context) : new SpdxParser(context);
        using var stream = FeedContent.Open(path, context.Limits);
        foreach (var item in new JsonRecordStream(stream, context, parser).Items())
            if (item.Rejected is { } rejected) yield return InstalledRow.Bad($"{path}, {rejected.Place}", rejected.Reason.TrimEnd('.'));

        var owner = asset ?? parser.Subject ?? fallback;
        var number = 0;
        foreach (var part in parser.Parts.Where(p => !parser.IsSubject(p)))
        {
            number++;
            var place = string.Create(CultureInfo.InvariantCulture, $"{path}, component {number}");
            var url = PackageUrl.Parse(part.Url);
            var version = url?.FullVersion ?? part.Version;
            if (string.IsNullOrWhiteSpace(version))
            {
                // Files and groupings have neither; a package whose version nobody states cannot be judged.
                if (url is not null) yield return InstalledRow.Bad(place, $"{part.Url} states no version");
                continue;
            }
            yield return url is null
                ? InstalledRow.Of(place, owner, part.Name, version, null, null, null, cpe: part.Cpe)
                : InstalledRow.Of(place, owner, url.PackageName, Written(url, version), Ecosystem(url), url.Qualifiers.GetValueOrDefault("arch"), Source(url), SourceVersion(url), part.Cpe);
        }
    }

    /// <summary>Go's ecosystem in OSV has no v before the number.</summary>
    private static string Written(PackageUrl url, string version) =>
        url.Type == "golang" && version.Length > 1 && version[0] == 'v' && char.IsAsciiDigit(version[1]) ? version[1..] : version;

    private static string? Source(PackageUrl url)
    {
        var upstream = url.Qualifiers.GetValueOrDefault("upstream");
        if (upstream is null) return null;
        return url.Type == "rpm" ? InstalledRow.RpmSource(upstream) : upstream.Split('@', 2)[0];
    }

    /// <summary>What stands after the @ of a deb's upstream; an rpm's version is its source's.</summary>
    private static string? SourceVersion(PackageUrl url) =>
        url.Type != "rpm" && url.Qualifiers.GetValueOrDefault("upstream")?.Split('@', 2) is [_, { Length: > 0 } version] ? version : null;

    private string? Ecosystem(PackageUrl url)
    {
        if (url.IsDistribution && ecosystem is not null) return ecosystem;
        if (url.Ecosystem.Length == 0) return null;
        var parts = url.Ecosystem.Split(':', 2);
        if (parts.Length == 1) return parts[0];
        // A release as advisories name it: the point release does not matter.
        var numbers = parts[1].Split('.');
        return parts[0] switch
        {
            "Debian" or "AlmaLinux" or "Rocky Linux" or "Red Hat" or "Fedora" or "Oracle Linux" => $"{parts[0]}:{numbers[0]}",
            "Alpine" => $"Alpine:v{string.Join('.', numbers.Take(2))}",
            _ => url.Ecosystem,
        };
    }
}
