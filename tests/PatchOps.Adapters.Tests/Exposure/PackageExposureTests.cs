using PatchOps.Adapters.Store;
using PatchOps.Core.Intake;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Tests.Exposure;

public sealed class PackageExposureTests : IAsyncLifetime
{
    private readonly ExposureEstate estate = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();

    [Fact]
    public async Task The_fix_of_a_source_package_is_held_against_the_version_of_the_source()
    {
        // dmsetup is built from lvm2 under an epoch and numbers of its own.
        estate.Install(new Software { Asset = "web01", Package = "dmsetup", Version = "2:1.02.185-2", Source = "lvm2", SourceVersion = "2.03.16-2", Ecosystem = "Debian:12" });
        estate.Store(Advisory("debian-tracker", "CVE-2026-1001", "lvm2", "2.03.16-3", source: true));
        Assert.Equal(FindingStatus.Affected, (await estate.OneAsync()).Status);
        estate.Install(new Software { Asset = "web01", Package = "dmsetup", Version = "2:1.02.185-3", Source = "lvm2", SourceVersion = "2.03.16-3", Ecosystem = "Debian:12" });
        Assert.Equal(FindingStatus.Fixed, (await estate.OneAsync()).Status);
    }

    [Fact]
    public async Task A_dpkg_status_file_and_an_sbom_bring_the_version_of_the_source()
    {
        var status = estate.Estate.Write("web01.status", "Package: dmsetup\nStatus: install ok installed\nArchitecture: amd64\nSource: lvm2 (2.03.16-2)\nVersion: 2:1.02.185-2\n");
        await estate.Estate.RunAsync(new ImportAssetRequest { Path = [status], Ecosystem = "Debian:12" });
        var sbom = estate.Estate.Write("web02.json", """
            {"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"metadata":{"component":{"type":"container","name":"web02"}},"components":[
            {"type":"library","name":"dmsetup","version":"2:1.02.185-2","cpe":"cpe:2.3:a:dmsetup:dmsetup:2\\:1.02.185-2:*:*:*:*:*:*:*",
            "purl":"pkg:deb/debian/dmsetup@2:1.02.185-2?arch=amd64&distro=debian-12&upstream=lvm2%402.03.16-2"}]}
            """);
        await estate.Estate.RunAsync(new ImportAssetRequest { Path = [sbom] });
        estate.Store(Advisory("debian-tracker", "CVE-2026-1001", "lvm2", "2.03.16-3", source: true));
        var findings = await estate.AskAsync();
        Assert.Equal([("web01", FindingStatus.Affected), ("web02", FindingStatus.Affected)], findings.Select(f => (f.Asset, f.Status)).Order());
    }

    [Theory]
    [InlineData("Ubuntu:22.04", "Ubuntu:22.04:LTS", true)]
    [InlineData("Ubuntu:22.04:LTS", "Ubuntu:22.04", true)]
    [InlineData("Debian:12", "Debian", true)]
    [InlineData("Ubuntu:22.04", "Ubuntu:Pro:22.04:LTS", false)]
    [InlineData("Debian:12", "Debian:13", false)]
    [InlineData("Debian:12", "Debian:1", false)]
    public async Task Only_statements_about_the_hosts_own_release_count(string installed, string stated, bool counts)
    {
        estate.Install(new Software { Asset = "a", Package = "curl", Version = "7.1", Ecosystem = installed });
        estate.Store(Advisory("osv", "CVE-2026-1001", "curl", "7.2", source: true, ecosystem: stated));
        Assert.Equal(counts ? 1 : 0, (await estate.AskAsync()).Count);
    }

    [Fact]
    public async Task The_distributions_own_statement_beats_an_upstream_range()
    {
        estate.Install(new Software { Asset = "a", Package = "curl", Version = "7.88.1-10+deb12u5", Ecosystem = "Debian:12" });
        estate.Store(
            Advisory("osv:upstream", "CVE-2026-1001", "curl", "8.0", source: true, trust: TrustRank.Ecosystem),
            Advisory("debian-tracker", "CVE-2026-1001", "curl", "7.88.1-10+deb12u5", source: true));
        var finding = await estate.OneAsync();
        Assert.Equal(FindingStatus.Fixed, finding.Status);
        Assert.StartsWith("debian-tracker", finding.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_asked_for_is_what_comes()
    {
        foreach (var asset in (string[])["a", "b"])
            estate.Install(new Software { Asset = asset, Package = "curl", Version = "7.1", Ecosystem = "Debian:12" }, new Software { Asset = asset, Package = "bash", Version = "5.3", Ecosystem = "Debian:12" });
        estate.Store(Advisory("t", "CVE-2026-1001", "curl", "7.2"), Advisory("t", "CVE-2026-1002", "bash", "5.3"), Advisory("t", "CVE-2026-1003", "curl", "7.0"));
        Assert.Equal(6, (await estate.AskAsync()).Count);
        Assert.Equal(["a", "b"], (await estate.AskAsync(new GetExposureRequest { Status = [FindingStatus.Affected] })).Select(f => f.Asset));
        Assert.Equal(3, (await estate.AskAsync(new GetExposureRequest { Asset = ["b"] })).Count);
        Assert.Equal(["bash", "bash"], (await estate.AskAsync(new GetExposureRequest { Package = ["ba*"] })).Select(f => f.Package));
        Assert.Equal(2, (await estate.AskAsync(new GetExposureRequest { Cve = ["CVE-2026-1003"] })).Count);
    }

    [Fact]
    public async Task A_fix_that_is_no_version_is_no_reason_to_stop()
    {
        estate.Install(new Software { Asset = "a", Package = "curl", Version = "7.1", Ecosystem = "Debian:12" });
        estate.Store(
            Advisory("t", "CVE-2026-1001", "curl", "7.2") with { Affected = [new AffectedProduct("Debian:12", "curl"), Product("curl", "not a version !"), Product("curl", "7.2")] },
            Advisory("t", "CVE-2026-1002", "curl", "7.2"));
        Assert.Equal(["CVE-2026-1001", "CVE-2026-1002"], (await estate.AskAsync()).Select(f => f.Cve).Order());
    }

    [Fact]
    public void A_statement_comes_back_from_the_store_as_it_went_in()
    {
        var full = new AffectedProduct("Debian:12", "größe")
        {
            IsSourcePackage = true, Vendor = "v", Purl = "pkg:deb/debian/x", Cpe = "cpe:2.3:a:v:x:*:*:*:*:*:*:*:*", Platform = "bookworm", Status = ProductStatus.NotAffected,
            Justification = "vulnerable_code_not_present", Statement = new string('s', 70_000), Source = "adp", Trust = TrustRank.CisaAdp, Versions = ["1", "", "0"], Patches = ["deb:x/1"],
            Ranges =
            [
                new VersionRange(RangeKind.Git, []) { Scheme = "git" },
                new VersionRange(RangeKind.Custom, [new(VersionEventKind.Introduced, "0"), new(VersionEventKind.Limit, "9")]),
            ],
        };
        Assert.Equivalent(full, AffectedEncoding.Read("Debian:12", "größe", AffectedEncoding.Write(full)), strict: true);
        var empty = new AffectedProduct("", "x");
        Assert.Equivalent(empty, AffectedEncoding.Read("", "x", AffectedEncoding.Write(empty)), strict: true);
    }

    [Fact]
    public void Damaged_bytes_are_named_and_never_taken_for_a_statement_that_is_too_long()
    {
        var bytes = AffectedEncoding.Write(Product("curl", "7.2"));
        var random = new Random(11);
        for (var i = 0; i < 20_000; i++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                AffectedEncoding.Read("Debian:12", "curl", damaged.AsSpan(0, random.Next(damaged.Length + 1)));
            }
            catch (InvalidDataException e)
            {
                Assert.Contains("curl", e.Message, StringComparison.Ordinal);
            }
        }
    }

    private static VulnerabilityRecord Advisory(string feed, string cve, string package, string @fixed, bool source = false, string ecosystem = "Debian:12", TrustRank trust = TrustRank.VendorAdvisory) =>
        new(feed, cve, $"{package}/{cve}") { Trust = trust, AsOf = ExposureEstate.Day, Affected = [Product(package, @fixed, ecosystem, source)] };

    private static AffectedProduct Product(string package, string @fixed, string ecosystem = "Debian:12", bool source = false) => new(ecosystem, package)
    {
        IsSourcePackage = source, Status = ProductStatus.Affected,
        Ranges = [new VersionRange(RangeKind.Ecosystem, [new(VersionEventKind.Introduced, "0"), new(VersionEventKind.Fixed, @fixed)])],
    };
}
