using FsCheck;
using FsCheck.Fluent;
using PatchOps.Core.Planning.Checking;
using PatchOps.Core.Planning.Engine.Model;
using PatchOps.Core.Planning.Engine.Search;

namespace PatchOps.Core.Tests.Planning.Engine;

public sealed class PatchSchedulerTests
{
    private static readonly PlanningOptions Short = new() { MaxSteps = 4_000, BoundIterations = 60 };

    [Fact]
    public void Small_plans_are_as_good_as_the_best_of_all_plans()
    {
        double gap = 0;
        const int count = 40;
        for (var seed = 1; seed <= count; seed++)
        {
            var instance = SmallInstances.Random(seed, hosts: 5, windows: 3);
            var best = SmallInstances.Best(instance);
            var plan = PatchScheduler.Solve(instance, Short);
            Assert.Empty(PlanChecker.Check(PlanTranslation.Describe(instance, plan.Placements)));
            Assert.True(plan.Unplaced.Count == best.LeftOver, $"seed {seed}: {plan.Unplaced.Count} left over, best {best.LeftOver}");
            Assert.True(plan.LowerBound <= best.Objective + 1e-6, $"seed {seed}: bound {plan.LowerBound} above optimum {best.Objective}");
            Assert.True(plan.Objective >= best.Objective - 1e-6, $"seed {seed}: {plan.Objective} below optimum {best.Objective}");
            Assert.Equal(SmallInstances.Objective(instance, plan.Placements), plan.Objective, 6);
            gap += plan.Objective / best.Objective - 1;
        }
        Assert.True(gap / count <= 0.003, $"mean gap {gap / count:P2}");
    }

    [Fact]
    public void Every_plan_passes_the_independent_checker() => Prop.ForAll(
        ArbMap.Default.ArbFor<int>(),
        seed =>
        {
            var instance = SmallInstances.Random(seed, hosts: 4 + (int)((uint)seed % 30), windows: 2 + (int)((uint)seed % 5), slots: 6);
            var plan = PatchScheduler.Solve(instance, Short with { MaxSteps = 600, BoundIterations = 20 });
            return PlanChecker.Check(PlanTranslation.Describe(instance, plan.Placements)).Count == 0 && plan.LowerBound <= plan.Objective;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    [Fact]
    public void The_same_seed_gives_the_same_plan()
    {
        var instance = SmallInstances.Random(7, hosts: 60, windows: 8, slots: 5);
        var first = PatchScheduler.Solve(instance, Short with { Seed = 5 });
        var second = PatchScheduler.Solve(instance, Short with { Seed = 5 });
        Assert.Equal(first.Placements, second.Placements);
        Assert.Equal(first.Objective, second.Objective);
        Assert.Equal(first.LowerBound, second.LowerBound);
    }

    [Fact]
    public void A_coarse_bound_stays_below_the_plans_of_a_long_search()
    {
        // Three-hour reservations in long windows on a fine grid: the bound's buckets are coarser than the steps.
        var random = new Random(3);
        const long minute = 60;
        var windows = Enumerable.Range(0, 10).Select(d => new PlanningWindow($"w{d}", d * SmallInstances.Day, d * SmallInstances.Day + 8 * SmallInstances.Hour, 3)).ToArray();
        var hosts = Enumerable.Range(0, 150).Select(h => new PlanningHost($"h{h}", random.Next(1, 100), 10 * minute, random.Next(11, 90) * minute, [.. Enumerable.Range(0, 10)])).ToArray();
        var barriers = Enumerable.Range(0, 15).Select(i => new PlanningBarrier($"d{i}", [i], [i + 20, i + 50], i * SmallInstances.Hour)).ToArray();
        var instance = new PlanningInstance(0, 10 * SmallInstances.Day, hosts, windows, barriers: barriers);
        var plan = PatchScheduler.Solve(instance, new() { MaxSteps = 30_000 });
        Assert.Empty(plan.Unplaced);
        Assert.Empty(PlanChecker.Check(PlanTranslation.Describe(instance, plan.Placements)));
        Assert.InRange(plan.Gap, 0, 0.05);
    }

    [Fact]
    public void Peers_of_a_pair_never_overlap_and_the_app_waits_for_its_database()
    {
        var instance = new PlanningInstance(0, SmallInstances.Day,
            [new("db", 1, 1_800, 3_600, [0]), new("app1", 9, 1_800, 3_600, [0]), new("app2", 8, 1_800, 3_600, [0])],
            [new("night", 0, 4 * SmallInstances.Hour, 5)],
            groups: [new("apps", 1, [1, 2])], barriers: [new("db before apps", [0], [1, 2], 600)]);
        var plan = PatchScheduler.Solve(instance, Short);
        Assert.Equal([0, 4_200, 7_800], plan.Placements.Select(p => p.Start));
    }

    [Fact]
    public void Progress_tells_of_a_gap_that_never_grows()
    {
        var seen = new List<PlanningProgress>();
        PatchScheduler.Solve(SmallInstances.Random(11, 80, 9, 4), Short with { Progress = seen.Add });
        Assert.Contains(seen, p => p.Phase == "Bound");
        Assert.Contains(seen, p => p.Phase == "Improvement");
        var full = seen.Where(p => p.LowerBound > 0).ToList();
        for (var i = 1; i < full.Count; i++) Assert.True(full[i].LowerBound >= full[i - 1].LowerBound - 1e-9);
    }

    [Fact]
    public void A_time_limit_stops_the_search_and_cancellation_throws()
    {
        var instance = SmallInstances.Random(5, 200, 20, 6);
        var plan = PatchScheduler.Solve(instance, new() { TimeLimit = TimeSpan.Zero, MaxSteps = long.MaxValue });
        Assert.Equal(0, plan.Steps);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => PatchScheduler.Solve(instance, cancellationToken: cancelled.Token));
    }

    [Fact]
    public void A_start_at_an_odd_second_leaves_windows_whole()
    {
        // Noon and 34 min 56 s; the window holds exactly one host at ten in the evening. 1,873 s make a fine grid, which a year makes coarse.
        const long start = 1_700_000_000 / SmallInstances.Day * SmallInstances.Day + 12 * SmallInstances.Hour + 2_096;
        const long evening = start - 2_096 + 10 * SmallInstances.Hour;
        foreach (var days in (int[])[1, 365])
        {
            var instance = new PlanningInstance(start, start + days * SmallInstances.Day,
                [new("a", 5, 600, SmallInstances.Hour, [0]), new("b", 5, 600, 1_873, [1])],
                [new("w", evening, evening + SmallInstances.Hour), new("now", start - SmallInstances.Day, start + 2 * SmallInstances.Hour)]);
            var plan = PatchScheduler.Solve(instance, Short);
            Assert.Empty(plan.Unplaced);
            Assert.Equal(evening, plan.Placements[0].Start);
            Assert.True(plan.Placements[1].Start >= start);
            Assert.Equal(SmallInstances.Objective(instance, plan.Placements), plan.Objective, 6);
            Assert.Empty(PlanChecker.Check(PlanTranslation.Describe(instance, plan.Placements)));
        }
    }

    [Fact]
    public void Nothing_to_plan_is_a_plan()
    {
        var plan = PatchScheduler.Solve(new(0, 1, [], []));
        Assert.Empty(plan.Placements);
        Assert.Equal(0, plan.Gap);
    }
}
