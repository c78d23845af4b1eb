using System.Text.Json;
using PatchOps.Core.Effectiveness;
using PatchOps.Domain;

namespace PatchOps.Core.Tests.Effectiveness;

public sealed class EffectivenessAnalysisTests
{
    private static ProblemHistory Clear(double ratio = 0.05, double otherRatio = 1, double? returns = null, double otherRate = 0.01, double after = 180) =>
        new Simulation { Rate = 0.06, Ratio = ratio, OtherRate = otherRate, OtherRatio = otherRatio, AfterDays = after, ReturnsAfter = returns }.Make(new Random(11));

    private static Deployment Deploy(string id, string patch, string item, double day, DeploymentOutcome outcome = DeploymentOutcome.Succeeded) =>
        new() { Id = id, Patch = patch, Asset = item, Started = Simulation.Start.AddDays(day), Ended = Simulation.Start.AddDays(day + 0.02), Outcome = outcome };

    [Fact]
    public void A_clear_fall_is_Effective() => Assert.Equal(EffectivenessVerdict.Effective, EffectivenessAnalysis.Analyse(Clear()).Verdict);

    [Fact]
    public void A_clear_rise_is_Worse() => Assert.Equal(EffectivenessVerdict.Worse, EffectivenessAnalysis.Analyse(Clear(3)).Verdict);

    [Fact]
    public void No_change_in_plenty_of_incidents_is_NotEffective()
    {
        var history = new Simulation { Rate = 0.5, AfterDays = 180 }.Make(new Random(3));
        Assert.Equal(EffectivenessVerdict.NotEffective, EffectivenessAnalysis.Analyse(history).Verdict);
    }

    [Fact]
    public void A_symptom_that_moves_to_another_category_is_Masked_and_the_cluster_is_named()
    {
        var result = EffectivenessAnalysis.Analyse(Clear(0.05, 7));
        Assert.Equal(EffectivenessVerdict.Masked, result.Verdict);
        Assert.Equal("network", Assert.Single(result.SideEffects).Category);
        Assert.True(result.NewIncidents > 10);
    }

    [Fact]
    public void A_fall_that_comes_back_is_Recurred_with_its_date()
    {
        var result = EffectivenessAnalysis.Analyse(Clear(0.02, returns: 120, after: 240));
        Assert.Equal(EffectivenessVerdict.Recurred, result.Verdict);
        Assert.InRange(result.ChangePoint!.Value, Simulation.Start.AddDays(180 + 105), Simulation.Start.AddDays(180 + 140));
    }

    [Fact]
    public void Side_effects_on_dependent_services_are_named()
    {
        var history = Clear();
        var extra = Enumerable.Range(0, 30).Select(i => new Incident { Id = $"S{i}", Opened = Simulation.Start.AddDays(185 + i * 4), ConfigurationItem = "shop", Category = "timeouts" });
        var result = EffectivenessAnalysis.Analyse(history with
        {
            Items = [.. history.Items, new ObservedItem { Id = "shop", Use = ItemUse.Dependent, DependsOn = [history.Items[0].Id] }],
            Incidents = [.. history.Incidents, .. extra],
        });
        var cluster = Assert.Single(result.SideEffects);
        Assert.True(cluster.OnDependents);
        Assert.Equal("timeouts", cluster.Category);
        Assert.Equal(EffectivenessVerdict.Effective, result.Verdict);
    }

    [Fact]
    public void Another_patch_on_the_same_items_is_named_and_Effective_withheld()
    {
        var history = Clear();
        var result = EffectivenessAnalysis.Analyse(history with { Deployments = [.. history.Deployments, .. history.Items.Select(i => Deploy("X" + i.Id, "P2", i.Id, 182))] });
        Assert.Equal(EffectivenessVerdict.Inconclusive, result.Verdict);
        Assert.Equal(["P2"], result.ConfoundedBy);
        Assert.Contains(result.Reasons, r => r.Contains("P1", StringComparison.Ordinal) && r.Contains("P2", StringComparison.Ordinal));
    }

    [Fact]
    public void Two_patches_for_the_same_problem_are_both_named_and_judged_together()
    {
        var history = Clear();
        var result = EffectivenessAnalysis.Analyse(history with { Patches = ["P1", "P2"], Deployments = [.. history.Deployments, .. history.Items.Select(i => Deploy("X" + i.Id, "P2", i.Id, 182))] });
        Assert.Equal(EffectivenessVerdict.Effective, result.Verdict);
        Assert.Contains(result.Reasons, r => r.Contains("P1 and P2", StringComparison.Ordinal));
    }

    [Fact]
    public void A_falling_trend_without_controls_is_not_taken_for_success()
    {
        var wrong = 0;
        for (var seed = 0; seed < 60; seed++)
        {
            var result = EffectivenessAnalysis.Analyse(new Simulation { Rate = 0.03, Trend = 0.7, Items = 8 }.Make(new Random(seed)));
            if (result.Verdict == EffectivenessVerdict.Effective) wrong++;
            Assert.True(result.PreTrend < 1);
            Assert.Contains(result.Reasons, r => r.Contains("trend or regression to the mean", StringComparison.Ordinal));
        }
        Assert.True(wrong <= 6, $"{wrong} of 60");
    }

    [Fact]
    public void Dirt_is_left_out_and_named()
    {
        var history = Clear();
        var first = history.Incidents[0];
        var result = EffectivenessAnalysis.Analyse(history with
        {
            Incidents =
            [
                .. history.Incidents, first,
                new Incident { Id = "N1", Opened = Simulation.Start.AddDays(3), Problem = "PRB1" },
                new Incident { Id = "N2", Opened = Simulation.Start.AddDays(9999), ConfigurationItem = first.ConfigurationItem, Problem = "PRB1" },
                new Incident { Id = "N3", Opened = Simulation.Start.AddDays(9), Resolved = Simulation.Start.AddDays(8), ConfigurationItem = first.ConfigurationItem, Category = "odd" },
            ],
            Deployments =
            [
                .. history.Deployments, history.Deployments[0], Deploy("F", "P1", "other", 9999), Deploy("R", "P1", "other", 20, DeploymentOutcome.RolledBack),
                new Deployment { Id = "B", Patch = "P9", Asset = "other", Started = Simulation.Start.AddDays(5), Ended = Simulation.Start.AddDays(4), Outcome = DeploymentOutcome.Succeeded },
            ],
        });
        Assert.Equal(EffectivenessAnalysis.Analyse(history).BeforeCount, result.BeforeCount);
        foreach (var word in new[] { "names no item", "repeated incident", "outside the data", "resolved before it opened", "repeated deployment", "after the last complete day", "rolled back", "ends before it starts" })
            Assert.Contains(result.Reasons, r => r.Contains(word, StringComparison.Ordinal));
    }

    [Fact]
    public void Histories_without_an_answer_say_why_and_never_give_NaN()
    {
        var history = Clear();
        ProblemHistory[] hopeless =
        [
            history with { Deployments = [] },
            history with { Incidents = [] },
            history with { DataUntil = history.DataFrom },
            history with { DataUntil = history.DataFrom.AddDays(-3) },
            history with { DataUntil = Simulation.Start.AddDays(180.5) },
            history with { DataFrom = Simulation.Start.AddDays(181), DataUntil = Simulation.Start.AddDays(300) },
            history with { Deployments = history.Deployments.Select(d => d with { Outcome = DeploymentOutcome.Failed }).ToList() },
            history with { Items = [], Incidents = [], Deployments = [] },
        ];
        foreach (var one in hopeless)
        {
            var result = EffectivenessAnalysis.Analyse(one);
            Assert.Equal(EffectivenessVerdict.Inconclusive, result.Verdict);
            Assert.NotEmpty(result.Reasons);
            Assert.DoesNotContain("NaN", JsonSerializer.Serialize(result), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_control_that_was_patched_too_counts_until_then_and_is_named()
    {
        var history = new Simulation { Rate = 0.06, Ratio = 0.1, Items = 12, Unpatched = 6 }.Make(new Random(8));
        var result = EffectivenessAnalysis.Analyse(history with { Deployments = [.. history.Deployments, Deploy("C", "P1", history.Items[0].Id, 230)] });
        Assert.Contains(result.Reasons, r => r.Contains("was patched too", StringComparison.Ordinal));
        Assert.Equal(7, result.Items);
    }

    [Fact]
    public void Controls_carry_a_common_fall_that_the_patch_did_not_cause()
    {
        var history = new Simulation { Rate = 0.1, Items = 40, Unpatched = 30, Trend = 0.7, AfterDays = 120 }.Make(new Random(9));
        var result = EffectivenessAnalysis.Analyse(history);
        Assert.Equal(EffectivenessDesign.Controlled, result.Design);
        Assert.NotEqual(EffectivenessVerdict.Effective, result.Verdict);
        Assert.InRange(result.ControlRatio!.Value, 0.05, 0.6);
    }

    [Fact]
    public void A_rate_that_came_from_nothing_has_no_ratio_and_controls_without_incidents_have_none_either()
    {
        var random = new Random(3);
        var seen = 0;
        for (var k = 0; k < 60; k++)
        {
            var history = new Simulation { Rate = 0.004, Items = 12, Unpatched = 4, Stagger = 40, Ratio = 6 }.Make(random);
            var deployed = history.Deployments.ToDictionary(d => d.Asset, d => d.Started);
            // Before their deployments nothing happened, on the controls now and then.
            var result = EffectivenessAnalysis.Analyse(history with { Incidents = [.. history.Incidents.Where(i => !deployed.TryGetValue(i.ConfigurationItem!, out var at) || i.Opened > at || k % 2 == 0)] });
            foreach (var ratio in new[] { result.RateRatio, result.ControlRatio })
            {
                if (ratio is null) seen++;
                else Assert.InRange(ratio.Value, 0, 1e8);
            }
            Assert.DoesNotContain(result.Reasons, r => r.Contains("factor of undefined", StringComparison.Ordinal));
        }
        Assert.True(seen > 10);
    }

    [Fact]
    public void A_list_is_tested_with_false_discovery_control()
    {
        var random = new Random(12);
        var histories = Enumerable.Range(0, 200).Select(i => new Simulation { Rate = 0.05, Ratio = i < 20 ? 0.05 : 1, AfterDays = 180 }.Make(random, $"P{i}")).ToList();
        var results = EffectivenessAnalysis.AnalyseAll(histories);
        Assert.All(results.Take(20), r => Assert.Equal(EffectivenessVerdict.Effective, r.Verdict));
        Assert.True(results.Skip(20).Count(r => r.Verdict == EffectivenessVerdict.Effective) <= 2);
        Assert.All(results, r => Assert.True(r.AdjustedPValue >= r.PValue));
    }
}
