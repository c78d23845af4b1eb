using PatchOps.Core.Versions;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Stacks;

/// <summary>
/// Versions as policy writes them: <c>&gt;= 8.0.3</c>, <c>&gt;= 5.15 &lt; 5.16 || &gt;= 6.1</c>, or a version alone. Comparisons beside each other all
/// hold, and <c>||</c> separates alternatives.
/// </summary>
public sealed class VersionRange
{
    private static readonly string[] Operators = [">=", "<=", "!=", ">", "<", "="];
    private readonly List<List<(string Operator, string Version)>> alternatives = [];

    private VersionRange()
    {
    }

    /// <summary>Every version.</summary>
    public static VersionRange Any { get; } = new();

    /// <param name="text">The range; null or blank: every version.</param>
    /// <exception cref="FailureException"><c>VersionRangeInvalid</c>.</exception>
    public static VersionRange Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return Any;
        var range = new VersionRange();
        foreach (var alternative in text.Split("||"))
        {
            var all = new List<(string, string)>();
            var words = alternative.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
            for (var i = 0; i < words.Length; i++)
            {
                var sign = Operators.FirstOrDefault(o => words[i].StartsWith(o, StringComparison.Ordinal));
                var version = sign is null ? words[i] : words[i][sign.Length..];
                if (version.Length == 0 && i + 1 < words.Length) version = words[++i];
                if (!IsVersion(version)) throw Invalid(text);
                all.Add((sign ?? "=", version));
            }
            // No version is two at once: who lists versions means one or the other.
            if (all.Count == 0 || all.Where(c => c.Item1 == "=").Skip(1).Any()) throw Invalid(text);
            range.alternatives.Add(all);
        }
        return range;
    }

    /// <summary>False also for versions that the scheme cannot order.</summary>
    public bool Contains(string version, IVersionScheme scheme) => alternatives.Count == 0 || alternatives.Any(all => all.TrueForAll(c => Holds(version, c.Operator, c.Version, scheme)));

    /// <summary>What nothing can be compared with would never match, and a rule that never matches allows everything.</summary>
    private static bool IsVersion(string text) => text.Length > 0 && char.IsAsciiLetterOrDigit(text[0]) && text.Any(char.IsAsciiDigit) && !text.AsSpan().ContainsAny("*<>=!|&()");

    private static bool Holds(string version, string sign, string bound, IVersionScheme scheme)
    {
        if (!scheme.TryValidate(version, out _) || !scheme.TryValidate(bound, out _)) return sign switch { "=" => version == bound, "!=" => version != bound, _ => false };
        var order = scheme.Compare(version, bound);
        return sign switch { ">=" => order >= 0, "<=" => order <= 0, ">" => order > 0, "<" => order < 0, "!=" => order != 0, _ => order == 0 };
    }

    private static FailureException Invalid(string text) => new("VersionRangeInvalid", FailureKind.InvalidInput, $"'{text}' is no range of versions.", text, "Write '>= 8.0.3', '>= 5.15 < 5.16 || >= 6.1', a version, or several with || between them.");
}
