using PatchOps.Core.Versions.Orders;

namespace PatchOps.Core.Versions.Npm;

/// <summary>How npm reads a version, strictly and loosely.</summary>
internal static class NpmText
{
    private const int MostCharacters = 256;
    private const string MostNumber = "9007199254740991";

    /// <summary>Why npm takes the text for no version, or null.</summary>
    public static string? Fault(ReadOnlySpan<char> version, bool loose)
    {
        if (version.Length > MostCharacters) return "it is longer than 256 characters";
        version = version.Trim();
        if (version.IsEmpty) return "it is empty";
        if (loose) version = version[PrefixLength(version)..];
        else if (version[0] == 'v') version = version[1..];
        var build = Identifiers.Cut(ref version, '+', out var hasBuild);
        if (hasBuild && !Identifiers.AreValid(build, leadingZeros: true)) return "its build metadata is not dot-separated letters, digits and hyphens";
        var end = NumbersLength(version);
        if (end == 0) return "it does not start with three dotted numbers";
        var numbers = version[..end];
        while (!numbers.IsEmpty)
        {
            var number = Identifiers.Take(ref numbers, out _);
            if (!loose && number.Length > 1 && number[0] == '0') return "a number has leading zeros";
            if (Digits.Compare(number, MostNumber) > 0) return $"a number is above {MostNumber}";
        }
        var label = version[end..];
        if (label.IsEmpty) return null;
        if (label[0] != '-' && !loose) return "its pre-release does not follow a hyphen";
        return LooseLabel(label, loose).IsEmpty ? "its pre-release is not dot-separated letters, digits and hyphens" : null;
    }

    /// <summary>Splits a version that <see cref="Fault"/> has passed loosely.</summary>
    public static void Split(ReadOnlySpan<char> version, out ReadOnlySpan<char> numbers, out ReadOnlySpan<char> label)
    {
        version = version.Trim();
        version = version[PrefixLength(version)..];
        Identifiers.Cut(ref version, '+', out _);
        var end = NumbersLength(version);
        numbers = version[..end];
        label = LooseLabel(version[end..], loose: true);
    }

    /// <summary>How many of the leading characters are <c>v</c>, <c>=</c> and white space.</summary>
    public static int PrefixLength(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && (text[length] is 'v' or '=' || char.IsWhiteSpace(text[length]))) length++;
        return length;
    }

    // A hyphen belongs to the label itself where nothing valid would follow it: 1.2.3- is the pre-release "-".
    public static ReadOnlySpan<char> LooseLabel(ReadOnlySpan<char> rest, bool loose)
    {
        if (!rest.IsEmpty && rest[0] == '-' && Identifiers.AreValid(rest[1..], loose)) return rest[1..];
        return loose && Identifiers.AreValid(rest, leadingZeros: true) ? rest : default;
    }

    private static int NumbersLength(ReadOnlySpan<char> text)
    {
        var at = 0;
        for (var i = 0; i < 3; i++)
        {
            if (i > 0)
            {
                if (at >= text.Length || text[at] != '.') return 0;
                at++;
            }
            var digits = Digits.Leading(text[at..]);
            if (digits == 0) return 0;
            at += digits;
        }
        return at;
    }
}
