using PatchOps.Core.Planning.Engine.Bounds;
using PatchOps.Core.Planning.Engine.Search;

namespace PatchOps.Core.Tests.Planning.Engine;

public sealed class LagrangianBoundTests
{
    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(24)]
    [InlineData(1)]
    public void The_bound_never_exceeds_the_optimum_however_coarse_its_buckets(long maxOptions)
    {
        for (var seed = 100; seed < 130; seed++)
        {
            var source = SmallInstances.Random(seed, hosts: 4, windows: 3, slots: 5);
            var best = SmallInstances.Best(source);
            var instance = new CompiledInstance(source);
            foreach (var mayLeaveOver in (bool[])[true, false])
            {
                if (!mayLeaveOver && best.LeftOver > 0) continue;
                var bound = new LagrangianBound(instance, mayLeaveOver, maxOptions);
                for (var i = 0; i < 60; i++) bound.Iterate(best.Objective, best.LeftOver);
                Assert.True(bound.Value <= best.Objective + 1e-7, $"seed {seed}: {bound.Value} above {best.Objective}");
                Assert.True(bound.Value >= 0.5 * best.Objective, $"seed {seed}: {bound.Value} says nothing about {best.Objective}");
            }
        }
    }
}
