using PatchOps.Adapters.Tests.Composition;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Plans;

/// <summary>Rules of the policy file through the users' door: tables in, a plan out.</summary>
public sealed class PlanPolicyTests : IAsyncLifetime
{
    private readonly TestEstate estate = new();

    [Fact]
    public async Task A_stack_of_several_vendors_is_planned_in_the_order_that_the_matrix_allows()
    {
        await ImportAsync(
            "Id,Environment,DependsOn,Hypervisor,Site\nvcenter1,Test,,,Kiel\nesx1,Test,vcenter1,,Kiel\nvm1,Test,,esx1,Kiel\n",
            "Asset,Package,Version,Ecosystem\nvcenter1,vcenter,8.0.2,\nesx1,esxi,8.0.2,\nvm1,vm-tools,12.1,Debian:12\n");
        await NeedAsync(("vcenter1", "deb:vcenter/8.0.3"), ("esx1", "deb:esxi/8.0.3"), ("vm1", "deb:vm-tools/12.4"));
        var policy = estate.Write("policy.yaml",
            """
            planning:
              quiesce: [{ name: move guests, take: [/usr/local/bin/evacuate], putBack: [/usr/local/bin/return], evacuates: true, perGuest: 00:05:00 }]
              maxConcurrentPerSite: 2
              compatibility:
                - { name: ESXi behind vCenter, package: esxi, versions: ">= 8.0.3", needs: vcenter, needsVersions: ">= 8.0.3", on: Dependencies }
                - { name: tools behind ESXi, package: vm-tools, versions: ">= 12.4", needs: esxi, needsVersions: ">= 8.0.3", on: Dependencies }
            """);
        var plan = await PlanAsync(new NewPlanRequest { Name = "stack", Patch = ["deb:*"], Policy = policy, TimeLimit = TimeSpan.FromSeconds(0.2) });
        Assert.Empty(plan.Unscheduled);
        var hosts = plan.Waves.SelectMany(w => w.Hosts).OrderBy(h => h.Start).ToList();
        Assert.Equal(["vcenter1", "esx1", "vm1"], hosts.Select(h => h.Asset));
        for (var i = 1; i < hosts.Count; i++) Assert.True(hosts[i - 1].Start + hosts[i - 1].NinetiethPercentile <= hosts[i].Start);
        Assert.Equal("move guests", plan.Waves.Single().Quiesce.Single().Name);

        // Without the first link the chain above it cannot move, and each patch says by which rules.
        var part = await PlanAsync(new NewPlanRequest { Name = "part", Patch = ["deb:esxi/8.0.3", "deb:vm-tools/12.4"], Policy = policy, TimeLimit = TimeSpan.FromSeconds(0.2) });
        Assert.Empty(part.Waves);
        var left = part.Unscheduled.ToDictionary(u => u.Asset);
        Assert.Equal(["compatibility 'ESXi behind vCenter'"], left["esx1"].Rules);
        Assert.Equal(["compatibility 'tools behind ESXi'", "compatibility 'ESXi behind vCenter'"], left["vm1"].Rules);
        Assert.Contains("vcenter >= 8.0.3 on vcenter1", left["esx1"].Reason, StringComparison.Ordinal);

        // Without a step that moves guests away the hypervisor stays as it is, and so does what waits for it.
        var bare = estate.Write("bare.yaml", "planning: { compatibility: [{ name: tools, package: vm-tools, needs: esxi, needsVersions: \">= 8.0.3\", versions: \">= 12.4\", on: Dependencies }] }");
        var refused = await PlanAsync(new NewPlanRequest { Name = "bare", Patch = ["deb:*"], Policy = bare, TimeLimit = TimeSpan.FromSeconds(0.2) });
        Assert.Equal([("esx1", "Evacuation"), ("vm1", "Dependency")], refused.Unscheduled.Select(u => (u.Asset, u.Constraint)).Order());
    }

    [Fact]
    public async Task An_older_fix_that_is_certified_comes_in_place_of_the_newest()
    {
        await ImportAsync("Id,Environment\ndb1,Test\n", "Asset,Package,Version,Ecosystem\ndb1,kernel,5.15.1,Debian:12\ndb1,oracle,19.21,Debian:12\n");
        await NeedAsync(("db1", "deb:kernel/5.15.9"));
        await NeedAsync(("db1", "deb:kernel/6.1.4"));
        var policy = estate.Write("policy.yaml", "planning: { compatibility: [{ name: certified kernels, package: oracle, needs: kernel, needsVersions: \"< 6\" }] }");
        Assert.Equal(["deb:kernel/6.1.4"], (await PlanAsync(new NewPlanRequest { Name = "p", Patch = ["deb:kernel*"], TimeLimit = TimeSpan.Zero })).Waves.Single().Hosts.Single().Patches.Select(p => p.Patch));
        var plan = await PlanAsync(new NewPlanRequest { Name = "p", Patch = ["deb:kernel*"], Policy = policy, TimeLimit = TimeSpan.Zero });
        Assert.Equal(["deb:kernel/5.15.9"], plan.Waves.Single().Hosts.Single().Patches.Select(p => p.Patch));
        Assert.Equal(["deb:kernel/6.1.4"], Assert.Single(plan.Unscheduled).Patches);
    }

    [Fact]
    public async Task A_host_that_goes_before_what_it_depends_on_because_stages_go_first_is_told()
    {
        await ImportAsync("Id,Environment,DependsOn\nd1,Development,p1\np1,Production,\n", "Asset,Package,Version,Ecosystem\nd1,foo,1.0,Debian:12\np1,foo,1.0,Debian:12\n");
        await NeedAsync(("d1", "deb:foo/1.1"), ("p1", "deb:foo/1.1"));
        var plan = await PlanAsync(new NewPlanRequest { Name = "p", Patch = ["deb:foo*"], TimeLimit = TimeSpan.Zero });
        Assert.Equal(["d1", "p1"], plan.Waves.SelectMany(w => w.Hosts).Select(h => h.Asset));
        var finding = Assert.Single((await estate.RunAsync(new TestPlanRequest { PlanId = plan.Id })).Results.Cast<PlanFinding>(), f => f.Code == "DependencyStage");
        Assert.Equal(("d1", FindingSeverity.Warning), (finding.Asset, finding.Severity));
    }

    [Fact]
    public async Task Versions_of_rpm_packages_are_ordered_as_rpm_does_whatever_the_patch_is_called()
    {
        // In the order of letters 7 comes behind 10, and an underscore is no part of a Debian version.
        await ImportAsync("Id,Environment\nr1,Test\n", "Asset,Package,Version,Ecosystem\nr1,sudo,1.9.5p2-7.el9_1.1,AlmaLinux:9\n");
        var (_, failures, _) = await estate.RunAsync(new ImportFeedRequest
        {
            Path = [.. new[] { ("ALSA-2024:0001", "1.9.5p2-9.el9_2"), ("ALSA-2024:0002", "1.9.5p2-10.el9_3") }.Select(a => estate.Write($"{a.Item1.Replace(':', '-')}.json",
                $$"""{"schema_version":"1.7.0","id":"{{a.Item1}}","upstream":["CVE-2024-{{a.Item1[^4..]}}"],"modified":"2024-01-02T00:00:00Z","published":"2024-01-02T00:00:00Z","affected":[{"package":{"ecosystem":"AlmaLinux:9","name":"sudo"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"{{a.Item2}}"}]}]}]}"""))],
        });
        Assert.Empty(failures);
        var plan = await PlanAsync(new NewPlanRequest { Name = "p", Patch = ["ALSA*"], TimeLimit = TimeSpan.Zero });
        Assert.Equal("1.9.5p2-10.el9_3", plan.Waves.Single().Hosts.Single().Patches.Single().Packages.Single().Version);
        Assert.Equal(["PlanNotApproved"], (await estate.RunAsync(new TestPlanRequest { PlanId = plan.Id })).Results.Cast<PlanFinding>().Select(f => f.Code));
    }

    [Fact]
    public async Task Faults_of_the_rules_are_told_with_their_lines()
    {
        var policy = estate.Write("policy.yaml",
            """
            planning:
              maxConcurrentPerSite: 0
              teams: { DBA: { hours: sometimes } }
              compatibility:
                - { name: a, package: x, needs: y, needsVersions: ">=" }
              prerequisites: [{ patch: KB1, needs: [] }]
            """);
        var verdict = Assert.IsType<PolicyVerdict>(Assert.Single((await estate.RunAsync(new TestPolicyRequest { Path = policy })).Results));
        Assert.Equal([2, 3, 5, 6], verdict.Faults.Select(f => f.Line).Distinct().Order());
    }

    private async Task ImportAsync(string assets, string software)
    {
        Assert.Empty((await estate.RunAsync(new ImportAssetRequest { Path = [estate.Write("assets.csv", assets)] })).Failures);
        Assert.Empty((await estate.RunAsync(new ImportAssetRequest { Path = [estate.Write("software.csv", software)] })).Failures);
    }

    private async Task NeedAsync(params (string Asset, string Patch)[] needs)
    {
        foreach (var (asset, patch) in needs)
            await estate.RunAsync(new ImportProblemRequest { InputObject = [new Problem { Id = $"PRB-{asset}-{patch}", Status = "Open", ConfigurationItems = [asset], Patches = [patch], Cves = ["CVE-2024-1001"] }] });
    }

    private async Task<PatchPlan> PlanAsync(NewPlanRequest request)
    {
        var (results, failures, _) = await estate.RunAsync(request);
        Assert.Empty(failures);
        return Assert.Single(results.OfType<PatchPlan>());
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();
}
