using PatchOps.Domain.Facts;

namespace PatchOps.Core.Intake;

/// <summary>One statement about one package or product: its status, for which versions, and what fixes it.</summary>
/// <remarks>Of two statements by one source about one product, that with ranges or versions overrules, where they hold, that without.</remarks>
public sealed record AffectedProduct
{
    /// <param name="ecosystem">OSV's naming, release after a colon: <c>Debian:12</c>, <c>AlmaLinux:9</c>, <c>npm</c>, <c>Windows</c>; empty where unknown.</param>
    /// <param name="name">Package or product as published.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    public AffectedProduct(string ecosystem, string name)
    {
        ArgumentNullException.ThrowIfNull(ecosystem);
        ArgumentException.ThrowIfNullOrEmpty(name);
        Ecosystem = ecosystem;
        Name = name;
    }

    public string Ecosystem { get; }

    public string Name { get; }

    /// <summary>True where <see cref="Name"/> names a source package (Debian, Ubuntu) rather than what is installed.</summary>
    public bool IsSourcePackage { get; init; }

    public string? Vendor { get; init; }

    public string? Purl { get; init; }

    /// <summary>CPE 2.3 or 2.2 name where the source gives one for the product.</summary>
    public string? Cpe { get; init; }

    /// <summary>The product within which <see cref="Name"/> ships (CSAF relationships: the distribution's release or module).</summary>
    public string? Platform { get; init; }

    public ProductStatus Status { get; init; }

    /// <summary>CSAF flag or OpenVEX justification for "not affected", as published.</summary>
    public string? Justification { get; init; }

    /// <summary>How sure: impact statement, vendor's comment; kept for evidence.</summary>
    public string? Statement { get; init; }

    /// <summary>Versions concerned. No range and no version: every version.</summary>
    public IReadOnlyList<VersionRange> Ranges { get; init; } = [];

    /// <summary>Versions listed one by one.</summary>
    public IReadOnlyList<string> Versions { get; init; } = [];

    /// <summary>Ids of the patches that fix it, by <see cref="PatchIds"/>.</summary>
    public IReadOnlyList<string> Patches { get; init; } = [];

    /// <summary>Who says it, where another than the record's source (an ADP container in a CVE record).</summary>
    public string? Source { get; init; }

    /// <summary>Trust where other than the record's.</summary>
    public TrustRank? Trust { get; init; }

    /// <summary>The highest version named as a fix by order of statement; null where none is named.</summary>
    public string? FixedVersion
    {
        get
        {
            for (var i = Ranges.Count - 1; i >= 0; i--)
            {
                if (Ranges[i].Kind == RangeKind.Git) continue;
                for (var j = Ranges[i].Events.Count - 1; j >= 0; j--)
                {
                    if (Ranges[i].Events[j].Kind == VersionEventKind.Fixed) return Ranges[i].Events[j].Version;
                }
            }
            return null;
        }
    }
}

/// <summary>How the versions of a range are ordered.</summary>
public enum RangeKind
{
    /// <summary>By the ecosystem's own order.</summary>
    Ecosystem,

    /// <summary>SemVer 2.</summary>
    SemVer,

    /// <summary>Commits; noted, never compared.</summary>
    Git,

    /// <summary>The source does not name an order (CVE records' "custom", NVD).</summary>
    Custom,
}

/// <summary>What happens at a version.</summary>
public enum VersionEventKind
{
    /// <summary>Affected from here on, this version included; "0" is before every version.</summary>
    Introduced,

    /// <summary>Affected after this version, this version excluded.</summary>
    IntroducedAfter,

    /// <summary>No longer affected from here on, this version included.</summary>
    Fixed,

    /// <summary>The last affected version.</summary>
    LastAffected,

    /// <summary>Nothing is said from here on (OSV <c>limit</c>).</summary>
    Limit,
}

/// <summary>A change of state at a version.</summary>
public readonly record struct VersionEvent(VersionEventKind Kind, string Version);

/// <summary>A set of versions: order the events by version and walk them. As published, so the order is not guaranteed.</summary>
public sealed record VersionRange(RangeKind Kind, IReadOnlyList<VersionEvent> Events)
{
    /// <summary>The version scheme's name as the source gives it (<c>rpm</c>, <c>semver</c>, <c>custom</c> …); null where not given.</summary>
    public string? Scheme { get; init; }
}
