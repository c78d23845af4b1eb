using System.Globalization;
using System.Text;

namespace PatchOps.Core.Problems.Clustering;

/// <summary>
/// Words of a ticket in whatever language: runs of letters, marks and digits after Unicode compatibility folding (NFKC) and lower-casing.
/// Scripts that are written without spaces give overlapping pairs of characters instead. There is no stop list and no stemmer: what is
/// common says little because of its weight, not because of its language.
/// </summary>
internal static class Tokens
{
    /// <summary>Characters of a ticket that are read; a pasted log says what it is about in its first pages.</summary>
    private const int ReadLength = 4000;

    private const int LongestWord = 40;

    /// <summary>Digits that an error code has at most; longer numbers are times, sizes and ticket numbers.</summary>
    private const int LongestCode = 5;

    public static IEnumerable<string> Of(string text)
    {
        var folded = Fold(text.Length > ReadLength ? text[..ReadLength] : text);
        var start = -1;
        for (var i = 0; i <= folded.Length; i++)
        {
            var inside = i < folded.Length && IsWord(folded[i]);
            if (inside && IsUnspaced(folded[i]))
            {
                if (start >= 0 && Word(folded, start, i) is { } before) yield return before;
                start = -1;
                if (i + 1 < folded.Length && IsUnspaced(folded[i + 1])) yield return folded.Substring(i, 2);
                continue;
            }
            if (inside && start < 0) start = i;
            if (inside || start < 0) continue;
            if (Word(folded, start, i) is { } word) yield return word;
            start = -1;
        }
    }

    private static string Fold(string text)
    {
        try
        {
            return text.Normalize(NormalizationForm.FormKC).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            // Half of a surrogate pair, from a field that was cut: still text.
            return text.ToLowerInvariant();
        }
    }

    private static string? Word(string text, int start, int end)
    {
        var length = end - start;
        if (length is < 2 or > LongestWord) return null;
        var digits = 0;
        for (var i = start; i < end; i++) if (char.IsDigit(text[i])) digits++;
        if (digits == length ? length is < 3 or > LongestCode : digits > LongestCode && digits * 2 > length) return null;
        return text.Substring(start, length);
    }

    private static bool IsWord(char c) => char.IsLetterOrDigit(c) || char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    /// <summary>Thai, Lao, Myanmar, Khmer, kana, Han.</summary>
    private static bool IsUnspaced(char c) =>
        c is (>= '\u0e00' and <= '\u0eff') or (>= '\u1000' and <= '\u109f') or (>= '\u1780' and <= '\u17ff') or (>= '\u3040' and <= '\u30ff') or (>= '\u3400' and <= '\u9fff');
}
