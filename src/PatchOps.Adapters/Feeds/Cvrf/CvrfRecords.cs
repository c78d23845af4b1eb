using System.Globalization;
using System.Text.RegularExpressions;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.Cvrf;

/// <summary>From CVRF's own terms to a record.</summary>
internal static partial class CvrfRecords
{
    /// <exception cref="RecordException">It names no vulnerability.</exception>
    public static VulnerabilityRecord Make(CvrfEntry entry, CvrfFrame frame, DateTimeOffset fallback)
    {
        var id = string.IsNullOrWhiteSpace(entry.Cve) ? entry.Title : entry.Cve.Trim();
        if (string.IsNullOrWhiteSpace(id)) throw new RecordException("the vulnerability has neither a CVE nor a title");
        if (id.StartsWith("CVE-", StringComparison.Ordinal) && !CveIds.IsValid(id)) throw new RecordException($"'{id}' is not a CVE id");
        var key = frame.Id.Length == 0 ? id : $"{frame.Id}/{id}";
        var times = frame.Stated[key] = frame.Stated.GetValueOrDefault(key) + 1;
        if (times > 1) key = string.Create(CultureInfo.InvariantCulture, $"{key}#{times}");
        var modified = entry.Revised ?? frame.Modified;
        return new VulnerabilityRecord(frame.Source, id, key)
        {
            Trust = TrustRank.VendorAdvisory,
            Title = entry.Title,
            Description = entry.Description,
            Published = entry.Released ?? frame.Published,
            Modified = modified,
            AsOf = modified ?? entry.Released ?? frame.Published ?? fallback,
            Severity = entry.Threats.Where(t => t.Kind is "Severity").Select(t => t.Text).FirstOrDefault()
                ?? entry.Threats.Where(t => t.Kind is "Impact" && t.Text.Length < 20).Select(t => t.Text).FirstOrDefault(),
            Exploitation = entry.Threats.Where(t => t.Kind is "Exploit Status").Select(t => t.Text).FirstOrDefault(),
            Cwes = entry.Cwes.Where(c => c.StartsWith("CWE-", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).ToArray(),
            Cvss = entry.Scores.Where(s => s.Score is not null || s.Vector.Length > 0).Distinct()
                .Select(s => new CvssFact(frame.Source, VersionOf(s.Vector), s.Vector, s.Score)).ToArray(),
            Affected = entry.Products.Distinct().Select(p => Product(p.Product, p.Status, entry, frame)).ToArray(),
            Patches = entry.Fixes.Where(f => Article(f) is not null).GroupBy(f => Article(f)!, StringComparer.Ordinal).Select(g => Patch(g, id, frame, entry)).ToArray(),
        };
    }

    private static AffectedProduct Product(string product, ProductStatus status, CvrfEntry entry, CvrfFrame frame)
    {
        var (name, cpe) = frame.Products.TryGetValue(product, out var known) ? known : (product, null);
        var fixes = entry.Fixes.Where(f => f.Products.Length == 0 || f.Products.Contains(product)).ToArray();
        var builds = status == ProductStatus.Affected
            ? fixes.Select(f => f.FixedBuild).OfType<string>().Where(b => b.Length > 0 && char.IsAsciiDigit(b[0])).Distinct(StringComparer.Ordinal).ToArray() : [];
        var microsoft = frame.Source == "cvrf:microsoft";
        return new AffectedProduct(microsoft && name.StartsWith("Windows", StringComparison.Ordinal) ? "Windows" : "", name)
        {
            Vendor = microsoft ? "Microsoft" : null,
            Cpe = string.IsNullOrEmpty(cpe) ? null : cpe,
            Status = status,
            // Several builds for one product are alternatives by servicing branch: each stands in a range of its own.
            Ranges = Array.ConvertAll(builds, b => new VersionRange(
                microsoft ? RangeKind.Ecosystem : RangeKind.Custom, [new(VersionEventKind.Introduced, "0"), new(VersionEventKind.Fixed, b)])
            { Scheme = microsoft ? "windows" : null }),
            Patches = fixes.Select(Article).OfType<string>().Distinct(StringComparer.Ordinal).ToArray(),
        };
    }

    private static PatchFact Patch(IGrouping<string, CvrfFix> fixes, string id, CvrfFrame frame, CvrfEntry entry)
    {
        var restarts = fixes.Select(f => f.Restart?.Trim().ToUpperInvariant()).ToArray();
        return new PatchFact(fixes.Key)
        {
            Kind = fixes.Select(f => f.Kind).FirstOrDefault(k => !string.IsNullOrEmpty(k)),
            Url = fixes.Select(f => f.Url).FirstOrDefault(u => !string.IsNullOrEmpty(u)),
            Released = entry.Released ?? frame.Published,
            Supersedes = fixes.SelectMany(f => Numbers().Matches(f.Supersedes ?? "").Select(m => PatchIds.Kb(m.Value)))
                .Where(k => k != fixes.Key).Distinct(StringComparer.Ordinal).ToArray(),
            RebootRequired = restarts.Contains("YES") ? true : restarts.Contains("MAYBE") ? null : restarts.Contains("NO") ? false : null,
            FixedVersion = fixes.Select(f => f.FixedBuild).FirstOrDefault(b => !string.IsNullOrEmpty(b)),
            Products = fixes.SelectMany(f => f.Products).Distinct(StringComparer.Ordinal)
                .Select(p => frame.Products.TryGetValue(p, out var known) ? known.Name : p).ToArray(),
            Cves = [id],
        };
    }

    /// <summary>CVRF 1.1, section 5.5.1: the words of product statuses.</summary>
    public static ProductStatus StatusOf(string? type) => type switch
    {
        "Known Affected" or "First Affected" or "Last Affected" => ProductStatus.Affected,
        "Fixed" or "First Fixed" => ProductStatus.Fixed,
        "Known Not Affected" => ProductStatus.NotAffected,
        "Under Investigation" => ProductStatus.UnderInvestigation,
        _ => ProductStatus.Unknown,
    };

    /// <summary>The article that a fix is, where its description is a number.</summary>
    private static string? Article(CvrfFix fix)
    {
        var text = fix.Description?.Trim() ?? "";
        if (text.StartsWith("KB", StringComparison.OrdinalIgnoreCase)) text = text[2..].Trim();
        return text.Length is >= 6 and <= 8 && text.All(char.IsAsciiDigit) ? PatchIds.Kb(text) : null;
    }

    private static string VersionOf(string vector) =>
        vector.StartsWith("CVSS:", StringComparison.Ordinal) && vector.IndexOf('/', StringComparison.Ordinal) is > 5 and var slash ? vector[5..slash]
        : vector.Contains("/Au:", StringComparison.Ordinal) ? "2.0" : vector.Contains("/PR:", StringComparison.Ordinal) ? "3.0" : "";

    [GeneratedRegex(@"(?<!\d)\d{6,8}(?!\d)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Numbers();
}
