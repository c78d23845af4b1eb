using System.Diagnostics.CodeAnalysis;
using System.IO.Enumeration;
using System.Text;

namespace PatchOps.Core.Exposure.Cpe;

/// <summary>A CPE 2.3 name taken apart (NISTIR 7695, formatted strings).</summary>
public sealed class CpeName
{
    private const int Parts = 13, Version = 5, Update = 6;
    private readonly string[] parts;

    private CpeName(string[] parts, string text)
    {
        this.parts = parts;
        Text = text;
    }

    public string Text { get; }

    /// <summary><c>part:vendor:product</c> in lower case, as written: what statements are found by.</summary>
    public string Product => $"{parts[2]}:{parts[3]}:{parts[4]}".ToLowerInvariant();

    /// <summary>Version with its update where the name gives one (<c>1.2.3-rc1</c>); null where it does not.</summary>
    public string? FullVersion => parts[Version] is "*" or "-" ? null : parts[Update] is "*" or "-" ? Plain(parts[Version]) : $"{Plain(parts[Version])}-{Plain(parts[Update])}";

    public bool HasNoVersion => parts[Version] == "-";

    public static bool TryParse(string? text, [NotNullWhen(true)] out CpeName? name)
    {
        name = null;
        if (text is null || text.Length > 2_000 || !text.StartsWith("cpe:2.3:", StringComparison.OrdinalIgnoreCase)) return false;
        var parts = new List<string>(Parts);
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] == '\\')
            {
                i++;
                continue;
            }
            if (i < text.Length && text[i] != ':') continue;
            parts.Add(text[start..Math.Min(i, text.Length)]);
            start = i + 1;
        }
        if (parts.Count != Parts || parts.Exists(p => p.Length == 0)) return false;
        name = new CpeName([.. parts], text);
        return true;
    }

    /// <summary>The part of a name that <see cref="Product"/> is made of, as written, without taking the name apart: for names by the million.</summary>
    /// <returns>False exactly where <see cref="TryParse"/> finds no name.</returns>
    public static bool TryProduct(ReadOnlySpan<char> text, out ReadOnlySpan<char> product)
    {
        product = default;
        if (text.Length > 2_000 || !text.StartsWith("cpe:2.3:", StringComparison.OrdinalIgnoreCase)) return false;
        const int First = 8;
        var (part, start, end) = (2, First, 0);
        for (var i = First; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] == '\\')
            {
                i++;
                continue;
            }
            if (i < text.Length && text[i] != ':') continue;
            if (Math.Min(i, text.Length) == start) return false;
            if (part == 4) end = Math.Min(i, text.Length);
            part++;
            start = i + 1;
        }
        if (part != Parts) return false;
        product = text[First..end];
        return true;
    }

    /// <summary>Whether an installed product is one that this name means, its version aside (NISTIR 7696, attribute comparison).</summary>
    /// <returns>Null where this name asks for something that the installed name leaves open.</returns>
    public bool? Covers(CpeName installed)
    {
        ArgumentNullException.ThrowIfNull(installed);
        bool? result = true;
        for (var i = 2; i < Parts; i++)
        {
            if (i is Version or Update) continue;
            var (asked, given) = (parts[i], installed.parts[i]);
            if (asked == "*") continue;
            if (given == "*" && i > 4) result = null;
            else if (asked == "-" ? given != "-" : !Matches(asked, given)) return false;
        }
        return result;
    }

    /// <summary>Wildcards stand unescaped at the ends of a value; everything else is compared without its escapes.</summary>
    private static bool Matches(string asked, string given) =>
        asked.AsSpan().Trim("*?").Length < asked.Length && !asked.EndsWith("\\*", StringComparison.Ordinal) && !asked.EndsWith("\\?", StringComparison.Ordinal)
            ? FileSystemName.MatchesSimpleExpression(asked, given, ignoreCase: true)
            : Plain(asked).Equals(Plain(given), StringComparison.OrdinalIgnoreCase);

    private static string Plain(string value)
    {
        if (!value.Contains('\\', StringComparison.Ordinal)) return value;
        var plain = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '\\' && i + 1 < value.Length) i++;
            plain.Append(value[i]);
        }
        return plain.ToString();
    }

    public override string ToString() => Text;
}
