namespace PatchOps.Domain;

/// <summary>What a vulnerability scanner says of one package on one asset.</summary>
public sealed record ScannerFinding
{
    /// <summary>Asset id or name.</summary>
    public required string Asset { get; init => field = Require.Text(value).Trim(); }

    /// <summary>The scanner's name, such as <c>grype</c>; of each scanner and asset the newest report counts.</summary>
    public required string Scanner { get; init => field = Require.Text(value).Trim(); }

    public required string Package { get; init => field = Require.Text(value).Trim(); }

    /// <summary>Version that the scanner saw; null where it does not say.</summary>
    public string? InstalledVersion { get; init => field = Require.OptionalText(value); }

    /// <summary>First version that closes it, as far as the scanner knows.</summary>
    public string? FixedVersion { get; init => field = Require.OptionalText(value); }

    /// <summary>Vulnerability ids, at least one; each is a finding of its own.</summary>
    public required IReadOnlyList<string> Cves
    {
        get;
        init => field = Require.Names(value) is { Count: > 0 } ids ? ids : throw new ArgumentException("Cves must name at least one vulnerability.", nameof(Cves));
    }

    public FindingStatus Status { get; init; }

    /// <summary>The scanner's own word.</summary>
    public string? Severity { get; init => field = Require.OptionalText(value); }

    /// <summary>OSV ecosystem with release where it matters: <c>Debian:12</c>, <c>npm</c>.</summary>
    public string? Ecosystem { get; init => field = Require.OptionalText(value); }

    /// <summary>Source package where the scanner names it.</summary>
    public string? Source { get; init => field = Require.OptionalText(value); }

    /// <summary>When the scanner saw it; null: when its report was made, else when it was imported.</summary>
    public DateTimeOffset? Found { get; init; }

    public override string ToString() => $"{string.Join(", ", Cves)} in {Package} on {Asset} ({Scanner})";
}

/// <summary>One scanner's look at one asset: what it reported before and does not report here is closed.</summary>
public sealed record ScanReport
{
    public required string Asset { get; init => field = Require.Text(value).Trim(); }

    public required string Scanner { get; init => field = Require.Text(value).Trim(); }

    /// <summary>When the scanner looked.</summary>
    public required DateTimeOffset Taken { get; init; }

    public override string ToString() => $"{Scanner} on {Asset}, {Taken:yyyy-MM-dd HH:mm}";
}
