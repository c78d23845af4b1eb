using PatchOps.Domain.Versions;

namespace PatchOps.Core.Versions.Orders;

/// <summary>Semantic Versioning 2.0.0, item 11.</summary>
/// <remarks>
/// Advisories call more than that SEMVER: a leading <c>v</c> (Go), fewer than three numbers (Go's shorthand, <c>v1</c> for
/// <c>v1.0.0</c>) and more than three are taken, the missing ones as zero. Build metadata does not count.
/// </remarks>
internal sealed class SemVerOrder : VersionOrder
{
    public override VersionScheme Scheme => VersionScheme.SemVer;

    protected override string? Fault(ReadOnlySpan<char> version)
    {
        if (version.IsEmpty) return "it is empty";
        version = WithoutPrefix(version);
        var build = Identifiers.Cut(ref version, '+', out var hasBuild);
        if (hasBuild && !Identifiers.AreValid(build, leadingZeros: true)) return "its build metadata is not dot-separated letters, digits and hyphens";
        var label = Identifiers.Cut(ref version, '-', out var hasLabel);
        if (hasLabel && !Identifiers.AreValid(label, leadingZeros: false))
            return "its pre-release is not dot-separated letters, digits and hyphens, numbers without leading zeros";
        return Identifiers.CountNumbers(version, leadingZeros: false) == 0 ? "it does not start with dotted numbers without leading zeros" : null;
    }

    protected override int CompareValid(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        left = WithoutPrefix(left);
        right = WithoutPrefix(right);
        Identifiers.Cut(ref left, '+', out _);
        Identifiers.Cut(ref right, '+', out _);
        var leftLabel = Identifiers.Cut(ref left, '-', out _);
        var rightLabel = Identifiers.Cut(ref right, '-', out _);
        var result = Identifiers.CompareNumbers(left, right);
        return result != 0 ? result : Identifiers.Compare(leftLabel, rightLabel);
    }

    private static ReadOnlySpan<char> WithoutPrefix(ReadOnlySpan<char> version) =>
        version.Length > 1 && version[0] is 'v' or 'V' ? version[1..] : version;
}
