using System.Text.Json;
using PatchOps.Core.Intake;
using PatchOps.Core.Kpi;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;
using PatchOps.Domain;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Tests.Composition;

/// <summary>What policy makes of a whole store, asked as users ask.</summary>
public sealed class RiskPolicyTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = NoonClock.Now;

    private readonly TestEstate estate = new();

    private ICatalogue Catalogue => estate.Host.Store(null).Catalogue;

    public async Task InitializeAsync()
    {
        await estate.RunAsync(new ImportAssetRequest
        {
            InputObject =
            [
                new Asset { Id = "web1", Tags = ["dmz"], Criticality = 4, Environment = AssetEnvironment.Production, MaintenanceWindow = "daily 22:00-02:00" },
                new Asset { Id = "web2", Criticality = 4, Environment = AssetEnvironment.Production, MaintenanceWindow = "daily 22:00-02:00" }, new Asset { Id = "db1" },
            ],
        });
        await estate.RunAsync(new ImportProblemRequest
        {
            InputObject =
            [
                new Problem { Id = "PRB1", Status = "Open", Priority = "2", ConfigurationItems = ["web1", "web2"], Patches = ["deb:foo/1.1"], Cves = ["CVE-2024-1001"] },
                new Problem { Id = "PRB2", Status = "Open", ConfigurationItems = ["db1"], RootCause = "a wrong setting of the pool" },
                new Problem { Id = "PRB3", Status = "Open", ConfigurationItems = ["db1"], Workaround = "restart it" },
                new Problem { Id = "PRB4", Status = "Open", ConfigurationItems = ["db1"], Patches = ["deb:bar/2"] },
            ],
        });
        Facts(new KevRecord("CVE-2024-1001") { Added = DateOnly.FromDateTime(Now.UtcDateTime).AddDays(-30) });
    }

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();

    [Fact]
    public async Task A_tier_gives_assets_the_exposure_that_they_do_not_state()
    {
        var policy = estate.Write("policy.yaml", "risk:\n  tiers: [{ name: dmz, exposure: Internet, for: { tags: [dmz] } }]\n");
        var before = (await RiskAsync(new GetRiskRequest { By = RiskGrouping.Asset, Asset = ["web*"] })).ToDictionary(r => r.Id);
        var after = (await RiskAsync(new GetRiskRequest { By = RiskGrouping.Asset, Asset = ["web*"], Policy = policy })).ToDictionary(r => r.Id);
        Assert.True(after["web1"].ExpectedLossPerDay > 2 * before["web1"].ExpectedLossPerDay);
        Assert.Equal(before["web2"].ExpectedLossPerDay, after["web2"].ExpectedLossPerDay);
        Assert.Contains("Internet by the policy's tier 'dmz'", string.Join('\n', after["web1"].Reasons), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_problem_names_without_a_vulnerability_is_a_bug_fix_and_claims_no_vulnerability()
    {
        var risk = Assert.Single(await RiskAsync(new GetRiskRequest { Asset = ["db1"] }));
        Assert.Equal(("deb:bar/2", UpdateKind.BugFix, null, null), (risk.Id, risk.Kind, risk.Cvss, risk.Ssvc));
        Assert.DoesNotContain(risk.Reasons, r => r.Contains("unnamed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Groups_add_up_to_what_their_findings_say_whichever_way_they_are_cut()
    {
        var random = new Random(4);
        await estate.RunAsync(new ImportAssetRequest { InputObject = [.. Enumerable.Range(0, 20).Select(i => new Asset { Id = $"host{i:00}", Criticality = random.Next(1, 6) })] });
        await estate.RunAsync(new ImportProblemRequest
        {
            InputObject = [.. Enumerable.Range(0, 30).Select(i => new Problem
            {
                Id = $"Q{i}", Status = "Open", ConfigurationItems = [.. Enumerable.Range(0, 20).Where(_ => random.Next(3) == 0).Select(h => $"host{h:00}")], Patches = [$"deb:p{i % 12}/2"], Cves = [$"CVE-2024-2{i % 7:000}", $"CVE-2024-2{i % 5:000}"],
            })],
        });
        var day = NoonClock.Now;
        var findings = await RiskAsync(new GetRiskRequest { By = RiskGrouping.Finding, Explain = true, AsOf = day });
        foreach (var by in new[] { RiskGrouping.Patch, RiskGrouping.Asset, RiskGrouping.Cve })
        {
            var groups = await RiskAsync(new GetRiskRequest { By = by, AsOf = day });
            Assert.NotEmpty(groups);
            Assert.Equal(groups.Count, groups.Select(g => g.Id).Distinct().Count());
            Assert.Equal(Enumerable.Range(1, groups.Count), groups.Select(g => g.Rank!.Value));
            // A patch's vulnerabilities are combined before they are added, so a group never exceeds the sum of its findings.
            if (by != RiskGrouping.Cve) Assert.True(groups.Sum(g => g.ExpectedLossPerDay) <= findings.Sum(f => f.ExpectedLossPerDay) + 1e-9);
            Assert.True(groups.Sum(g => g.ExpectedLossPerDay) > 0);
            Assert.Equal(JsonSerializer.Serialize(groups.Take(3)), JsonSerializer.Serialize(await RiskAsync(new GetRiskRequest { By = by, Top = 3, AsOf = day })));
        }
        Assert.Equal(JsonSerializer.Serialize(findings.Select(f => f.Id).Order()), JsonSerializer.Serialize((await RiskAsync(new GetRiskRequest { By = RiskGrouping.Finding, Top = 100_000 })).Select(f => f.Id).Order()));
    }

    [Fact]
    public async Task A_poisoned_future_changes_nothing_on_the_day_asked_for()
    {
        var day = Now.AddDays(-5);
        var requests = new[] { RiskGrouping.Patch, RiskGrouping.Asset, RiskGrouping.Cve, RiskGrouping.Problem, RiskGrouping.Finding }.Select(by => new GetRiskRequest { By = by, AsOf = day, Explain = true }).ToList();
        async Task<string> Seen() => JsonSerializer.Serialize(await Task.WhenAll(requests.Select(RiskAsync)));
        Facts(new EpssBatch(DateOnly.FromDateTime(day.UtcDateTime).AddDays(-2), null, ["CVE-2024-1001"], [0.01], [0.1]));
        var before = await Seen();

        Facts(new EpssBatch(DateOnly.FromDateTime(Now.UtcDateTime), null, ["CVE-2024-1001"], [0.99], [0.99]));
        Facts(new VulnerabilityRecord("vendor", "CVE-2024-1001") { AsOf = Now.AddDays(-1), Trust = TrustRank.VendorVex, Status = VulnerabilityStatus.Rejected, Cvss = [new CvssFact("v", "3.1", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10)] });
        await estate.RunAsync(new ImportIncidentRequest { InputObject = [.. Enumerable.Range(0, 20).Select(i => new Incident { Id = $"I{i}", Opened = Now.AddDays(-1), ConfigurationItem = "web1", Problem = "PRB1" })] });
        await estate.RunAsync(new ImportDeploymentRequest { InputObject = [.. Enumerable.Range(0, 9).Select(i => new Deployment { Id = $"D{i}", Patch = "deb:foo/1.1", Asset = "db1", Started = day.AddHours(-1), Ended = Now.AddDays(-1), Outcome = DeploymentOutcome.Failed })] });
        await estate.RunAsync(new ImportProblemRequest { InputObject = [new Problem { Id = "PRB9", Status = "Open", Opened = Now.AddDays(-1), ConfigurationItems = ["web1"], Patches = ["deb:new/1"] }] });
        Catalogue.AddVerdict(new EffectivenessResult { Problem = "PRB1", Patch = "deb:foo/1.1", Verdict = EffectivenessVerdict.NotEffective, BeforeCount = 9, BeforeDays = 90, AfterCount = 9, AfterDays = 90, Reasons = [] }, Now.AddDays(-1));
        await estate.RunAsync(new NewExceptionRequest { Patch = ["deb:foo/1.1"], Justification = "later", Until = Now.AddDays(30) });
        Assert.Equal(before, await Seen());
        Assert.NotEqual(before, JsonSerializer.Serialize(await Task.WhenAll(requests.Select(r => RiskAsync(r with { AsOf = Now.AddDays(1) })))));
    }

    [Fact]
    public async Task Key_figures_and_reports_leave_out_what_is_excepted_and_say_how_many()
    {
        async Task<Domain.Kpi> Kpi(string name) => (Domain.Kpi)Assert.Single((await estate.RunAsync(new GetKpiRequest { Name = [name] })).Results);
        Assert.Equal(0, (await Kpi(KpiNames.LeftOpen)).Value);
        var incidents = (await Kpi(KpiNames.UnpatchedIncidents)).N;
        await estate.RunAsync(new ImportIncidentRequest { InputObject = [new Incident { Id = "I1", Opened = Now.AddDays(-2), ConfigurationItem = "web1" }] });
        Assert.Equal(incidents + 1, (await Kpi(KpiNames.UnpatchedIncidents)).N);
        await estate.RunAsync(new NewExceptionRequest { Cve = ["CVE-2024-1001"], Justification = "isolated", Until = Now.AddDays(30) });
        Assert.Equal((2.0, 2L), ((await Kpi(KpiNames.LeftOpen)).Value, (await Kpi(KpiNames.LeftOpen)).N));
        Assert.Equal(incidents, (await Kpi(KpiNames.UnpatchedIncidents)).N);

        var path = estate.PathOf("risk.md");
        await estate.RunAsync(new ExportReportRequest { Kind = ReportKind.Operations, Path = path });
        var report = await File.ReadAllTextAsync(path);
        Assert.Contains("Left open by exception", report, StringComparison.Ordinal);
        Assert.DoesNotContain("deb:foo/1.1", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_freeze_override_opens_the_freeze_for_its_assets_until_it_ends_and_leaves_no_finding_open()
    {
        var policy = estate.Write("policy.yaml", $"planning:\n  freezes: [{{ name: Fair, when: {Now.AddDays(-1):yyyy-MM-dd}..{Now.AddDays(20):yyyy-MM-dd} }}]\n");
        async Task<List<MaintenanceWindow>> Windows(string asset) =>
            [.. (await estate.RunAsync(new GetWindowRequest { Asset = [asset], From = Now, To = Now.AddDays(15), Policy = policy })).Results.Cast<MaintenanceWindow>()];
        Assert.Empty(await Windows("web1"));
        var ranked = (await RiskAsync(new GetRiskRequest())).Count;

        var sample = new NewExceptionRequest { Kind = PatchExceptionKind.FreezeOverride, Freeze = ["fair"], Asset = ["web1"], Justification = "the fair's own servers", ApprovedBy = "CAB", Until = Now.AddDays(7), Policy = policy };
        var made = Assert.IsType<PatchException>(Assert.Single((await estate.RunAsync(sample)).Results));
        var open = await Windows("web1");
        Assert.InRange(open.Count, 6, 8);
        Assert.All(open, w => Assert.Equal([made.Id], w.Overrides));
        Assert.All(open, w => Assert.True(w.End <= made.Until));
        Assert.Empty(await Windows("web2"));
        Assert.Equal(ranked, (await RiskAsync(new GetRiskRequest())).Count);
        var plan = Assert.IsType<PatchPlan>(Assert.Single((await estate.RunAsync(new NewPlanRequest { Name = "p", Patch = ["deb:foo/1.1"], Asset = ["web*"], Policy = policy, Horizon = TimeSpan.FromDays(10), TimeLimit = TimeSpan.FromSeconds(0.2) })).Results));
        var placed = Assert.Single(plan.Waves.SelectMany(w => w.Hosts));
        Assert.Equal("web1", placed.Asset);
        Assert.Equal([$"freeze 'Fair' (exception {made.Id})"], placed.Waives);
        Assert.Equal(["web2"], plan.Unscheduled.Select(u => u.Asset));

        await estate.RunAsync(new RevokeExceptionRequest { Id = made.Id, Justification = "over" });
        Assert.Empty(await Windows("web1"));

        Assert.Equal("FreezeUnknown", (await estate.FailAsync(sample with { Freeze = ["Fairy"] })).Code);
        Assert.Equal("ParameterMissing", (await estate.FailAsync(sample with { Freeze = [] })).Code);
        Assert.Equal("ParameterMissing", (await estate.FailAsync(sample with { ApprovedBy = null })).Code);
        Assert.Equal("ParameterInvalid", (await estate.FailAsync(sample with { Cve = ["CVE-2024-1001"] })).Code);
        Assert.Equal("ParameterInvalid", (await estate.FailAsync(sample with { Kind = PatchExceptionKind.Deferral })).Code);
        Assert.Equal("AssetNotFound", (await estate.FailAsync(sample with { Asset = ["nobody"] })).Code);
    }

    private async Task<List<PatchRisk>> RiskAsync(GetRiskRequest request)
    {
        var (results, failures, _) = await estate.RunAsync(request);
        Assert.Empty(failures);
        return [.. results.Cast<PatchRisk>()];
    }

    private void Facts(FeedRecord record)
    {
        using var import = Catalogue.BeginImport("Test", record.ToString() ?? "facts", Now);
        import.Add(record);
        import.Complete(TimeSpan.Zero);
    }
}
