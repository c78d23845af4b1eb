using PatchOps.Core.Effectiveness;
using PatchOps.Domain;

namespace PatchOps.Core.Tests.Effectiveness;

public sealed class PooledAndLaterTests
{
    [Fact]
    public void What_no_problem_shows_alone_all_of_a_patch_show_together()
    {
        var random = new Random(21);
        var histories = Enumerable.Range(0, 12).Select(k => new Simulation { Items = 4, Rate = 4.0 / 4 / 180, Ratio = 0.2 }.Make(random, $"PRB{k}")).ToList();
        Assert.All(histories, h => Assert.Equal(EffectivenessVerdict.Inconclusive, EffectivenessAnalysis.Analyse(h).Verdict));
        var together = EffectivenessAnalysis.Analyse(PooledHistory.Of("P1", histories));
        Assert.Equal(EffectivenessVerdict.Effective, together.Verdict);
        Assert.Equal(48, together.Items);
        Assert.Equal(histories.Sum(h => EffectivenessAnalysis.Analyse(h).BeforeCount), together.BeforeCount);
    }

    [Fact]
    public void An_item_of_two_problems_counts_around_each_of_its_deployments()
    {
        var first = new Simulation { Items = 3, Rate = 0.1, Ratio = 0.1 }.Make(new Random(1), "A");
        var second = first with
        {
            Problem = "B",
            Incidents = [.. first.Incidents.Select(i => i with { Problem = i.Problem is null ? null : "B" })],
            Deployments = [.. first.Deployments.Select(d => d with { Started = d.Started.AddDays(30), Ended = d.Ended!.Value.AddDays(30) })],
        };
        var one = EffectivenessAnalysis.Analyse(first);
        var two = EffectivenessAnalysis.Analyse(second);
        var both = EffectivenessAnalysis.Analyse(PooledHistory.Of("P1", [first, second]));
        Assert.Equal(one.BeforeCount + two.BeforeCount, both.BeforeCount);
        Assert.Equal(one.AfterDays + two.AfterDays, both.AfterDays, 6);
    }

    [Fact]
    public void A_return_with_a_later_change_is_named_and_overrules_Effective()
    {
        var history = new Simulation { Items = 6, Rate = 0.06, Ratio = 0.02, AfterDays = 300, ReturnsAfter = 200 }.Make(new Random(4));
        var at = Simulation.Start.AddDays(180 + 200);
        var changes = history.Items.Select(i => new LaterChange("CHG77", i.Id, at)).ToList();
        var before = EffectivenessAnalysis.Analyse(history with { DataUntil = at });
        Assert.Equal(EffectivenessVerdict.Effective, before.Verdict);
        var after = LaterChanges.Review(before, history, changes, EffectivenessPolicy.Default);
        Assert.Equal(EffectivenessVerdict.Recurred, after.Verdict);
        Assert.Equal(at, after.ChangePoint);
        Assert.Contains(after.Reasons, r => r.Contains("CHG77", StringComparison.Ordinal));
    }

    [Fact]
    public void A_later_change_without_a_return_leaves_the_verdict_and_says_what_was_seen()
    {
        var history = new Simulation { Items = 6, Rate = 0.06, Ratio = 0.05, AfterDays = 300 }.Make(new Random(4));
        var changes = history.Items.Select(i => new LaterChange("CHG77", i.Id, Simulation.Start.AddDays(380))).ToList();
        var result = LaterChanges.Review(EffectivenessAnalysis.Analyse(history), history, changes, EffectivenessPolicy.Default);
        Assert.Equal(EffectivenessVerdict.Effective, result.Verdict);
        Assert.Contains(result.Reasons, r => r.Contains("no return is seen", StringComparison.Ordinal));
    }
}
