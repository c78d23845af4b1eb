using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.Cvrf;

/// <summary>One vulnerability as CVRF writes it, whether in XML or JSON.</summary>
internal sealed class CvrfEntry
{
    public string? Cve { get; set; }

    public string? Title { get; set; }

    public string? Description { get; set; }

    public DateTimeOffset? Released { get; set; }

    public DateTimeOffset? Revised { get; set; }

    public List<string> Cwes { get; } = [];

    public List<(ProductStatus Status, string Product)> Products { get; } = [];

    public List<(string Kind, string Text, string[] Products)> Threats { get; } = [];

    public List<(double? Score, string Vector)> Scores { get; } = [];

    public List<CvrfFix> Fixes { get; } = [];
}

/// <summary>A vendor fix.</summary>
/// <param name="Description">With Microsoft the article's number.</param>
/// <param name="Url">Where it is.</param>
/// <param name="Supersedes">What it replaces, as published.</param>
/// <param name="Restart">Yes, No or Maybe.</param>
/// <param name="Kind">Security Update, Monthly Rollup …</param>
/// <param name="FixedBuild">The version after it.</param>
/// <param name="Products">Ids of products; none means all.</param>
internal sealed record CvrfFix(
    string? Description, string? Url, string? Supersedes, string? Restart, string? Kind, string? FixedBuild, string[] Products);

/// <summary>What holds for a whole CVRF document.</summary>
internal sealed class CvrfFrame
{
    public string Id { get; set; } = "";

    public string Source { get; set; } = "cvrf";

    public DateTimeOffset? Published { get; set; }

    public DateTimeOffset? Modified { get; set; }

    /// <summary>Product name and CPE by product id.</summary>
    public Dictionary<string, (string Name, string? Cpe)> Products { get; } = new(StringComparer.Ordinal);

    /// <summary>Ids stated so far: a document may name one CVE twice.</summary>
    public Dictionary<string, int> Stated { get; } = new(StringComparer.Ordinal);
}
