using System.Globalization;
using System.Text;
using PatchOps.Core.Effectiveness;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Planning.Planner;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Composition;

/// <summary>Whom a problem's items are compared with: others, each host with itself, and who got the patch when.</summary>
public sealed class EffectivenessControlTests : EffectivenessTestBase
{
    /// <summary>Items of one role: some are the problem's, the others show its symptom. Every one has an incident each <paramref name="every"/> days before its own change, and each <paramref name="then"/> days after.</summary>
    private async Task<EffectivenessResult> CompareAsync(int own, int others, Func<int, double?> patched, Func<int, double> change, double every, double then, string extra = "", string[]? control = null)
    {
        var (assets, incidents, deployments) = (new StringBuilder("Id,Environment,Tags\n"), new StringBuilder("Id,Opened,ConfigurationItem,Category,Problem\n"), new StringBuilder("Id,Patch,Asset,Started,Outcome\n"));
        for (var i = 0; i < own + others; i++)
        {
            assets.Append(CultureInfo.InvariantCulture, $"h{i:00},Production,role:web\n");
            if (patched(i) is { } at) deployments.Append(CultureInfo.InvariantCulture, $"D{i},KB1,h{i:00},{Day(at)},Succeeded\n");
            var number = 0;
            for (var t = 0.2 + every * i / (own + others); t < 360; t += t < change(i) ? every : then)
                incidents.Append(CultureInfo.InvariantCulture, $"I{i}-{number++},{Day(t)},h{i:00},crash,{(i < own ? "PRB1" : "")}\n");
        }
        incidents.Append(CultureInfo.InvariantCulture, $"LAST,{Day(360.5)},h00,other,\n").Append(extra);
        await estate.RunAsync(new ImportAssetRequest { Path = [estate.Write("assets.csv", assets.ToString())] });
        await estate.RunAsync(new ImportProblemRequest { Path = [estate.Write("problems.csv", $"Id,Title,ConfigurationItems,Patches\nPRB1,Crash,{string.Join(';', Enumerable.Range(0, own).Select(i => $"h{i:00}"))},KB1\n")] });
        await estate.RunAsync(new ImportIncidentRequest { Path = [estate.Write("incidents.csv", incidents.ToString())] });
        await estate.RunAsync(new ImportDeploymentRequest { Path = [estate.Write("deployments.csv", deployments.ToString())] });
        return Assert.Single(await TestAsync(new() { Problem = ["PRB1"], Control = control ?? [], AsOf = Start.AddDays(400) }));
    }

    [Fact]
    public async Task Comparable_items_that_got_the_patch_later_are_controls_until_then()
    {
        var result = await CompareAsync(8, 8, i => i < 8 ? 150 : 220, i => i < 8 ? 150 : 220, every: 8, then: 50);
        Assert.Equal(EffectivenessVerdict.Effective, result.Verdict);
        Assert.Equal((EffectivenessDesign.Controlled, 8, 8), (result.Design, result.Items, result.Controls));
        Assert.InRange(result.ControlRatio!.Value, 0.7, 1.4);
        Assert.Contains(result.Reasons, r => r.Contains("8 of the controls got the patch later", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_fall_that_everybody_had_promises_no_verdict_for_tomorrow()
    {
        var result = await CompareAsync(8, 16, i => i < 8 ? 180 : null, _ => 180, every: 8, then: 24);
        Assert.Equal(EffectivenessVerdict.Inconclusive, result.Verdict);
        Assert.InRange(result.ControlRatio!.Value, 0.25, 0.45);
        // The plain rates differ threefold and would give one at once.
        Assert.True(result.DaysNeeded is null or > 90, $"{result.DaysNeeded} days");
    }

    [Fact]
    public async Task Hosts_that_were_patched_minutes_later_give_no_movement_of_controls()
    {
        var result = await CompareAsync(6, 0, i => 180 + 0.004 * i, i => 180 + 0.004 * i, every: 9, then: 40);
        Assert.Equal((EffectivenessVerdict.Effective, EffectivenessDesign.BeforeAfter), (result.Verdict, result.Design));
        Assert.Null(result.ControlRatio);
    }

    [Fact]
    public async Task A_patch_of_today_has_the_earliest_date_of_a_verdict()
    {
        var result = await CompareAsync(4, 0, _ => 362, _ => 362, every: 10, then: 10);
        Assert.Equal((EffectivenessVerdict.Inconclusive, 0L), (result.Verdict, result.AfterCount));
        // From the patch on with its day of washout, and then as many days as four items without an incident need.
        Assert.Equal(Start.AddDays(360 + result.DaysNeeded!.Value), result.EarliestVerdict);
        Assert.InRange(result.DaysNeeded.Value, 3 + 5, 3 + 30);
        Assert.Contains(result.Reasons, r => r.Contains("If no incident follows", StringComparison.Ordinal));
    }

    /// <summary>Canaries on another kind of host, patched first: they have next to no incidents, and more time after than before.</summary>
    private async Task<EffectivenessResult> CanariesAsync(double then)
    {
        var (assets, incidents, deployments) = (new StringBuilder("Id,Environment,Tags\n"), new StringBuilder("Id,Opened,ConfigurationItem,Category,Problem\n"), new StringBuilder("Id,Patch,Asset,Started,Outcome\n"));
        for (var i = 0; i < 24; i++)
        {
            var canary = i < 8;
            double at = canary ? 120 : 200, every = canary ? 240 : 10;
            assets.Append(CultureInfo.InvariantCulture, $"h{i:00},{(canary ? "Test" : "Production")},role:web\n");
            deployments.Append(CultureInfo.InvariantCulture, $"D{i},KB1,h{i:00},{Day(at)},Succeeded\n");
            var number = 0;
            for (var t = 0.2 + (every - 0.4) * (canary ? i / 8.0 : (i - 8) / 16.0); t < 360; t += t < at ? every : every * then)
                incidents.Append(CultureInfo.InvariantCulture, $"I{i}-{number++},{Day(t)},h{i:00},crash,PRB1\n");
        }
        incidents.Append(CultureInfo.InvariantCulture, $"LAST,{Day(360.5)},h00,other,\n");
        await estate.RunAsync(new ImportAssetRequest { Path = [estate.Write("assets.csv", assets.ToString())] });
        await estate.RunAsync(new ImportProblemRequest { Path = [estate.Write("problems.csv", $"Id,Title,ConfigurationItems,Patches\nPRB1,Crash,{string.Join(';', Enumerable.Range(0, 24).Select(i => $"h{i:00}"))},KB1\n")] });
        await estate.RunAsync(new ImportIncidentRequest { Path = [estate.Write("incidents.csv", incidents.ToString())] });
        await estate.RunAsync(new ImportDeploymentRequest { Path = [estate.Write("deployments.csv", deployments.ToString())] });
        return Assert.Single(await TestAsync(new() { Problem = ["PRB1"], AsOf = Start.AddDays(400) }));
    }

    [Theory]
    [InlineData(1.0, EffectivenessVerdict.NotEffective)]
    [InlineData(2.0, EffectivenessVerdict.Effective)]
    public async Task Quiet_hosts_that_are_patched_first_are_neither_a_fall_nor_what_follows_them_a_return(double then, EffectivenessVerdict verdict)
    {
        var result = await CanariesAsync(then);
        Assert.Equal((verdict, EffectivenessDesign.BeforeAfter), (result.Verdict, result.Design));
        Assert.InRange(result.RateRatio!.Value * then, 0.85, 1.15);
        Assert.InRange(result.PreTrend!.Value, 0.95, 1.05);
        if (verdict != EffectivenessVerdict.Effective) return;
        var (watched, _, _) = await estate.RunAsync(new WatchRecurrenceRequest { AsOf = Start.AddDays(400) });
        Assert.False(Assert.IsType<RecurrenceAlert>(Assert.Single(watched)).Alarm);
    }

    [Fact]
    public async Task What_masks_a_problem_is_not_thinned_by_controls_that_were_patched_too()
    {
        var extra = new StringBuilder();
        for (var i = 0; i < 4; i++)
            for (double t = 5 + i, k = 0; t < 360; t += t < 180 ? 60 : 12, k++) extra.Append(CultureInfo.InvariantCulture, $"X{i}-{k},{Day(t)},h{i:00},hang,\n");
        string[] named = [.. Enumerable.Range(4, 8).Select(i => $"h{i:00}")];
        var result = await CompareAsync(4, 8, i => i < 4 ? 180 : 240, i => i < 4 ? 180 : 240, every: 10, then: 90, extra.ToString(), named);
        Assert.Equal(EffectivenessVerdict.Masked, result.Verdict);
        Assert.Contains(result.Reasons, r => r.Contains("8 control items were patched too: they count as controls until then, and as patched items since", StringComparison.Ordinal));
    }
}
