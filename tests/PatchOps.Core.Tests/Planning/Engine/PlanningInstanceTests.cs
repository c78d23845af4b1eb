using PatchOps.Core.Planning.Engine.Model;
using PatchOps.Domain;

namespace PatchOps.Core.Tests.Planning.Engine;

public sealed class PlanningInstanceTests
{
    private static readonly PlanningWindow Night = new("night", 0, 7_200, 2);

    private static PlanningHost Host(string id) => new(id, 1, 600, 900, [0]);

    private static Failure Refusal(Action act) => Assert.Throws<FailureException>(act).Failure;

    [Fact]
    public void A_cycle_is_named()
    {
        var failure = Refusal(() => _ = new PlanningInstance(0, 7_200, [Host("a"), Host("b"), Host("c"), Host("d")], [Night],
            barriers: [new("1", [0], [1]), new("2", [1], [2]), new("3", [2], [1]), new("4", [2], [3])]));
        Assert.Equal("DependencyCycle", failure.Code);
        Assert.Matches("b → c → b|c → b → c", failure.Message);
        Assert.DoesNotContain("a", failure.Message[failure.Message.IndexOf(':')..]);
    }

    [Theory]
    [InlineData(10, 10, "EmptyHorizon")]
    [InlineData(10, 5, "EmptyHorizon")]
    public void A_horizon_must_end_after_it_starts(long start, long end, string code) =>
        Assert.Equal(code, Refusal(() => _ = new PlanningInstance(start, end, [], [])).Code);

    [Fact]
    public void Bad_windows_durations_capacities_and_indexes_are_refused()
    {
        Assert.Equal("InvalidWindow", Refusal(() => _ = new PlanningInstance(0, 9, [], [new("w", 5, 5)])).Code);
        Assert.Equal("InvalidCapacity", Refusal(() => _ = new PlanningInstance(0, 9, [], [new("w", 5, 6, 0)])).Code);
        Assert.Equal("InvalidCapacity", Refusal(() => _ = new PlanningInstance(0, 9, [], [], [new("site", 0)])).Code);
        Assert.Equal("InvalidCapacity", Refusal(() => _ = new PlanningInstance(0, 9, [Host("a")], [Night], groups: [new("g", 0, [0])])).Code);
        Assert.Equal("InvalidDuration", Refusal(() => _ = new PlanningInstance(0, 9, [Host("a") with { P90Seconds = -1 }], [Night])).Code);
        Assert.Equal("InvalidRisk", Refusal(() => _ = new PlanningInstance(0, 9, [Host("a") with { RiskPerDay = double.NaN }], [Night])).Code);
        Assert.Equal("UnknownIndex", Refusal(() => _ = new PlanningInstance(0, 9, [Host("a")], [])).Code);
        Assert.Equal("InvalidLag", Refusal(() => _ = new PlanningInstance(0, 9, [Host("a"), Host("b")], [Night], barriers: [new("b", [0], [1], -1)])).Code);
    }
}
