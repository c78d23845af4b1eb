namespace PatchOps.Domain;

/// <summary>Whether an installed package is open to a vulnerability.</summary>
public enum FindingStatus { Affected, Fixed, NotAffected, UnderInvestigation, Unknown }

/// <summary>Asset × package × vulnerability, with one status, one fixed version and the statement that decided.</summary>
public sealed record Finding
{
    /// <summary>Asset id.</summary>
    public required string Asset { get; init => field = Require.Text(value); }

    public required string Package { get; init => field = Require.Text(value); }

    public string? InstalledVersion { get; init; }

    /// <summary>First version that closes it; null where none is known.</summary>
    public string? FixedVersion { get; init; }

    /// <summary>CVE id where one exists, else the vulnerability's own id; null for an update without a vulnerability.</summary>
    public string? Cve { get; init; }

    /// <summary>Patch id (deb:SOURCE/VERSION, rpm:SOURCE/EVR, KB…, RHSA…); null where nobody offers one.</summary>
    public string? Patch { get; init; }

    public required FindingStatus Status { get; init; }

    /// <summary>When the fix could first be had, by the deciding source; null where unknown.</summary>
    public DateTimeOffset? FixAvailable { get; init; }

    /// <summary>Scanners that report it, by name; null where none does.</summary>
    public string? Scanner { get; init; }

    /// <summary>Which statement of which source decided, in one sentence.</summary>
    public string? Evidence { get; init; }

    /// <summary>Why it is still open: held back by the package manager, left out by policy, no fix to be had, or its window has not come. Starts with one
    /// word for the kind (Held, Pinned, Phased, Dependency, Excluded, Exception, NoFix, NotOffered, Window, Installable). Null where nothing is open, or nobody asked.</summary>
    public string? Reason { get; init; }

    public override string ToString() => $"{Cve ?? Patch} on {Asset}: {Status}";
}
