using NodaTime;
using PatchOps.Core.Planning.Calendar;
using PatchOps.Core.Planning.Calendar.Windows;
using PatchOps.Domain;

namespace PatchOps.Core.Tests.Planning.Calendar;

public sealed class WindowTextTests
{
    private static readonly DateTimeZone Berlin = DateTimeZoneProviders.Tzdb["Europe/Berlin"];

    private static string First(string text, int count = 1, string from = "2026-01-01T00:00:00Z")
    {
        var start = NodaTime.Text.InstantPattern.General.Parse(from).Value;
        return string.Join(' ', WindowCalendar.Occurrences(WindowText.Parse(text, Berlin), [], start, start + Duration.FromDays(400)).Open.Take(count)
            .Select(o => $"{o.Slot.Start}/{o.Slot.End}"));
    }

    [Theory]
    [InlineData("Sat 22:00-02:00", "2026-01-03T21:00:00Z/2026-01-04T01:00:00Z")]
    [InlineData("saturday 9:30-10:00", "2026-01-03T08:30:00Z/2026-01-03T09:00:00Z")]
    [InlineData("Fri-Mon 00:00-24:00 UTC", "2026-01-02T00:00:00Z/2026-01-03T00:00:00Z")]
    [InlineData("Mon-Fri 20:00 PT2H Europe/London", "2026-01-01T20:00:00Z/2026-01-01T22:00:00Z")]
    [InlineData("weekends 20:00 2h30m", "2026-01-03T19:00:00Z/2026-01-03T21:30:00Z")]
    [InlineData("2nd Tue +4d 22:00 PT4H", "2026-01-17T21:00:00Z/2026-01-18T01:00:00Z")]
    [InlineData("PatchTuesday+4 22:00 4h Europe/Berlin", "2026-01-17T21:00:00Z/2026-01-18T01:00:00Z")]
    [InlineData("PatchTuesday +4d 22:00 4h", "2026-01-17T21:00:00Z/2026-01-18T01:00:00Z")]
    [InlineData("patchtuesday 22:00 4h W. Europe Standard Time", "2026-01-13T21:00:00Z/2026-01-14T01:00:00Z")]
    [InlineData("1st,3rd Sun 04:00 4h Asia/Tokyo", "2026-01-03T19:00:00Z/2026-01-03T23:00:00Z")]
    [InlineData("2ndlast Fri 04:00 4h", "2026-01-23T03:00:00Z/2026-01-23T07:00:00Z")]
    [InlineData("day 15,last 01:00 4h", "2026-01-15T00:00:00Z/2026-01-15T04:00:00Z")]
    [InlineData("last Sun in Mar,Jun 05:00 8h", "2026-03-29T03:00:00Z/2026-03-29T11:00:00Z")]
    [InlineData("FREQ=MONTHLY;BYDAY=-1FR 18:00 PT6H", "2026-01-30T17:00:00Z/2026-01-30T23:00:00Z")]
    [InlineData("RRULE:FREQ=WEEKLY;INTERVAL=2 DTSTART:20260103T180000 PT6H", "2026-01-03T17:00:00Z/2026-01-03T23:00:00Z")]
    [InlineData("RRULE:FREQ=WEEKLY;INTERVAL=2 DTSTART;TZID=Asia/Tokyo:20260103T180000 PT6H", "2026-01-03T09:00:00Z/2026-01-03T15:00:00Z")]
    [InlineData("RRULE:FREQ=YEARLY DTSTART:20200503T180000Z 19:00-20:00", "2026-05-03T19:00:00Z/2026-05-03T20:00:00Z")]
    [InlineData("2026-11-28 22:00 PT4H", "2026-11-28T21:00:00Z/2026-11-29T01:00:00Z")]
    [InlineData("2026-11-28T22:00Z/2026-11-29T02:00Z", "2026-11-28T22:00:00Z/2026-11-29T02:00:00Z")]
    [InlineData("2026-11-28T22:00/PT4H Europe/London", "2026-11-28T22:00:00Z/2026-11-29T02:00:00Z")]
    [InlineData("Sat 22:00-02:00 | 2026-01-01 12:00 1h", "2026-01-01T11:00:00Z/2026-01-01T12:00:00Z")]
    public void A_window_is_written_as_people_say_it(string text, string expected) => Assert.Equal(expected, First(text));

    [Theory]
    [InlineData("", "WindowInvalid", 1)]
    [InlineData("whenever", "WindowInvalid", 1)]
    [InlineData("Sat", "WindowInvalid", 4)]
    [InlineData("Sat 25:00-02:00", "WindowInvalid", 5)]
    [InlineData("Sat 22:00", "WindowInvalid", 10)]
    [InlineData("Sat 22:00 soon", "WindowInvalid", 11)]
    [InlineData("2nd 22:00 4h", "WindowInvalid", 5)]
    [InlineData("6th Mon 22:00 4h", "WindowInvalid", 1)]
    [InlineData("day 32 22:00 4h", "WindowInvalid", 5)]
    [InlineData("PatchTuesday+x 22:00 4h", "WindowInvalid", 1)]
    [InlineData("Sat in Foo 22:00 4h", "WindowInvalid", 8)]
    [InlineData("FREQ=WEEKLY 22:00 4h", "WindowInvalid", 1)]
    [InlineData("2026-11-29T22:00Z/2026-11-28T02:00Z", "WindowInvalid", null)]
    [InlineData("Sat 22:00-02:00 Europe/Atlantis", "TimeZoneUnknown", null)]
    [InlineData("Sat 22:00 -4h", "WindowLengthInvalid", null)]
    [InlineData("Sat 22:00 0h", "WindowLengthInvalid", null)]
    [InlineData("Sat 22:00 999999h", "WindowLengthInvalid", null)]
    [InlineData("day 31 in Feb 22:00 4h", "RecurrenceNeverOccurs", null)]
    [InlineData("FREQ=HOURLY 22:00 4h", "RecurrenceUnsupported", null)]
    [InlineData("FREQ=OFTEN 22:00 4h", "RecurrenceInvalid", 6)]
    [InlineData("Sat 22:00-02:00 | Sun", "WindowInvalid", 22)]
    public void A_window_that_cannot_be_read_is_refused_with_its_place(string text, string code, int? position)
    {
        var failure = Assert.Throws<FailureException>(() => WindowText.Parse(text, Berlin)).Failure;
        Assert.Equal(code, failure.Code);
        if (position is not null) Assert.Contains($"at position {position}:", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_window_of_policy_is_found_by_its_name()
    {
        var nights = WindowText.Parse("daily 01:00-03:00", Berlin);
        var rules = WindowText.Parse("Nights | Sat 22:00-02:00", Berlin, name => name == "Nights" ? nights : null);
        Assert.Equal([nights[0].Name, "Sat 22:00-02:00"], rules.Select(r => r.Name));
    }

    [Theory]
    [InlineData("Europe/Berlin", "Europe/Berlin")]
    [InlineData("europe/berlin", "Europe/Berlin")]
    [InlineData("US/Pacific", "US/Pacific")]
    [InlineData("Arabian Standard Time", "Asia/Dubai")]
    [InlineData("/softwarestudio.org/Olson_20011030_5/America/New_York", "America/New_York")]
    [InlineData("UTC+05:30", "UTC+05:30")]
    [InlineData("Z", "UTC")]
    public void Zones_are_known_by_all_their_names(string name, string id) => Assert.Equal(id, ZoneNames.Resolve(name).Id);
}
