using System.Diagnostics;
using NodaTime;
using PatchOps.Core.Planning.Calendar;
using PatchOps.Core.Planning.Calendar.ICalendar;
using PatchOps.Domain;
using PatchOps.Tests;

namespace PatchOps.Core.Tests.Planning.Calendar;

public sealed class CalendarFileTests
{
    private static List<CalendarEntry> Read(params string[] lines) =>
        [.. CalendarReader.Read(new StringReader(string.Join("\r\n", lines)), DateTimeZone.Utc)];

    private static List<CalendarEntry> ReadEvent(params string[] lines) => Read(["BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:1", .. lines, "END:VEVENT", "END:VCALENDAR"]);

    private static CalendarEvent Event(params string[] lines)
    {
        var entry = Assert.Single(ReadEvent(lines));
        Assert.Null(entry.Failure);
        return entry.Event!;
    }

    private static Failure Refusal(params string[] lines) => Assert.Single(ReadEvent(lines)).Failure ?? throw new InvalidOperationException("It was read.");

    [Fact]
    public void Lines_are_unfolded_and_text_is_unescaped() =>
        Assert.Equal("Server; a, b\nand c \\ d", Event("DTSTART:20260101T220000Z", "SUMM", " ARY:Server\\; a\\, ", "\tb\\nand c \\\\ d").Summary);

    [Fact]
    public void A_zone_is_found_by_its_id_its_Windows_name_and_its_location()
    {
        Assert.Equal("Europe/Berlin", Event("DTSTART;TZID=Europe/Berlin:20260101T220000").Starts.Zone.Id);
        Assert.Equal("Europe/Berlin", Event("DTSTART;TZID=\"W. Europe Standard Time\":20260101T220000").Starts.Zone.Id);
        var late = Read("BEGIN:VCALENDAR", "BEGIN:VEVENT", "DTSTART;TZID=Ours:20260101T220000", "END:VEVENT",
            "BEGIN:VTIMEZONE", "TZID:Ours", "X-LIC-LOCATION:Asia/Tokyo", "END:VTIMEZONE", "END:VCALENDAR");
        Assert.Equal("Asia/Tokyo", Assert.Single(late).Event!.Starts.Zone.Id);
    }

    [Fact]
    public void A_time_without_a_zone_follows_the_calendars_zone_then_the_callers()
    {
        var named = Read("BEGIN:VCALENDAR", "X-WR-TIMEZONE:Asia/Tokyo", "BEGIN:VEVENT", "DTSTART:20260101T220000", "END:VEVENT", "END:VCALENDAR");
        Assert.Equal("Asia/Tokyo", Assert.Single(named).Event!.Starts.Zone.Id);
        Assert.Equal("UTC", Event("DTSTART;TZID=:20260101T220000").Starts.Zone.Id);
    }

    [Fact]
    public void A_moved_occurrence_leaves_its_series_and_a_cancelled_one_is_gone()
    {
        var entries = Read("BEGIN:VCALENDAR",
            "BEGIN:VEVENT", "UID:s", "SUMMARY:Series", "DTSTART;TZID=Europe/Berlin:20260103T220000", "DURATION:PT4H", "RRULE:FREQ=WEEKLY;COUNT=4", "END:VEVENT",
            "BEGIN:VEVENT", "UID:s", "SUMMARY:Moved", "RECURRENCE-ID:20260110T210000Z", "DTSTART:20260111T210000Z", "DTEND:20260111T220000Z", "END:VEVENT",
            "BEGIN:VEVENT", "UID:s", "STATUS:CANCELLED", "RECURRENCE-ID;TZID=Europe/Berlin:20260117T220000", "DTSTART;TZID=Europe/Berlin:20260117T220000", "END:VEVENT",
            "END:VCALENDAR");
        var rules = CalendarWindows.ToRules(entries.Select(e => e.Event!), "team.ics", f => Assert.Fail(f.Message));
        var open = WindowCalendar.Occurrences(rules, [], Instant.FromUtc(2026, 1, 1, 0, 0), Instant.FromUtc(2027, 1, 1, 0, 0)).Open;
        Assert.Equal(["Series 03", "Moved 11", "Series 24"], open.Select(o => $"{o.Rule.Name} {o.Slot.Start:dd}"));
        Assert.Equal("team.ics, line 2", open[0].Rule.Source);
    }

    [Fact]
    public void A_whole_day_is_as_long_as_the_day_is()
    {
        var whole = Read("BEGIN:VCALENDAR", "X-WR-TIMEZONE:Europe/Berlin", "BEGIN:VEVENT", "UID:1", "DTSTART;VALUE=DATE:20260329", "END:VEVENT", "END:VCALENDAR");
        var rules = CalendarWindows.ToRules(whole.Select(e => e.Event!), "a.ics", f => Assert.Fail(f.Message));
        Assert.Equal(Duration.FromHours(23), rules[0].Slots(Instant.FromUtc(2026, 3, 1, 0, 0), Instant.FromUtc(2026, 5, 1, 0, 0)).Single().Length);
    }

    [Fact]
    public void A_moment_without_length_is_no_window()
    {
        var refused = new List<Failure>();
        Assert.Empty(CalendarWindows.ToRules([Event("DTSTART:20260101T220000Z")], "a.ics", refused.Add));
        Assert.Equal("WindowLengthInvalid", Assert.Single(refused).Code);
    }

    [Theory]
    [InlineData("CalendarEventInvalid", 2, "SUMMARY:no start")]
    [InlineData("CalendarEventInvalid", 4, "DTSTART:20260230T220000Z")]
    [InlineData("CalendarEventInvalid", 4, "DTSTART:99991231T220000Z")]
    [InlineData("WindowLengthInvalid", 5, "DTSTART:20260101T220000Z", "DTEND:20260101T210000Z")]
    [InlineData("WindowLengthInvalid", 5, "DTSTART:20260101T220000Z", "DURATION:-PT1H")]
    [InlineData("CalendarEventInvalid", 5, "DTSTART:20260101T220000Z", "DURATION:1 hour")]
    [InlineData("TimeZoneUnknown", 4, "DTSTART;TZID=Fictitious:20260101T220000")]
    [InlineData("RecurrenceInvalid", 5, "DTSTART:20260101T220000Z", "RRULE:FREQ=OFTEN")]
    [InlineData("RecurrenceUnsupported", 5, "DTSTART:20260101T220000Z", "RRULE:FREQ=HOURLY")]
    [InlineData("RecurrenceUnsupported", 5, "DTSTART:20260101T220000Z", "EXRULE:FREQ=DAILY")]
    [InlineData("RecurrenceUnsupported", 5, "DTSTART:20260101T220000Z", "RDATE;VALUE=PERIOD:20260101T220000Z/PT1H")]
    [InlineData("RecurrenceUnsupported", 5, "DTSTART:20260101T220000Z", "RECURRENCE-ID;RANGE=THISANDFUTURE:20260101T220000Z")]
    [InlineData("RecurrenceNeverOccurs", 5, "DTSTART:20260101T220000Z", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")]
    public void An_event_that_cannot_be_used_is_refused_with_its_line(string code, int line, params string[] lines)
    {
        var failure = Refusal(lines);
        Assert.Equal((code, $"line {line}"), (failure.Code, failure.Target));
    }

    [Fact]
    public void A_fault_costs_one_line_and_the_rest_is_read()
    {
        var entries = Read("BEGIN:VCALENDAR", "no colon here", "BEGIN:VEVENT", "UID:1", "DTSTART:20260101T220000Z", "END:VEVENT", "END:VJOURNAL");
        Assert.Equal(["CalendarInvalid", null, "CalendarInvalid", "CalendarTruncated"], entries.Select(e => e.Failure?.Code));
        Assert.Equal("line 7", entries[2].Failure!.Target);
    }

    [Fact]
    public void A_line_without_end_is_refused_and_does_not_fill_memory()
    {
        using var endless = new EndlessReader();
        Assert.Equal("CalendarInvalid", Assert.Single(CalendarReader.Read(endless, DateTimeZone.Utc).ToList()).Failure!.Code);
    }

    [Fact]
    public void Deep_nesting_and_repeated_begins_end()
    {
        var entries = Read([.. Enumerable.Repeat("BEGIN:VEVENT", 5000)]);
        Assert.All(entries, e => Assert.NotNull(e.Failure));
    }

    [SkippableFact]
    public void Real_calendars_are_read_or_refused_by_name_and_none_crashes_or_hangs()
    {
        var archive = SharedData.Require("rrule/ical4j-sample-calendars.tar.xz");
        var folder = Directory.CreateTempSubdirectory("patchops-calendars-");
        try
        {
            using (var tar = Process.Start(new ProcessStartInfo("tar", ["xf", archive, "-C", folder.FullName]))!)
            {
                tar.WaitForExit();
                Skip.If(tar.ExitCode != 0, "tar with xz is not on this machine.");
            }
            var files = Directory.GetFiles(folder.FullName, "*.ics", SearchOption.AllDirectories);
            Assert.Equal(96, files.Length);
            var (events, rules, refused) = (0, 0, new SortedDictionary<string, int>(StringComparer.Ordinal));
            foreach (var file in files)
            {
                using var text = File.OpenText(file);
                var entries = CalendarReader.Read(text, DateTimeZone.Utc).ToList();
                void Refuse(Failure failure) => refused[failure.Code] = refused.GetValueOrDefault(failure.Code) + 1;
                foreach (var entry in entries)
                {
                    if (entry.Failure is null) continue;
                    Assert.StartsWith("line ", entry.Failure.Target, StringComparison.Ordinal);
                    Refuse(entry.Failure);
                }
                var read = entries.Where(e => e.Event is not null).Select(e => e.Event!).ToList();
                events += read.Count;
                var windows = CalendarWindows.ToRules(read, Path.GetFileName(file), Refuse);
                rules += windows.Count;
                _ = WindowCalendar.Occurrences(windows, [], Instant.FromUtc(1990, 1, 1, 0, 0), Instant.FromUtc(2030, 1, 1, 0, 0)).Open.Count;
            }
            // Every refusal has its reason: events without a start, damaged lines, zones that only the calendar defines, EXRULE, moments without length …
            Assert.Equal((1261, 1140), (events, rules));
            Assert.Equal(
                "CalendarEventInvalid=9 CalendarInvalid=1 CalendarTruncated=1 RecurrenceInvalid=1 RecurrenceNeverOccurs=3 RecurrenceUnsupported=1 "
                + "TimeZoneUnknown=12 WindowLengthInvalid=119",
                string.Join(' ', refused.Select(r => $"{r.Key}={r.Value}")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private sealed class EndlessReader : TextReader
    {
        public override int Read() => 'A';

        public override int Peek() => 'A';
    }
}
