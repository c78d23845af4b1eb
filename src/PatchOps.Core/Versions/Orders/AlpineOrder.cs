using PatchOps.Domain.Versions;

namespace PatchOps.Core.Versions.Orders;

/// <summary>Alpine's order as apk-tools 3 has it: <c>1{.2}…{letter}{_suffix{n}}…{~hash}{-rN}</c>.</summary>
/// <remarks>
/// A number after the first that has a leading zero is compared as text, so <c>1.05</c> is older than <c>1.1</c>.
/// One thing apk 3 refuses is taken, because older releases ship it and apk 2 orders it so: a number after the letter (<c>6.6.2p1</c>).
/// </remarks>
internal sealed class AlpineOrder : VersionOrder
{
    // From the highest to the lowest: where two versions part, the one whose next part stands earlier here is newer (LetterNumber ranks as Number).
    private enum Part
    {
        FirstNumber,
        Number,
        Letter,
        Suffix,
        SuffixNumber,
        Hash,
        Revision,
        End,
        Invalid,
        LetterNumber,
    }

    private static readonly string[] Suffixes = ["alpha", "beta", "pre", "rc", "", "cvs", "svn", "git", "hg", "p"];

    private static readonly int Release = Array.IndexOf(Suffixes, "");

    public override VersionScheme Scheme => VersionScheme.Alpine;

    protected override string? Fault(ReadOnlySpan<char> version)
    {
        if (version.IsEmpty) return "it is empty";
        if (!char.IsAsciiDigit(version[0])) return "it does not start with a digit";
        var part = Part.FirstNumber;
        Digits.Take(ref version);
        while (part < Part.End || part == Part.LetterNumber) part = Next(part, ref version, out _);
        return part == Part.End ? null : "it is not numbers, a letter, _suffixes, a ~hash and a -rN revision, in this order";
    }

    protected override int CompareValid(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        Part leftPart = Part.FirstNumber, rightPart = Part.FirstNumber;
        ReadOnlySpan<char> leftValue = Digits.Take(ref left), rightValue = Digits.Take(ref right);
        while (leftPart == rightPart && leftPart != Part.End)
        {
            var result = CompareValues(leftPart, leftValue, rightValue);
            if (result != 0) return result;
            leftPart = Next(leftPart, ref left, out leftValue);
            rightPart = Next(rightPart, ref right, out rightValue);
        }
        if (leftPart == rightPart) return 0;
        if (IsPreRelease(leftPart, leftValue)) return -1;
        if (IsPreRelease(rightPart, rightValue)) return 1;
        return Rank(leftPart) > Rank(rightPart) ? -1 : 1;
    }

    private static int CompareValues(Part part, ReadOnlySpan<char> left, ReadOnlySpan<char> right) => part switch
    {
        Part.Number when left[0] == '0' || right[0] == '0' => Digits.Sign(left.SequenceCompareTo(right)),
        Part.Letter or Part.Hash => Digits.Sign(left.SequenceCompareTo(right)),
        Part.Suffix => SuffixIndex(left).CompareTo(SuffixIndex(right)),
        _ => Digits.Compare(left, right),
    };

    private static bool IsPreRelease(Part part, ReadOnlySpan<char> value) => part == Part.Suffix && SuffixIndex(value) < Release;

    private static int Rank(Part part) => part == Part.LetterNumber ? (int)Part.Number : (int)part;

    private static int SuffixIndex(ReadOnlySpan<char> value)
    {
        for (var i = 0; i < Suffixes.Length; i++)
        {
            if (i != Release && value.SequenceEqual(Suffixes[i])) return i;
        }
        return -1;
    }

    private static Part Next(Part previous, scoped ref ReadOnlySpan<char> text, out ReadOnlySpan<char> value)
    {
        value = default;
        if (text.IsEmpty) return Part.End;
        var first = text[0];
        if (char.IsAsciiDigit(first))
        {
            value = Digits.Take(ref text);
            return previous switch
            {
                Part.Letter => Part.LetterNumber,
                Part.Suffix => Part.SuffixNumber,
                _ => Part.Invalid,
            };
        }
        if (char.IsAsciiLetterLower(first))
        {
            if (previous > Part.Number) return Part.Invalid;
            value = text[..1];
            text = text[1..];
            return Part.Letter;
        }
        text = text[1..];
        switch (first)
        {
            case '.' when previous <= Part.Number:
                value = Digits.Take(ref text);
                return value.IsEmpty ? Part.Invalid : Part.Number;
            case '_' when previous <= Part.SuffixNumber || previous == Part.LetterNumber:
                value = TakeWhile(ref text, char.IsAsciiLetterLower);
                return SuffixIndex(value) < 0 ? Part.Invalid : Part.Suffix;
            case '~' when previous < Part.Hash || previous == Part.LetterNumber:
                value = TakeWhile(ref text, char.IsAsciiHexDigitLower);
                return value.IsEmpty ? Part.Invalid : Part.Hash;
            case '-' when (previous < Part.Revision || previous == Part.LetterNumber) && !text.IsEmpty && text[0] == 'r':
                text = text[1..];
                value = Digits.Take(ref text);
                return value.IsEmpty ? Part.Invalid : Part.Revision;
            default:
                return Part.Invalid;
        }
    }

    private static ReadOnlySpan<char> TakeWhile(scoped ref ReadOnlySpan<char> text, Func<char, bool> belongs)
    {
        var length = 0;
        while (length < text.Length && belongs(text[length])) length++;
        var taken = text[..length];
        text = text[length..];
        return taken;
    }
}
