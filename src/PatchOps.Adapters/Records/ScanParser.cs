using System.Text.Json;
using PatchOps.Adapters.Feeds.Input;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;

namespace PatchOps.Adapters.Records;

/// <summary>One finding as the report names it.</summary>
internal sealed record ScanEntry(
    string Id, IReadOnlyList<string> Aliases, string Package, string? Version, IReadOnlyList<string> Fixes, string? Severity, string? Status, PackageUrl? Url, string? Source, string? Ecosystem)
{
    /// <summary>The CVE where the report knows exactly one for it, else its own id.</summary>
    public string Cve => CveIds.IsValid(Id) ? Id : Aliases.Where(a => CveIds.IsValid(a)).Distinct(StringComparer.Ordinal).ToList() is [var only] ? only : Id;
}

/// <summary>Collects a scanner's findings, and what they are about.</summary>
internal abstract class ScanParser(FeedContext context) : EnvelopedParser(context)
{
    public abstract string Scanner { get; }

    public List<ScanEntry> Entries { get; } = [];

    /// <summary>What was scanned; null where the report does not say.</summary>
    public string? Subject { get; protected set; }

    /// <summary>When, as written.</summary>
    public string? Taken { get; protected set; }

    /// <summary>Distribution that was found, by OSV's naming.</summary>
    public string? Distribution { get; protected set; }

    public override bool RefusesInside => true;

    public override int RecordBytes => Context.Limits.DocumentRecordBytes;

    protected static string? DistributionOf(string? family, string? release)
    {
        if (string.IsNullOrEmpty(family) || string.IsNullOrEmpty(release)) return null;
        var type = family.ToLowerInvariant() switch
        {
            "debian" or "ubuntu" => "deb",
            "alpine" or "wolfi" or "chainguard" => "apk",
            _ => "rpm",
        };
        return EcosystemNames.Of(PackageUrl.Parse($"pkg:{type}/{family.ToLowerInvariant()}/x@1?distro={family}-{release}")!, null);
    }
}

/// <summary>grype's JSON.</summary>
internal sealed class GrypeParser(FeedContext context) : ScanParser(context)
{
    private static readonly byte[][] Matches = ["matches"u8.ToArray()];
    private static readonly byte[][] Behind = [.. "ignoredMatches source distro descriptor alertsByPackage".Split(' ').Select(System.Text.Encoding.UTF8.GetBytes)];
    private static readonly byte[][] Signs = ["vulnerability"u8.ToArray()];
    private static readonly byte[][] About = ["source"u8.ToArray(), "distro"u8.ToArray(), "descriptor"u8.ToArray()];

    public override string Scanner => "grype";

    public override IReadOnlyList<byte[]> Lists => Matches;

    public override IReadOnlyList<byte[]> AfterList => About;

    public override IReadOnlyList<byte[]> Following => Behind;

    public override bool Starts(ReadOnlySpan<byte> at) => JsonStart.Names(at, Signs) == 1;

    public static bool Recognises(JsonShape shape) =>
        shape.Has("matches") && (shape.Has("matches/vulnerability") || shape.Has("source/target") || shape.Has("descriptor") || shape.Has("distro"));

    public override void After(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object) return;
        switch (name)
        {
            case "source" when value.Find("target", out var target):
                Subject ??= target.ValueKind == JsonValueKind.String ? target.GetString() : target.ValueKind == JsonValueKind.Object ? target.Plain("userInput") : null;
                break;
            case "distro": Distribution ??= DistributionOf(value.Plain("name"), value.Plain("version")); break;
            case "descriptor": Taken ??= value.Plain("timestamp"); break;
            default: break;
        }
    }

    protected override void Parse(JsonElement record, string? key, List<FeedItem> items)
    {
        // A report without a list of matches is its own only record.
        if (record.Find("descriptor", out _) && !record.Find("vulnerability", out _))
        {
            foreach (var name in About) if (record.Find(System.Text.Encoding.UTF8.GetString(name), out var value)) Tell(System.Text.Encoding.UTF8.GetString(name), value);
            return;
        }
        var vulnerability = record.Object("vulnerability");
        var id = vulnerability.Text("id");
        CurrentId = id;
        if (string.IsNullOrWhiteSpace(id)) throw new RecordException("the match names no vulnerability");
        var artifact = record.Object("artifact");
        var package = artifact.Text("name");
        if (string.IsNullOrWhiteSpace(package)) throw new RecordException("the match names no artifact");
        var url = PackageUrl.Parse(artifact.Text("purl"));
        var fix = vulnerability.Object("fix");
        Entries.Add(new ScanEntry(id.Trim(), [.. record.Objects("relatedVulnerabilities").Select(r => r.Text("id")).OfType<string>()],
            url?.PackageName ?? package, artifact.Plain("version"), fix.Texts("versions"), vulnerability.Text("severity"), null, url,
            artifact.Objects("upstreams").Select(u => u.Text("name")).FirstOrDefault(n => !string.IsNullOrEmpty(n)),
            url is null && artifact.Text("type") is "deb" or "rpm" or "apk" ? "" : null));
    }
}

/// <summary>trivy's JSON, schema version 2.</summary>
internal sealed class TrivyParser(FeedContext context) : ScanParser(context)
{
    private static readonly byte[][] Results = ["Results"u8.ToArray()];
    private static readonly byte[][] Behind = [.. "ArtifactName ArtifactType CreatedAt".Split(' ').Select(System.Text.Encoding.UTF8.GetBytes)];
    private static readonly byte[][] Signs = ["Target"u8.ToArray()];
    private static readonly byte[][] Parts = ["VulnerabilityID"u8.ToArray()];
    private static readonly byte[][] About = ["ArtifactName"u8.ToArray(), "CreatedAt"u8.ToArray(), "Metadata"u8.ToArray()];

    public override string Scanner => "trivy";

    public override IReadOnlyList<byte[]> Lists => Results;

    public override IReadOnlyList<byte[]> AfterList => About;

    public override IReadOnlyList<byte[]> Following => Behind;

    public override bool Starts(ReadOnlySpan<byte> at) => JsonStart.Names(at, Signs) == 1;

    public override bool HasParts => true;

    /// <summary>In a damaged result each finding is read by itself.</summary>
    public override bool StartsPart(ReadOnlySpan<byte> at) => JsonStart.Names(at, Parts) == 1;

    public static bool Recognises(JsonShape shape) => shape.Has("SchemaVersion") && (shape.Has("ArtifactName") || shape.Has("Results"));

    public override void After(string name, JsonElement value)
    {
        switch (name)
        {
            case "ArtifactName" when value.ValueKind == JsonValueKind.String: Subject ??= value.GetString(); break;
            case "CreatedAt" when value.ValueKind == JsonValueKind.String: Taken ??= value.GetString(); break;
            case "Metadata" when value.ValueKind == JsonValueKind.Object && value.Find("OS", out var os) && os.ValueKind == JsonValueKind.Object:
                Distribution ??= DistributionOf(os.Plain("Family"), os.Plain("Name"));
                break;
            default: break;
        }
    }

    protected override void Parse(JsonElement record, string? key, List<FeedItem> items)
    {
        if (record.Find("SchemaVersion", out _))
        {
            foreach (var name in About) if (record.Find(System.Text.Encoding.UTF8.GetString(name), out var value)) Tell(System.Text.Encoding.UTF8.GetString(name), value);
            return;
        }
        if (record.Find("VulnerabilityID", out _))
        {
            // Out of a damaged result, which would say whether the package is the distribution's: its address says it, too.
            Entries.Add(Entry(record, ofDistribution: false));
            return;
        }
        var target = record.Plain("Target") ?? "a result without Target";
        CurrentId = target;
        var number = 0;
        var entries = new List<ScanEntry>();
        foreach (var found in record.Elements("Vulnerabilities"))
        {
            number++;
            // One that cannot be used is told by its place, and its neighbours are kept.
            try
            {
                entries.Add(Entry(found, record.Text("Class") == "os-pkgs"));
            }
            catch (Exception e) when (e is RecordException or InvalidOperationException)
            {
                items.Add(FeedItem.Reject(
                    string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{target}, vulnerability {number}"), e is RecordException ? e.Message : "it has text that is not valid UTF-8"));
            }
        }
        // Not one by one: a result that turns out unusable is read again in parts.
        Entries.AddRange(entries);
    }

    private static ScanEntry Entry(JsonElement found, bool ofDistribution)
    {
        if (found.ValueKind != JsonValueKind.Object) throw new RecordException("it is no object");
        var id = found.Text("VulnerabilityID");
        var package = found.Text("PkgName");
        if (string.IsNullOrWhiteSpace(id)) throw new RecordException("VulnerabilityID is missing");
        if (string.IsNullOrWhiteSpace(package)) throw new RecordException($"{id} names no PkgName");
        var url = PackageUrl.Parse(found.Object("PkgIdentifier").Text("PURL"));
        return new ScanEntry(id.Trim(), found.Texts("VendorIDs"), package, found.Plain("InstalledVersion"),
            found.Plain("FixedVersion")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [],
            found.Text("Severity"), found.Text("Status"), url, null, url is null && ofDistribution ? "" : null);
    }
}
