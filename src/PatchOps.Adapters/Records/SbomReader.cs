using System.Globalization;
using PatchOps.Adapters.Feeds.Input;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;
using PatchOps.Core.Intake.Records;

namespace PatchOps.Adapters.Records;

/// <summary>CycloneDX and SPDX 2.x bills of materials in JSON.</summary>
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
                : InstalledRow.Of(place, owner, url.PackageName, EcosystemNames.Written(url, version), EcosystemNames.Of(url, ecosystem), url.Qualifiers.GetValueOrDefault("arch"), EcosystemNames.Source(url), EcosystemNames.SourceVersion(url), part.Cpe);
        }
    }
}
