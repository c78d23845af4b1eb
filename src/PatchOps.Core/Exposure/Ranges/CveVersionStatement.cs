namespace PatchOps.Core.Exposure.Ranges;

/// <summary>One entry of a CVE record's <c>versions</c>: a single version, or a range with changes inside (CVE JSON 5.1).</summary>
/// <param name="Version">The version, or the range's first; <c>0</c> and <c>*</c> in a range are before every version.</param>
/// <param name="Status">What is said of it.</param>
/// <param name="LessThan">The range's end, not part of it; <c>*</c> is no end.</param>
/// <param name="LessThanOrEqual">The range's last version; <c>*</c> is no end. Ignored where <paramref name="LessThan"/> is given.</param>
/// <param name="Changes">States from further versions on, within the range.</param>
public sealed record CveVersionStatement(
    string Version,
    RangeStatus Status,
    string? LessThan = null,
    string? LessThanOrEqual = null,
    IReadOnlyList<CveVersionChange>? Changes = null)
{
    public bool IsRange => LessThan is not null || LessThanOrEqual is not null;
}

/// <summary>A change of state inside a CVE version range.</summary>
/// <param name="At">The first version in the new state.</param>
/// <param name="Status">The new state.</param>
public sealed record CveVersionChange(string At, RangeStatus Status);
