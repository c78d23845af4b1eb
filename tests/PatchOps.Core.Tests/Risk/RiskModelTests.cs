using PatchOps.Core.Risk;
using PatchOps.Core.Scoring.Cvss;
using PatchOps.Core.Scoring.Ssvc;
using PatchOps.Domain;

namespace PatchOps.Core.Tests.Risk;

public class RiskModelTests
{
    private static readonly RiskModel Model = RiskSamples.Model;

    [Fact]
    public void Expected_loss_is_daily_chance_times_reach_times_impact_times_value()
    {
        var cve = new CveFacts { Id = "CVE-1", Cvss = CvssVector.Parse("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"), Epss = 0.5 };
        var asset = new AssetFacts { Id = "a", Criticality = 3, Exposure = AssetExposure.Internet, Environment = AssetEnvironment.Production };

        var figures = Model.Figures(RiskSamples.On(asset, cve));

        var attack = (1 - Math.Pow(0.5, 1 / 30.0)) * 0.002;
        var impact = (1 - (0.44 * 0.44 * 0.44)) / 0.915;
        Assert.Equal(attack, figures.AttackPerDay, 1e-15);
        Assert.Equal(attack * Math.Min(1, impact) * 40_000, figures.ExpectedLossPerDay, 1e-9);
        Assert.Equal((0.05 * 2 * 80) + (10 / 60.0 * 0.1 * 80) + 5, figures.PatchCost, 1e-9);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.99, 33.3)]
    [InlineData(9.99, 50)]
    [InlineData(99.99, 66.7)]
    [InlineData(9_999.99, 100)]
    [InlineData(1e9, 100)]
    public void A_tenfold_loss_adds_a_sixth_of_the_scale(double loss, double score) => Assert.Equal(score, Model.Score(loss), 0.05);

    [Fact]
    public void Patch_loss_is_the_independent_union_of_its_vulnerabilities()
    {
        var one = new CveFacts { Id = "CVE-1", CvssScore = 5, Epss = 0.4 };
        var two = new CveFacts { Id = "CVE-2", CvssScore = 8, Epss = 0.9 };
        double Loss(params CveFacts[] cves) => Model.Figures(RiskSamples.On(RiskSamples.Web, cves)).ExpectedLossPerDay / 1_000_000;
        Assert.Equal(1 - ((1 - Loss(one)) * (1 - Loss(two))), Loss(one, two), 1e-15);
    }

    [Fact]
    public void The_explanation_says_what_the_score_would_be_without_the_kev_entry()
    {
        var risk = Model.Assess("web01 CVE-2021-44228", RiskSamples.On(RiskSamples.Web, RiskSamples.Log4Shell), explain: true);
        var without = Model.Assess("x", RiskSamples.On(RiskSamples.Web, RiskSamples.Log4Shell with { KevAdded = null }));

        var term = risk.Terms.Single(t => t.Name == "KEV entry");
        Assert.Equal(without.Score, term.ScoreWithout);
        Assert.True(risk.Score > without.Score);
        Assert.Contains("listed in KEV on 2021-12-10, used by ransomware", term.Because);
        Assert.Equal(
            ["KEV entry", "Ransomware use", "EPSS", "Reach", "Value", "Failure probability", "Cost of acting"], risk.Terms.Select(t => t.Name));
        Assert.Empty(Model.Assess("x", RiskSamples.On(RiskSamples.Web, RiskSamples.Log4Shell)).Terms);
    }

    [Fact]
    public void A_kev_entry_of_the_future_is_not_known_today()
    {
        var later = RiskSamples.Log4Shell with { KevAdded = new DateOnly(2026, 8, 10) };
        var today = Model.Assess("x", RiskSamples.On(RiskSamples.Web, later), explain: true);
        var never = Model.Assess("x", RiskSamples.On(RiskSamples.Web, later with { KevAdded = null }));

        Assert.Equal((never.Score, never.Ssvc, false), (today.Score, today.Ssvc, today.Kev));
        Assert.DoesNotContain(today.Reasons, r => r.Contains("listed in KEV", StringComparison.Ordinal));
        Assert.True(new RiskModel(RiskPolicy.Default, RiskSamples.AsOf.AddDays(1)).Assess("x", RiskSamples.On(RiskSamples.Web, later)).Kev);
    }

    [Fact]
    public void Every_default_that_was_taken_stands_in_the_reasons()
    {
        var risk = Model.Assess("x", RiskSamples.On(new AssetFacts { Id = "stub" }, new CveFacts { Id = "CVE-1" }) with
        {
            Problems = [new ProblemFacts { Id = "PRB7" }],
        });

        var text = string.Join('\n', risk.Reasons);
        foreach (var expected in new[]
        {
            "criticality not stated, 3 taken", "environment not stated, Production taken", "exposure not stated, Internal taken",
            "EPSS not known, 0.027 taken", "no CVSS, 7.0 taken", "priority not stated; 3 taken",
        }) Assert.Contains(expected, text);
        Assert.Null(risk.Cvss);
        Assert.Null(risk.Epss);
    }

    [Fact]
    public void Regulated_assets_are_due_sooner_and_the_waived_tests_are_recorded()
    {
        var input = RiskSamples.On(RiskSamples.Web, RiskSamples.Log4Shell) with { FixAvailable = RiskSamples.AsOf.AddDays(-1) };
        var regulated = RiskSamples.On(RiskSamples.Web with { Regulations = ["PCI DSS"] }, RiskSamples.Log4Shell) with { FixAvailable = input.FixAvailable };

        var normal = Model.Assess("x", input);
        var sooner = Model.Assess("x", regulated);

        Assert.True(sooner.DueDate < normal.DueDate);
        Assert.NotEmpty(Model.Decide(Model.Figures(regulated)).WaivedTests);
        Assert.Empty(Model.Decide(Model.Figures(input)).WaivedTests);
        Assert.Contains(sooner.Reasons, r => r.StartsWith("Regulated (PCI DSS): these tests are waived", StringComparison.Ordinal));
    }

    [Fact]
    public void A_missed_service_level_is_due_in_the_past_and_says_by_how_much()
    {
        var risk = Model.Assess("x", RiskSamples.On(RiskSamples.Web, RiskSamples.Log4Shell) with { FixAvailable = RiskSamples.AsOf.AddDays(-100) });
        Assert.True(risk.DueDate < RiskSamples.AsOf);
        Assert.Contains(risk.Reasons, r => r.Contains("overdue by", StringComparison.Ordinal));
    }

    [Fact]
    public void An_entry_in_kev_restarts_the_clock_of_what_it_makes_urgent()
    {
        var cve = RiskSamples.Log4Shell with { KevAdded = new DateOnly(2026, 8, 1), Epss = 0.97 };
        var risk = Model.Assess("x", RiskSamples.On(RiskSamples.Web, cve) with { FixAvailable = new DateTimeOffset(2022, 1, 1, 0, 0, 0, TimeSpan.Zero) });
        Assert.True(risk.Decision >= PatchDecision.Expedite);
        Assert.True(risk.DueDate > new DateTimeOffset(2026, 8, 1, 0, 0, 0, TimeSpan.Zero), $"{risk.DueDate}");
    }

    [Fact]
    public void A_harmless_finding_whose_patch_keeps_failing_is_accepted_and_only_then()
    {
        var input = RiskSamples.On(
            new AssetFacts { Id = "lab", Criticality = 2, Exposure = AssetExposure.Isolated },
            new CveFacts { Id = "CVE-1", Cvss = CvssVector.Parse("CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"), Epss = 0.001 });

        Assert.Equal(PatchDecision.Defer, Model.Assess("x", input).Decision);
        var accepted = Model.Assess("x", input with { Installs = RiskSamples.History(30, 50) });
        Assert.Equal(PatchDecision.Accept, accepted.Decision);
        Assert.Contains("it fails too often", accepted.Reasons[0]);
    }

    [Theory]
    [InlineData("bod-26-04", "3 days & forensic investigation")]
    [InlineData("coordinator", "Act")]
    [InlineData("deployer", "Immediate")]
    public void The_chosen_ssvc_table_sets_a_floor_and_a_date(string table, string outcome)
    {
        var model = new RiskModel(RiskPolicy.Default with { SsvcTable = table }, RiskSamples.AsOf);
        var risk = model.Assess("x", RiskSamples.On(RiskSamples.Web with { Value = 1 }, RiskSamples.Log4Shell));

        Assert.Equal((outcome, PatchDecision.Expedite), (risk.Ssvc, risk.Decision));
        Assert.Contains($"SSVC {table} asks for {outcome}", risk.Reasons[0]);
        if (table == "bod-26-04") Assert.Equal(RiskSamples.AsOf.AddDays(3), risk.DueDate);
    }

    [Fact]
    public void A_group_adds_losses_and_costs_over_its_assets()
    {
        var totals = new RiskTotals(Model, explain: true);
        var other = RiskSamples.Web with { Id = "web02", Criticality = 2 };
        totals.Add(RiskSamples.On(RiskSamples.Web, RiskSamples.Log4Shell));
        totals.Add(RiskSamples.On(other, RiskSamples.Log4Shell));
        totals.Add(RiskSamples.On(other, new CveFacts { Id = "CVE-2", Epss = 0.9 }));

        var group = totals.ToRisk("patch");
        var single = Model.Assess("x", RiskSamples.On(RiskSamples.Web, RiskSamples.Log4Shell));

        Assert.Equal(2, group.Assets);
        Assert.True(group.ExpectedLossPerDay > single.ExpectedLossPerDay && group.PatchCost > single.PatchCost);
        Assert.Contains("Summed over 3", group.Reasons[1]);
        Assert.True(group.Terms.Single(t => t.Name == "CVE-2021-44228").ScoreWithout < group.Score);
        Assert.Equal(0.9, group.Epss);
    }

    [Fact]
    public void A_patch_without_vulnerability_is_judged_by_its_problems()
    {
        var risk = Model.Assess("x", new RiskInput
        {
            Asset = RiskSamples.Web,
            Problems = [new ProblemFacts { Id = "PRB1", Priority = 1, Recurrence = new RecurrenceEvidence(12, 120) }],
        }, explain: true);

        Assert.Null(risk.Ssvc);
        Assert.Equal(12.5 / (182.5 + 120) * 30, risk.Recurrence, 1e-9);
        Assert.True(risk.Decision >= PatchDecision.Expedite);
        Assert.Equal(0, risk.Terms.Single(t => t.Name == "Recurrence").ScoreWithout);
    }

    [Fact]
    public void A_top_ranking_holds_what_a_full_sort_gives()
    {
        var random = new Random(7);
        var risks = Enumerable.Range(0, 500)
            .Select(i => Model.Assess($"r{i}", RiskSamples.On(RiskSamples.Asset(random), RiskSamples.Cve(random, i)))).ToList();
        var top = RiskRanking.Top(risks, 20);
        Assert.Equal(risks.Order(RiskRanking.Order).Take(20).Select(r => r.Id), top.Select(r => r.Id));
        Assert.Equal(Enumerable.Range(1, 20), top.Select(r => r.Rank!.Value));
    }

    [Fact]
    public void Impossible_facts_are_refused()
    {
        foreach (var act in new Func<object>[]
        {
            () => new CveFacts { Id = "x", Epss = 1.2 }, () => new CveFacts { Id = "x", Epss = double.NaN }, () => new CveFacts { Id = "x", CvssScore = 11 },
            () => new AssetFacts { Id = "x", Value = -5 }, () => new AssetFacts { Id = "x", Criticality = 6 },
            () => new ProblemFacts { Id = "x", IncidentCost = -1 }, () => new ProblemFacts { Id = "x", Recurrence = new(double.NaN, 1) },
        }) Assert.Equal("RiskInputInvalid", Assert.Throws<FailureException>(act).Failure.Code);
    }

    [Fact]
    public void A_policy_that_contradicts_itself_is_refused_with_every_fault()
    {
        var policy = RiskPolicy.Default with
        {
            EmergencyScore = 40,
            Reach = [0.1, 0.01, 0.001, 0.0001],
            KevFloor = double.NaN,
            SsvcTable = "mine",
            SsvcFloor = new Dictionary<string, PatchDecision> { ["Soon"] = PatchDecision.Expedite },
            ServiceLevels = new ServiceLevels { Standard = [1, 2, 3, 4] },
        };
        var failure = Assert.Throws<FailureException>(() => new RiskModel(policy, RiskSamples.AsOf)).Failure;
        Assert.Equal("RiskPolicyInvalid", failure.Code);
        foreach (var name in new[] { "thresholds contradict", "Reach", "KevFloor", "'mine'", "'Soon'", "ServiceLevels.Standard" })
            Assert.Contains(name, failure.Message);
        Assert.Empty(RiskPolicyCheck.Faults(RiskPolicy.Default));
    }
}
