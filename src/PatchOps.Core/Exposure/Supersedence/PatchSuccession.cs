using System.Collections.Concurrent;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;

namespace PatchOps.Core.Exposure.Supersedence;

/// <summary>Which patches contain which older ones: later versions of a distribution's package, and articles that supersede others. Safe to ask from several threads.</summary>
public sealed class PatchSuccession(ICatalogue catalogue)
{
    private static readonly string[] Versioned = ["deb:", "rpm:"];

    private readonly Lazy<List<PatchFact>> facts = new(() => [.. catalogue.Patches("KB*")]);
    private readonly ConcurrentDictionary<string, SupersedenceGraph> chains = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<(string? Product, string Article), HashSet<string>> successors = [];

    /// <summary>True for the id of a Microsoft article.</summary>
    public static bool IsArticle(string patch) => patch.StartsWith("KB", StringComparison.OrdinalIgnoreCase);

    /// <summary>The articles of one product: an update may supersede another on one release and not on the next.</summary>
    /// <param name="product">Operating system; null for all.</param>
    public SupersedenceGraph Articles(string? product) => chains.GetOrAdd(product ?? "", static (_, of) => new SupersedenceGraph(
        of.Facts.Where(p => p.Products.Count == 0 || of.Product is null || p.Products.Contains(of.Product, StringComparer.OrdinalIgnoreCase)).SelectMany(p => p.Supersedes.Select(s => new SupersedenceEdge(p.Id, s)))),
        (Facts: facts.Value, Product: product));

    /// <summary>True where whoever has the one patch has what the other brought.</summary>
    /// <param name="newer">Patch id.</param>
    /// <param name="older">Another.</param>
    /// <param name="product">Operating system of the host; null where it does not matter.</param>
    public bool Replaces(string newer, string older, string? product)
    {
        if (IsArticle(older)) return IsArticle(newer) && successors.GetOrAdd((product, older), Successors).Contains(newer);
        return IsLaterVersion(newer, older);
    }

    /// <summary>True for two fixes of one package of a distribution, the first of which is the newer.</summary>
    public static bool IsLaterVersion(string newer, string older)
    {
        if (!Array.Exists(Versioned, v => older.StartsWith(v, StringComparison.Ordinal))) return false;
        var at = older.LastIndexOf('/') + 1;
        return at > 0 && newer.Length > at && string.CompareOrdinal(older, 0, newer, 0, at) == 0 && newer.IndexOf('/', at) < 0
            && FixOrder.Compare(null, older, newer[at..], older[at..]) > 0;
    }

    private HashSet<string> Successors((string? Product, string Article) of) => new(Articles(of.Product).SupersededBy(of.Article), StringComparer.OrdinalIgnoreCase);
}
