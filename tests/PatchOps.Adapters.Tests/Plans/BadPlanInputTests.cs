using System.Globalization;
using PatchOps.Adapters.Tests.Composition;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Plans;

/// <summary>What can be wrong with an estate or policy when a plan is made: a clear failure, or a finding in the plan while the others are planned.</summary>
public sealed class BadPlanInputTests
{
    private static NewPlanRequest Request(string? policy = null, int days = 14) =>
        new() { Name = "n", Patch = [PlanEstate.Patch], Policy = policy, Horizon = TimeSpan.FromDays(days), TimeLimit = TimeSpan.Zero };

    [Fact]
    public async Task Cyclic_dependencies_are_refused_with_the_cycle()
    {
        await using var estate = await PlanEstate.MakeAsync();
        await estate.HostsAsync([PlanEstate.Host(1) with { DependsOn = ["host-2"] }, PlanEstate.Host(2) with { DependsOn = ["host-3"] }, PlanEstate.Host(3) with { DependsOn = ["host-1"] }]);
        var failure = await estate.Test.FailAsync(Request());
        Assert.Equal("DependencyCycle", failure.Code);
        foreach (var name in (string[])["host-1", "host-2", "host-3"]) Assert.Contains(name, failure.Message);
        Assert.NotNull(failure.Remedy);
        Assert.Empty((await estate.Test.RunAsync(new GetPlanRequest())).Results);
    }

    [Theory]
    [InlineData("day 31 in Feb 22:00 4h", "selects no day")]
    [InlineData("2020-12-24 22:00 4h", "does not occur before")]
    [InlineData("Sat 22:00 -4h", "length is negative")]
    [InlineData("Sat 22:00-02:00 Europe/Atlantis", "Europe/Atlantis")]
    [InlineData("daily 22:00-22:10", "no window holds")]
    public async Task A_window_that_never_is_or_means_nothing_leaves_its_host_over_and_says_why(string window, string reason)
    {
        await using var estate = await PlanEstate.MakeAsync();
        await estate.HostsAsync([PlanEstate.Host(1) with { MaintenanceWindow = window }]);
        var plan = await estate.PlanAsync(Request());
        var item = Assert.Single(plan.Unscheduled);
        Assert.Equal("host-1", item.Asset);
        Assert.Contains(reason, item.Reason);
        Assert.NotNull(item.Remedy);
        Assert.Equal(["host-2", "host-3"], plan.Waves.SelectMany(w => w.Hosts).Select(h => h.Asset).Order());
    }

    [Fact]
    public async Task An_unknown_zone_leaves_its_host_over_and_is_named()
    {
        await using var estate = await PlanEstate.MakeAsync();
        await estate.HostsAsync([PlanEstate.Host(1) with { TimeZone = "Mars/Base" }]);
        Assert.Contains("Mars/Base", Assert.Single((await estate.PlanAsync(Request())).Unscheduled, u => u.Asset == "host-1").Reason);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public async Task A_cluster_that_must_keep_its_size_or_more_is_left_alone_and_named(int least)
    {
        await using var estate = await PlanEstate.MakeAsync();
        await estate.HostsAsync([PlanEstate.Host(1) with { Cluster = "pair", MinAvailable = least }, PlanEstate.Host(2) with { Cluster = "pair" }]);
        var plan = await estate.PlanAsync(Request());
        Assert.Equal(2, plan.Unscheduled.Count);
        Assert.All(plan.Unscheduled, u => Assert.Equal("Availability", u.Constraint));
        Assert.All(plan.Unscheduled, u => Assert.Contains("'pair' has 2 members", u.Reason));
        Assert.All(plan.Unscheduled, u => Assert.Contains("minimum available is 1", u.Remedy));
    }

    [Theory]
    [InlineData("planning: { maxConcurrent: 0 }", "maxConcurrent")]
    [InlineData("planning: { maxConcurrentPerTeam: 0 }", "maxConcurrentPerTeam")]
    [InlineData("planning: { defaultMedian: -00:10:00 }", "defaultMedian")]
    [InlineData("planning: { defaultNinetiethPercentile: -00:30:00 }", "defaultNinetiethPercentile")]
    [InlineData("planning: { soak: -01:00:00 }", "soak")]
    [InlineData("planning: { bake: -01:00:00 }", "bake")]
    [InlineData("planning: { notices: { ahead: -01:00:00 } }", "ahead")]
    [InlineData("approvals: { leadTime: -01:00:00 }", "leadTime")]
    [InlineData("approvals: { escalation: { before: -01:00:00 } }", "before")]
    [InlineData("planning: { freezes: [{ name: back, when: 2026-12-31..2026-12-01 }] }", "'back'")]
    [InlineData("planning: { freezes: [{ name: far, when: month-end 3, timeZone: Mars/Base }] }", "Mars/Base")]
    public async Task No_plan_is_made_under_a_policy_without_capacity_or_with_time_that_runs_backwards(string text, string named)
    {
        await using var estate = await PlanEstate.MakeAsync();
        var failure = await estate.Test.FailAsync(Request(estate.Test.Write("policy.yaml", text + "\n")));
        Assert.Contains(named, failure.Message);
        Assert.Contains("line 1", failure.Message);
        Assert.Empty((await estate.Test.RunAsync(new GetPlanRequest())).Results);
    }

    [Fact]
    public async Task A_horizon_in_the_past_without_length_or_beyond_all_calendars_is_refused()
    {
        await using var estate = await PlanEstate.MakeAsync();
        Assert.Equal("HorizonPast", (await estate.Test.FailAsync(Request() with { Start = NoonClock.Now.AddDays(-30) })).Code);
        foreach (var horizon in (TimeSpan[])[TimeSpan.Zero, TimeSpan.FromDays(-1), TimeSpan.FromDays(5000)])
            Assert.Contains("Horizon", (await estate.Test.FailAsync(Request() with { Horizon = horizon })).Message);
        foreach (var start in (DateTimeOffset[])[NoonClock.Now.AddDays(3_661), new(9999, 12, 30, 0, 0, 0, TimeSpan.Zero), DateTimeOffset.MaxValue])
            Assert.Equal(("ParameterOutOfRange", "Start"), await FailedAsync(start));
        Assert.Equal("HorizonPast", (await FailedAsync(DateTimeOffset.MinValue)).Code);

        async Task<(string Code, string? Target)> FailedAsync(DateTimeOffset start) => await estate.Test.FailAsync(Request() with { Start = start }) is var failure ? (failure.Code, failure.Target) : default;
    }

    [Fact]
    public async Task A_hundred_thousand_windows_of_one_host_are_planned_in()
    {
        await using var estate = await PlanEstate.MakeAsync(hosts: 1);
        // Twenty-eight a day for ten years; a million are taken apart in FreezeTests.
        var all = string.Join(" | ", Enumerable.Range(0, 28).Select(i => string.Create(CultureInfo.InvariantCulture, $"daily {i * 5 / 12:00}:{i * 5 % 12 * 5:00} 31m")));
        await estate.HostsAsync([PlanEstate.Host(1) with { MaintenanceWindow = all }]);
        var plan = await estate.PlanAsync(Request(days: 3650));
        Assert.Empty(plan.Unscheduled);
        Assert.InRange(plan.Waves[0].Hosts[0].Start, plan.Start, plan.Start.AddDays(1));
    }

    [Fact]
    public async Task More_windows_than_anybody_means_are_refused_by_name_and_the_other_hosts_are_planned()
    {
        await using var estate = await PlanEstate.MakeAsync();
        // One a minute for ten years: five and a quarter million.
        var minutes = string.Join(" | ", Enumerable.Range(0, 1440).Select(i => string.Create(CultureInfo.InvariantCulture, $"daily {i / 60:00}:{i % 60:00} 1m")));
        await estate.HostsAsync([PlanEstate.Host(1) with { MaintenanceWindow = minutes }]);
        var from = NoonClock.Now;
        var failure = await estate.Test.FailAsync(new GetWindowRequest { Asset = ["host-1"], From = from, To = from.AddDays(3_660) });
        Assert.Equal(("WindowsTooMany", "host-1"), (failure.Code, failure.Target));
        Assert.Contains("5 million", failure.Message);
        Assert.NotNull(failure.Remedy);

        var plan = await estate.PlanAsync(Request(days: 3_660));
        var item = Assert.Single(plan.Unscheduled);
        Assert.Equal(("host-1", "WindowInvalid"), (item.Asset, item.Constraint));
        Assert.Contains("more than 5 million windows", item.Reason);
        Assert.Equal(["host-2", "host-3"], plan.Waves.SelectMany(w => w.Hosts).Select(h => h.Asset).Order());
    }
}
