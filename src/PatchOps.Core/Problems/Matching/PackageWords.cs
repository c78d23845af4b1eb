using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Problems.Matching;

/// <summary>
/// Whether a word in a ticket means the package of that name. <c>file</c>, <c>login</c> and <c>less</c> are packages and everyday words; what
/// tells them apart is where the word occurs, not a list of words: names with a digit or a hyphen count; others count where hardly any ticket
/// has the word, or where it keeps to the items that have the package.
/// </summary>
internal sealed class PackageWords
{
    private const int ShortestName = 3;
    private const int FewTexts = 3;
    private const double RareShare = 0.005;
    private const double KeepsTo = 0.9;
    private const double WidelyInstalled = 0.7;

    private readonly Dictionary<string, Use> uses = new(StringComparer.OrdinalIgnoreCase);
    private long texts;

    /// <param name="catalogue">Where the packages are installed, and what all tickets say.</param>
    /// <param name="words">Words that occur in tickets of interest and are names of packages.</param>
    public PackageWords(ICatalogue catalogue, IEnumerable<string> words)
    {
        foreach (var word in words)
            if (!IsDistinctive(word) && IsName(word)) uses.TryAdd(word, new Use());
        if (uses.Count == 0) return;
        foreach (var package in catalogue.InstalledPackages())
        {
            if (uses.TryGetValue(package.Package, out var use)) use.Assets.UnionWith(package.Assets);
            if (package.Source is { } source && uses.TryGetValue(source, out var sourced)) sourced.Assets.UnionWith(package.Assets);
        }
        foreach (var incident in catalogue.Incidents())
        {
            if (incident.Description is null) continue;
            texts++;
            foreach (var use in uses.Values) if (incident.ConfigurationItem is { } item && use.Assets.Contains(item)) use.TextsThere++;
            foreach (var word in TextMentions.Words(incident.Description).Distinct(StringComparer.OrdinalIgnoreCase))
            {
                if (!uses.TryGetValue(word, out var use)) continue;
                use.Mentions++;
                if (incident.ConfigurationItem is { } item && use.Assets.Contains(item)) use.MentionsThere++;
            }
        }
    }

    /// <summary>True where the word in a ticket means the package.</summary>
    public bool Means(string word)
    {
        if (IsDistinctive(word)) return true;
        if (!uses.TryGetValue(word, out var use) || texts == 0) return false;
        if (use.Mentions <= Math.Max(FewTexts, RareShare * texts)) return true;
        return use.MentionsThere >= KeepsTo * use.Mentions && use.TextsThere <= WidelyInstalled * texts;
    }

    /// <summary>A word that can be a package's name at all.</summary>
    public static bool IsName(string word) => word.Length >= ShortestName && char.IsAsciiLetterOrDigit(word[0]);

    private static bool IsDistinctive(string word) => IsName(word) && word.AsSpan().IndexOfAnyInRange('a', 'z') >= 0 && word.AsSpan().IndexOfAny("0123456789-+") >= 0;

    private sealed class Use
    {
        public HashSet<string> Assets { get; } = new(StringComparer.Ordinal);

        public long Mentions { get; set; }

        public long MentionsThere { get; set; }

        public long TextsThere { get; set; }
    }
}
