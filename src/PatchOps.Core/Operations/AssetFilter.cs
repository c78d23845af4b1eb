using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations;

/// <summary>Assets that a request names by id, name, alias or wildcard.</summary>
public sealed class AssetFilter
{
    private AssetFilter(HashSet<string>? ids, IReadOnlyList<string> missing)
    {
        Ids = ids;
        Missing = missing;
    }

    /// <summary>Ids of the assets named; null where none was, so that all are meant.</summary>
    public IReadOnlySet<string>? Ids { get; }

    /// <summary>Plain names that nobody has.</summary>
    public IReadOnlyList<string> Missing { get; }

    public static AssetFilter Resolve(ICatalogue catalogue, IReadOnlyList<string> names)
    {
        if (names.Count == 0) return new AssetFilter(null, []);
        var patterns = new Wildcard(names);
        var ids = catalogue.Assets().Where(a => patterns.Matches([a.Id, a.Name, .. a.Aliases])).Select(a => a.Id).ToHashSet(StringComparer.Ordinal);
        return new AssetFilter(ids, [.. patterns.Literals.Where(n => catalogue.ResolveAsset(n) is null)]);
    }

    public bool Matches(string id) => Ids is null || Ids.Contains(id);

    public static Failure NotFound(string name) =>
        new("AssetNotFound", FailureKind.NotFound, $"No asset '{name}' is in the store.", name, "See what there is with Get-PatchAsset, or import it with Import-PatchAsset.");
}
