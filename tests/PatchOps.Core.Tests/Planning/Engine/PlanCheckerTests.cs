using PatchOps.Core.Planning.Checking;

namespace PatchOps.Core.Tests.Planning.Engine;

public sealed class PlanCheckerTests
{
    private static PlanDescription Plan(
        DescribedHost[] hosts, DescribedLimit[]? limits = null, DescribedOrder[]? orders = null, DescribedFreeze[]? freezes = null, int concurrent = 2, int most = 9) =>
        new(0, 1_000, hosts, [new("w", 100, 200, concurrent, most), new("late", 500, 600)], limits ?? [], orders ?? [], freezes ?? []);

    private static DescribedHost At(string id, long start, string? window = "w") => new(id, 50, ["w"], window, start);

    private static string[] Broken(PlanDescription plan) => [.. PlanChecker.Check(plan).Select(v => v.Rule)];

    [Fact]
    public void A_valid_plan_has_no_violation() =>
        Assert.Empty(Broken(Plan([At("a", 100), At("b", 100), At("c", 150), At("d", 0, null)],
            [new("pair", 1, ["a", "c"])], [new("o", ["a"], ["c"], 0, false)], [new("f", 200, 300, null)])));

    [Theory]
    [InlineData(99, "Window")]
    [InlineData(151, "Window")]
    [InlineData(-10, "Horizon")]
    public void A_host_outside_its_window_is_found(long start, string rule) => Assert.Contains(rule, Broken(Plan([At("a", start)])));

    [Fact]
    public void A_window_that_is_not_the_hosts_is_found() => Assert.Equal(["Unknown"], Broken(Plan([At("a", 510, "late")])));

    [Fact]
    public void Too_many_at_once_and_in_all_are_found()
    {
        Assert.Equal(["WindowConcurrent"], Broken(Plan([At("a", 100), At("b", 120), At("c", 149)])));
        Assert.Equal(["WindowHosts"], Broken(Plan([At("a", 100), At("b", 150)], most: 1)));
        Assert.Equal(["Limit"], Broken(Plan([At("a", 100), At("b", 149)], [new("pair", 1, ["a", "b"])])));
    }

    [Fact]
    public void Order_lag_and_missing_predecessors_are_found()
    {
        Assert.Equal(["Order"], Broken(Plan([At("a", 100), At("b", 149)], orders: [new("o", ["a"], ["b"], 0, false)])));
        Assert.Equal(["Order"], Broken(Plan([At("a", 100), At("b", 150)], orders: [new("o", ["a"], ["b"], 1, false)])));
        Assert.Equal(["Order"], Broken(Plan([At("a", 0, null), At("b", 150)], orders: [new("o", ["a"], ["b"], 0, false)])));
        Assert.Empty(Broken(Plan([At("a", 0, null), At("b", 150)], orders: [new("o", ["a"], ["b"], 0, true)])));
        Assert.Equal(["Order"], Broken(Plan([At("a", 0, null), At("b", 150)], orders: [new("o", ["a"], ["b"], 0, true) { Required = ["a"] }])));
    }

    [Fact]
    public void Freezes_bind_their_members_and_release_times_hold()
    {
        Assert.Equal(["Freeze"], Broken(Plan([At("a", 100), At("b", 100)], freezes: [new("f", 149, 150, ["a"])])));
        Assert.Equal(["NotBefore"], Broken(Plan([At("a", 100) with { NotBefore = 101 }])));
    }
}
