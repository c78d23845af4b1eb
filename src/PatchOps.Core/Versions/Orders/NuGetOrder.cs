using System.Globalization;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Versions.Orders;

/// <summary>NuGet's order: one to four numbers, then release labels without regard to case; metadata does not count.</summary>
/// <remarks>Numbers beyond Int32, which NuGet's own client refuses, are ordered by value.</remarks>
internal sealed class NuGetOrder : VersionOrder
{
    private const int MostNumbers = 4;

    public override VersionScheme Scheme => VersionScheme.NuGet;

    protected override string? Fault(ReadOnlySpan<char> version)
    {
        version = version.Trim();
        if (version.IsEmpty) return "it is empty";
        var metadata = Identifiers.Cut(ref version, '+', out var hasMetadata);
        if (hasMetadata && !Identifiers.AreValid(metadata, leadingZeros: true)) return "its metadata is not dot-separated letters, digits and hyphens";
        var labels = Identifiers.Cut(ref version, '-', out var hasLabels);
        if (hasLabels && !Identifiers.AreValid(labels, leadingZeros: false))
            return "its labels are not dot-separated letters, digits and hyphens, numbers without leading zeros";
        return Identifiers.CountNumbers(version, leadingZeros: true) is 0 or > MostNumbers ? "it does not start with one to four dotted numbers" : null;
    }

    protected override int CompareValid(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        left = left.Trim();
        right = right.Trim();
        Identifiers.Cut(ref left, '+', out _);
        Identifiers.Cut(ref right, '+', out _);
        var leftLabels = Identifiers.Cut(ref left, '-', out _);
        var rightLabels = Identifiers.Cut(ref right, '-', out _);
        var result = Identifiers.CompareNumbers(left, right);
        if (result != 0) return result;
        if (leftLabels.IsEmpty || rightLabels.IsEmpty) return leftLabels.IsEmpty == rightLabels.IsEmpty ? 0 : leftLabels.IsEmpty ? 1 : -1;
        while (true)
        {
            result = CompareLabel(Identifiers.Take(ref leftLabels, out var moreLeft), Identifiers.Take(ref rightLabels, out var moreRight));
            if (result != 0) return result;
            if (!moreLeft || !moreRight) return moreLeft == moreRight ? 0 : moreLeft ? 1 : -1;
        }
    }

    // NuGet takes a label as a number exactly when it fits a signed 32-bit integer, sign included.
    private static int CompareLabel(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        var leftNumeric = int.TryParse(left, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var l);
        var rightNumeric = int.TryParse(right, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var r);
        if (leftNumeric != rightNumeric) return leftNumeric ? -1 : 1;
        return leftNumeric ? l.CompareTo(r) : Digits.Sign(left.CompareTo(right, StringComparison.OrdinalIgnoreCase));
    }
}
