using PatchOps.Core.Planning.Checking;
using PatchOps.Core.Planning.Engine.Bounds;
using PatchOps.Core.Planning.Engine.Model;
using PatchOps.Core.Planning.Engine.Search;

namespace PatchOps.Core.Tests.Planning.Engine;

/// <summary>Stages and rings: bound and search against all plans of small instances.</summary>
public sealed class LadderTests
{
    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(8)]
    [InlineData(1)]
    public void The_bound_of_stages_never_exceeds_the_optimum(long maxOptions)
    {
        double tightness = 0;
        const int count = 40;
        for (var seed = 1; seed <= count; seed++)
        {
            var source = Staged(seed);
            var best = SmallInstances.Best(source);
            var instance = new CompiledInstance(source);
            Assert.Equal(3, instance.Ladder?.Levels.Length);
            var bound = new LagrangianBound(instance, mayLeaveOver: true, maxOptions);
            for (var i = 0; i < 80; i++) bound.Iterate(best.Objective, best.LeftOver);
            Assert.True(bound.Value <= best.Objective + 1e-7, $"seed {seed}: {bound.Value} above {best.Objective}");
            tightness += bound.Value / best.Objective;
        }
        Assert.True(tightness / count > (maxOptions > 8 ? 0.96 : 0.8), $"the bound is {tightness / count:P1} of the optimum");
    }

    [Fact]
    public void Plans_of_stages_leave_over_as_few_as_the_best_of_all_plans_and_cost_as_little()
    {
        double gap = 0;
        var left = 0;
        const int count = 60;
        for (var seed = 1; seed <= count; seed++)
        {
            var instance = Staged(seed);
            var best = SmallInstances.Best(instance);
            var plan = PatchScheduler.Solve(instance, new() { MaxSteps = 3_000, BoundIterations = 60 });
            Assert.Empty(PlanChecker.Check(PlanTranslation.Describe(instance, plan.Placements)));
            Assert.True(plan.Unplaced.Count == best.LeftOver, $"seed {seed}: {plan.Unplaced.Count} left over, best {best.LeftOver}");
            Assert.True(plan.LowerBound <= best.Objective + 1e-6, $"seed {seed}: bound {plan.LowerBound} above optimum {best.Objective}");
            gap += plan.Objective / best.Objective - 1;
            left += best.LeftOver;
        }
        Assert.True(gap / count <= 0.003, $"mean gap {gap / count:P2}");
        // Otherwise the instances say nothing about leaving over.
        Assert.True(left > 10);
    }

    [Fact]
    public void A_rare_window_of_an_early_stage_does_not_hold_up_everybody()
    {
        // Nine of ten in staging have a window every night, one on the last night of three weeks: it is left over so that production goes.
        const int nights = 21;
        var windows = Enumerable.Range(0, nights).Select(d => new PlanningWindow($"n{d}", d * SmallInstances.Day, d * SmallInstances.Day + 4 * SmallInstances.Hour)).ToArray();
        int[] all = [.. Enumerable.Range(0, nights)];
        var hosts = Enumerable.Range(0, 60).Select(h => new PlanningHost($"h{h}", 1 + h % 7, 600, 1_800, h == 9 ? [nights - 1] : all)).ToArray();
        int[] staging = [.. Enumerable.Range(0, 10)], canary = [10, 11], broad = [.. Enumerable.Range(12, 48)];
        PlanningInstance Build(int[] required) => new(0, nights * SmallInstances.Day, hosts, windows, [], [],
        [
            new("staging before canary", staging, canary, SmallInstances.Day / 2, true) { Required = required },
            new("staging before broad", staging, broad, SmallInstances.Day / 2, true) { Required = required },
            new("canary before broad", canary, broad, 7_200),
        ]);
        var plan = PatchScheduler.Solve(Build([0]));
        Assert.Equal([9], plan.Unplaced);
        Assert.InRange(plan.Gap, 0, 0.01);
        // Who is required holds back all the same.
        var strict = PatchScheduler.Solve(Build([9]));
        Assert.Empty(PlanChecker.Check(PlanTranslation.Describe(Build([9]), strict.Placements)));
        Assert.All(strict.Placements.Where(p => p.IsPlaced && p.Host >= 10), p => Assert.True(p.Start > (nights - 1) * SmallInstances.Day));
    }

    /// <summary>Two hosts before production, one canary, two behind it, a dependency in the last level, few windows.</summary>
    private static PlanningInstance Staged(int seed)
    {
        var random = new Random(seed);
        const int days = 4;
        var windows = Enumerable.Range(0, days).Select(d => new PlanningWindow($"w{d}", d * SmallInstances.Day, d * SmallInstances.Day + (1 + random.Next(2)) * SmallInstances.Hour, random.Next(1, 3))).ToArray();
        var hosts = Enumerable.Range(0, 5).Select(h => new PlanningHost($"h{h}", random.Next(1, 40), SmallInstances.Hour / 2, SmallInstances.Hour,
            [.. Enumerable.Range(0, days).Where(_ => random.Next(5) < 3)]) { Due = random.Next(3) == 0 ? SmallInstances.Day : null, LatenessPerDay = 10 }).ToArray();
        var ignores = random.Next(3) > 0;
        int[] required = random.Next(3) == 0 ? [random.Next(2)] : [];
        var soak = random.Next(2) * SmallInstances.Day / 2;
        return new(0, days * SmallInstances.Day, hosts, windows, [], [new("pair", 1, [3, 4])],
        [
            new("stage before canary", [0, 1], [2], soak, ignores) { Required = required },
            new("stage before broad", [0, 1], [3, 4], soak, ignores) { Required = required },
            new("canary before broad", [2], [3, 4], SmallInstances.Hour),
            .. random.Next(2) == 0 ? (PlanningBarrier[])[new("db first", [3], [4])] : [],
        ]);
    }
}
