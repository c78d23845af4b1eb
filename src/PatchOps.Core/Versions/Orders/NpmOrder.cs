using PatchOps.Core.Versions.Npm;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Versions.Orders;

/// <summary>npm's order: Semantic Versioning, read as node-semver reads it in its loose mode.</summary>
/// <remarks>
/// Forgiven are white space around, leading <c>v</c> and <c>=</c>, leading zeros and a pre-release without its hyphen
/// (<c>1.2.3beta</c>). Refused, as by npm, are more than 256 characters and numbers above 2⁵³−1.
/// </remarks>
internal sealed class NpmOrder : VersionOrder
{
    public override VersionScheme Scheme => VersionScheme.Npm;

    protected override string? Fault(ReadOnlySpan<char> version) => NpmText.Fault(version, loose: true);

    protected override int CompareValid(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        NpmText.Split(left, out var leftNumbers, out var leftLabel);
        NpmText.Split(right, out var rightNumbers, out var rightLabel);
        var result = Identifiers.CompareNumbers(leftNumbers, rightNumbers);
        return result != 0 ? result : Identifiers.Compare(leftLabel, rightLabel);
    }
}
