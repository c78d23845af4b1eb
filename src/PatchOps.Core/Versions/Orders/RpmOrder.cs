using PatchOps.Domain.Versions;

namespace PatchOps.Core.Versions.Orders;

/// <summary>RPM's order: epoch, version, release, each in segments of digits or letters (rpm-version(7)).</summary>
/// <remarks>
/// A missing release sorts before an empty one, as <c>rpm.vercmp</c> has it. Characters other than ASCII letters, digits,
/// tilde and caret only separate segments. A left part before a colon that is not all digits is part of the version.
/// </remarks>
internal sealed class RpmOrder : VersionOrder
{
    public override VersionScheme Scheme => VersionScheme.Rpm;

    protected override string? Fault(ReadOnlySpan<char> version)
    {
        if (version.IsEmpty) return "it is empty";
        foreach (var c in version)
        {
            if (char.IsWhiteSpace(c) || char.IsControl(c)) return "it contains white space or a control character";
        }
        Split(version, out _, out var upstream, out _, out _);
        return upstream.IsEmpty ? "its version part is empty" : null;
    }

    protected override int CompareValid(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        Split(left, out var leftEpoch, out var leftVersion, out var leftRelease, out var leftReleased);
        Split(right, out var rightEpoch, out var rightVersion, out var rightRelease, out var rightReleased);
        var result = Digits.Compare(leftEpoch, rightEpoch);
        if (result == 0) result = CompareSegments(leftVersion, rightVersion);
        if (result != 0) return result;
        return leftReleased == rightReleased ? CompareSegments(leftRelease, rightRelease) : leftReleased ? 1 : -1;
    }

    private static void Split(
        ReadOnlySpan<char> text, out ReadOnlySpan<char> epoch, out ReadOnlySpan<char> version, out ReadOnlySpan<char> release, out bool released)
    {
        var digits = Digits.Leading(text);
        var hasEpoch = digits < text.Length && text[digits] == ':';
        epoch = hasEpoch ? text[..digits] : default;
        version = hasEpoch ? text[(digits + 1)..] : text;
        var hyphen = version.LastIndexOf('-');
        released = hyphen >= 0;
        release = released ? version[(hyphen + 1)..] : default;
        if (released) version = version[..hyphen];
    }

    private static int CompareSegments(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        while (true)
        {
            SkipSeparators(ref left);
            SkipSeparators(ref right);
            char l = left.IsEmpty ? '\0' : left[0], r = right.IsEmpty ? '\0' : right[0];
            if (l == '~' || r == '~')
            {
                if (l != r) return l == '~' ? -1 : 1;
            }
            else if (l == '^' || r == '^')
            {
                // The caret is newer than the end and older than any further segment.
                if (l != r) return l == '\0' ? -1 : r == '\0' ? 1 : l == '^' ? -1 : 1;
            }
            else
            {
                if (l == '\0' || r == '\0') return l == r ? 0 : l == '\0' ? -1 : 1;
                var numeric = char.IsAsciiDigit(l);
                if (numeric != char.IsAsciiDigit(r)) return numeric ? 1 : -1;
                var result = numeric
                    ? Digits.Compare(Digits.Take(ref left), Digits.Take(ref right))
                    : Digits.Sign(TakeLetters(ref left).SequenceCompareTo(TakeLetters(ref right)));
                if (result != 0) return result;
                continue;
            }
            left = left[1..];
            right = right[1..];
        }
    }

    private static void SkipSeparators(ref ReadOnlySpan<char> text)
    {
        var at = 0;
        while (at < text.Length && !char.IsAsciiLetterOrDigit(text[at]) && text[at] is not ('~' or '^')) at++;
        text = text[at..];
    }

    private static ReadOnlySpan<char> TakeLetters(ref ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && char.IsAsciiLetter(text[length])) length++;
        var letters = text[..length];
        text = text[length..];
        return letters;
    }
}
