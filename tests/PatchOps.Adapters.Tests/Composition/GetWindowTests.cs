using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Composition;

/// <summary>When assets may be changed, asked as users ask. The expected instants come from .NET's own time zones, not from the calendar under test.</summary>
public sealed class GetWindowTests : IAsyncLifetime
{
    private const string Estate =
        """
        Id,Name,BusinessUnit,TimeZone,MaintenanceWindow
        ber01.example.com,ber01,Finance,Europe/Berlin,Sat 22:00-04:00
        nyc01.example.com,nyc01,Retail,America/New_York,Sat 22:00-04:00
        sin01.example.com,sin01,Retail,Asia/Singapore,weekly
        std01.example.com,std01,Retail,,
        bad01.example.com,bad01,Retail,Europe/Berlin,Sat 25:99-04:00

        """;

    private static readonly DateTimeOffset March = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TestEstate estate = new();
    private string policy = "";

    public async Task InitializeAsync()
    {
        await estate.RunAsync(new ImportAssetRequest { Path = [estate.Write("assets.csv", Estate)] });
        policy = estate.Write("policy.yaml",
            """
            planning:
              windows: { weekly: "Sun 01:00 2h" }
              freezes:
                - name: Closing of the books
                  when: 2026-03-14..2026-03-14
                  timeZone: Europe/Berlin
                  for: { businessUnits: [Finance] }
                - name: Fair
                  when: 2026-03-20..2026-03-23
                  for: { businessUnits: [Finance] }
            """);
    }

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();

    [Fact]
    public async Task Windows_follow_each_assets_own_clock_over_both_changes_of_clocks()
    {
        var (windows, failures) = await WindowsAsync(new GetWindowRequest { Asset = ["nyc*", "ber01"], From = March.AddDays(1), To = March.AddMonths(1) });
        Assert.Empty(failures);

        int[] saturdays = [7, 14, 21, 28];
        Assert.Equal(saturdays.Select(d => Local("America/New_York", d)), windows["nyc01.example.com"].Select(w => (w.Start, w.End)));
        Assert.Equal([5.0, 6, 6, 6], windows["nyc01.example.com"].Select(w => w.Duration.TotalHours));
        Assert.Equal([6.0, 6, 6, 5], windows["ber01.example.com"].Select(w => w.Duration.TotalHours));
        Assert.Equal(saturdays.Select(d => Local("Europe/Berlin", d)), windows["ber01.example.com"].Select(w => (w.Start, w.End)));
        Assert.All(windows["ber01.example.com"], w => Assert.Equal("Europe/Berlin", w.Zone));
    }

    [Fact]
    public async Task Freezes_of_the_policy_are_taken_out_and_named_where_they_hold()
    {
        var (windows, _) = await WindowsAsync(new GetWindowRequest { Asset = ["ber01", "nyc01"], From = March.AddDays(1), To = March.AddMonths(1), Policy = policy });
        var berlin = windows["ber01.example.com"];
        // The 21st is frozen throughout; of the 14th only what lies behind Berlin's midnight is left.
        Assert.Equal([7, 14, 28], berlin.Select(w => w.WholeStart.Day));
        var cut = berlin[1];
        Assert.Equal(new DateTimeOffset(2026, 3, 14, 23, 0, 0, TimeSpan.Zero), cut.Start);
        Assert.Equal(Local("Europe/Berlin", 14), (cut.WholeStart, cut.End));
        Assert.Equal(["Closing of the books"], cut.FrozenBy);
        Assert.Empty(berlin[0].FrozenBy);
        Assert.Equal(4, windows["nyc01.example.com"].Count);
        Assert.All(windows["nyc01.example.com"], w => Assert.Empty(w.FrozenBy));
    }

    [Fact]
    public async Task A_window_of_policy_keeps_its_name_and_assets_without_one_get_the_default()
    {
        var (windows, failures) = await WindowsAsync(new GetWindowRequest { Asset = ["sin01", "std01"], From = March, To = March.AddDays(14), Policy = policy });
        Assert.Empty(failures);
        Assert.All(windows["sin01.example.com"], w => Assert.Equal(("weekly", "Asia/Singapore"), (w.Name, w.Zone)));
        // 1 March 01:00 in Singapore lies in February (UTC).
        Assert.Equal([7, 14], windows["sin01.example.com"].Select(w => w.WholeStart.Day));
        // One is open when the range begins, one when it ends: both are cut to the range.
        var standard = windows["std01.example.com"];
        Assert.Equal(15, standard.Count);
        Assert.Equal((March, March.AddDays(14)), (standard[0].Start, standard[^1].End));
    }

    [Fact]
    public async Task A_window_that_cannot_be_read_is_that_assets_failure_and_the_others_go_on()
    {
        var (windows, failures) = await WindowsAsync(new GetWindowRequest { From = March, To = March.AddDays(10), Policy = policy });
        var failure = Assert.Single(failures);
        Assert.Equal(("WindowInvalid", "bad01.example.com"), (failure.Code, failure.Target));
        Assert.Contains("bad01", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["ber01.example.com", "nyc01.example.com", "sin01.example.com", "std01.example.com"], windows.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_range_is_the_next_thirty_days_unless_it_is_given()
    {
        var before = NoonClock.Now;
        var (windows, _) = await WindowsAsync(new GetWindowRequest { Asset = ["std01"] });
        var days = windows["std01.example.com"];
        Assert.InRange(days.Count, 30, 31);
        Assert.All(days, w => Assert.InRange(w.Start, before, before.AddDays(30).AddMinutes(5)));
    }

    [Fact]
    public async Task A_name_that_nobody_has_and_a_range_that_is_empty_are_refused()
    {
        Assert.Equal("AssetNotFound", (await estate.FailAsync(new GetWindowRequest { Asset = ["nobody"] })).Code);
        Assert.Equal("RangeInvalid", (await estate.FailAsync(new GetWindowRequest { From = March, To = March })).Code);
    }

    private async Task<(Dictionary<string, List<MaintenanceWindow>> Windows, List<Failure> Failures)> WindowsAsync(GetWindowRequest request)
    {
        var (results, failures, _) = await estate.RunAsync(request);
        return (results.Cast<MaintenanceWindow>().GroupBy(w => w.Asset!).ToDictionary(g => g.Key, g => g.ToList()), failures.ConvertAll(f => f.Failure));
    }

    /// <summary>Saturday 22:00 to Sunday 04:00 on that zone's clock.</summary>
    private static (DateTimeOffset Start, DateTimeOffset End) Local(string zone, int day)
    {
        var clock = TimeZoneInfo.FindSystemTimeZoneById(zone);
        var start = new DateTime(2026, 3, day, 22, 0, 0, DateTimeKind.Unspecified);
        return (new DateTimeOffset(TimeZoneInfo.ConvertTimeToUtc(start, clock)), new DateTimeOffset(TimeZoneInfo.ConvertTimeToUtc(start.AddHours(6), clock)));
    }
}
