using PatchOps.Domain;
using PatchOps.Domain.Facts;

namespace PatchOps.Core.Operations.Requests;

[Operation("Import-PatchFeed", "feed import", "Imports vulnerability feeds: NVD, CVE records, KEV, EPSS, CSAF, OSV and others.", Changes = true)]
public sealed record ImportFeedRequest : OperationRequest
{
    [ParameterHelp("Files or folders; .gz is read as it is. In a folder, files that are no feeds are skipped with a warning.", Position = 0), FilePath]
    public IReadOnlyList<string> Path { get; init; } = [];

    [ParameterHelp("Kind of feed; Auto looks at the content.")]
    public FeedKind Kind { get; init; } = FeedKind.Auto;

    public override void Validate() => Needs.Path(Path);
}

[Operation("Update-PatchFeed", "feed update", "Downloads feeds and imports what changed since the last time.", Changes = true)]
public sealed record UpdateFeedRequest : OperationRequest
{
    [ParameterHelp("Feeds: Kev, Epss, Nvd, Osv, Csaf, Msrc, DebianTracker. Default: Kev, Epss and Nvd. NVD is faster with a key in $NVD_API_KEY.", Position = 0)]
    public IReadOnlyList<FeedName> Name { get; init; } = [FeedName.Kev, FeedName.Epss, FeedName.Nvd];

    [ParameterHelp("Parts of a feed: ecosystems of OSV (default: those of installed packages), providers of CSAF (domain, or address of provider-metadata.json).")]
    public IReadOnlyList<string> Source { get; init; } = [];

    [ParameterHelp("Address of a mirror, for one feed.")]
    public string? BaseUri { get; init; }

    [ParameterHelp("Where nothing was taken over yet: only what changed since. Default: everything; of EPSS the newest day.")]
    public DateTimeOffset? Since { get; init; }

    [ParameterHelp("Proxy; default: that of the environment ($HTTPS_PROXY, $NO_PROXY) or system.")]
    public string? Proxy { get; init; }

    [ParameterHelp("Time for one document; default: 30 minutes. A server that is silent for a minute is given up sooner.")]
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromMinutes(30);

    public override void Validate()
    {
        Needs.Between(TimeLimit.TotalSeconds, 1, 86_400, nameof(TimeLimit));
        Address(BaseUri, nameof(BaseUri));
        Address(Proxy, nameof(Proxy));
        if (BaseUri is not null && Name.Distinct().Count() != 1)
            throw new FailureException("ParameterConflict", FailureKind.InvalidInput, "A mirror is of one feed.", nameof(BaseUri), "Give -Name one feed with -BaseUri.");
        if (Source.Count > 0 && Name.Distinct().Count() != 1)
            throw new FailureException("ParameterConflict", FailureKind.InvalidInput, "Parts are of one feed.", nameof(Source), "Give -Name one feed with -Source.");
    }

    private static void Address(string? text, string name)
    {
        if (text is null || (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https")) return;
        throw new FailureException("AddressInvalid", FailureKind.InvalidInput, $"'{text}' is not an address that begins with http:// or https://.", name, $"Give -{name} a whole address.");
    }
}

/// <summary>Input that all importers of tabular records share.</summary>
public abstract record ImportRecordsRequest : OperationRequest
{
    [ParameterHelp("CSV or JSON files; XES logs for problems and incidents; dpkg status files, rpm -qa lists, SBOMs and inventories of Get-PatchInventory as JSON for assets; grype and trivy JSON for findings; calendars (.ics) for windows.", Position = 0), FilePath]
    public IReadOnlyList<string> Path { get; init; } = [];

    [ParameterHelp("Objects with our column names; see docs."), PowerShellOnly("objects exist in the pipeline only")]
    public IReadOnlyList<object> InputObject { get; init; } = [];

    [ParameterHelp("Their column = our column, where the names differ.")]
    public IReadOnlyDictionary<string, string>? Map { get; init; }

    [ParameterHelp("Culture of dates and numbers, such as de-DE; default: ISO 8601 and invariant numbers.")]
    public string? Culture { get; init; }

    [ParameterHelp("IANA zone of times that carry none; default: UTC.")]
    public string? TimeZone { get; init; }

    /// <summary>Names, culture and zone of a known source; the other parameters go before. On requests that offer it.</summary>
    internal virtual RecordPreset? KnownSource => null;

    public override void Validate()
    {
        if (Path.Count == 0 && InputObject.Count == 0) Needs.Path(Path);
    }
}

[Operation("Import-PatchAsset", "asset import", "Imports assets, installed software and inventories.", Changes = true)]
public sealed record ImportAssetRequest : ImportRecordsRequest
{
    [ParameterHelp("Asset that a dpkg status file, rpm list or SBOM is of; default: the SBOM's own subject, else the file's name.")]
    public string? Asset { get; init; }

    [ParameterHelp("Distribution of its packages, such as Debian:12 or AlmaLinux:9; needed for dpkg status files and rpm lists.")]
    public string? Ecosystem { get; init; }
}

[Operation("Import-PatchProblem", "problem import", "Imports problem records.", Changes = true)]
public sealed record ImportProblemRequest : ImportRecordsRequest
{
    [ParameterHelp("Ready-made names, culture and zone of a known source; -Map, -Culture and -TimeZone go before.")]
    public RecordPreset? Preset { get; init; }

    internal override RecordPreset? KnownSource => Preset;
}

[Operation("Import-PatchIncident", "incident import", "Imports incident records.", Changes = true)]
public sealed record ImportIncidentRequest : ImportRecordsRequest
{
    [ParameterHelp("Ready-made names, culture and zone of a known source; -Map, -Culture and -TimeZone go before.")]
    public RecordPreset? Preset { get; init; }

    internal override RecordPreset? KnownSource => Preset;
}

[Operation("Import-PatchChange", "change import", "Imports change records.", Changes = true)]
public sealed record ImportChangeRequest : ImportRecordsRequest
{
    [ParameterHelp("Ready-made names, culture and zone of a known source; -Map, -Culture and -TimeZone go before.")]
    public RecordPreset? Preset { get; init; }

    internal override RecordPreset? KnownSource => Preset;
}

[Operation("Import-PatchDeployment", "deployment import", "Imports past deployments with their outcomes.", Changes = true)]
public sealed record ImportDeploymentRequest : ImportRecordsRequest;

[Operation("Import-PatchFinding", "finding import", "Imports what vulnerability scanners found: grype and trivy JSON, and tables.", Changes = true)]
public sealed record ImportFindingRequest : ImportRecordsRequest
{
    [ParameterHelp("Asset that was scanned; default: what the report says, else the file's name.")]
    public string? Asset { get; init; }

    [ParameterHelp("Name under which the findings are kept; default: grype, trivy, or the column Scanner.")]
    public string? Scanner { get; init; }
}

[Operation("Import-PatchWindow", "window import", "Imports maintenance windows from calendars (.ics) and tables.", Changes = true)]
public sealed record ImportWindowRequest : ImportRecordsRequest
{
    [ParameterHelp("Name for everything that is read; default: the events' titles, or the column Name.")]
    public string? Name { get; init; }
}

[Operation("Get-PatchInventory", "inventory get", "Reads installed packages and pending updates from hosts.")]
public sealed record GetInventoryRequest : HostAccessRequest
{
    [ParameterHelp("Hosts by name or address; wildcards mean assets of the store; default: this machine. What the store knows of a host (address, user, port, transport) is used.", Position = 0)]
    public IReadOnlyList<string> ComputerName { get; init; } = ["localhost"];

    [ParameterHelp("How to reach them; default: as the store says, else this machine locally and others over SSH.")]
    public TransportKind? Transport { get; init; }

    [ParameterHelp("SSH user; default: the asset's, else ssh's own configuration.")]
    public string? User { get; init; }

    [ParameterHelp("SSH port; default: the asset's.")]
    public int? Port { get; init; }

    [ParameterHelp("Hosts read at the same time, 1–256.")]
    public int ThrottleLimit { get; init; } = 16;

    public override void Validate()
    {
        base.Validate();
        Needs.Between(ThrottleLimit, 1, 256, nameof(ThrottleLimit));
    }
}

/// <summary>Checks that several requests share.</summary>
internal static class Needs
{
    public static void Path(IReadOnlyList<string> path)
    {
        if (path.Count == 0) throw new FailureException("PathMissing", FailureKind.InvalidInput, "No file was named.", null, "Name at least one file or folder with -Path.");
    }

    public static void Between(TimeSpan value, TimeSpan low, TimeSpan high, string name)
    {
        if (value < low || value > high)
            throw new FailureException("ParameterOutOfRange", FailureKind.InvalidInput, $"{name} is {value}; it must lie between {low} and {high} (days.hours:minutes:seconds).", name, $"Give -{name} a value in that range.");
    }

    public static void Between(double value, double low, double high, string name)
    {
        if (value >= low && value <= high) return;
        throw new FailureException("ParameterOutOfRange", FailureKind.InvalidInput,
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name} is {value}; it must lie between {low} and {high}."), name, $"Give -{name} a value in that range.");
    }

    public static void Text(string? value, string name)
    {
        if (string.IsNullOrWhiteSpace(value)) throw new FailureException("ParameterMissing", FailureKind.InvalidInput, $"{name} is needed.", name, $"Give -{name}.");
    }
}
