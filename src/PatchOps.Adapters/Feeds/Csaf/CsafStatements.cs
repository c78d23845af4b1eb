using PatchOps.Adapters.Feeds.Json;
using PatchOps.Adapters.Feeds.Osv;
using PatchOps.Core.Intake;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.Csaf;

/// <summary>Gathers what one vulnerability says about each product, then states each package once: architectures differ only in name.</summary>
internal sealed class CsafStatements
{
    private readonly Dictionary<string, string> _justifications = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _explanations = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string? Patch, bool? Restart, string? Url)> _fixes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PatchFact> _patches = new(StringComparer.Ordinal);
    private readonly HashSet<(string, string?, string?, ProductStatus, string?)> _stated = [];
    private readonly List<AffectedProduct> _products = [];
    private readonly string _id;

    public CsafStatements(CsafFrame frame, string id)
    {
        Frame = frame;
        _id = id;
    }

    public CsafFrame Frame { get; }

    public IReadOnlyList<AffectedProduct> Products => _products;

    public void Justify(string product, string? label)
    {
        if (label is not null) _justifications[product] = label;
    }

    public void Explain(string product, string? text)
    {
        if (text is not null) _explanations.TryAdd(product, text);
    }

    public void Fix(string product, string? patch, bool? restart, string? url) => _fixes[product] = (patch, restart, url);

    /// <summary>States one product; one that the tree does not list is kept under its id.</summary>
    public void State(string id, ProductStatus status)
    {
        if (id.Length == 0) throw new RecordException("product_status holds an empty product id");
        var product = Frame.Products.Find(id) ?? new CsafProduct(id, id);
        var purl = product.Purl;
        var version = purl?.FullVersion ?? (purl is null ? product.Version : null);
        var name = purl?.PackageName ?? product.Product ?? product.Name;
        if (string.IsNullOrEmpty(name)) name = id;
        var platform = product.Platform?.Name;
        if (!_stated.Add((name, version ?? product.Range, platform, status, product.Platform?.Cpe))) return;
        var ranges = new List<VersionRange>();
        var versions = new List<string>();
        var patches = new List<string>();
        var statement = _explanations.GetValueOrDefault(id);
        _fixes.TryGetValue(id, out var fix);
        if (status == ProductStatus.Fixed && version is not null && purl is { IsDistribution: true })
        {
            // A distribution's fixed build says that all before it are affected.
            status = ProductStatus.Affected;
            ranges.Add(new VersionRange(RangeKind.Ecosystem, [new(VersionEventKind.Introduced, "0"), new(VersionEventKind.Fixed, version)]) { Scheme = purl.Type });
            patches.Add(Patch(purl.Type, purl.IsSource ? purl.Name : Frame.Products.SourceOf(version), version, fix));
        }
        else if (product.Range is { } text)
        {
            if (CsafRange.Parse(text) is { } range) ranges.Add(range);
            else
            {
                // A range that cannot be read must not become "every version".
                if (status == ProductStatus.Affected) status = ProductStatus.Unknown;
                statement = statement is null ? text : $"{text}: {statement}";
            }
        }
        else if (version is not null) versions.Add(version);
        if (fix.Patch is not null) patches.Add(fix.Patch);
        _products.Add(new AffectedProduct(Ecosystem(product), name)
        {
            IsSourcePackage = purl is { IsSource: true } || (purl is { Type: "deb" } && !purl.Qualifiers.ContainsKey("arch")),
            Vendor = product.Vendor,
            Purl = product.PurlText,
            Cpe = product.Platform?.Cpe ?? product.Cpe,
            Platform = platform,
            Status = status,
            Justification = _justifications.GetValueOrDefault(id),
            Statement = statement,
            Ranges = ranges,
            Versions = versions,
            Patches = patches,
        });
    }

    public void AddPatches(Dictionary<string, PatchFact> patches)
    {
        foreach (var (id, fact) in _patches)
        {
            if (!patches.TryGetValue(id, out var known)) patches[id] = fact;
            else if (!known.Cves.Contains(_id)) patches[id] = known with { Cves = [.. known.Cves, _id] };
        }
    }

    private string Patch(string type, string? source, string version, (string? Patch, bool? Restart, string? Url) fix)
    {
        var id = source is null ? Frame.DocumentId : type switch
        {
            "rpm" => PatchIds.Rpm(source, version),
            "deb" => PatchIds.Deb(source, version),
            _ => Frame.DocumentId,
        };
        if (!_patches.ContainsKey(id))
        {
            _patches[id] = new PatchFact(id)
            {
                FixedVersion = source is null ? null : version, RebootRequired = fix.Restart, Url = fix.Url, Cves = [_id], Products = source is null ? [] : [source],
            };
        }
        return id;
    }

    private static string Ecosystem(CsafProduct product)
    {
        var ecosystem = product.Purl?.Ecosystem ?? "";
        // OSV names Red Hat's streams by the CPE of the product they ship in.
        if (ecosystem == "Red Hat" && product.Platform?.Cpe is { } cpe && cpe.IndexOf("redhat:", StringComparison.Ordinal) is > 0 and var at) return $"Red Hat:{cpe[(at + 7)..]}";
        return ecosystem.Length > 0 && OsvEcosystem.Family(ecosystem).Length > 0 ? ecosystem : "";
    }
}
