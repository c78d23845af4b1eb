using PatchOps.Domain.Versions;

namespace PatchOps.Core.Versions.Orders;

/// <summary>Windows and Microsoft product builds: one to eight dotted numbers by value, missing ones zero.</summary>
/// <remarks>
/// Windows writes its builds in two ways, <c>10.0.20348.2340</c> and <c>20348.2340</c>. Two numbers that start with a Windows
/// build are read with the version they belong to (5-digit builds from 10240 on are 10.0; 6.0 to 6.3 by their few builds),
/// so that both spellings meet.
/// </remarks>
internal sealed class WindowsOrder : VersionOrder
{
    private const int MostNumbers = 8;

    public override VersionScheme Scheme => VersionScheme.Windows;

    protected override string? Fault(ReadOnlySpan<char> version)
    {
        if (version.IsEmpty) return "it is empty";
        return Identifiers.CountNumbers(version, leadingZeros: true) is 0 or > MostNumbers ? "it is not one to eight dotted numbers" : null;
    }

    protected override int CompareValid(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        ReadOnlySpan<char> leftPrefix = Prefix(left), rightPrefix = Prefix(right);
        if (leftPrefix.IsEmpty == rightPrefix.IsEmpty)
        {
            var result = Identifiers.CompareNumbers(leftPrefix, rightPrefix);
            return result != 0 ? result : Identifiers.CompareNumbers(left, right);
        }
        return leftPrefix.IsEmpty ? -CompareBuild(rightPrefix, right, left) : CompareBuild(leftPrefix, left, right);
    }

    private static int CompareBuild(ReadOnlySpan<char> prefix, ReadOnlySpan<char> build, ReadOnlySpan<char> full)
    {
        while (!prefix.IsEmpty)
        {
            var result = Digits.Compare(Identifiers.Take(ref prefix, out _), Identifiers.Take(ref full, out _));
            if (result != 0) return result;
        }
        return Identifiers.CompareNumbers(build, full);
    }

    private static ReadOnlySpan<char> Prefix(ReadOnlySpan<char> version)
    {
        var build = Identifiers.Take(ref version, out var more);
        if (!more || version.Contains('.')) return default;
        build = build.TrimStart('0');
        return build switch
        {
            { Length: 5 } when build.SequenceCompareTo("10240") >= 0 => "10.0",
            "6000" or "6001" or "6002" or "6003" => "6.0",
            "7600" or "7601" => "6.1",
            "9200" => "6.2",
            "9600" => "6.3",
            _ => default,
        };
    }
}
