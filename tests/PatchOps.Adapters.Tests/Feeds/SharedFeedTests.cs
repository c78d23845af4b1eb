using PatchOps.Adapters.Feeds;
using PatchOps.Core.Intake;
using PatchOps.Domain.Facts;
using PatchOps.Tests;

namespace PatchOps.Adapters.Tests.Feeds;

public class SharedFeedTests
{
    [SkippableFact]
    public void The_KEV_catalogue_is_the_same_in_JSON_and_CSV()
    {
        var json = FeedText.ReadFile(SharedData.Require("kev/known_exploited_vulnerabilities.json")).Records<KevRecord>();
        var csv = FeedText.ReadFile(SharedData.Require("kev/known_exploited_vulnerabilities.csv")).Records<KevRecord>();
        Assert.Equal(1404, json.Count);
        // Only JSON has the document's date, from which the mark of ransomware use counts; a CSV has that of the file.
        Assert.Equal(json.Select(k => k with { RansomwareSeen = null }), csv.Select(k => k with { RansomwareSeen = null }));
        Assert.Contains(json, k => k.Ransomware);
        Assert.All(json, k => Assert.Equal(k.Ransomware ? new DateOnly(2025, 8, 25) : null, k.RansomwareSeen));
    }

    [SkippableTheory]
    [InlineData("epss_scores-2025-03-16.csv.gz", 282_043, "2025-03-16")]
    [InlineData("epss_scores-2026-08-09.csv.gz", 356_353, "2026-08-09")]
    [InlineData("raw-emba-CVE_2026_EPSS.csv.gz", 44_129, null)]
    public void An_EPSS_day_has_all_its_rows(string name, int rows, string? day)
    {
        var path = SharedData.Require("epss/" + name);
        var batches = FeedText.ReadFile(path).Records<EpssBatch>();
        Assert.Equal(rows, batches.Sum(b => b.Items));
        var expected = day is null ? DateOnly.FromDateTime(File.GetLastWriteTimeUtc(path)) : DateOnly.Parse(day);
        Assert.All(batches, b => Assert.Equal(expected, b.Date));
        Assert.True(batches.TrueForAll(b => b.Probabilities.Concat(b.Percentiles).All(p => p is >= 0 and <= 1)));
    }

    [SkippableFact]
    public void NVD_2_0_and_1_1_say_the_same_of_2023()
    {
        var old = FeedText.ReadFile(SharedData.Require("nvd/nvdcve-1.1-2023.json.gz")).Records<VulnerabilityRecord>();
        var shaped = FeedText.ReadFile(SharedData.Require("nvd/nvd-2.0-shaped-2023.json.gz")).Records<VulnerabilityRecord>();
        Assert.Equal(9503, old.Count);
        Assert.Equal(9503, shaped.Count);
        foreach (var (a, b) in old.Zip(shaped))
        {
            Assert.Equal(a.Id, b.Id);
            Assert.Equal(a.Status, b.Status);
            Assert.Equal(a.Description, b.Description);
            Assert.Equal(a.Published, b.Published);
            Assert.Equal(a.Modified, b.Modified);
            Assert.Equal(a.Cwes, b.Cwes);
            Assert.Equal(a.References, b.References);
            Assert.Equal(a.Cvss.OrderBy(c => c.Version), b.Cvss.OrderBy(c => c.Version));
            Assert.Equal(a.Cpe?.Matches.Select(m => m.Criteria), b.Cpe?.Matches.Select(m => m.Criteria));
        }
    }

    [SkippableTheory]
    [InlineData("nvd/nvdcve-1.1-modified.json.gz", 1444)]
    [InlineData("nvd/nvdcve-1.1-recent.json.gz", 625)]
    [InlineData("nvd/nvd-2.0-genuine-records.jsonl.gz", 65)]
    [InlineData("nvd/anchore-nvd-overrides-2024-2026.jsonl.gz", 14_792)]
    [InlineData("cve/cve5-random-10000.jsonl.gz", 10_000)]
    [InlineData("cve/microsoft-patch-tuesday-2024-04-09.jsonl.gz", 147)]
    [InlineData("osv/golang-vulndb.jsonl.gz", 2148)]
    [InlineData("osv/bitnami-vulndb.jsonl.gz", 3744)]
    [InlineData("osv/almalinux9-errata.jsonl.gz", 1783)]
    public void Every_published_record_is_read(string relative, int count)
    {
        var items = FeedText.ReadFile(SharedData.Require(relative));
        Assert.Empty(items.Where(i => i.Rejected is not null).Select(i => i.Rejected!.ToString()));
        Assert.Equal(count, items.Count);
    }

    [SkippableFact]
    public void CVE_records_carry_the_assessments_of_CISA()
    {
        var records = FeedText.ReadFile(SharedData.Require("cve/cve5-random-10000.jsonl.gz")).Records<VulnerabilityRecord>();
        Assert.Equal(24, records.Count(r => r.Status == VulnerabilityStatus.Rejected));
        Assert.Equal(9976, records.Count(r => r.Ssvc is not null));
        Assert.All(records.Where(r => r.Status == VulnerabilityStatus.Rejected), r => Assert.Empty(r.Affected));
    }

    [SkippableFact]
    public void The_folders_of_the_first_pipeline_hold_feeds_and_say_what_is_left_out()
    {
        string[] folders = [SharedData.Require("kev"), SharedData.Require("epss"), SharedData.Require("nvd")];
        var found = FeedFiles.Expand(folders).ToList();
        Assert.Equal(
            ["kev-epss-monthly-2025-09..2026-08.tar.xz", "known_exploited_vulnerabilities_schema.json", "nvd_cve_feed_json_1.1.schema.json"],
            found.Where(f => f.File is null).Select(f => Path.GetFileName(f.Failure!.Target!)).Order(StringComparer.Ordinal));
        Assert.All(found.Where(f => f.File is null), f => Assert.True(f.IsWarning));
        Assert.Equal(2 + 3 + 6 + 24, found.Count(f => f.File is not null));
        foreach (var file in found.Select(f => f.File).OfType<FeedFile>())
        {
            Assert.Empty(file.Read(file.Context(default)).Where(i => i.Rejected is not null).Select(i => $"{file.Path} {i.Rejected}"));
        }
    }
}
