using PatchOps.Core.Exposure.Supersedence;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Exposure.Windows;

/// <summary>Puts together what sources say of articles (KB), and closes their chains.</summary>
public static class Articles
{
    /// <summary>Views of articles, in order.</summary>
    /// <param name="wanted">Asked of the article's id.</param>
    public static IEnumerable<PatchArticle> All(ICatalogue catalogue, Func<string, bool> wanted)
    {
        ArgumentNullException.ThrowIfNull(catalogue);
        var facts = catalogue.Patches("KB*").GroupBy(p => p.Id, StringComparer.OrdinalIgnoreCase).OrderBy(g => g.Key, StringComparer.Ordinal).ToList();
        var cves = facts.ToDictionary(g => g.Key, g => g.SelectMany(p => p.Cves).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal).ToArray(), StringComparer.OrdinalIgnoreCase);
        var all = new SupersedenceGraph(facts.SelectMany(g => g.SelectMany(p => p.Supersedes.Select(s => new SupersedenceEdge(g.Key, s)))), facts.Select(g => g.Key));
        foreach (var article in facts.Where(g => wanted(g.Key)))
        {
            var older = all.Supersedes(article.Key);
            var around = older.Append(article.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
            yield return new PatchArticle
            {
                Id = article.Key, Kind = First(article, p => p.Kind), Released = article.Min(p => p.Released), Url = First(article, p => p.Url),
                Fixes = cves[article.Key], Supersedes = older, SupersededBy = all.SupersededBy(article.Key),
                AlsoFixes = [.. older.SelectMany(o => cves.GetValueOrDefault(o, [])).Except(cves[article.Key], StringComparer.OrdinalIgnoreCase).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal)],
                RebootRequired = article.Any(p => p.RebootRequired == true) ? true : article.All(p => p.RebootRequired == false) ? false : null,
                Exploitability = Worst(cves[article.Key].SelectMany(c => catalogue.Vulnerability(c)).Select(v => v.Exploitation).OfType<string>()),
                FixedBuilds = [.. article.Select(p => p.FixedVersion).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
                Products = [.. article.SelectMany(p => p.Products).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
                Gaps = [.. all.Gaps.Where(g => g.Articles.Any(around.Contains)).Select(g => g.ToString())],
            };
        }
    }

    private static string? First(IEnumerable<PatchFact> facts, Func<PatchFact, string?> of) => facts.Select(of).FirstOrDefault(v => !string.IsNullOrEmpty(v));

    /// <summary>Microsoft's words (<c>Exploited:Yes;Latest Software Release:Exploitation More Likely</c>), worst first.</summary>
    private static string? Worst(IEnumerable<string> words) => words.MinBy(w =>
        w.Contains("Exploited:Yes", StringComparison.OrdinalIgnoreCase) || w.Contains("Exploitation Detected", StringComparison.OrdinalIgnoreCase) ? 0
        : w.Contains("More Likely", StringComparison.OrdinalIgnoreCase) ? 1
        : w.Contains("Less Likely", StringComparison.OrdinalIgnoreCase) ? 2
        : 3);
}
