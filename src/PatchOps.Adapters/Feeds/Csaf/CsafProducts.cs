using System.Text.Json;
using PatchOps.Adapters.Feeds.Input;
using PatchOps.Adapters.Feeds.Json;

namespace PatchOps.Adapters.Feeds.Csaf;

/// <summary>One product of the tree with what its branches say about it.</summary>
internal sealed record CsafProduct(string Id, string Name)
{
    public string? Vendor { get; init; }

    public string? Product { get; init; }

    public string? Version { get; init; }

    public string? Range { get; init; }

    public string? Cpe { get; init; }

    public string? PurlText { get; init; }

    public PackageUrl? Purl { get; init; }

    /// <summary>The product within which it ships.</summary>
    public CsafProduct? Platform { get; init; }
}

/// <summary>The product tree of a CSAF document by product id.</summary>
internal sealed class CsafProducts
{
    private readonly Dictionary<string, CsafProduct> _products = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string[]> _groups = new(StringComparer.Ordinal);

    /// <summary>Source package by version, where the document lists exactly one; null where it lists several.</summary>
    private readonly Dictionary<string, string?> _sources = new(StringComparer.Ordinal);

    public CsafProducts(JsonElement tree)
    {
        foreach (var branch in tree.Objects("branches")) Branch(branch, new CsafProduct("", ""));
        foreach (var product in tree.Objects("full_product_names")) Add(product, new CsafProduct("", ""));
        foreach (var relationship in tree.Objects("relationships"))
        {
            var full = relationship.Object("full_product_name");
            if (full.Text("product_id") is not { Length: > 0 } id) throw new RecordException("a relationship has no product_id");
            var part = Find(relationship.Text("product_reference"));
            var whole = Find(relationship.Text("relates_to_product_reference"));
            if (part is null) continue;
            _products[id] = part with { Id = id, Platform = whole };
        }
        foreach (var group in tree.Objects("product_groups"))
        {
            if (group.Text("group_id") is { } id) _groups[id] = group.Texts("product_ids");
        }
        foreach (var product in _products.Values)
        {
            if (product.Purl is not { IsSource: true, FullVersion: { } version }) continue;
            var known = _sources.TryGetValue(version, out var other);
            _sources[version] = !known || other == product.Purl.Name ? product.Purl.Name : null;
        }
    }

    public CsafProduct? Find(string? id) => id is not null && _products.TryGetValue(id, out var product) ? product : null;

    /// <summary>The source package that has this version, where there is no doubt.</summary>
    public string? SourceOf(string version) => _sources.GetValueOrDefault(version);

    /// <summary>Product ids of <c>product_ids</c> and <c>group_ids</c> together.</summary>
    public IEnumerable<string> Ids(JsonElement e)
    {
        foreach (var id in e.Texts("product_ids")) yield return id;
        foreach (var group in e.Texts("group_ids"))
        {
            foreach (var id in _groups.GetValueOrDefault(group) ?? []) yield return id;
        }
    }

    private void Branch(JsonElement branch, CsafProduct above)
    {
        var name = branch.Text("name");
        var here = branch.Text("category") switch
        {
            "vendor" => above with { Vendor = name },
            "product_name" => above with { Product = name },
            "product_family" => above with { Product = above.Product ?? name },
            "product_version" or "service_pack" or "patch_level" => above with { Version = above.Version is null ? name : $"{above.Version} {name}" },
            "product_version_range" => above with { Range = name },
            _ => above,
        };
        if (branch.Object("product") is { ValueKind: JsonValueKind.Object } product) Add(product, here);
        foreach (var below in branch.Objects("branches")) Branch(below, here);
    }

    private void Add(JsonElement product, CsafProduct above)
    {
        if (product.Text("product_id") is not { Length: > 0 } id) throw new RecordException("a product has no product_id");
        var helper = product.Object("product_identification_helper");
        var purl = helper.Text("purl") ?? helper.Texts("purls").FirstOrDefault();
        _products[id] = above with
        {
            Id = id,
            Name = product.Text("name") ?? id,
            Cpe = helper.Text("cpe"),
            PurlText = purl,
            Purl = PackageUrl.Parse(purl),
        };
    }
}
