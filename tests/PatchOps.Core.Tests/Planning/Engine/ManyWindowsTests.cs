using PatchOps.Core.Planning.Checking;
using PatchOps.Core.Planning.Engine.Model;
using PatchOps.Core.Planning.Engine.Search;
using PatchOps.Domain;

namespace PatchOps.Core.Tests.Planning.Engine;

/// <summary>Windows that overlap, and more windows than anybody means.</summary>
public sealed class ManyWindowsTests
{
    private const long Hour = SmallInstances.Hour;

    [Fact]
    public void Windows_that_overlap_are_used_as_well_as_the_best_of_all_plans_uses_them_and_each_host_lies_in_one()
    {
        for (var seed = 1; seed <= 60; seed++)
        {
            var random = new Random(seed);
            PlanningWindow[] windows = [.. Enumerable.Range(0, 5).Select(w => (Start: random.Next(0, 20) * Hour, Length: random.Next(1, 5) * Hour))
                .Select((w, i) => new PlanningWindow($"w{i}", w.Start, Math.Min(w.Start + w.Length, 24 * Hour)))];
            // Ends before it starts where the day is over: such a one is no window.
            windows = [.. windows.Where(w => w.End > w.Start)];
            PlanningHost[] hosts = [.. Enumerable.Range(0, 4).Select(h => new PlanningHost($"h{h}", random.Next(1, 50), Hour, random.Next(1, 3) * Hour, [.. Enumerable.Range(0, windows.Length).Where(_ => random.Next(4) > 0)]) { Resources = [0] })];
            PlanningFreeze[] freezes = random.Next(2) == 0 ? [] : [new("freeze", 9 * Hour, 10 * Hour, random.Next(2) == 0 ? null : [0, 1]), new("longer", 10 * Hour, 12 * Hour, [1, 2])];
            var instance = new PlanningInstance(0, 24 * Hour, hosts, windows, [new("site", 1)], [], [], freezes);
            var plan = PatchScheduler.Solve(instance);
            Assert.Empty(PlanChecker.Check(PlanTranslation.Describe(instance, plan.Placements)));
            var (leftOver, objective) = SmallInstances.Best(instance);
            Assert.Equal((leftOver, objective), (plan.Unplaced.Count, plan.Objective), (a, b) => a.Item1 == b.Item1 && Math.Abs(a.Item2 - b.Item2) < 1e-6);
            Assert.InRange(plan.LowerBound, 0, objective + 1e-6);
        }
    }

    [Fact]
    public void A_million_windows_are_planned_and_each_host_lies_in_one_of_them()
    {
        var windows = Enumerable.Range(0, 1_000_000).Select(w => new PlanningWindow($"w{w}", w * 30L, w * 30L + Hour)).ToList();
        int[] all = [.. Enumerable.Range(0, windows.Count)];
        var hosts = Enumerable.Range(0, 30).Select(h => new PlanningHost($"h{h}", h + 1, 600, 1_800, all) { Resources = [0] }).ToList();
        var instance = new PlanningInstance(0, 1_000_000 * 30L, hosts, windows, [new("site", 3)], [], [], [new("freeze", 0, 2 * Hour)]);
        var plan = PatchScheduler.Solve(instance);
        Assert.Empty(plan.Unplaced);
        Assert.Empty(PlanChecker.Check(PlanTranslation.Describe(instance, plan.Placements)));
        Assert.True(plan.Placements.Max(p => p.Start) < 8 * Hour, "ten times three in half an hour each, after the freeze");
    }

    [Fact]
    public void Where_windows_are_too_many_to_price_each_the_bound_stays_below_the_plan()
    {
        var windows = Enumerable.Range(0, 20_000).Select(w => new PlanningWindow($"w{w}", w * 3_600L, w * 3_600L + 1_800)).ToList();
        int[] all = [.. Enumerable.Range(0, windows.Count)];
        var hosts = Enumerable.Range(0, 60).Select(h => new PlanningHost($"h{h}", h + 1, 600, 1_200, all) { Resources = [0] }).ToList();
        var instance = new PlanningInstance(0, 20_000 * 3_600L, hosts, windows, [new("site", 4)], [], [], []);
        var plan = PatchScheduler.Solve(instance);
        Assert.Empty(PlanChecker.Check(PlanTranslation.Describe(instance, plan.Placements)));
        // The best plan is known: four an hour, by weight.
        var best = hosts.OrderByDescending(h => h.RiskPerDay).Select((h, i) => h.RiskPerDay * (i / 4 * Hour + 600) / SmallInstances.Day).Sum();
        Assert.Equal(best, plan.Objective, 1e-6);
        Assert.InRange(plan.LowerBound, 1e-9, best + 1e-6);
    }

    [Fact]
    public void More_windows_between_all_hosts_than_fit_are_refused_and_a_host_is_named()
    {
        PlanningWindow[] windows = [.. Enumerable.Range(0, 10).Select(w => new PlanningWindow($"w{w}", w * 2 * Hour, (w * 2 + 1) * Hour))];
        int[] all = [.. Enumerable.Range(0, windows.Length)];
        PlanningHost[] hosts = [.. Enumerable.Range(0, 3).Select(h => new PlanningHost($"h{h}", 1, 600, 1_800, all))];
        var compiled = new CompiledInstance(new PlanningInstance(0, 20 * Hour, hosts, windows));
        Assert.Equal(30, SlotBuilder.Build(compiled, most: 30).Slots.Length);
        var failure = Assert.Throws<FailureException>(() => SlotBuilder.Build(compiled, most: 29)).Failure;
        Assert.Equal(("WindowsTooMany", "h2"), (failure.Code, failure.Target));
        Assert.Contains("'h2' with 10", failure.Message);
        Assert.NotNull(failure.Remedy);
    }
}
