using PatchOps.Core.Versions.Orders;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Versions;

/// <summary>A version that has been checked: comparing two of them checks nothing, and under Maven parses nothing.</summary>
/// <remarks>Equality is the scheme's equality, so <c>1.0</c> and <c>1.0.0</c> are equal under NuGet and differ under dpkg.</remarks>
public sealed class ParsedVersion : IComparable<ParsedVersion>, IEquatable<ParsedVersion>
{
    private readonly VersionOrder _order;

    internal ParsedVersion(VersionOrder order, string text, object? prepared)
    {
        _order = order;
        Text = text;
        Prepared = prepared;
    }

    /// <summary>The version as it was written.</summary>
    public string Text { get; }

    public VersionScheme Scheme => _order.Scheme;

    internal object? Prepared { get; }

    /// <exception cref="ArgumentException">The other version is of another scheme.</exception>
    public int CompareTo(ParsedVersion? other)
    {
        if (other is null) return 1;
        if (other.Scheme != Scheme) throw new ArgumentException($"A {Scheme} version cannot be compared with a {other.Scheme} version.", nameof(other));
        return _order.CompareParsed(this, other);
    }

    public bool Equals(ParsedVersion? other) => other is not null && other.Scheme == Scheme && CompareTo(other) == 0;

    public override bool Equals(object? obj) => Equals(obj as ParsedVersion);

    /// <summary>Constant per scheme: equal versions can be spelled in many ways. Key dictionaries by <see cref="Text"/>.</summary>
    public override int GetHashCode() => (int)Scheme;

    public override string ToString() => Text;

    public static bool operator <(ParsedVersion left, ParsedVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(ParsedVersion left, ParsedVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(ParsedVersion left, ParsedVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ParsedVersion left, ParsedVersion right) => left.CompareTo(right) >= 0;
}
