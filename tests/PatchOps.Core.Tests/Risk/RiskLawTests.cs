using PatchOps.Core.Risk;
using PatchOps.Core.Scoring.Ssvc;
using PatchOps.Domain;

namespace PatchOps.Core.Tests.Risk;

/// <summary>What must hold for every input.</summary>
public class RiskLawTests
{
    private static readonly RiskModel Model = RiskSamples.Model;

    [Fact]
    public void Every_figure_is_finite_and_in_range() => RiskSamples.Holds(drawn =>
    {
        var input = RiskSamples.On(drawn.Asset, drawn.Cves) with { Problems = [RiskSamples.Problem(drawn.Random)], Installs = RiskSamples.History(2, 2) };
        var risk = Model.Assess("x", input, explain: true);
        Assert.InRange(risk.Score, 0.0, 100.0);
        Assert.InRange(risk.FailureProbability, 0.0, 1.0);
        Assert.InRange(Model.Figures(input).AttackPerDay, 0.0, 1.0);
        Assert.True(risk.ExpectedLossPerDay >= 0 && risk.PatchCost >= 0 && double.IsFinite(risk.NetBenefit));
        Assert.All(risk.Terms, t => Assert.False(t.ScoreWithout is { } s && !(s is >= 0 and <= 100)));
        Assert.All(risk.Reasons.Concat(risk.Terms.Select(t => t.ToString())), r => Assert.DoesNotContain("NaN", r));
        Assert.Equal(risk.Decision == PatchDecision.Accept, risk.DueDate is null);
    }, tests: 60);

    [Fact]
    public void More_threat_never_lowers_loss_score_or_decision() => RiskSamples.Holds(drawn =>
    {
        var cve = drawn.Cves[0];
        Rises(drawn.Asset, drawn.Cves, cve with { Epss = Math.Min(1, Math.Max(cve.Epss ?? 0, 0.027) + (drawn.Random.NextDouble() / 2)) });
        Rises(drawn.Asset, drawn.Cves, cve with { KevAdded = new DateOnly(2026, 2, 1) });
        Rises(drawn.Asset, drawn.Cves, cve with { Ransomware = true });
        Rises(drawn.Asset, drawn.Cves, cve with { Ssvc = cve.Ssvc with { Exploitation = SsvcExploitation.Active } });
    });

    [Fact]
    public void More_value_or_exposure_never_lowers_loss_or_score() => RiskSamples.Holds(drawn =>
    {
        var asset = drawn.Asset;
        if (asset.Criticality is { } c and < 5) Rises(drawn.Cves, asset, asset with { Criticality = c + 1 });
        if (asset.Exposure is { } e and < AssetExposure.Internet) Rises(drawn.Cves, asset, asset with { Exposure = e + 1 });
        if (asset.Sensitivity is { } s and < DataSensitivity.Restricted) Rises(drawn.Cves, asset, asset with { Sensitivity = s + 1 });
        if (asset.Environment is { } v and < AssetEnvironment.Production) Rises(drawn.Cves, asset, asset with { Environment = v + 1 });
        if (asset.Value is { } value) Rises(drawn.Cves, asset, asset with { Value = value * 2 });
    });

    [Fact]
    public void More_recurrence_or_a_surer_fix_never_lowers_loss_or_score() => RiskSamples.Holds(drawn =>
    {
        var problem = RiskSamples.Problem(drawn.Random);
        var before = With(problem);
        Assert.True(With(problem with { Recurrence = problem.Recurrence with { Incidents = problem.Recurrence.Incidents + 1 } }) >= before);
        Assert.True(With(problem with { Fixes = RiskSamples.History(8, 8) }) >= before);
        Assert.True(With(problem with { Priority = 1 }) >= before);
        Assert.True(With(problem) >= Model.Figures(RiskSamples.On(drawn.Asset, drawn.Cves)).ExpectedLossPerDay);

        double With(ProblemFacts p) => Model.Figures(RiskSamples.On(drawn.Asset, drawn.Cves) with { Problems = [p] }).ExpectedLossPerDay;
    });

    [Fact]
    public void A_patch_that_fixes_more_never_ranks_below_its_subset_at_the_same_cost() => RiskSamples.Holds(drawn =>
    {
        var installs = RiskSamples.History(drawn.Random.Next(5), 5);
        var fewer = Model.Assess("b", RiskSamples.On(drawn.Asset, drawn.Cves[..^1]) with { Installs = installs });
        var more = Model.Assess("a", RiskSamples.On(drawn.Asset, drawn.Cves) with { Installs = installs });

        Assert.Equal(fewer.PatchCost, more.PatchCost);
        Assert.True(RiskRanking.Order.Compare(more, fewer) <= 0, $"{more} after {fewer}");
        Assert.True(more.Score >= fewer.Score && more.Decision >= fewer.Decision);
    });

    [Fact]
    public void Failures_raise_the_cost_and_successes_lower_it() => RiskSamples.Holds(drawn =>
    {
        var input = RiskSamples.On(drawn.Asset, drawn.Cves);
        var costs = new[] { RiskSamples.History(0, 10), RiskSamples.History(3, 10), RiskSamples.History(10, 10) }
            .Select(h => Model.Figures(input with { Installs = h }).PatchCost).ToArray();
        Assert.True(costs[0] <= costs[1] && costs[1] <= costs[2]);
    });

    [Fact]
    public void The_order_of_vulnerabilities_and_of_assets_does_not_matter() => RiskSamples.Holds(drawn =>
    {
        var forward = Model.Figures(RiskSamples.On(drawn.Asset, drawn.Cves));
        var backward = Model.Figures(RiskSamples.On(drawn.Asset, [.. drawn.Cves.Reverse()]));
        Assert.Equal(forward.ExpectedLossPerDay, backward.ExpectedLossPerDay, 1e-9 + (forward.ExpectedLossPerDay * 1e-12));
        Assert.Equal((forward.Cvss, forward.Epss, forward.KevAdded, forward.SsvcOutcome), (backward.Cvss, backward.Epss, backward.KevAdded, backward.SsvcOutcome));
        var other = Model.Figures(RiskSamples.On(RiskSamples.Web, RiskSamples.Log4Shell));
        Assert.Equal((forward + other).ExpectedLossPerDay, (other + forward).ExpectedLossPerDay, 1e-9);
        Assert.Equal(Model.Decide(forward + other).DueDate, Model.Decide(other + forward).DueDate);
    });

    private static void Rises(AssetFacts asset, CveFacts[] cves, CveFacts worse)
    {
        CveFacts[] changed = [worse, .. cves[1..]];
        Compare(RiskSamples.On(asset, cves), RiskSamples.On(asset, changed), decisionToo: true);
    }

    private static void Rises(CveFacts[] cves, AssetFacts asset, AssetFacts greater) =>
        Compare(RiskSamples.On(asset, cves), RiskSamples.On(greater, cves), decisionToo: false);

    private static void Compare(RiskInput less, RiskInput more, bool decisionToo)
    {
        var (a, b) = (Model.Assess("x", less), Model.Assess("x", more));
        Assert.True(b.ExpectedLossPerDay >= a.ExpectedLossPerDay * (1 - 1e-12), $"{less} {more}");
        Assert.True(b.Score >= a.Score);
        if (decisionToo) Assert.True(b.Decision >= a.Decision, $"{a} then {b}");
    }
}
