using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace PatchOps.Estate;

/// <summary>Small feeds in the layouts of their publishers. Values are real; the words are ours.</summary>
internal static class Feeds
{
    private const string KevDay = "2025-08-25";
    private const string EpssDay = "2026-08-09";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static IEnumerable<(string Name, string Text)> Contents()
    {
        yield return ("feeds/kev.json", Json(new
        {
            title = "Known exploited vulnerabilities, the part that concerns the example estate",
            catalogVersion = KevDay.Replace('-', '.'),
            dateReleased = KevDay + "T00:00:00.0000Z",
            count = Facts.Kev.Count,
            vulnerabilities = Facts.Kev.Select(k => new
            {
                cveID = k.Cve, vendorProject = k.Vendor, product = k.Product, vulnerabilityName = k.Name, dateAdded = k.Added,
                shortDescription = $"Attackers use this flaw in {k.Product}.", requiredAction = "Install the vendor's fix or stop using the product.",
                dueDate = k.Due, knownRansomwareCampaignUse = k.Ransomware, notes = "", cwes = Array.Empty<string>(),
            }),
        }));
        yield return ($"feeds/epss_scores-{EpssDay}.csv", Epss());
        yield return ("feeds/cve/nvd.json", Nvd());
        yield return ("feeds/cve/records.jsonl", Records());
        foreach (var advisory in Facts.Fixes.Where(f => f.Ecosystem != "Windows").GroupBy(f => f.Advisory, StringComparer.Ordinal))
            yield return ($"feeds/osv/{advisory.Key.Replace(':', '_')}.json", Osv(advisory.Key, [.. advisory]));
    }

    private static string Json(object value) => JsonSerializer.Serialize(value, Indented) + "\n";

    private static string Epss()
    {
        var text = new StringBuilder($"#model_version:not-recorded,score_date:{EpssDay}T00:00:00+0000\ncve,epss,percentile\n");
        foreach (var fact in Facts.Cves.Where(c => c.Epss is not null)) text.Append(fact.Cve).Append(',').Append(fact.Epss).Append(',').Append(fact.Percentile).Append('\n');
        return text.ToString();
    }

    private static string Nvd()
    {
        var own = Facts.Cves.Where(c => c.Rater == "nvd").ToArray();
        return Json(new
        {
            resultsPerPage = own.Length, startIndex = 0, totalResults = own.Length, format = "NVD_CVE", version = "2.0", timestamp = EpssDay + "T00:00:00.000",
            vulnerabilities = own.Select(c => new
            {
                cve = new
                {
                    id = c.Cve, sourceIdentifier = "nvd@nist.gov", published = c.Published + "T00:00:00.000", lastModified = c.Published + "T00:00:00.000", vulnStatus = "Analyzed",
                    descriptions = new[] { new { lang = "en", value = Words(c) } },
                    metrics = new Dictionary<string, object>
                    {
                        [c.Vector!.StartsWith("CVSS:3.0", StringComparison.Ordinal) ? "cvssMetricV30" : "cvssMetricV31"] = new[]
                        {
                            new { source = "nvd@nist.gov", type = "Primary", cvssData = new { version = c.Vector[5..8], vectorString = c.Vector, baseScore = c.Score, baseSeverity = Severity(c.Score!.Value) } },
                        },
                    },
                    references = Array.Empty<object>(),
                },
            }),
        });
    }

    /// <summary>CVE records, one a line, with the rating where its rater put it: the CNA's container or CISA's.</summary>
    private static string Records()
    {
        var text = new StringBuilder();
        foreach (var c in Facts.Cves.Where(c => c.Rater is "cna" or "adp"))
        {
            var name = c.Vector!.StartsWith("CVSS:3.0", StringComparison.Ordinal) ? "cvssV3_0" : "cvssV3_1";
            var metrics = new[]
            {
                new Dictionary<string, object> { [name] = new { version = c.Vector[5..8], vectorString = c.Vector, baseScore = c.Score, baseSeverity = Severity(c.Score!.Value) } },
            };
            var date = c.Published + "T00:00:00.000Z";
            var windows = Facts.Fixes.FirstOrDefault(f => f.Ecosystem == "Windows" && f.Cves.Contains(c.Cve));
            var cna = new Dictionary<string, object>
            {
                ["providerMetadata"] = new { orgId = "00000000-0000-4000-8000-000000000000", shortName = windows is null ? "example" : "microsoft" },
                ["descriptions"] = new[] { new { lang = "en", value = Words(c) } },
            };
            if (windows is not null)
                cna["affected"] = new[]
                {
                    new
                    {
                        vendor = "Microsoft", product = windows.Source, platforms = new[] { "x64-based Systems" },
                        versions = new[] { new { version = "10.0.0", lessThan = windows.Fixed, versionType = "custom", status = "affected" } },
                    },
                };
            if (c.Rater == "cna") cna["metrics"] = metrics;
            var containers = new Dictionary<string, object> { ["cna"] = cna };
            if (c.Rater == "adp")
                containers["adp"] = new[] { new { title = "CISA ADP Vulnrichment", providerMetadata = new { orgId = "134c704f-9b21-4f2e-91b3-4a467353bcc0", shortName = "CISA-ADP" }, metrics } };
            text.Append(JsonSerializer.Serialize(new
            {
                dataType = "CVE_RECORD", dataVersion = "5.1",
                cveMetadata = new { cveId = c.Cve, assignerOrgId = "00000000-0000-4000-8000-000000000000", state = "PUBLISHED", datePublished = date, dateUpdated = date },
                containers,
            }, OneLine)).Append('\n');
        }
        return text.ToString();
    }

    private static string Osv(string id, FixFact[] fixes)
    {
        var date = fixes[0].Published + "T00:00:00Z";
        var cves = fixes.SelectMany(f => f.Cves).Distinct(StringComparer.Ordinal).ToArray();
        return Json(new
        {
            schema_version = "1.7.0", id, published = date, modified = date,
            summary = $"{string.Join(", ", fixes.Select(f => f.Source).Distinct(StringComparer.Ordinal))}: security fix",
            details = $"Fixes {string.Join(", ", cves)}.",
            upstream = cves,
            affected = fixes.SelectMany(f => f.Packages.Select(package => new
            {
                package = new { ecosystem = f.Ecosystem, name = package },
                ranges = new[] { new { type = "ECOSYSTEM", events = new object[] { new { introduced = "0" }, new { @fixed = f.Fixed } } } },
            })),
        });
    }

    /// <summary>Where and with what effect, read off the vector.</summary>
    private static string Words(CveFact fact)
    {
        var sources = Facts.Fixes.Where(f => f.Cves.Contains(fact.Cve)).Select(f => f.Source).Distinct(StringComparer.Ordinal);
        var from = fact.Vector!.Contains("/AV:N", StringComparison.Ordinal) ? "over the network" : fact.Vector.Contains("/AV:A", StringComparison.Ordinal) ? "from a neighbouring network" : "by a local user";
        var effects = new (string Metric, string Text)[] { ("/C:", "reads data"), ("/I:", "changes data"), ("/A:", "stops the service") };
        var harm = effects.Where(e => !fact.Vector.Contains(e.Metric + "N", StringComparison.Ordinal)).Select(e => e.Text);
        return string.Create(CultureInfo.InvariantCulture, $"A flaw in {string.Join(" and ", sources)}, usable {from}: it {string.Join(", ", harm)}.");
    }

    /// <summary>Qualitative scale of CVSS 3.1, section 5.</summary>
    private static string Severity(double score) => score switch { >= 9 => "CRITICAL", >= 7 => "HIGH", >= 4 => "MEDIUM", > 0 => "LOW", _ => "NONE" };
}
