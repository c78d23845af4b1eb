namespace PatchOps.Core.Versions.Orders;

/// <summary>Decimal numbers of any length, compared without being converted.</summary>
internal static class Digits
{
    /// <summary>Compares two runs of digits by value; leading zeros don't count and an empty run is zero.</summary>
    public static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        left = left.TrimStart('0');
        right = right.TrimStart('0');
        return left.Length != right.Length ? Sign(left.Length - right.Length) : Sign(left.SequenceCompareTo(right));
    }

    /// <summary>How many digits the text starts with.</summary>
    public static int Leading(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && char.IsAsciiDigit(text[length])) length++;
        return length;
    }

    public static bool AreAll(ReadOnlySpan<char> text) => text.Length > 0 && Leading(text) == text.Length;

    public static bool IsZero(ReadOnlySpan<char> digits) => digits.TrimStart('0').IsEmpty;

    /// <summary>Splits the leading digits off.</summary>
    public static ReadOnlySpan<char> Take(scoped ref ReadOnlySpan<char> text)
    {
        var length = Leading(text);
        var digits = text[..length];
        text = text[length..];
        return digits;
    }

    public static int Sign(int difference) => difference < 0 ? -1 : difference > 0 ? 1 : 0;
}
