using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using PatchOps.Tests;

namespace PatchOps.Adapters.Tests.Composition;

/// <summary>The watch over patched problems, on the example estate: PRB0005 was made to come back in summer 2026, PRB0001 to stay away.</summary>
public sealed class WatchRecurrenceTests : IAsyncLifetime
{
    private static readonly DateTimeOffset End = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TestEstate estate = new();

    public async Task InitializeAsync()
    {
        await estate.RunAsync(new ImportAssetRequest { Path = [Example("assets.csv")] });
        await estate.RunAsync(new ImportProblemRequest { Path = [Example("problems.csv")] });
        await estate.RunAsync(new ImportIncidentRequest { Path = [Example("incidents.csv")] });
        await estate.RunAsync(new ImportDeploymentRequest { Path = [Example("deployments.csv")] });
    }

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();

    [Fact]
    public async Task A_problem_that_came_back_raises_an_alarm_with_its_day_and_one_that_did_not_stays_quiet()
    {
        var alerts = await AlertsAsync(new WatchRecurrenceRequest { Problem = ["PRB0005", "PRB0001"], AsOf = End });
        var back = alerts["PRB0005"];
        Assert.True(back.Alarm);
        // The estate's maker lets the rate return on day 273 after 2025-09-27.
        var returned = new DateTimeOffset(2025, 9, 27, 0, 0, 0, TimeSpan.Zero).AddDays(273);
        Assert.InRange(back.ChangePoint!.Value, returned.AddDays(-21), returned.AddDays(21));
        Assert.InRange(back.RaisedAt!.Value, returned, End);
        Assert.Equal(0.01, back.FalseAlarmRate);

        var quiet = alerts["PRB0001"];
        Assert.False(quiet.Alarm);
        Assert.Null(quiet.RaisedAt);
        Assert.True(quiet.Count > 0 || quiet.Days > 0);
        Assert.NotEmpty(quiet.Reasons);
    }

    [Fact]
    public async Task What_never_went_cannot_come_back()
    {
        var alerts = await AlertsAsync(new WatchRecurrenceRequest { Problem = ["PRB0002", "PRB0004"], AsOf = End });
        Assert.All(alerts.Values, a =>
        {
            Assert.False(a.Alarm);
            Assert.Contains(a.Reasons, r => r.Contains("nothing can come back", StringComparison.Ordinal));
        });
    }

    [Fact]
    public async Task Before_the_return_there_was_nothing_to_raise()
    {
        var alerts = await AlertsAsync(new WatchRecurrenceRequest { Problem = ["PRB0005"], AsOf = new DateTimeOffset(2026, 6, 20, 0, 0, 0, TimeSpan.Zero) });
        Assert.False(alerts["PRB0005"].Alarm);
    }

    [Fact]
    public async Task Every_problem_with_deployments_is_watched_and_one_without_says_so_where_it_is_named()
    {
        var all = await AlertsAsync(new WatchRecurrenceRequest { AsOf = End });
        Assert.Contains("PRB0005", all.Keys);
        Assert.DoesNotContain("PRB0007", all.Keys);
        var named = await AlertsAsync(new WatchRecurrenceRequest { Problem = ["PRB0007"], AsOf = End });
        Assert.False(named["PRB0007"].Alarm);
        Assert.Contains("No successful deployment", Assert.Single(named["PRB0007"].Reasons), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_problem_and_an_impossible_rate_are_refused()
    {
        Assert.Equal("ProblemNotFound", (await estate.FailAsync(new WatchRecurrenceRequest { Problem = ["PRB9999"] })).Code);
        Assert.Equal("FalseAlarmRateInvalid", (await estate.FailAsync(new WatchRecurrenceRequest { FalseAlarmRate = 1 })).Code);
    }

    private async Task<Dictionary<string, RecurrenceAlert>> AlertsAsync(WatchRecurrenceRequest request)
    {
        var (results, failures, _) = await estate.RunAsync(request);
        Assert.Empty(failures);
        return results.Cast<RecurrenceAlert>().ToDictionary(a => a.Problem!);
    }

    private static string Example(string file) => Path.Combine(SharedData.Repository, "examples", "estate", file);
}
