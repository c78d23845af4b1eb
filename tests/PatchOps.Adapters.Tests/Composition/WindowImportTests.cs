using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Composition;

/// <summary>Calendars and tables of maintenance windows, and who follows them.</summary>
public sealed class WindowImportTests : IAsyncLifetime
{
    private const string Calendar = """
        BEGIN:VCALENDAR
        VERSION:2.0
        PRODID:-//Test//EN
        BEGIN:VEVENT
        UID:1@test
        SUMMARY:Database night
        DTSTART;TZID=Europe/Berlin:20260307T220000
        DTEND;TZID=Europe/Berlin:20260308T020000
        RRULE:FREQ=WEEKLY;BYDAY=SA
        EXDATE;TZID=Europe/Berlin:20260321T220000
        END:VEVENT
        BEGIN:VEVENT
        UID:1@test
        SUMMARY:Database night\, moved
        RECURRENCE-ID;TZID=Europe/Berlin:20260314T220000
        DTSTART;TZID=Europe/Berlin:20260315T220000
        DTEND;TZID=Europe/Berlin:20260315T230000
        END:VEVENT
        BEGIN:VEVENT
        UID:2@test
        SUMMARY:Shop
        DTSTART:20260301T030000
        DURATION:PT2H
        RRULE:FREQ=DAILY;COUNT=3
        END:VEVENT
        BEGIN:VEVENT
        UID:3@test
        SUMMARY:Only a moment
        DTSTART:20260301T030000Z
        END:VEVENT
        BEGIN:VEVENT
        UID:4@test
        SUMMARY:Broken
        DTSTART:yesterday
        END:VEVENT
        END:VCALENDAR

        """;

    private static readonly DateTimeOffset March = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TestEstate estate = new();

    public async Task InitializeAsync() => await estate.RunAsync(new ImportAssetRequest
    {
        Path = [estate.Write("assets.csv", "Id,TimeZone,MaintenanceWindow\ndb01,Europe/Berlin,database NIGHT\nshop01,America/New_York,shop\nshop02,Asia/Tokyo,Shop | 2026-03-20T10:00Z/2026-03-20T11:00Z\nold01,,gone\n")],
    });

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();

    [Fact]
    public async Task Assets_follow_a_calendar_by_name_in_any_case_with_its_moved_and_left_out_occurrences()
    {
        var (result, failures) = await Import(Ics());
        Assert.Equal((4, 2, 2), (result.Read, result.Added, result.Rejected));
        Assert.Contains(failures, f => f.Failure.Message.Contains("line 26", StringComparison.Ordinal) && f.Failure.Message.Contains("no length", StringComparison.Ordinal));
        Assert.Contains(failures, f => f.Failure.Message.Contains("yesterday", StringComparison.Ordinal));

        var database = await Windows(new GetWindowRequest { Asset = ["db01"], From = March, To = March.AddDays(31) });
        // 7 March whole, 14 March moved to the 15th, the 21st left out, the 28th four hours too, although the clock springs forward (RFC 5545, section 3.8.5.3).
        Assert.Equal([(At(7, 21), At(8, 1)), (At(15, 21), At(15, 22)), (At(28, 21), At(29, 1))], database.Select(w => (w.Start, w.End)));
        Assert.All(database, w => Assert.Equal("Database night", w.Name));
        Assert.Contains("calendar.ics, line 4", database[0].Source);

        // Times without a zone are each asset's own.
        Assert.Equal(At(1, 8), (await Windows(new GetWindowRequest { Asset = ["shop01"], From = March, To = March.AddDays(31) }))[0].Start);
        Assert.Equal([At(1, 18), At(2, 18), At(20, 10)], (await Windows(new GetWindowRequest { Asset = ["shop02"], From = March, To = March.AddDays(31) })).Select(w => w.Start));
    }

    [Fact]
    public async Task The_same_again_changes_nothing_and_what_the_file_lacks_later_is_removed_and_told()
    {
        var path = Ics();
        await Import(path);
        Assert.Equal((2, 2), ((await Import(path)).Result.Unchanged, (await Import(path)).Result.Rejected));

        File.WriteAllText(path, Calendar.Replace("RRULE:FREQ=DAILY;COUNT=3", "RRULE:FREQ=DAILY;COUNT=4", StringComparison.Ordinal)
            .Replace(Calendar[Calendar.IndexOf("BEGIN:VEVENT\nUID:3", StringComparison.Ordinal)..Calendar.IndexOf("END:VCALENDAR", StringComparison.Ordinal)], "", StringComparison.Ordinal));
        Assert.Equal((1, 1), Counts((await Import(path)).Result));

        File.WriteAllText(path, string.Concat(Calendar.AsSpan(0, Calendar.IndexOf("BEGIN:VEVENT\nUID:2", StringComparison.Ordinal)), "END:VCALENDAR\n"));
        var (result, _) = await Import(path);
        Assert.Contains("'Shop'", Assert.Single(result.Notes));
        Assert.Contains("1 assets still name it", result.Notes[0]);
        Assert.Equal("WindowInvalid", (await estate.FailAsync(new GetWindowRequest { Asset = ["shop01"], From = March, To = March.AddDays(31) })).Code);

        static (long, long) Counts(ImportResult result) => (result.Unchanged, result.Updated);
    }

    [Fact]
    public async Task Tables_hold_windows_as_text_or_as_times_and_name_their_faults()
    {
        var text = estate.Write("windows.csv", "Name,Window,TimeZone\nshop,Sat 22:00-02:00,Europe/Berlin\nshop,Sun 22:00 2h,\nbad,Sat 25:99,\n");
        var (result, failures) = await Import(text);
        Assert.Equal((3, 2, 1), (result.Read, result.Added, result.Rejected));
        Assert.Contains("line 4", Assert.Single(failures).Failure.Message);
        Assert.Equal([At(7, 21), At(9, 2)], (await Windows(new GetWindowRequest { Asset = ["shop01"], From = At(7, 0), To = At(10, 0) })).Select(w => w.Start));

        var times = estate.Write("changes.csv", "Title;From;To\ngone;07.03.2026 22:00;08.03.2026 02:00\ngone;14.03.2026 22:00;15.03.2026 02:00\ngone;14.03.2026 22:00;14.03.2026 20:00\n");
        var (results, wrong, _) = await estate.RunAsync(new ImportWindowRequest
        {
            Path = [times], Culture = "de-DE", TimeZone = "Europe/Berlin", Map = new Dictionary<string, string> { ["Title"] = "Name", ["From"] = "Start", ["To"] = "End" },
        });
        Assert.Equal((2, 1), (((ImportResult)results[0]).Added, ((ImportResult)results[0]).Rejected));
        Assert.Contains("does not follow the start", Assert.Single(wrong).Failure.Message);
        Assert.Equal([At(7, 21), At(14, 21)], (await Windows(new GetWindowRequest { Asset = ["old01"], From = March, To = March.AddDays(31) })).Select(w => w.Start));
    }

    [Fact]
    public async Task Windows_are_shown_by_name_and_an_unknown_one_is_named()
    {
        await Import(Ics());
        var shown = await Windows(new GetWindowRequest { Name = ["data*"], From = March, To = March.AddDays(31) });
        Assert.Equal(3, shown.Count);
        Assert.All(shown, w => Assert.Null(w.Asset));
        Assert.Equal("WindowNotFound", (await estate.FailAsync(new GetWindowRequest { Name = ["nobody"], From = March, To = March.AddDays(31) })).Code);
    }

    [Fact]
    public async Task A_plan_keeps_to_an_imported_window()
    {
        await Import(Ics());
        await estate.RunAsync(new ImportAssetRequest { Path = [estate.Write("software.csv", "Asset,Package,Version,Ecosystem\ndb01,bash,1,Debian:12\n")] });
        await estate.RunAsync(new ImportFindingRequest { InputObject = [new ScannerFinding { Asset = "db01", Scanner = "s", Package = "bash", InstalledVersion = "1", FixedVersion = "2", Ecosystem = "Debian:12", Cves = ["CVE-2024-0007"], Found = March }] });
        var (results, failures, _) = await estate.RunAsync(new NewPlanRequest { Name = "night", Horizon = TimeSpan.FromDays(20), TimeLimit = TimeSpan.FromSeconds(0.2) });
        Assert.Empty(failures);
        var start = Assert.Single(Assert.Single(results.OfType<PatchPlan>().Single().Waves).Hosts).Start;
        Assert.Contains(await Windows(new GetWindowRequest { Asset = ["db01"], To = NoonClock.Now.AddDays(30) }), w => w.Start <= start && start < w.End);
    }

    private string Ics() => estate.Write("calendar.ics", Calendar.ReplaceLineEndings("\r\n"));

    private static DateTimeOffset At(int day, int hour) => new(2026, 3, day, hour, 0, 0, TimeSpan.Zero);

    private async Task<(ImportResult Result, List<FailedEvent> Failures)> Import(string path)
    {
        var (results, failures, _) = await estate.RunAsync(new ImportWindowRequest { Path = [path] });
        return (Assert.IsType<ImportResult>(Assert.Single(results)), failures);
    }

    private async Task<List<MaintenanceWindow>> Windows(GetWindowRequest request)
    {
        var (results, failures, _) = await estate.RunAsync(request);
        Assert.Empty(failures);
        return [.. results.Cast<MaintenanceWindow>()];
    }
}
