using PatchOps.Adapters.Tests.Composition;
using PatchOps.Core.Intake;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Tests.Plans;

/// <summary>Regulated systems are patched sooner: what the ranking waives for that reaches the plan.</summary>
public sealed class WaiverTests
{
    [Fact]
    public async Task What_the_ranking_waives_on_a_regulated_host_is_left_out_of_the_plan_and_stands_in_it()
    {
        await using var estate = await PlanEstate.MakeAsync(hosts: 2);
        await estate.HostsAsync([PlanEstate.Host(1) with { Environment = AssetEnvironment.Production, Criticality = 5, Exposure = AssetExposure.Internet, Regulations = ["PCI DSS"] }]);
        await estate.HostsAsync([PlanEstate.Host(2) with { Environment = AssetEnvironment.Production, Criticality = 5, Exposure = AssetExposure.Internet }]);
        using (var import = estate.Test.Host.Store(null).Catalogue.BeginImport("Kev", "kev", NoonClock.Now))
        {
            import.Add(new KevRecord("CVE-2024-1001") { Added = new DateOnly(2024, 3, 1), Ransomware = true });
            import.Complete(TimeSpan.Zero);
        }
        var policy = estate.Test.Write("policy.yaml",
            """
            risk: { serviceLevels: { waivedForEmergency: [checkout], waivedForExpedite: [checkout] } }
            planning: { canaryShare: 0, pilotShare: 0, tests: [{ name: checkout, kind: Command, target: "true" }, { name: login, kind: Command, target: "true" }] }
            """);
        var risks = (await estate.Test.RunAsync(new GetRiskRequest { Policy = policy })).Results;
        var risk = Assert.IsType<PatchRisk>(Assert.Single(risks));
        Assert.True(risk.Decision >= PatchDecision.Expedite, risk.ToString());
        Assert.Contains(risk.Reasons, r => r.Contains("waived", StringComparison.Ordinal) && r.Contains("checkout", StringComparison.Ordinal));

        // The ranking by patch, by vulnerability and no ranking at all lead to the same waivers.
        var byCve = (await estate.Test.RunAsync(new GetRiskRequest { Policy = policy, By = RiskGrouping.Cve })).Results;
        foreach (var input in new[] { risks, byCve, [] })
        {
            var plan = await estate.PlanAsync(new NewPlanRequest { Name = "n", InputObject = input, Policy = policy, TimeLimit = TimeSpan.Zero });
            var waivers = plan.Waves.SelectMany(w => w.Waivers).ToList();
            var waiver = Assert.Single(waivers);
            Assert.Equal(("checkout", "host-1", "the test case is not run"), (waiver.Test, Assert.Single(waiver.Assets), waiver.Effect));
            Assert.Contains("PCI DSS", waiver.Because);
            Assert.Contains(PlanEstate.Patch, waiver.Because);
            string[] TestsOn(string host) => [.. plan.Waves.Where(w => w.Hosts.Any(h => h.Asset == host)).SelectMany(w => w.Tests).Where(t => t.Assets.Count == 0 || t.Assets.Contains(host)).Select(t => t.Name)];
            Assert.Equal(["login"], TestsOn("host-1"));
            Assert.Equal(["checkout", "login"], TestsOn("host-2"));

            var file = estate.Test.PathOf("plan.md");
            await estate.Test.RunAsync(new ExportPlanRequest { PlanId = plan.Id, Format = PlanFormat.Markdown, Path = file });
            Assert.Contains("Waived tests: checkout on host-1: the test case is not run; PCI DSS", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        }
    }
}
