using PatchOps.Core.Planning.Engine.Conflicts;
using PatchOps.Core.Planning.Engine.Model;
using PatchOps.Core.Planning.Engine.Search;

namespace PatchOps.Core.Tests.Planning.Engine;

public sealed class ConflictFinderTests
{
    private const long Hour = 3_600, Day = 86_400;

    private static PlanningHost Host(string id, params int[] windows) => new(id, 1, Hour / 2, Hour, windows);

    private static PlanningConflict Explain(PlanningInstance instance)
    {
        var plan = PatchScheduler.Solve(instance, new() { MaxSteps = 2_000 });
        var left = Assert.Single(plan.Unplaced);
        return new ConflictFinder(instance, plan.Placements).Explain(left);
    }

    [Fact]
    public void A_freeze_over_the_only_window_is_the_reason_and_a_later_start_the_remedy()
    {
        var conflict = Explain(new(0, 10 * Day, [Host("a", 0)], [new("sunday", 3 * Day, 3 * Day + 2 * Hour, 4)],
            freezes: [new("Year end", 3 * Day, 9 * Day), new("elsewhere", 5 * Day, 6 * Day)]));
        Assert.True(conflict.IsProven);
        var rule = Assert.Single(conflict.Rules);
        Assert.Equal((RuleKind.Freeze, "Year end"), (rule.Kind, rule.Id));
        Assert.Equal("fits if freeze 'Year end' starts 1 hour later", conflict.Relaxation!.Text);
    }

    [Fact]
    public void A_full_window_names_its_capacity_and_those_who_need_it_too()
    {
        var conflict = Explain(new(0, 2 * Day, [Host("a", 0), Host("b", 0), Host("c", 0), Host("other", 1)],
            [new("w", 0, Hour, 2), new("x", Day, Day + Hour, 1)]));
        Assert.True(conflict.IsProven);
        Assert.False(conflict.GivenPlan);
        Assert.Equal(2, conflict.Rules.Count(r => r.Kind == RuleKind.OtherHost));
        Assert.Single(conflict.Rules, r => r is { Kind: RuleKind.WindowConcurrent, Id: "w" });
        Assert.Equal(3, conflict.Rules.Count);
        Assert.Equal(1, conflict.Relaxation!.Units);
    }

    [Fact]
    public void A_host_without_windows_and_one_too_long_for_them_say_so()
    {
        var none = Explain(new(0, Day, [Host("a")], []));
        Assert.Equal(RuleKind.HostWindows, Assert.Single(none.Rules).Kind);
        var tooLong = Explain(new(0, Day, [Host("a", 0) with { P90Seconds = 3 * Hour }], [new("w", 0, 2 * Hour, 1)]));
        Assert.Contains(tooLong.Rules, r => r.Kind == RuleKind.WindowEnd);
        Assert.True(tooLong.IsProven);
        Assert.Equal("fits if window 'w' ends 1 hour later", tooLong.Relaxation!.Text);
    }

    [Fact]
    public void A_bake_time_that_outlasts_the_windows_is_named_with_the_dependency()
    {
        var conflict = Explain(new(0, 3 * Day, [Host("canary", 0), Host("rest", 1)], [new("mon", 0, Hour, 1), new("tue", Day, Day + Hour, 1)],
            barriers: [new("canary first", [0], [1], 2 * Day)]));
        Assert.True(conflict.IsProven);
        Assert.Equal([RuleKind.Barrier, RuleKind.OtherHost], conflict.Rules.Select(r => r.Kind).Order());
        Assert.StartsWith("fits if the bake time of 'canary first'", conflict.Relaxation!.Text, StringComparison.Ordinal);
        Assert.Equal(Day + Hour, conflict.Relaxation.Seconds);
    }

    [Fact]
    public void Many_competitors_are_held_in_their_places_and_the_set_is_still_minimal()
    {
        var hosts = Enumerable.Range(0, 61).Select(h => Host($"h{h}", 0)).ToArray();
        var conflict = Explain(new(0, Day, hosts, [new("w", 0, Hour, 60)]));
        Assert.True(conflict.GivenPlan);
        Assert.True(conflict.IsProven);
        Assert.Equal(60, conflict.Rules.Count(r => r.Kind == RuleKind.KeptPlace));
        Assert.Equal("fits if window 'w' takes 1 more at a time", conflict.Relaxation!.Text);
    }

    [Fact]
    public void Deleting_any_member_of_a_random_conflict_makes_it_feasible()
    {
        var explained = 0;
        for (var seed = 1; seed <= 60; seed++)
        {
            var instance = SmallInstances.Random(seed, hosts: 6, windows: 2, slots: 1);
            var plan = PatchScheduler.Solve(instance, new() { MaxSteps = 1_000, BoundIterations = 20 });
            foreach (var host in plan.Unplaced)
            {
                var conflict = new ConflictFinder(instance, plan.Placements).Explain(host);
                Assert.NotEmpty(conflict.Rules);
                Assert.True(conflict.IsProven, $"seed {seed}, host {host}");
                explained++;
            }
        }
        Assert.True(explained > 20);
    }
}
