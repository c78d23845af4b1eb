using PatchOps.Adapters.Tests.Composition;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Planning.Planner;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Plans;

/// <summary>Findings of Test-PatchPlan that need a present of their own.</summary>
public sealed class PlanFindingTests
{
    [Fact]
    public async Task A_host_that_the_store_no_longer_has_is_an_error()
    {
        await using var estate = await PlanEstate.MakeAsync();
        var plan = await estate.PlanAsync();
        // A store that was restored from before the host came.
        var other = PlanDocument.Seal(plan with { Waves = [.. plan.Waves.Select(w => w with { Hosts = [.. w.Hosts.Select(h => h.Asset == "host-2" ? h with { Asset = "lost-2", Name = "lost-2" } : h)] })] });
        estate.Test.Host.Store(null).Catalogue.SavePlan(other);
        var finding = Assert.Single(await estate.TestAsync(other), f => f.Code == "HostGone");
        Assert.Equal(("lost-2", FindingSeverity.Error), (finding.Asset, finding.Severity));
        Assert.Contains("lost-2 is no longer in the store", finding.Message);
        Assert.Contains("Import-PatchAsset", finding.Remedy);
    }

    [Fact]
    public async Task A_package_that_was_removed_is_told_and_its_host_stays_in_the_plan()
    {
        await using var estate = new TestEstate();
        Task Installed(params string[] packages) => estate.RunAsync(new ImportAssetRequest { Path = [estate.Write("software.csv", "Asset,Package,Version,Ecosystem\n" + string.Concat(packages.Select(p => $"srv1,{p},1.0,Debian:12\n")))] });
        await estate.RunAsync(new ImportAssetRequest { InputObject = [new Asset { Id = "srv1", Environment = AssetEnvironment.Test }] });
        await Installed("demo", "bash");
        await estate.RunAsync(new ImportProblemRequest { InputObject = [new Problem { Id = "PRB1", Status = "Open", ConfigurationItems = ["srv1"], Patches = ["deb:demo/1.1"] }] });
        var plan = Assert.Single((await estate.RunAsync(new NewPlanRequest { Name = "p", Patch = ["deb:demo*"], TimeLimit = TimeSpan.Zero })).Results.OfType<PatchPlan>());
        await Installed("bash");
        var finding = Assert.Single((await estate.RunAsync(new TestPlanRequest { PlanId = plan.Id })).Results.Cast<PlanFinding>(), f => f.Asset is not null);
        Assert.Equal(("PackageGone", FindingSeverity.Warning), (finding.Code, finding.Severity));
        Assert.Contains("demo is no longer installed on srv1", finding.Message);
    }

    [Fact]
    public async Task A_window_that_can_no_longer_be_read_is_an_error()
    {
        await using var estate = await PlanEstate.MakeAsync();
        var plan = await estate.PlanAsync();
        await estate.HostsAsync([PlanEstate.Host(1) with { MaintenanceWindow = "whenever" }]);
        var finding = Assert.Single(await estate.TestAsync(plan), f => f.Code == "WindowInvalid");
        Assert.Equal(("host-1", FindingSeverity.Error), (finding.Asset, finding.Severity));
        Assert.Contains("whenever", finding.Message);
    }

    [Fact]
    public async Task A_start_that_the_backups_of_todays_policy_come_too_early_for_is_an_error()
    {
        await using var estate = await PlanEstate.MakeAsync();
        var plan = await estate.PlanAsync();
        // The plan's hosts start between ten in the evening and five; a backup at noon is ten hours old then, at least.
        string Policy(string age) => estate.Test.Write("policy.yaml", $"planning: {{ backups: [{{ name: noon, marker: /m, maxAge: {age}, schedule: \"daily 11:00-12:00\" }}] }}");
        var found = (await estate.TestAsync(plan, Policy("09:00:00"))).Where(f => f.Code == "BackupTooEarly").ToList();
        Assert.Equal(["host-1", "host-2", "host-3"], found.Select(f => f.Asset).Order());
        Assert.All(found, f => Assert.Equal(FindingSeverity.Error, f.Severity));
        Assert.Contains("backup 'noon' (daily 11:00-12:00) is older than 9 h", found[0].Message);
        Assert.DoesNotContain("BackupTooEarly", (await estate.TestAsync(plan, Policy("23:59:00"))).Select(f => f.Code));

        // Under that policy a plan would have left them over, and says so.
        var left = await estate.PlanAsync(new NewPlanRequest { Name = "n", Patch = [PlanEstate.Patch], Policy = Policy("09:00:00"), TimeLimit = TimeSpan.Zero });
        Assert.All(left.Unscheduled, u => Assert.Equal("Backup", u.Constraint));
        Assert.Equal(3, (await estate.TestAsync(left, Policy("09:00:00"))).Count(f => f is { Code: "Unscheduled", Severity: FindingSeverity.Information, Asset: not null }));
    }

    [Fact]
    public async Task A_canary_that_has_become_the_whole_of_a_cluster_is_an_error()
    {
        await using var estate = new PlanEstate();
        Asset Host(int i, string? cluster) => PlanEstate.Host(i) with { Environment = AssetEnvironment.Production, Cluster = cluster, MinAvailable = cluster is null ? null : 0 };
        await estate.HostsAsync(Enumerable.Range(1, 4).Select(i => Host(i, null)));
        await estate.NeedsAsync(PlanEstate.Patch, 4);
        var policy = estate.Test.Write("policy.yaml", "planning: { canaryShare: 0.5 }");
        var plan = await estate.PlanAsync(new NewPlanRequest { Name = "n", Patch = [PlanEstate.Patch], Policy = policy, TimeLimit = TimeSpan.Zero });
        var canary = plan.Waves.Single(w => w.Ring == WaveRing.Canary).Hosts;
        Assert.Equal(2, canary.Count);
        await estate.HostsAsync(canary.Select(h => Host(h.Asset[^1] - '0', "pair")));
        var finding = Assert.Single(await estate.TestAsync(plan, policy), f => f.Code == "CanaryWholeCluster");
        Assert.Equal(FindingSeverity.Error, finding.Severity);
        Assert.Contains("'pair'", finding.Message);
    }

    [Fact]
    public async Task A_host_that_is_not_fit_and_a_backup_that_cannot_be_asked_for_are_told()
    {
        await using var estate = await PlanEstate.MakeAsync(hosts: 2);
        var policy = estate.Test.Write("policy.yaml", "planning: { backups: [{ name: nightly, marker: /m }] }");
        var plan = await estate.PlanAsync(new NewPlanRequest { Name = "n", Patch = [PlanEstate.Patch], Policy = policy, TimeLimit = TimeSpan.Zero });
        estate[1].Locked = true;
        var findings = (await estate.AskHostsAsync(plan)).ToLookup(f => f.Asset, f => (f.Code, f.Severity));
        Assert.Contains(("HostNotFit", FindingSeverity.Error), findings["host-1"]);
        Assert.Contains(("BackupUnknown", FindingSeverity.Error), findings["host-2"]);
    }

    [Fact]
    public async Task Guests_that_would_go_down_with_their_hypervisor_or_are_changed_with_it_are_errors()
    {
        await using var estate = await PlanEstate.MakeAsync();
        const string step = "quiesce: [{ name: move guests, take: [move, away], putBack: [move, back], evacuates: true, for: { tags: [hypervisor] } }]";
        var policy = estate.Test.Write("policy.yaml", $"planning: {{ {step} }}");
        await estate.HostsAsync([PlanEstate.Host(1) with { Tags = ["hypervisor"] }]);
        var plan = await estate.PlanAsync(new NewPlanRequest { Name = "n", Patch = [PlanEstate.Patch], Policy = policy, TimeLimit = TimeSpan.Zero });
        Assert.DoesNotContain(await estate.TestAsync(plan, policy), f => f.Asset is not null);

        // Planned at the same time as hosts of their own; by now one is the other's guest. Host 1 has a step that moves it away, host 3 has none.
        await estate.HostsAsync([PlanEstate.Host(2) with { Hypervisor = "host-1" }]);
        var overlap = Assert.Single(await estate.TestAsync(plan, policy), f => f.Asset is not null);
        Assert.Equal(("GuestOverlap", FindingSeverity.Error, "host-2"), (overlap.Code, overlap.Severity, overlap.Asset));
        await estate.HostsAsync([PlanEstate.Host(2), PlanEstate.Host(9) with { Hypervisor = "host-3" }]);
        var stays = Assert.Single(await estate.TestAsync(plan, policy), f => f.Asset is not null);
        Assert.Equal(("GuestsStay", FindingSeverity.Error, "host-3"), (stays.Code, stays.Severity, stays.Asset));
        Assert.Contains("host-9 runs on host-3", stays.Message);

        // A step of the plan that no longer moves guests away under today's policy counts for nothing.
        await estate.HostsAsync([PlanEstate.Host(9) with { Hypervisor = "host-1" }]);
        Assert.DoesNotContain(await estate.TestAsync(plan, policy), f => f.Asset is not null);
        Assert.Equal("GuestsStay", Assert.Single(await estate.TestAsync(plan, estate.Test.Write("other.yaml", $"planning: {{ {step.Replace("evacuates: true, ", "", StringComparison.Ordinal)} }}")), f => f.Asset is not null).Code);
    }

    [Fact]
    public async Task A_start_at_which_those_who_must_attend_no_longer_work_is_an_error()
    {
        await using var estate = await PlanEstate.MakeAsync();
        string Policy(string hours, string more = "") => estate.Test.Write("policy.yaml", $"planning: {{ {more}teams: {{ Night: {{ hours: \"{hours}\" }} }}, attended: [{{ name: acceptance, team: Night, packages: [demo] }}] }}");
        NewPlanRequest Request(string policy) => new() { Name = "n", Patch = [PlanEstate.Patch], Policy = policy, TimeLimit = TimeSpan.Zero };
        var plan = await estate.PlanAsync(Request(Policy("daily 21:00-06:00")));
        Assert.DoesNotContain("OffDuty", (await estate.TestAsync(plan, Policy("daily 21:00-06:00"))).Select(f => f.Code));
        var found = (await estate.TestAsync(plan, Policy("daily 12:00-13:00"))).Where(f => f.Code == "OffDuty").ToList();
        Assert.Equal(["host-1", "host-2", "host-3"], found.Select(f => f.Asset).Order());
        Assert.All(found, f => Assert.Equal(FindingSeverity.Error, f.Severity));
        Assert.Contains("team Night, who must attend", found[0].Message);

        // An emergency leaves hours and windows aside only where policy allows it.
        var emergency = await estate.PlanAsync(Request(Policy("daily 21:00-06:00")) with { Emergency = true });
        Assert.DoesNotContain(await estate.TestAsync(emergency, Policy("daily 00:00-00:10")), f => f.Code is "OffDuty" or "WindowMoved");
        var strict = (await estate.TestAsync(emergency, Policy("daily 00:00-00:10", "emergency: { windows: false, hours: false }, "))).Where(f => f.Asset == "host-1").Select(f => f.Code).Order();
        Assert.Equal(["OffDuty", "WindowMoved"], strict);
    }
}
