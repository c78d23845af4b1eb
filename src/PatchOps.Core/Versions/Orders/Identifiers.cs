namespace PatchOps.Core.Versions.Orders;

/// <summary>The dot-separated identifiers that follow a version's numbers (Semantic Versioning 2.0.0, items 9 to 11).</summary>
internal static class Identifiers
{
    /// <summary>Whether the text is one or more dot-separated runs of ASCII letters, digits and hyphens.</summary>
    /// <param name="text">The identifiers, without the hyphen or plus that introduces them.</param>
    /// <param name="leadingZeros">Whether an identifier of digits may start with a zero.</param>
    public static bool AreValid(ReadOnlySpan<char> text, bool leadingZeros)
    {
        while (true)
        {
            var identifier = Take(ref text, out var more);
            if (identifier.IsEmpty) return false;
            foreach (var c in identifier)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c != '-') return false;
            }
            if (!leadingZeros && identifier.Length > 1 && identifier[0] == '0' && Digits.AreAll(identifier)) return false;
            if (!more) return true;
        }
    }

    /// <summary>Compares two pre-releases; an empty one is the release itself and newer than any.</summary>
    public static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        if (left.IsEmpty || right.IsEmpty) return left.IsEmpty == right.IsEmpty ? 0 : left.IsEmpty ? 1 : -1;
        while (true)
        {
            var result = CompareOne(Take(ref left, out var moreLeft), Take(ref right, out var moreRight));
            if (result != 0) return result;
            if (!moreLeft || !moreRight) return moreLeft == moreRight ? 0 : moreLeft ? 1 : -1;
        }
    }

    /// <summary>Splits the first identifier off; <paramref name="more"/> tells whether a dot followed it.</summary>
    public static ReadOnlySpan<char> Take(scoped ref ReadOnlySpan<char> text, out bool more)
    {
        var dot = text.IndexOf('.');
        more = dot >= 0;
        var identifier = more ? text[..dot] : text;
        text = more ? text[(dot + 1)..] : default;
        return identifier;
    }

    /// <summary>Splits at a character: what stands before it stays, what follows it is returned, empty when it is missing.</summary>
    public static ReadOnlySpan<char> Cut(scoped ref ReadOnlySpan<char> text, char at, out bool found)
    {
        var index = text.IndexOf(at);
        found = index >= 0;
        if (!found) return default;
        var rest = text[(index + 1)..];
        text = text[..index];
        return rest;
    }

    /// <summary>Compares dotted numbers of any count; missing ones are zero.</summary>
    public static int CompareNumbers(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        while (!left.IsEmpty || !right.IsEmpty)
        {
            var result = Digits.Compare(Take(ref left, out _), Take(ref right, out _));
            if (result != 0) return result;
        }
        return 0;
    }

    /// <summary>How many dotted numbers the text is made of, or 0 when it is anything else.</summary>
    public static int CountNumbers(ReadOnlySpan<char> text, bool leadingZeros)
    {
        var count = 0;
        while (true)
        {
            var number = Take(ref text, out var more);
            if (!Digits.AreAll(number) || (!leadingZeros && number.Length > 1 && number[0] == '0')) return 0;
            count++;
            if (!more) return count;
        }
    }

    private static int CompareOne(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        bool leftNumeric = Digits.AreAll(left), rightNumeric = Digits.AreAll(right);
        if (leftNumeric != rightNumeric) return leftNumeric ? -1 : 1;
        return leftNumeric ? Digits.Compare(left, right) : Digits.Sign(left.SequenceCompareTo(right));
    }
}
