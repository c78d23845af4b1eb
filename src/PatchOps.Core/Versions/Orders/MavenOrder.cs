using PatchOps.Domain.Versions;

namespace PatchOps.Core.Versions.Orders;

/// <summary>Maven's order (POM reference, "Version Order Specification"), as a plain lexicographic order of tokens.</summary>
/// <remarks>
/// Follows Maven 3.8.7 and later, where <c>.qualifier</c> and <c>-qualifier</c> are the same and zeros before a qualifier do not
/// count: under the older wording <c>1.0.alpha &lt; 1 &lt; 1-sp &lt; 1.0.alpha</c>, which is no order.
/// </remarks>
internal sealed class MavenOrder : VersionOrder
{
    public override VersionScheme Scheme => VersionScheme.Maven;

    internal override int CompareParsed(ParsedVersion left, ParsedVersion right) =>
        CompareTokens((MavenToken[])left.Prepared!, (MavenToken[])right.Prepared!);

    protected override string? Fault(ReadOnlySpan<char> version)
    {
        if (version.IsEmpty) return "it is empty";
        foreach (var c in version)
        {
            if (char.IsWhiteSpace(c) || char.IsControl(c)) return "it contains white space or a control character";
        }
        return null;
    }

    protected override int CompareValid(ReadOnlySpan<char> left, ReadOnlySpan<char> right) =>
        CompareTokens(Tokenise(left.ToString()), Tokenise(right.ToString()));

    protected override object Prepare(string version) => Tokenise(version);

    private static int CompareTokens(MavenToken[] left, MavenToken[] right)
    {
        var shared = Math.Min(left.Length, right.Length);
        for (var i = 0; i < shared; i++)
        {
            var result = left[i].CompareTo(right[i]);
            if (result != 0) return result;
        }
        if (left.Length == right.Length) return 0;
        return left.Length > shared ? left[shared].CompareToEnd() : -right[shared].CompareToEnd();
    }

    private static MavenToken[] Tokenise(string version)
    {
        var text = version.ToLowerInvariant();
        var tokens = new List<MavenToken>();
        var start = 0;
        var hyphen = false;
        for (var i = 0; i <= text.Length; i++)
        {
            var atEnd = i == text.Length;
            var separator = !atEnd && text[i] is '.' or '-';
            var turn = !atEnd && !separator && i > start && char.IsAsciiDigit(text[i]) != char.IsAsciiDigit(text[i - 1]);
            if (!atEnd && !separator && !turn) continue;
            Add(tokens, MavenToken.Read(text[start..i], hyphen, followedByDigit: turn && char.IsAsciiDigit(text[i])));
            hyphen = turn || (separator && text[i] == '-');
            start = separator ? i + 1 : i;
        }
        TrimNulls(tokens);
        return [.. tokens];
    }

    // What stands before a hyphen or a qualifier and says nothing is dropped: 1.0-x, 1-ga-x and 1.0.x are all 1-x.
    private static void Add(List<MavenToken> tokens, MavenToken token)
    {
        if (token.StartsSection) TrimNulls(tokens);
        tokens.Add(token);
    }

    private static void TrimNulls(List<MavenToken> tokens)
    {
        while (tokens.Count > 0 && tokens[^1].IsNull) tokens.RemoveAt(tokens.Count - 1);
    }
}
