using PatchOps.Core.Exposure;
using PatchOps.Core.Intake;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Tests.Exposure;

/// <summary>A question about one vulnerability reads only what concerns it, and answers what the whole estate would.</summary>
public sealed class NamedExposureTests : IAsyncLifetime
{
    private const string Server = "Windows Server 2022";
    private readonly ExposureEstate estate = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();

    [Fact]
    public void One_vulnerability_is_answered_as_in_the_answer_about_all()
    {
        Fill();
        var exposure = new EstateExposure(estate.Catalogue, ExposureEstate.Day.AddDays(1));
        var all = exposure.Findings().ToList();
        var ids = estate.Catalogue.VulnerabilityIds(null).Append("CVE-2026-9999").ToList();
        Assert.Equal(9, ids.Count);
        foreach (var id in ids)
        {
            foreach (var assets in (IReadOnlySet<string>?[])[null, new HashSet<string> { "web01", "win01" }])
            {
                var filter = new FindingFilter { Cve = c => string.Equals(c, id, StringComparison.OrdinalIgnoreCase), Named = [id], Assets = assets };
                Assert.Equal(all.Where(filter.Takes).OrderBy(Key, StringComparer.Ordinal), exposure.Findings(filter).OrderBy(Key, StringComparer.Ordinal));
            }
        }
        Assert.Equal(["Affected", "Fixed", "NotAffected"], all.Select(f => f.Status.ToString()).Distinct().Order(StringComparer.Ordinal));
        static string Key(Finding f) => $"{f.Asset} {f.Package} {f.InstalledVersion} {f.Cve} {f.Patch} {f.Evidence}";
    }

    [Fact]
    public async Task A_vulnerability_is_found_by_any_of_its_names()
    {
        Fill();
        var finding = Assert.Single(await estate.AskAsync(new GetExposureRequest { Cve = ["ghsa-aaaa-bbbb-cccc"] }));
        Assert.Equal(("CVE-2026-0002", "lodash"), (finding.Cve, finding.Package));
        Assert.Equal("CVE-2026-0002", Assert.Single(estate.Catalogue.VulnerabilityIds("GHSA-aaaa-*")));
    }

    private void Fill()
    {
        estate.Store(
            Stated("debian-tracker", "CVE-2026-0001", "Debian:12", "openssl", "3.0.11-2", source: true),
            Stated("osv:ghsa", "CVE-2026-0002", "npm", "lodash", "4.17.21") with { Aliases = ["GHSA-aaaa-bbbb-cccc"] },
            Stated("debian-tracker", "CVE-2026-0003", "Debian:12", "bash", "5.2.15-3"),
            Stated("debian-tracker", "CVE-2026-0004", "Debian:12", "bash", "5.2.15-4"),
            new VulnerabilityRecord("nvd", "CVE-2026-0005") { Trust = TrustRank.Nvd, AsOf = ExposureEstate.Day, Cpe = new CpeTree([new(-1, CpeOperator.Or, false)], [new(0, true, "cpe:2.3:a:acme:app:*:*:*:*:*:*:*:*", null, false, "2.0", false)]) },
            new VulnerabilityRecord("nvd", "CVE-2026-0001") { Trust = TrustRank.Nvd, AsOf = ExposureEstate.Day, Cpe = new CpeTree([new(-1, CpeOperator.Or, false)], [new(0, true, "cpe:2.3:a:openssl:openssl:*:*:*:*:*:*:*:*", null, false, "3.1", false)]) },
            new VulnerabilityRecord("cvrf:microsoft", "CVE-2026-0006")
            {
                Trust = TrustRank.VendorAdvisory, AsOf = ExposureEstate.Day,
                Affected = [new AffectedProduct("Windows", Server) { Status = ProductStatus.Affected, Patches = ["KB5034770"] }],
                Patches = [new PatchFact("KB5034770") { Products = [Server], Cves = ["CVE-2026-0006"] }],
            },
            new PackageRecord("rpm:alma", "curl", "7.76.1-29.el9", "x86_64")
            {
                Ecosystem = "AlmaLinux:9", AsOf = ExposureEstate.Day, ChangelogCves = ["CVE-2026-0007"], ChangelogFixes = [new ChangelogFix("CVE-2026-0007", "7.76.1-27.el9")],
            },
            new VulnerabilityRecord("cve", "CVE-2026-0007") { AsOf = ExposureEstate.Day },
            new VulnerabilityRecord("cve", "CVE-2026-0008") { AsOf = ExposureEstate.Day });
        estate.Install(
            Row("web01", "libssl3", "3.0.11-1", "Debian:12", "openssl"), Row("web02", "libssl3", "3.0.11-2", "Debian:12", "openssl"), Row("web01", "bash", "5.2.15-2", "Debian:12"), Row("web02", "bash", "5.2.15-3", "Debian:12"),
            Row("web01", "lodash", "4.17.15", "npm"), Row("web02", "app", "1.0", null) with { Cpe = "cpe:2.3:a:acme:app:1.0:*:*:*:*:*:*:*" }, Row("alma", "curl", "7.76.1-26.el9", "AlmaLinux:9"),
            Row("win01", Server, "10.0.20348", "Windows"), Row("win01", "KB5034770", "installed", "Windows"), Row("win02", Server, "10.0.20348", "Windows"), Row("win02", "KB5000001", "installed", "Windows"));
        estate.Import(i =>
        {
            i.Add(new ScannerFinding { Asset = "web01", Scanner = "grype", Cves = ["CVE-2026-0003"], Package = "bash", InstalledVersion = "5.2.15-2", Found = ExposureEstate.Day });
            i.Add(new ScannerFinding { Asset = "web02", Scanner = "grype", Cves = ["CVE-2026-0008"], Package = "zlib", InstalledVersion = "1", Found = ExposureEstate.Day });
            i.Add(new Problem { Id = "PRB1", Opened = ExposureEstate.Day, ConfigurationItems = ["web01"], Cves = ["CVE-2026-0004"], Patches = ["deb:zlib/1.3"] });
        });
    }

    private static Software Row(string asset, string package, string version, string? ecosystem, string? source = null) => new() { Asset = asset, Package = package, Version = version, Ecosystem = ecosystem, Source = source };

    private static VulnerabilityRecord Stated(string feed, string id, string ecosystem, string package, string fix, bool source = false) => new(feed, id, $"{package}/{id}")
    {
        Trust = TrustRank.VendorAdvisory, AsOf = ExposureEstate.Day,
        Affected = [new AffectedProduct(ecosystem, package) { IsSourcePackage = source, Status = ProductStatus.Affected, Ranges = [new VersionRange(RangeKind.Ecosystem, [new(VersionEventKind.Introduced, "0"), new(VersionEventKind.Fixed, fix)])] }],
    };
}
