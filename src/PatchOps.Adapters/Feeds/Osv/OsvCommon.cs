using System.Text.Json;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.Osv;

/// <summary>What advisories and vulnerabilities in OSV have in common.</summary>
internal sealed class OsvCommon
{
    public OsvCommon(JsonElement e, string id, DateTimeOffset fallback, bool distribution)
    {
        Id = id;
        var end = id.AsSpan().IndexOfAny('-', ':', '_');
        Source = "osv:" + (end > 0 ? id[..end] : id).ToLowerInvariant();
        Trust = distribution ? TrustRank.VendorAdvisory : TrustRank.Ecosystem;
        Published = e.Date("published");
        Modified = e.Date("modified");
        Withdrawn = e.Date("withdrawn");
        AsOf = Withdrawn ?? Modified ?? Published ?? fallback;
        Severity = Word(e.Object("database_specific")) ?? Word(e.Object("ecosystem_specific"));
        References = e.Objects("references").Where(r => !string.IsNullOrEmpty(r.Text("url")))
            .Select(r => new Reference(r.Text("url")!, r.Text("type"))).ToArray();
    }

    public string Id { get; }

    public string Source { get; }

    public TrustRank Trust { get; }

    public DateTimeOffset? Published { get; }

    public DateTimeOffset? Modified { get; }

    public DateTimeOffset? Withdrawn { get; }

    public DateTimeOffset AsOf { get; }

    public string? Severity { get; }

    public Reference[] References { get; }

    /// <summary>Ratings of the record, then those of its packages; each vector once.</summary>
    public CvssFact[] Cvss(JsonElement e)
    {
        var facts = new List<CvssFact>();
        Add(e, facts);
        foreach (var entry in e.Objects("affected")) Add(entry, facts);
        return facts.ToArray();
    }

    private void Add(JsonElement e, List<CvssFact> facts)
    {
        foreach (var rating in e.Objects("severity"))
        {
            var vector = rating.Plain("score");
            var version = rating.Text("type") switch
            {
                "CVSS_V2" => "2.0",
                "CVSS_V3" => vector is not null && vector.StartsWith("CVSS:3.0", StringComparison.Ordinal) ? "3.0" : "3.1",
                "CVSS_V4" => "4.0",
                _ => null,
            };
            if (version is null || string.IsNullOrEmpty(vector)) continue;
            if (!facts.Exists(f => f.Vector == vector)) facts.Add(new CvssFact(Source, version, vector, null));
        }
    }

    private static string? Word(JsonElement own) =>
        own.Find("severity", out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
