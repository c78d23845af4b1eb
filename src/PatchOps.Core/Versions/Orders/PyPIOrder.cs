using PatchOps.Domain.Versions;

namespace PatchOps.Core.Versions.Orders;

/// <summary>Python's order: PEP 440, "Summary of permitted suffixes and relative ordering".</summary>
/// <remarks>What PEP 440 does not allow is refused, as pip refuses it; the "legacy" order of old tools was a guess.</remarks>
internal sealed class PyPIOrder : VersionOrder
{
    public override VersionScheme Scheme => VersionScheme.PyPI;

    protected override string? Fault(ReadOnlySpan<char> version) =>
        version.Trim().IsEmpty ? "it is empty" : Pep440.TryRead(version, out _) ? null : "it is not PEP 440's [N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local]";

    protected override int CompareValid(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        Pep440.TryRead(left, out var l);
        Pep440.TryRead(right, out var r);
        return Pep440.Compare(l, r);
    }
}
