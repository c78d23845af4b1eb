using PatchOps.Adapters.Tests.Composition;
using PatchOps.Core.Intake;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Tests.Exposure;

/// <summary>"Why is this not patched" has an answer for every open finding.</summary>
public sealed class OpenReasonTests : IAsyncLifetime
{
    private readonly ExposureEstate estate = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();

    [Theory]
    [InlineData("Held: an administrator holds it (apt-mark hold)")]
    [InlineData("Phased: the vendor's phased roll-out has not reached this host")]
    public async Task What_the_package_manager_holds_back_says_so(string held)
    {
        Host(new AvailableUpdate { Asset = "web01", Package = "curl", InstalledVersion = "7.1", AvailableVersion = "7.2", Ecosystem = "Debian:12", HeldBack = held, Security = true });
        Advise("curl", "7.2");
        Assert.Equal(held, (await estate.OneAsync()).Reason);
    }

    [Fact]
    public async Task A_fix_that_the_host_is_not_offered_is_named_with_what_is()
    {
        Host(new AvailableUpdate { Asset = "web01", Package = "curl", InstalledVersion = "7.1", AvailableVersion = "7.1.5", Ecosystem = "Debian:12" });
        Advise("curl", "7.2");
        var finding = (await estate.AskAsync()).Single(f => f.Cve is not null);
        Assert.StartsWith("NotOffered: the host's package manager offers 7.1.5", finding.Reason, StringComparison.Ordinal);
        Host();
        Assert.StartsWith("NotOffered: the host's package manager offers nothing newer than 7.1", (await estate.OneAsync()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Repositories_tell_what_can_be_had_where_no_host_was_asked()
    {
        estate.Install(new Software { Asset = "web01", Package = "curl", Version = "7.1", Ecosystem = "Debian:12" });
        Advise("curl", "7.2");
        estate.Store(new PackageRecord("apt-repository", "curl", "7.1.5", "amd64") { Ecosystem = "Debian:12", SourceName = "curl", SourceVersion = "7.1.5" });
        Assert.Equal("NotOffered: no repository in the store offers 7.2; the newest is 7.1.5", (await estate.OneAsync()).Reason);
        estate.Store(new PackageRecord("apt-repository", "curl", "7.2", "amd64") { Ecosystem = "Debian:12", SourceName = "curl", SourceVersion = "7.2" });
        Assert.StartsWith("Window:", (await estate.OneAsync(Policy("planning: { defaultWindow: 'Sat 02:00-04:00' }"))).Reason?.Replace("Installable:", "Window:", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_nobody_fixes_says_so()
    {
        estate.Install(new Software { Asset = "web01", Package = "curl", Version = "7.1", Ecosystem = "Debian:12" });
        estate.Store(new VulnerabilityRecord("debian-tracker", "CVE-2026-3001") { Trust = TrustRank.VendorAdvisory, AsOf = ExposureEstate.Day, Affected = [new AffectedProduct("Debian:12", "curl") { Status = ProductStatus.Affected }] });
        Assert.Equal("NoFix: no source names a fix", (await estate.OneAsync()).Reason);
    }

    [Fact]
    public async Task A_freeze_and_a_window_to_come_are_named()
    {
        estate.Install(new Software { Asset = "web01", Package = "curl", Version = "7.1", Ecosystem = "Debian:12" });
        Advise("curl", "7.2");
        var at = new DateTimeOffset(2026, 9, 2, 12, 0, 0, TimeSpan.Zero);
        Assert.Equal("Window: it waits for 2026-09-02 22:00Z, the asset's next maintenance window", (await estate.OneAsync(new GetExposureRequest { AsOf = at })).Reason);
        Assert.StartsWith("Installable:", (await estate.OneAsync(new GetExposureRequest { AsOf = at.AddHours(11) })).Reason, StringComparison.Ordinal);
        var frozen = Policy("planning:\n  freezes:\n    - { name: year end, when: '01-01..12-31' }\n") with { AsOf = at };
        Assert.Contains("frozen by year end", (await estate.OneAsync(frozen)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exception_is_the_reason_while_it_holds()
    {
        estate.Install(new Software { Asset = "web01", Package = "curl", Version = "7.1", Ecosystem = "Debian:12" });
        Advise("curl", "7.2");
        var (_, failures, _) = await estate.Estate.RunAsync(new NewExceptionRequest
        {
            Kind = PatchExceptionKind.Deferral, Patch = ["deb:curl/7.2"], Justification = "vendor test pending", Until = NoonClock.Now.AddDays(30), ApprovedBy = "ciso",
        });
        Assert.Empty(failures);
        var reason = (await estate.OneAsync()).Reason;
        Assert.StartsWith("Exception:", reason, StringComparison.Ordinal);
        Assert.Contains("vendor test pending", reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Content_that_does_not_belong_is_left_out_with_its_rule_and_security_is_not()
    {
        Host(
            new AvailableUpdate { Asset = "web01", Package = "printer-driver-gutenprint", InstalledVersion = "5", AvailableVersion = "6", Ecosystem = "Debian:12" },
            new AvailableUpdate { Asset = "web01", Package = "bash", InstalledVersion = "5.1", AvailableVersion = "5.2", Ecosystem = "Debian:12", Origin = "Debian Backports:12/bookworm-backports" },
            new AvailableUpdate { Asset = "web01", Package = "printer-driver-hpcups", InstalledVersion = "5", AvailableVersion = "6", Ecosystem = "Debian:12", Security = true });
        var policy = Policy("content:\n  filters:\n    - { name: drivers, packages: ['printer-driver-*'], because: servers print nothing }\n    - { name: previews, origins: ['*-backports*'] }\n");
        var findings = (await estate.AskAsync(policy)).ToDictionary(f => f.Package, f => f.Reason);
        Assert.Equal("Excluded: left out by policy: drivers (servers print nothing)", findings["printer-driver-gutenprint"]);
        Assert.Equal("Excluded: left out by policy: previews", findings["bash"]);
        Assert.StartsWith("Excluded: left out by policy: previews", (await estate.AskAsync()).Single(f => f.Package == "bash").Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("Excluded", findings["printer-driver-hpcups"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rule_for_security_fixes_too_keeps_them_out_of_ranking_and_plan()
    {
        estate.Import(i => i.Add(new Asset { Id = "web01", Tags = ["server"] }));
        estate.Import(i => i.Add(new Asset { Id = "desk01", Tags = ["desktop"] }));
        foreach (var asset in (string[])["web01", "desk01"]) estate.Install(new Software { Asset = asset, Package = "nvidia-driver", Version = "7.1", Ecosystem = "Debian:12" });
        Advise("nvidia-driver", "7.2");
        var policy = Policy("content:\n  filters:\n    - { name: drivers on servers, packages: ['nvidia-*'], alsoSecurity: true, for: { tags: [server] } }\n").Policy;
        var (risks, _, _) = await estate.Estate.RunAsync(new GetRiskRequest { By = RiskGrouping.Asset, Policy = policy });
        Assert.Equal("desk01", Assert.IsType<PatchRisk>(Assert.Single(risks)).Id);
        var reasons = (await estate.AskAsync(new GetExposureRequest { Policy = policy })).ToDictionary(f => f.Asset, f => f.Reason);
        Assert.Equal("Excluded: left out by policy: drivers on servers", reasons["web01"]);
        Assert.DoesNotContain("Excluded", reasons["desk01"], StringComparison.Ordinal);
        var (plans, _, _) = await estate.Estate.RunAsync(new NewPlanRequest { Name = "all", Policy = policy });
        Assert.Equal(["desk01"], Assert.IsType<PatchPlan>(Assert.Single(plans)).Waves.SelectMany(w => w.Hosts).Select(h => h.Asset));
    }

    private void Host(params AvailableUpdate[] updates) => estate.Read(new InventoryResult
    {
        Asset = new Asset { Id = "web01" }, Taken = ExposureEstate.Day, UpdatesKnown = true, PendingUpdates = updates,
        Software = [new Software { Asset = "web01", Package = "curl", Version = "7.1", Ecosystem = "Debian:12" }],
    });

    private void Advise(string package, string @fixed) => estate.Store(new VulnerabilityRecord("debian-tracker", "CVE-2026-3001", $"{package}/CVE-2026-3001")
    {
        Trust = TrustRank.VendorAdvisory, AsOf = ExposureEstate.Day,
        Affected =
        [
            new AffectedProduct("Debian:12", package)
            {
                Status = ProductStatus.Affected, IsSourcePackage = true, Patches = [PatchIds.Deb(package, @fixed)],
                Ranges = [new VersionRange(RangeKind.Ecosystem, [new(VersionEventKind.Introduced, "0"), new(VersionEventKind.Fixed, @fixed)])],
            },
        ],
    });

    private GetExposureRequest Policy(string text) => new() { Policy = estate.Estate.Write("policy.yaml", text) };
}
