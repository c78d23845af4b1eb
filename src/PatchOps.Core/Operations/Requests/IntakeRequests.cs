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

/// <summary>Input that all importers of tabular records share.</summary>
public abstract record ImportRecordsRequest : OperationRequest
{
    [ParameterHelp("CSV or JSON files; XES logs for problems and incidents; dpkg status files, rpm -qa lists and SBOMs for assets.", Position = 0), FilePath]
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
