namespace PatchOps.Core.Versions.Orders;

/// <summary>A Python version taken apart (PEP 440, appendix B); the parts are slices of the text.</summary>
internal ref struct Pep440
{
    private ReadOnlySpan<char> _epoch;
    private ReadOnlySpan<char> _release;
    private ReadOnlySpan<char> _preNumber;
    private ReadOnlySpan<char> _postNumber;
    private ReadOnlySpan<char> _devNumber;
    private ReadOnlySpan<char> _local;
    private Stage _stage;
    private bool _post;
    private bool _dev;

    // Order of the first thing after the release numbers; a bare development release comes before any pre-release.
    private enum Stage
    {
        Development,
        Alpha,
        Beta,
        Candidate,
        Release,
    }

    public static bool TryRead(ReadOnlySpan<char> text, out Pep440 version)
    {
        version = default;
        text = text.Trim();
        if (!text.IsEmpty && text[0] is 'v' or 'V') text = text[1..];
        var local = Identifiers.Cut(ref text, '+', out var hasLocal);
        if (hasLocal && !IsLocal(local)) return false;
        var epoch = ReadEpoch(ref text);
        var release = ReadRelease(ref text);
        if (release.IsEmpty) return false;
        var stage = ReadStage(ref text);
        var preNumber = stage == Stage.Release ? default : ReadNumber(ref text);
        var post = ReadPost(ref text, out var postNumber);
        var dev = ReadLabel(ref text, "dev");
        var devNumber = dev ? ReadNumber(ref text) : default;
        if (dev && stage == Stage.Release && !post) stage = Stage.Development;
        version = new Pep440
        {
            _epoch = epoch,
            _release = release,
            _stage = stage,
            _preNumber = preNumber,
            _post = post,
            _postNumber = postNumber,
            _dev = dev,
            _devNumber = devNumber,
            _local = local,
        };
        return text.IsEmpty;
    }

    public static int Compare(Pep440 left, Pep440 right)
    {
        var result = Digits.Compare(left._epoch, right._epoch);
        if (result == 0) result = Identifiers.CompareNumbers(left._release, right._release);
        if (result == 0) result = Digits.Sign(left._stage - right._stage);
        if (result == 0) result = Digits.Compare(left._preNumber, right._preNumber);
        if (result == 0) result = left._post.CompareTo(right._post);
        if (result == 0) result = Digits.Compare(left._postNumber, right._postNumber);
        if (result == 0) result = right._dev.CompareTo(left._dev);
        if (result == 0) result = Digits.Compare(left._devNumber, right._devNumber);
        return result != 0 ? result : CompareLocal(left._local, right._local);
    }

    private static bool IsLocal(ReadOnlySpan<char> local)
    {
        while (true)
        {
            var segment = TakeSegment(ref local, out var more);
            if (segment.IsEmpty) return false;
            foreach (var c in segment)
            {
                if (!char.IsAsciiLetterOrDigit(c)) return false;
            }
            if (!more) return true;
        }
    }

    private static ReadOnlySpan<char> ReadEpoch(scoped ref ReadOnlySpan<char> text)
    {
        var digits = Digits.Leading(text);
        if (digits == 0 || digits == text.Length || text[digits] != '!') return default;
        var epoch = text[..digits];
        text = text[(digits + 1)..];
        return epoch;
    }

    private static ReadOnlySpan<char> ReadRelease(scoped ref ReadOnlySpan<char> text)
    {
        var end = Digits.Leading(text);
        if (end == 0) return default;
        while (end < text.Length && text[end] == '.' && Digits.Leading(text[(end + 1)..]) is var more and > 0) end += 1 + more;
        var release = text[..end];
        text = text[end..];
        return release;
    }

    private static Stage ReadStage(scoped ref ReadOnlySpan<char> text)
    {
        if (ReadLabel(ref text, "alpha") || ReadLabel(ref text, "a")) return Stage.Alpha;
        if (ReadLabel(ref text, "beta") || ReadLabel(ref text, "b")) return Stage.Beta;
        return ReadLabel(ref text, "preview") || ReadLabel(ref text, "pre") || ReadLabel(ref text, "rc") || ReadLabel(ref text, "c")
            ? Stage.Candidate
            : Stage.Release;
    }

    private static bool ReadPost(scoped ref ReadOnlySpan<char> text, out ReadOnlySpan<char> number)
    {
        number = default;
        if (text.Length > 1 && text[0] == '-' && char.IsAsciiDigit(text[1]))
        {
            text = text[1..];
            number = Digits.Take(ref text);
            return true;
        }
        if (!ReadLabel(ref text, "post") && !ReadLabel(ref text, "rev") && !ReadLabel(ref text, "r")) return false;
        number = ReadNumber(ref text);
        return true;
    }

    private static bool ReadLabel(scoped ref ReadOnlySpan<char> text, string label)
    {
        var rest = !text.IsEmpty && IsSeparator(text[0]) ? text[1..] : text;
        if (!rest.StartsWith(label, StringComparison.OrdinalIgnoreCase)) return false;
        text = rest[label.Length..];
        return true;
    }

    private static ReadOnlySpan<char> ReadNumber(scoped ref ReadOnlySpan<char> text)
    {
        if (!text.IsEmpty && IsSeparator(text[0])) text = text[1..];
        return Digits.Take(ref text);
    }

    private static int CompareLocal(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        if (left.IsEmpty || right.IsEmpty) return left.IsEmpty == right.IsEmpty ? 0 : left.IsEmpty ? -1 : 1;
        while (true)
        {
            ReadOnlySpan<char> l = TakeSegment(ref left, out var moreLeft), r = TakeSegment(ref right, out var moreRight);
            bool leftNumeric = Digits.AreAll(l), rightNumeric = Digits.AreAll(r);
            if (leftNumeric != rightNumeric) return leftNumeric ? 1 : -1;
            var result = leftNumeric ? Digits.Compare(l, r) : Digits.Sign(l.CompareTo(r, StringComparison.OrdinalIgnoreCase));
            if (result != 0) return result;
            if (!moreLeft || !moreRight) return moreLeft == moreRight ? 0 : moreLeft ? 1 : -1;
        }
    }

    private static ReadOnlySpan<char> TakeSegment(scoped ref ReadOnlySpan<char> text, out bool more)
    {
        var end = text.IndexOfAny('.', '-', '_');
        more = end >= 0;
        var segment = more ? text[..end] : text;
        text = more ? text[(end + 1)..] : default;
        return segment;
    }

    private static bool IsSeparator(char c) => c is '.' or '-' or '_';
}
