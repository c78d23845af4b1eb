namespace PatchOps.Core.Problems.Matching;

/// <summary>Names of vulnerabilities, patches and packages as people write them into a ticket.</summary>
internal static class TextMentions
{
    private const int ReadLength = 20_000;

    /// <summary>Words that can name something: letters, digits and <c>. : _ + - / ~ @</c>, without punctuation at either end.</summary>
    public static IEnumerable<string> Words(string? text)
    {
        if (text is null) yield break;
        var end = Math.Min(text.Length, ReadLength);
        var start = -1;
        for (var i = 0; i <= end; i++)
        {
            if (i < end && IsPart(text[i]))
            {
                if (start < 0) start = i;
                continue;
            }
            if (start < 0) continue;
            var word = text.AsSpan(start, i - start).Trim(".:_+-/~@");
            start = -1;
            if (word.Length >= 2) yield return word.ToString();
        }
    }

    /// <summary>CVE ids and articles (<c>KB5034441</c>, also written apart), upper case.</summary>
    public static IEnumerable<string> Ids(string? text)
    {
        var article = false;
        foreach (var word in Words(text))
        {
            if (Intake.CveIds.IsValid(word.ToUpperInvariant())) yield return word.ToUpperInvariant();
            else if (word.StartsWith("KB", StringComparison.OrdinalIgnoreCase) && IsArticle(word.AsSpan(2))) yield return word.ToUpperInvariant();
            else if (article && IsArticle(word)) yield return "KB" + word;
            article = word.Equals("KB", StringComparison.OrdinalIgnoreCase);
        }
    }

    private static bool IsArticle(ReadOnlySpan<char> digits)
    {
        if (digits.Length is < 6 or > 8) return false;
        foreach (var c in digits) if (!char.IsAsciiDigit(c)) return false;
        return true;
    }

    private static bool IsPart(char c) => char.IsLetterOrDigit(c) || c is '.' or ':' or '_' or '+' or '-' or '/' or '~' or '@';
}
