using System.Diagnostics;
using NodaTime;
using NodaTime.Text;
using PatchOps.Core.Planning.Calendar;
using PatchOps.Core.Planning.Calendar.Freezes;
using PatchOps.Core.Planning.Calendar.Windows;
using PatchOps.Domain;

namespace PatchOps.Core.Tests.Planning.Calendar;

public sealed class FreezeTests
{
    private static readonly DateTimeZone Berlin = DateTimeZoneProviders.Tzdb["Europe/Berlin"];

    private static Instant At(string text) => InstantPattern.General.Parse(text).Value;

    private static TimeSlot Slot(string from, string to) => new(At(from), At(to));

    private static string Slots(string freeze, string from, string to) =>
        string.Join(' ', FreezeText.Parse("f", freeze, Berlin).Slots(At(from), At(to)).Select(s => $"{s.Start:MM-dd'T'HH}/{s.End:MM-dd'T'HH}"));

    [Theory]
    [InlineData("month-end 3", "01-28T23/01-31T23 02-25T23/02-28T23")]
    [InlineData("month-end 3+2", "12-28T23/01-02T23 01-28T23/02-02T23 02-25T23/03-02T23")]
    [InlineData("month-start 2", "12-31T23/01-02T23 01-31T23/02-02T23 02-28T23/03-02T23")]
    [InlineData("2026-01-31..2026-02-01", "01-30T23/02-01T23")]
    [InlineData("12-19..01-03", "12-18T23/01-03T23")]
    [InlineData("02-28..03-01", "02-27T23/03-01T23")]
    [InlineData("last Fri 12:00 PT60H", "01-30T11/02-01T23 02-27T11/03-01T23")]
    public void A_freeze_is_written_as_people_say_it(string text, string expected) =>
        Assert.Equal(expected, Slots(text, "2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z"));

    [Theory]
    [InlineData("month-end")]
    [InlineData("month-end 0")]
    [InlineData("month-end 29")]
    [InlineData("month-start x")]
    [InlineData("2026-02-01..2026-01-31")]
    [InlineData("2026-02-01..")]
    [InlineData("02-30..03-01")]
    [InlineData("0001-01-01..9999-12-31")]
    public void A_freeze_that_means_nothing_is_refused(string text) =>
        Assert.Equal("FreezeInvalid", Assert.Throws<FailureException>(() => FreezeText.Parse("f", text, Berlin)).Failure.Code);

    [Fact]
    public void A_freeze_that_begins_on_a_leap_day_begins_on_the_28th_in_other_years() =>
        Assert.Equal("02-27T23/03-01T23", Slots("02-29..03-01", "2027-02-01T00:00:00Z", "2027-04-01T00:00:00Z"));

    [Fact]
    public void Freezes_cut_windows_and_say_so()
    {
        var rules = WindowText.Parse("Sat 22:00-06:00 Europe/Berlin", Berlin);
        Freeze[] freezes = [FreezeText.Parse("Month end", "month-end 1+1", Berlin), FreezeText.Parse("Year end", "12-19..01-03", Berlin)];
        var result = WindowCalendar.Occurrences(rules, freezes, At("2026-01-01T00:00:00Z"), At("2026-02-10T00:00:00Z"));

        Assert.Equal(
            ["01-03T23/01-04T05", "01-10T21/01-11T05", "01-17T21/01-18T05", "01-24T21/01-25T05", "02-07T21/02-08T05"],
            result.Open.Select(o => $"{o.Slot.Start:MM-dd'T'HH}/{o.Slot.End:MM-dd'T'HH}"));
        Assert.Equal(["Year end"], result.Open[0].FrozenBy);
        Assert.Equal(At("2026-01-03T21:00:00Z"), result.Open[0].Whole.Start);
        Assert.Empty(result.Open[1].FrozenBy);
        // 31 January is a Saturday: frozen whole, and the part after midnight is February's first.
        Assert.Equal(["Year end", "Month end"], result.Frozen.Select(f => f.Freezes.Single()));

        var window = result.Open[0].ToMaintenanceWindow("db1");
        Assert.Equal("db1/Sat 22:00-06:00 Europe/Berlin/20260103T230000Z", window.Id);
        Assert.True(window.IsCut);
        Assert.Equal(TimeSpan.FromHours(6), window.Duration);
        Assert.Equal("Europe/Berlin", window.Zone);
    }

    [Fact]
    public void An_approved_exception_opens_a_freeze_for_its_time_and_is_named()
    {
        var rules = WindowText.Parse("daily 22:00 4h UTC", Berlin);
        Freeze[] freezes = [FreezeText.Parse("Year end", "12-19..01-03", DateTimeZone.Utc)];
        var exception = new FreezeOverride("EX-1", "year END", Slot("2026-12-24T23:00:00Z", "2026-12-25T12:00:00Z"));
        var result = WindowCalendar.Occurrences(rules, freezes, At("2026-12-23T00:00:00Z"), At("2026-12-28T00:00:00Z"), [exception]);
        var open = Assert.Single(result.Open);
        Assert.Equal(Slot("2026-12-24T23:00:00Z", "2026-12-25T02:00:00Z"), open.Slot);
        Assert.Equal(["EX-1"], open.Overrides);
        Assert.Equal(["Year end"], open.FrozenBy);
    }

    [Fact]
    public void An_exception_to_one_freeze_leaves_the_other()
    {
        var rules = WindowText.Parse("2026-12-24 22:00 4h UTC", Berlin);
        Freeze[] freezes = [FreezeText.Parse("Year end", "12-19..01-03", DateTimeZone.Utc), FreezeText.Parse("Audit", "2026-12-01..2026-12-31", DateTimeZone.Utc)];
        var slot = Slot("2026-12-24T00:00:00Z", "2026-12-26T00:00:00Z");
        var range = (At("2026-12-23T00:00:00Z"), At("2026-12-28T00:00:00Z"));
        Assert.Empty(WindowCalendar.Occurrences(rules, freezes, range.Item1, range.Item2, [new("EX-1", "Year end", slot)]).Open);
        Assert.Single(WindowCalendar.Occurrences(rules, freezes, range.Item1, range.Item2, [new("EX-1", "*", slot)]).Open);
    }

    [Fact]
    public void Every_freeze_over_a_stretch_is_named()
    {
        var result = FreezeCalendar.Subtract(
            [Slot("2026-01-01T00:00:00Z", "2026-01-10T00:00:00Z")],
            [new(Slot("2026-01-02T00:00:00Z", "2026-01-05T00:00:00Z"), "a"), new(Slot("2026-01-04T00:00:00Z", "2026-01-06T00:00:00Z"), "b")]);
        Assert.Equal(["a", "a+b", "b"], result.Frozen.Select(f => string.Join('+', f.Freezes)));
        Assert.Equal(2, result.Open.Count);
    }

    [Fact]
    public void An_empty_or_reversed_range_is_refused()
    {
        var now = At("2026-01-01T00:00:00Z");
        Assert.Equal("RangeInvalid", Assert.Throws<FailureException>(() => WindowCalendar.Occurrences([], [], now, now)).Failure.Code);
    }

    [Fact]
    public void The_ends_of_time_are_safe()
    {
        var rules = WindowText.Parse("daily 22:00 4h Pacific/Kiritimati | day last 00:00-24:00 Pacific/Niue", Berlin);
        Freeze[] freezes = [FreezeText.Parse("a", "month-end 3+3", Berlin), FreezeText.Parse("b", "12-19..01-03", Berlin)];
        var last = Instant.FromUtc(9999, 12, 31, 23, 59);
        Assert.NotEmpty(WindowCalendar.Occurrences(rules, freezes, last - Duration.FromDays(800), last).Open);
        Assert.Empty(WindowCalendar.Occurrences(rules, freezes, last - Duration.FromDays(10), Instant.MaxValue).Open);
        Assert.Empty(WindowCalendar.Occurrences(rules, freezes, Instant.FromUtc(1, 1, 1, 0, 0), Instant.FromUtc(1, 3, 1, 0, 0)).Open);
    }

    [Fact]
    public void A_million_windows_and_freezes_are_subtracted_in_seconds()
    {
        var start = At("2026-01-01T00:00:00Z");
        var windows = Enumerable.Range(0, 1_000_000).Select(i => new TimeSlot(start + Duration.FromMinutes(10 * i), start + Duration.FromMinutes((10 * i) + 15))).ToList();
        var freezes = Enumerable.Range(0, 500_000).Select(i => new FrozenSlot(new(start + Duration.FromMinutes(20 * i), start + Duration.FromMinutes((20 * i) + 5)), "f")).ToList();
        var watch = Stopwatch.StartNew();
        var result = FreezeCalendar.Subtract(windows, freezes);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(15));
        // Of every two windows, one loses its first five minutes and the other its last five.
        Assert.Equal((1_000_000, 1_000_000 - 1), (result.Open.Count, result.Frozen.Count));
    }

    [Fact]
    public void A_million_windows_of_a_calendar_are_listed_in_seconds()
    {
        var start = new LocalDateTime(2026, 1, 1, 22, 0);
        var rules = Enumerable.Range(0, 1_000_000).Select(i => WindowRule.Once("w", start.PlusHours(i), Berlin, WindowLength.For(Duration.FromHours(2)))).ToList();
        var watch = Stopwatch.StartNew();
        var result = WindowCalendar.Occurrences(rules, [FreezeText.Parse("e", "month-end 3+1", Berlin)], At("2026-01-01T00:00:00Z"), At("2150-01-01T00:00:00Z"));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Assert.InRange(result.Open.Count, 800_000, 1_000_000);
        Assert.InRange(result.Frozen.Count, 100_000, 200_000);
    }
}
