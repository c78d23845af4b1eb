namespace PatchOps.Core.Exposure.Ranges;

/// <summary>What happens at a version of a range.</summary>
public enum RangeEventKind
{
    /// <summary>Affected from this version on. OSV <c>introduced</c>, NVD <c>versionStartIncluding</c>; <c>0</c> is before every version.</summary>
    Introduced,

    /// <summary>Affected after this version. NVD <c>versionStartExcluding</c>.</summary>
    IntroducedAfter,

    /// <summary>Not affected from this version on. OSV <c>fixed</c>, NVD <c>versionEndExcluding</c>, CVE <c>lessThan</c>.</summary>
    Fixed,

    /// <summary>Not affected after this version, which still is. OSV <c>last_affected</c>, NVD <c>versionEndIncluding</c>, CVE <c>lessThanOrEqual</c>.</summary>
    LastAffected,

    /// <summary>The range says nothing from this version on. OSV <c>limit</c>; <c>*</c> is no limit.</summary>
    Limit,

    /// <summary>This one version is listed. OSV <c>versions</c>, a CVE version without a range, a CPE with its version.</summary>
    Exactly,

    /// <summary>The state changes at this version. CVE <c>changes</c>.</summary>
    Changed,
}

/// <summary>One event of a range, as its source wrote it.</summary>
public sealed record RangeEvent
{
    /// <exception cref="ArgumentException"><paramref name="version"/> is empty.</exception>
    public RangeEvent(RangeEventKind kind, string version)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(version);
        Kind = kind;
        Version = version;
    }

    public RangeEventKind Kind { get; }

    public string Version { get; }

    public override string ToString() => $"{Kind switch
    {
        RangeEventKind.Introduced => "introduced",
        RangeEventKind.IntroducedAfter => "introduced after",
        RangeEventKind.Fixed => "fixed",
        RangeEventKind.LastAffected => "last affected",
        RangeEventKind.Limit => "limit",
        RangeEventKind.Exactly => "listed",
        _ => "changed at",
    }} {Version}";
}
