using PatchOps.Core.Kpi;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Tests.Kpi;

/// <summary>A small estate whose figures can be counted by hand.</summary>
public class KpiCalculatorTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset AsOf = Start.AddDays(60);

    private static readonly IReadOnlyList<Incident> Incidents =
    [
        Incident("I1", 0, 2, "w1", null), Incident("I2", 30, 4, "w2", "C1"), Incident("I3", 31, null, "t1", null), Incident("I4", 32, 6, "t1", null),
        Incident("I5", 61, 1, "t1", null), Incident("I6", 33, 1, null, null),
    ];

    private static EstateFacts Facts() => new(
        AsOf,
        [
            new Asset { Id = "w1", Environment = AssetEnvironment.Production, BusinessUnit = "Sales" },
            new Asset { Id = "w2", Environment = AssetEnvironment.Production, BusinessUnit = "Sales" },
            new Asset { Id = "t1", Environment = AssetEnvironment.Test },
        ],
        [
            Deploy("D1", "deb:a/2", "w1", 10, DeploymentOutcome.Succeeded, "P1"),
            Deploy("D2", "deb:a/2", "w2", 12, DeploymentOutcome.Failed),
            Deploy("D3", "deb:a/2", "w2", 14, DeploymentOutcome.Succeeded),
            Deploy("D4", "KB5", "t1", 20, DeploymentOutcome.RolledBack),
            Deploy("D5", "KB5", "t1", 90, DeploymentOutcome.Succeeded),
        ],
        [
            new Problem { Id = "P1", Opened = Start.AddDays(4), Resolved = Start.AddDays(15), ConfigurationItems = ["w1"], Patches = ["deb:a/2"] },
            new Problem { Id = "P2", Opened = Start, Resolved = Start.AddDays(11), ConfigurationItems = ["w2"], Patches = ["deb:a/2"] },
            new Problem { Id = "P3", Opened = Start, ConfigurationItems = ["t1"], Patches = ["KB5"] },
        ],
        IncidentTable.Of(Incidents),
        [new Change { Id = "C1", PlannedStart = Start.AddDays(12), PlannedEnd = Start.AddDays(12).AddHours(3), ConfigurationItems = ["w1", "w2"] }],
        [Missing("t1", "KB5", Start.AddDays(50)), Missing("w2", "KB5", Start.AddDays(70)), Missing("w2", null, null)],
        new Dictionary<string, DateTimeOffset> { ["deb:a/2"] = Start.AddDays(5), ["KB5"] = Start.AddDays(30) });

    private static EstateFacts WithDecisions(Func<Deployment, PatchDecision?> decisions) =>
        Facts() is var f ? new EstateFacts(f.AsOf, f.Assets, f.Deployments, f.Problems, f.Incidents, f.Changes, f.Open, f.FixAvailable) { DecisionOf = decisions } : throw new InvalidOperationException();

    private static Deployment Deploy(string id, string patch, string asset, int day, DeploymentOutcome outcome, string? problem = null) =>
        new() { Id = id, Patch = patch, Asset = asset, Started = Start.AddDays(day), Ended = Start.AddDays(day).AddHours(1), Outcome = outcome, Problem = problem };

    private static Incident Incident(string id, int day, double? hours, string? item, string? cause) => new()
    {
        Id = id, Opened = Start.AddDays(day), Resolved = hours is { } h ? Start.AddDays(day).AddHours(h) : null, ConfigurationItem = item, CausedBy = cause,
    };

    private static OpenPatch Missing(string asset, string? patch, DateTimeOffset? due) => new(asset, patch, "package", new PatchRisk
    {
        Id = asset, Score = 10, Decision = PatchDecision.Schedule, ExpectedLossPerDay = 1, PatchCost = 1, NetBenefit = 1, Assets = 1, DueDate = due,
    });

    private static Domain.Kpi Of(string name, KpiGrouping by = KpiGrouping.Tenant, string? group = null, KpiPeriod? period = null) =>
        new KpiCalculator(Facts(), by, period).All().Single(k => k.Name == name && (group is null || k.Group == group));

    [Fact]
    public void Rates_count_what_was_started_by_then()
    {
        // Four deployments started by the day: two succeeded, one failed, one was rolled back.
        Assert.Equal((50d, 4L), (Of(KpiNames.SuccessRate).Value, Of(KpiNames.SuccessRate).N));
        Assert.Equal(50, Of(KpiNames.FailureRate).Value);
        Assert.Equal(25, Of(KpiNames.RollbackRate).Value);
        Assert.InRange(Of(KpiNames.RollbackRate).Low!.Value, 4.5, 4.6);
        Assert.InRange(Of(KpiNames.RollbackRate).High!.Value, 69.9, 70);
    }

    [Fact]
    public void Rates_differ_by_environment()
    {
        Assert.Equal(100d * 2 / 3, Of(KpiNames.SuccessRate, KpiGrouping.Environment, "Production").Value!.Value, 9);
        Assert.Equal(100, Of(KpiNames.RollbackRate, KpiGrouping.Environment, "Test").Value);
    }

    [Fact]
    public void Groups_stand_in_the_order_of_stages() =>
        Assert.Equal(["Test", "Production"], new KpiCalculator(Facts(), KpiGrouping.Environment).All().Select(k => k.Group).Distinct());

    [Fact]
    public void Repair_runs_from_the_failure_to_the_end_of_the_next_success()
    {
        // Day 12 to day 14 plus one hour; the rolled back one has no success by then.
        Assert.Equal((49d, 1L), (Of(KpiNames.Repair).Value, Of(KpiNames.Repair).N));
        Assert.Null(Of(KpiNames.Repair, KpiGrouping.Environment, "Test").Value);
    }

    [Fact]
    public void Compliance_is_the_share_of_assets_without_an_overdue_patch()
    {
        Assert.Equal(100d * 2 / 3, Of(KpiNames.Compliance).Value!.Value, 9);
        Assert.Equal(100, Of(KpiNames.Compliance, KpiGrouping.Environment, "Production").Value);
        Assert.Equal(0, Of(KpiNames.Compliance, KpiGrouping.Environment, "Test").Value);
        Assert.Equal((50d, 2L), (Of(KpiNames.Compliance, KpiGrouping.Vendor, "KB").Value, Of(KpiNames.Compliance, KpiGrouping.Vendor, "KB").N));
    }

    [Fact]
    public void Time_to_patch_runs_from_the_fix_to_the_first_success()
    {
        var median = Of(KpiNames.PatchMedian);
        Assert.Equal(7 + (1d / 24), median.Value!.Value, 9);
        Assert.Equal(2, median.N);
        Assert.Equal(6 + (1d / 24), Of(KpiNames.AnswerMedian).Value!.Value, 9);
        Assert.Equal((30d, 2L), (Of(KpiNames.ExposureMedian).Value, Of(KpiNames.ExposureMedian).N));
    }

    [Fact]
    public void A_problem_counts_as_resolved_by_patch_when_a_success_came_before()
    {
        // P1 had one; P2 was resolved before its item was patched.
        Assert.Equal((50d, 2L), (Of(KpiNames.ResolvedByPatch).Value, Of(KpiNames.ResolvedByPatch).N));
    }

    [Fact]
    public void Incidents_count_on_assets_that_lack_something()
    {
        var kpi = Of(KpiNames.UnpatchedIncidents);
        Assert.Equal(3, kpi.N);
        Assert.Equal(1.5, kpi.Value!.Value, 6);
    }

    [Fact]
    public void Without_any_incident_on_record_there_is_no_rate_of_incidents()
    {
        var facts = Facts();
        var silent = new EstateFacts(AsOf, facts.Assets, facts.Deployments, facts.Problems, IncidentTable.Empty, facts.Changes, facts.Open, facts.FixAvailable);
        var kpi = new KpiCalculator(silent).All().Single(k => k.Name == KpiNames.UnpatchedIncidents);
        Assert.Equal((null, null, null, 0L), (kpi.Value, kpi.Low, kpi.High, kpi.N));
    }

    [Fact]
    public void A_deployment_that_names_no_problem_answers_the_one_that_waits_for_its_patch()
    {
        // As waves write them. P2 was resolved before its item was patched: nobody waited any more.
        var facts = Facts();
        var unnamed = new EstateFacts(AsOf, facts.Assets, [.. facts.Deployments.Select(d => d with { Problem = null })], facts.Problems, facts.Incidents, facts.Changes, facts.Open, facts.FixAvailable);
        var kpi = new KpiCalculator(unnamed).All().Single(k => k.Name == KpiNames.AnswerMedian);
        Assert.Equal(1, kpi.N);
        Assert.Equal(6 + (1d / 24), kpi.Value!.Value, 9);
    }

    [Fact]
    public void Downtime_adds_up()
    {
        Assert.Equal(4, Of(KpiNames.IncidentRepair).N);
        Assert.Equal(3.25, Of(KpiNames.IncidentRepair).Value);
        Assert.Equal(13, Of(KpiNames.UnscheduledDowntime).Value);
        Assert.Equal(4, Of(KpiNames.ChangeDowntime).Value);
        Assert.Equal(6, Of(KpiNames.ScheduledDowntime).Value);
    }

    [Fact]
    public void A_period_leaves_out_what_lies_outside()
    {
        var kpi = Of(KpiNames.SuccessRate, period: new KpiPeriod(Start.AddDays(11), Start.AddDays(20)));
        Assert.Equal((50d, 2L), (kpi.Value, kpi.N));
    }

    [Theory]
    [InlineData(KpiGrouping.Tenant)]
    [InlineData(KpiGrouping.Environment)]
    [InlineData(KpiGrouping.BusinessUnit)]
    [InlineData(KpiGrouping.Vendor)]
    [InlineData(KpiGrouping.Product)]
    [InlineData(KpiGrouping.Decision)]
    public void Every_group_has_every_figure_once(KpiGrouping by)
    {
        foreach (var group in new KpiCalculator(Facts(), by).All().GroupBy(k => k.Group))
            Assert.Equal(KpiNames.Definitions.Keys.Order(), group.Select(k => k.Name).Order());
    }

    [Fact]
    public void An_empty_estate_has_figures_without_values()
    {
        var facts = new EstateFacts(AsOf, [], [], [], IncidentTable.Empty, [], [], new Dictionary<string, DateTimeOffset>());
        Assert.All(new KpiCalculator(facts).All(), k =>
        {
            Assert.Null(k.Value);
            Assert.Equal(0, k.N);
            Assert.EndsWith("not enough data", k.ToString(), StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Time_to_patch_is_told_apart_by_what_the_patch_called_for()
    {
        var facts = WithDecisions(d => d.Id == "D1" ? PatchDecision.Emergency : d.Patch == "deb:a/2" ? PatchDecision.Schedule : null);
        var kpis = new KpiCalculator(facts, KpiGrouping.Decision).All().ToList();
        Assert.Equal(["Emergency", "Schedule", "(not stated)"], kpis.Select(k => k.Group).Distinct());
        double? Median(string group) => kpis.Single(k => k.Name == KpiNames.PatchMedian && k.Group == group).Value;
        Assert.Equal(5 + 1 / 24.0, Median("Emergency")!.Value, 9);
        Assert.Equal(9 + 1 / 24.0, Median("Schedule")!.Value, 9);
        Assert.Null(Median("(not stated)"));
        // Assets, incidents and changes as such have no decision.
        Assert.All(kpis.Where(k => k.Name is KpiNames.UnscheduledDowntime or KpiNames.ScheduledDowntime or KpiNames.ResolvedByPatch), k => Assert.Null(k.Value));
        // Two assets miss something that is to be scheduled, and one of them is late.
        Assert.Equal((50d, 2L), (kpis.Single(k => k.Name == KpiNames.Compliance && k.Group == "Schedule") is var late ? (late.Value!.Value, late.N) : default));
    }

    [Fact]
    public void A_trend_has_a_row_for_each_month_and_what_is_open_in_the_last_only()
    {
        var rows = KpiCalculator.Monthly(Facts(), KpiGrouping.Tenant, new KpiPeriod(Start, AsOf)).ToList();
        var failures = rows.Where(k => k.Name == KpiNames.FailureRate).ToList();
        Assert.Equal([(Start, (long?)4), (Start.AddMonths(1), 0), (Start.AddMonths(2), 0)], failures.Select(k => (k.From!.Value, (long?)k.N)));
        Assert.Equal(AsOf, failures[^1].To);
        Assert.Equal(Start.AddMonths(2), rows.Single(k => k.Name == KpiNames.Compliance).From);
        // Months add up to the whole.
        Assert.Equal(Of(KpiNames.UnscheduledDowntime).Value, rows.Where(k => k.Name == KpiNames.UnscheduledDowntime).Sum(k => k.Value));
    }

    [Fact]
    public void Incidents_from_unpatched_components_are_those_that_point_to_an_open_vulnerability()
    {
        Assert.Null(Of(KpiNames.ComponentIncidents).Value);
        var facts = Facts();
        var flagged = new EstateFacts(AsOf, facts.Assets, facts.Deployments, facts.Problems, IncidentTable.Of(Incidents.Select(i => i.Id is "I1" or "I4" ? i with { Vulnerabilities = ["CVE-2026-1"] } : i)), facts.Changes, facts.Open, facts.FixAvailable);
        var kpi = new KpiCalculator(flagged).All().Single(k => k.Name == KpiNames.ComponentIncidents);
        Assert.Equal((2L, 1d), (kpi.N, Math.Round(kpi.Value!.Value, 6)));
        Assert.True(kpi.Low < 1 && kpi.High > 1);
        Assert.Equal(1, new KpiCalculator(flagged, KpiGrouping.Environment).All().Single(k => k is { Name: KpiNames.ComponentIncidents, Group: "Test" }).N);
    }

    [Fact]
    public void Months_are_clipped_to_the_period() =>
        Assert.Equal(
            [(Start.AddDays(9), new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero)), (new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero), Start.AddDays(40))],
            new KpiPeriod(Start.AddDays(9), Start.AddDays(40)).Months(12).Select(m => (m.From, m.To)));
}
