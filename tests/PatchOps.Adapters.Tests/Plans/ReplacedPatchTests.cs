using PatchOps.Core.Intake;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Tests.Plans;

/// <summary>A newer patch that is open for the same package replaces an older one, whether or not the ranking that was asked for names it.</summary>
public sealed class ReplacedPatchTests
{
    private const string Newer = "deb:demo/1.2";

    [Fact]
    public async Task Who_plans_risks_gets_the_newest_open_fix_and_is_told()
    {
        await using var estate = await TwoPatchesAsync();
        var (plan, warning) = await PlanAsync(estate, new NewPlanRequest { Name = "n", InputObject = await OlderAsync(estate), TimeLimit = TimeSpan.Zero });

        Assert.Equal(new Dictionary<string, string> { ["host-1"] = "1.2", ["host-2"] = "1.2", ["host-3"] = "1.1" }, Versions(plan));
        Assert.Contains("deb:demo/1.2 for deb:demo/1.1 (2 hosts)", warning);
        Assert.Contains("planned instead", warning);
        Assert.DoesNotContain("PatchSuperseded", (await estate.TestAsync(plan)).Select(f => f.Code));
        // What the newer one closes besides counts in what waiting costs.
        var (older, _) = await PlanAsync(estate, new NewPlanRequest { Name = "n", Patch = [PlanEstate.Patch], TimeLimit = TimeSpan.Zero });
        Assert.True(plan.Objective > older.Objective, $"{plan.Objective} against {older.Objective}");
    }

    [Fact]
    public async Task The_problem_behind_an_older_patch_is_tested_by_the_plan_that_installed_the_newer()
    {
        await using var estate = await TwoPatchesAsync();
        var (plan, _) = await PlanAsync(estate, new NewPlanRequest { Name = "n", InputObject = await OlderAsync(estate), Asset = ["host-1", "host-2"], TimeLimit = TimeSpan.Zero });
        var then = estate.Clock.GetUtcNow().AddDays(-40);
        foreach (var request in new OperationRequest[]
        {
            new ImportIncidentRequest { InputObject = [.. Enumerable.Range(0, 90).Select(d => new Incident { Id = $"I{d}", Opened = then.AddDays(d - 60), ConfigurationItem = "host-1", Category = "crash", Problem = d < 60 ? "PRB1" : null })] },
            new ImportDeploymentRequest { InputObject = [new Deployment { Id = "D1", Patch = Newer, Asset = "host-1", Started = then, Ended = then.AddMinutes(5), Outcome = DeploymentOutcome.Succeeded }] },
        })
            Assert.Empty((await estate.Test.RunAsync(request)).Failures);
        var tested = (await estate.Test.RunAsync(new TestEffectivenessRequest { PlanId = plan.Id })).Results.Cast<EffectivenessResult>().ToDictionary(r => r.Problem!);
        Assert.Equal(["PRB1", "PRB2"], tested.Keys.Order());
        Assert.Equal(Newer, tested["PRB1"].Patch);
    }

    [Fact]
    public async Task Who_names_a_patch_gets_that_one_and_is_told_what_replaces_it()
    {
        await using var estate = await TwoPatchesAsync();
        var (plan, warning) = await PlanAsync(estate, new NewPlanRequest { Name = "n", Patch = [PlanEstate.Patch], TimeLimit = TimeSpan.Zero });

        Assert.All(Versions(plan).Values, v => Assert.Equal("1.1", v));
        Assert.Contains("deb:demo/1.2 for deb:demo/1.1 (2 hosts)", warning);
        Assert.Contains("planned all the same", warning);
        Assert.Contains("PatchSuperseded", (await estate.TestAsync(plan)).Select(f => f.Code));
    }

    [Fact]
    public async Task A_newer_patch_that_was_put_off_replaces_nothing()
    {
        await using var estate = await TwoPatchesAsync();
        var risks = await OlderAsync(estate);
        await estate.Test.RunAsync(new NewExceptionRequest { Kind = PatchExceptionKind.Deferral, Patch = [Newer], Asset = ["host-1"], Justification = "certified for 1.1 only", Until = estate.Clock.GetUtcNow().AddDays(90) });
        var (plan, warning) = await PlanAsync(estate, new NewPlanRequest { Name = "n", InputObject = risks, TimeLimit = TimeSpan.Zero });

        Assert.Equal(new Dictionary<string, string> { ["host-1"] = "1.1", ["host-2"] = "1.2", ["host-3"] = "1.1" }, Versions(plan));
        Assert.Contains("(1 host)", warning);
    }

    [Fact]
    public async Task An_article_that_is_open_as_well_replaces_those_it_supersedes()
    {
        await using var estate = await PlanEstate.MakeAsync();
        await estate.Test.RunAsync(new ImportProblemRequest
        {
            InputObject =
            [
                new Problem { Id = "PRB1", Status = "Open", ConfigurationItems = ["host-1", "host-2"], Patches = ["KB5034770"] },
                new Problem { Id = "PRB2", Status = "Open", ConfigurationItems = ["host-1"], Patches = ["KB5036909", "KB5040437"] },
            ],
        });
        using (var import = estate.Test.Host.Store(null).Catalogue.BeginImport("Csaf", "month", estate.Clock.GetUtcNow()))
        {
            import.Add(new VulnerabilityRecord("cvrf:microsoft", "CVE-2024-2009")
            {
                Trust = TrustRank.VendorAdvisory, AsOf = estate.Clock.GetUtcNow(),
                Patches = [new PatchFact("KB5035857") { Supersedes = ["KB5034770"] }, new PatchFact("KB5036909") { Supersedes = ["KB5035857"] }],
            });
            import.Complete(TimeSpan.Zero);
        }
        var risks = (await estate.Test.RunAsync(new GetRiskRequest())).Results.Cast<PatchRisk>().Where(r => r.Id == "KB5034770").ToList();
        var (plan, warning) = await PlanAsync(estate, new NewPlanRequest { Name = "n", InputObject = risks, TimeLimit = TimeSpan.Zero });

        Assert.Equal([("host-1", "KB5036909"), ("host-2", "KB5034770")], plan.Waves.SelectMany(w => w.Hosts).Select(h => (h.Asset, Assert.Single(h.Patches).Patch)).Order());
        Assert.Contains("KB5036909 for KB5034770 (1 host)", warning);
    }

    [Fact]
    public async Task A_newer_patch_counts_as_what_the_older_one_is_for()
    {
        await using var estate = await TwoPatchesAsync();
        await estate.HostsAsync([PlanEstate.Host(1) with { Environment = AssetEnvironment.Production, Criticality = 5, Exposure = AssetExposure.Internet, Regulations = ["PCI DSS"] }]);
        using (var import = estate.Test.Host.Store(null).Catalogue.BeginImport("Kev", "kev", estate.Clock.GetUtcNow()))
        {
            import.Add(new KevRecord("CVE-2024-1001") { Added = new DateOnly(2024, 3, 1), Ransomware = true });
            import.Complete(TimeSpan.Zero);
        }
        var policy = estate.Test.Write("policy.yaml", "risk: { serviceLevels: { waivedForEmergency: [checkout], waivedForExpedite: [checkout] } }\nplanning: { tests: [{ name: checkout, kind: Command, target: \"true\" }] }");
        var risks = (await estate.Test.RunAsync(new GetRiskRequest { Policy = policy })).Results.Cast<PatchRisk>().Where(r => r.Id == PlanEstate.Patch).ToList();
        Assert.True(Assert.Single(risks).Decision >= PatchDecision.Expedite);
        var (plan, _) = await PlanAsync(estate, new NewPlanRequest { Name = "n", InputObject = risks, Policy = policy, TimeLimit = TimeSpan.Zero });

        var waiver = Assert.Single(plan.Waves.SelectMany(w => w.Waivers));
        Assert.Equal(["host-1"], waiver.Assets);
        Assert.Contains(Newer, waiver.Because);
    }

    /// <summary>Three hosts need 1.1, for a vulnerability; two of them 1.2 as well, for another problem.</summary>
    private static async Task<PlanEstate> TwoPatchesAsync()
    {
        var estate = await PlanEstate.MakeAsync();
        await estate.Test.RunAsync(new ImportProblemRequest { InputObject = [new Problem { Id = "PRB2", Status = "Open", ConfigurationItems = ["host-1", "host-2"], Patches = [Newer] }] });
        return estate;
    }

    private static async Task<List<PatchRisk>> OlderAsync(PlanEstate estate) =>
        [.. (await estate.Test.RunAsync(new GetRiskRequest())).Results.Cast<PatchRisk>().Where(r => r.Id == PlanEstate.Patch)];

    private static async Task<(PatchPlan Plan, string Warning)> PlanAsync(PlanEstate estate, NewPlanRequest request)
    {
        var (results, failures, warnings) = await estate.Test.RunAsync(request);
        Assert.Empty(failures);
        return (Assert.Single(results.OfType<PatchPlan>()), Assert.Single(warnings, w => w.Contains("Newer patches", StringComparison.Ordinal)));
    }

    private static Dictionary<string, string> Versions(PatchPlan plan) =>
        plan.Waves.SelectMany(w => w.Hosts).ToDictionary(h => h.Asset, h => Assert.Single(h.Patches.SelectMany(p => p.Packages)).Version);
}
