using System.Globalization;
using System.Text.Json;
using PatchOps.Adapters.Feeds.Input;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.OpenVex;

/// <summary>One OpenVEX document.</summary>
/// <remarks>OpenVEX specification 0.2.0.</remarks>
internal sealed class OpenVexParser : JsonDomParser
{
    private static readonly byte[][] Firsts = ["@context"u8.ToArray()];

    public OpenVexParser(FeedContext context) : base(context)
    {
    }

    public override IReadOnlyList<byte[]> FirstKeys => Firsts;

    protected override void Parse(JsonElement e, string? key, List<FeedItem> items)
    {
        var id = e.Text("@id");
        CurrentId = id;
        if (string.IsNullOrWhiteSpace(id)) throw new RecordException("@id is missing");
        var author = e.Text("author") ?? "";
        var published = e.Date("timestamp");
        var modified = e.Date("last_updated") ?? published;
        var asOf = modified ?? Context.FallbackDate;
        var source = "openvex:" + (author.Length == 0 ? "unknown" : author.ToLowerInvariant());
        var vulnerabilities = new List<VulnerabilityRecord>();
        foreach (var statement in e.Objects("statements"))
        {
            var name = Name(statement, out var aliases);
            var products = new List<AffectedProduct>();
            var inherited = e.Find("products", out _) ? e : default;
            foreach (var product in Products(statement.Find("products", out _) ? statement : inherited)) Product(product, statement, products);
            vulnerabilities.Add(new VulnerabilityRecord(source, name, string.Create(CultureInfo.InvariantCulture, $"{id}/{name}#{vulnerabilities.Count + 1}"))
            {
                Trust = TrustRank.VendorVex,
                AsOf = statement.Date("last_updated") ?? statement.Date("timestamp") ?? asOf,
                Aliases = aliases,
                Affected = products,
            });
        }
        items.Add(FeedItem.Of(new AdvisoryRecord(source, id)
        {
            Trust = TrustRank.VendorVex,
            AsOf = asOf,
            Revision = e.Plain("version"),
            Published = published,
            Modified = modified,
            Publisher = author,
            Vulnerabilities = vulnerabilities,
        }));
    }

    private static string Name(JsonElement statement, out string[] aliases)
    {
        aliases = [];
        string? name = null;
        if (statement.Find("vulnerability", out var vulnerability))
        {
            if (vulnerability.ValueKind == JsonValueKind.String) name = vulnerability.GetString();
            else if (vulnerability.ValueKind == JsonValueKind.Object)
            {
                name = vulnerability.Text("name") ?? vulnerability.Text("@id");
                aliases = vulnerability.Texts("aliases");
            }
            else throw Dom.Wrong("vulnerability", vulnerability, "a name or an object");
        }
        return string.IsNullOrWhiteSpace(name) ? throw new RecordException("a statement names no vulnerability") : name;
    }

    private static IEnumerable<JsonElement> Products(JsonElement e)
    {
        foreach (var product in e.Elements("products")) yield return product;
    }

    private static void Product(JsonElement product, JsonElement statement, List<AffectedProduct> output)
    {
        var whole = Identity(product);
        var parts = product.ValueKind == JsonValueKind.Object ? product.Elements("subcomponents") : default;
        var any = false;
        foreach (var part in parts)
        {
            any = true;
            output.Add(Make(Identity(part), whole, statement));
        }
        if (!any) output.Add(Make(whole, null, statement));
    }

    private static string Identity(JsonElement e)
    {
        var id = e.ValueKind switch
        {
            JsonValueKind.String => e.GetString(),
            JsonValueKind.Object => e.Object("identifiers").Text("purl") ?? e.Text("@id") ?? e.Object("identifiers").Text("cpe23"),
            _ => null,
        };
        return string.IsNullOrWhiteSpace(id) ? throw new RecordException("a product has no identity") : id;
    }

    private static AffectedProduct Make(string id, string? platform, JsonElement statement)
    {
        var purl = PackageUrl.Parse(id);
        var status = statement.Text("status") switch
        {
            "affected" => ProductStatus.Affected,
            "not_affected" => ProductStatus.NotAffected,
            "fixed" => ProductStatus.Fixed,
            "under_investigation" => ProductStatus.UnderInvestigation,
            var other => throw new RecordException($"status '{other}' is not one of affected, not_affected, fixed, under_investigation"),
        };
        return new AffectedProduct(purl?.Ecosystem ?? "", purl?.PackageName ?? id)
        {
            Purl = purl is null ? null : id,
            Cpe = id.StartsWith("cpe:", StringComparison.Ordinal) ? id : null,
            Platform = platform,
            Status = status,
            Justification = statement.Text("justification"),
            Statement = statement.Text("impact_statement") ?? statement.Text("action_statement"),
            Versions = purl?.FullVersion is { } version ? [version] : [],
        };
    }
}
