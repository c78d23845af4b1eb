using System.Globalization;
using NodaTime;
using NodaTime.Text;
using PatchOps.Core.Planning.Calendar;
using PatchOps.Core.Planning.Calendar.Windows;
using PatchOps.Tests;

namespace PatchOps.Core.Tests.Planning.Calendar;

public sealed class DaylightSavingTests
{
    private static List<string> Slots(string text, string from, string to)
    {
        var rules = WindowText.Parse(text, DateTimeZone.Utc);
        return [.. WindowCalendar.Occurrences(rules, [], InstantPattern.General.Parse(from).Value, InstantPattern.General.Parse(to).Value).Open
            .Select(o => $"{o.Slot.Start:MM-dd'T'HH:mm}/{o.Slot.End:MM-dd'T'HH:mm}")];
    }

    [Fact]
    public void A_start_in_a_gap_moves_forward_by_the_gap() => Assert.Equal(
        ["03-28T01:30/03-28T02:30", "03-29T01:30/03-29T02:30", "03-30T00:30/03-30T01:30"],
        Slots("daily 02:30 PT1H Europe/Berlin", "2026-03-28T00:00:00Z", "2026-03-31T00:00:00Z"));

    [Fact]
    public void Of_a_start_that_occurs_twice_the_first_counts() => Assert.Equal(
        ["10-24T00:30/10-24T01:30", "10-25T00:30/10-25T01:30", "10-26T01:30/10-26T02:30"],
        Slots("daily 02:30 PT1H Europe/Berlin", "2026-10-24T00:00:00Z", "2026-10-27T00:00:00Z"));

    [Fact]
    public void A_gap_of_half_an_hour_moves_by_half_an_hour() => Assert.Equal(
        ["10-02T15:45/10-02T16:00", "10-03T15:45/10-03T16:00", "10-04T15:15/10-04T15:30"],
        Slots("daily 02:15 PT15M Australia/Lord_Howe", "2026-10-02T00:00:00Z", "2026-10-05T00:00:00Z"));

    [Fact]
    public void A_day_that_a_zone_left_out_gives_no_second_window_at_the_same_instant() => Assert.Equal(
        ["12-29T22:00/12-29T23:00", "12-30T22:00/12-30T23:00", "12-31T22:00/12-31T23:00"],
        Slots("daily 12:00 PT1H Pacific/Apia", "2011-12-29T11:00:00Z", "2012-01-01T00:00:00Z"));

    [Fact]
    public void Elapsed_time_ignores_clocks_and_an_end_on_the_clock_follows_them()
    {
        Assert.Equal(["03-28T21:00/03-29T03:00"], Slots("Sat 22:00 PT6H Europe/Berlin", "2026-03-28T00:00:00Z", "2026-03-29T12:00:00Z"));
        Assert.Equal(["03-28T21:00/03-29T02:00"], Slots("Sat 22:00-04:00 Europe/Berlin", "2026-03-28T00:00:00Z", "2026-03-29T12:00:00Z"));
        Assert.Equal(["10-24T20:00/10-25T03:00"], Slots("Sat 22:00-04:00 Europe/Berlin", "2026-10-24T00:00:00Z", "2026-10-25T12:00:00Z"));
        Assert.Equal(["03-28T23:00/03-29T22:00"], Slots("Sun 00:00 P1D Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T23:00:00Z"));
    }

    [Fact]
    public void A_window_of_which_a_gap_leaves_nothing_does_not_occur_that_night() => Assert.Equal(
        ["03-28T01:30/03-28T02:15", "03-30T00:30/03-30T01:15"],
        Slots("daily 02:30-03:15 Europe/Berlin", "2026-03-28T00:00:00Z", "2026-03-31T00:00:00Z"));

    [SkippableFact]
    public void Windows_follow_every_published_change_of_sixteen_hard_zones()
    {
        var rows = File.ReadLines(SharedData.Require("rrule/dst-transitions-2005-2030.tsv")).Skip(1).Select(l => l.Split('\t')).ToList();
        var (gaps, overlaps, unchanged) = (0, 0, 0);
        for (var i = 0; i + 1 < rows.Count; i += 2)
        {
            var (before, after) = (rows[i], rows[i + 1]);
            Assert.Equal(before[0], after[0]);
            var zone = DateTimeZoneProviders.Tzdb[before[0]];
            var change = InstantPattern.General.Parse(after[1]).Value;
            var offsets = (Seconds(before[5]), Seconds(after[5]));
            Assert.Equal(LocalDateTimePattern.GeneralIso.Parse(before[2]).Value, (change - Duration.FromSeconds(1)).InZone(zone).LocalDateTime);
            Assert.Equal(LocalDateTimePattern.GeneralIso.Parse(after[2]).Value, change.InZone(zone).LocalDateTime);

            var difference = offsets.Item2 - offsets.Item1;
            if (difference == 0)
            {
                unchanged++;
                continue;
            }
            // The middle of the hour that is skipped, or that comes twice.
            var oldClock = change.Plus(Duration.FromSeconds(offsets.Item1)).InUtc().LocalDateTime;
            var local = oldClock.PlusSeconds(difference > 0 ? difference / 2 : -Math.Abs(difference) / 2);
            var start = WindowRule.Once("test", local, zone, WindowLength.For(Duration.FromHours(3)))
                .Slots(change - Duration.FromDays(3), change + Duration.FromDays(3)).Single();
            // Skipped: the old offset still rules, which is the shift by the gap. Twice: the first is at the old offset as well.
            Assert.Equal((before[0], after[1], local.InUtc().ToInstant() - Duration.FromSeconds(offsets.Item1)), (before[0], after[1], start.Start));
            Assert.Equal(Duration.FromHours(3), start.Length);
            if (difference > 0) gaps++;
            else overlaps++;
        }
        Assert.Equal(rows.Count / 2, gaps + overlaps + unchanged);
        Assert.InRange(gaps, 200, 400);
        Assert.InRange(overlaps, 200, 400);
    }

    private static int Seconds(string text) => int.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
