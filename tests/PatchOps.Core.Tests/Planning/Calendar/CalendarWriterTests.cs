using System.Text;
using FsCheck;
using FsCheck.Fluent;
using NodaTime;
using PatchOps.Core.Planning.Calendar.ICalendar;
using PatchOps.Core.Planning.Calendar.Recurrence;
using PatchOps.Core.Planning.Calendar.Windows;
using PatchOps.Domain;

namespace PatchOps.Core.Tests.Planning.Calendar;

public sealed class CalendarWriterTests
{
    private static readonly Instant Stamp = Instant.FromUtc(2026, 1, 1, 0, 0);

    private static readonly Gen<string> Text =
        from words in Gen.ListOf(Gen.Elements("patch", ";", ",", "\\", "\n", " ", "n", ":", "\"", "Größe", "更新", "🚀", "END:VEVENT", "\\n", "a long sentence that has to be folded "))
        select string.Concat(words);

    private static readonly Gen<CalendarEvent> Events =
        from uid in Gen.Choose(1, 1_000_000)
        from summary in Text
        from description in Text
        from categories in Gen.ListOf(Text.Where(t => t.Length > 0), 2)
        from zone in Gen.Elements("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
        from minutes in Gen.Choose(0, 10_000_000)
        from rule in Gen.Elements("", "FREQ=DAILY", "FREQ=MONTHLY;BYDAY=2TU;WKST=SU", "FREQ=WEEKLY;UNTIL=21000101T000000Z", "FREQ=YEARLY;COUNT=3")
        from days in Gen.Choose(0, 3)
        from seconds in Gen.Choose(0, 100_000)
        from extra in Gen.ListOf(Gen.Choose(1, 1000))
        from kind in Gen.Choose(0, 2)
        let start = new LocalDateTime(2010, 1, 1, 0, 0).PlusMinutes(minutes)
        let at = kind == 0 ? start.Date.AtMidnight() : start
        let tz = kind == 1 ? DateTimeZoneProviders.Tzdb[zone] : DateTimeZone.Utc
        select new CalendarEvent
        {
            Uid = $"{uid}@patchops",
            Summary = summary,
            Description = description,
            Categories = [.. categories],
            Status = "CONFIRMED",
            IsAllDay = kind == 0,
            IsFloating = kind != 1,
            Length = kind == 0 ? WindowLength.For(days + 1, Duration.Zero) : WindowLength.For(days, Duration.FromSeconds(seconds)),
            Starts = new RecurrenceSet(at, tz, rule.Length == 0 ? [] : [RecurrenceRule.Parse(rule)], extra.Select(d => at.PlusDays(d)),
                kind == 0 ? [] : extra.Select(d => at.PlusDays(2 * d)), extra.Select(d => at.Date.PlusDays(3 * d))),
        };

    private static string Written(params CalendarEvent[] events)
    {
        using var text = new StringWriter();
        CalendarWriter.Write(text, events, Stamp);
        return text.ToString();
    }

    private static string Shape(CalendarEvent item) => string.Join('|', item.Uid, item.Summary, item.Description, string.Join('¦', item.Categories), item.Status,
        item.IsAllDay, item.IsFloating, item.Length, item.Starts.Start, item.Starts.Zone.Id, string.Join(' ', item.Starts.Rules), string.Join(' ', item.Starts.Additions),
        string.Join(' ', item.Starts.Exceptions.Order()), string.Join(' ', item.Starts.ExceptionDays.Order()));

    [Fact]
    public void What_is_written_is_read_back_the_same() => Prop.ForAll(Gen.NonEmptyListOf(Events).ToArbitrary(), events =>
    {
        var read = CalendarReader.Read(new StringReader(Written([.. events])), DateTimeZone.Utc).ToList();
        return read.TrueForAll(e => e.Failure is null) && read.Select(e => Shape(e.Event!)).SequenceEqual(events.Select(Shape), StringComparer.Ordinal);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public void No_line_is_longer_than_75_octets_and_every_line_is_whole_UTF8() => Prop.ForAll(Events.ToArbitrary(), item =>
        Written(item).Split("\r\n").All(l => Encoding.UTF8.GetByteCount(l) <= 75 && !l.Contains('\n') && !l.Contains('\uFFFD'))).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void A_damaged_calendar_never_breaks_the_reader() => Prop.ForAll(Events.ToArbitrary(), Gen.Choose(0, 1_000_000).ToArbitrary(), Gen.Elements("", "\r\n", ";", ":", "\"", "9", "END:VCALENDAR\r\n").ToArbitrary(), (item, place, change) =>
    {
        var text = Written(item);
        var at = place % text.Length;
        var damaged = text.Remove(at, Math.Min(3, text.Length - at)).Insert(at, change);
        return CalendarReader.Read(new StringReader(damaged), DateTimeZone.Utc).Count() <= 50;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(400));

    [Fact]
    public void A_plain_window_is_written_in_UTC_and_a_series_in_its_zone()
    {
        var rules = new[] { RecurrenceRule.Parse("FREQ=WEEKLY;BYDAY=SA") };
        var berlin = DateTimeZoneProviders.Tzdb["Europe/Berlin"];
        var text = Written(
            new CalendarEvent { Uid = "a", Starts = new(new(2026, 1, 3, 21, 0), DateTimeZone.Utc), Length = WindowLength.For(Duration.FromHours(4)) },
            new CalendarEvent { Uid = "b", Starts = new(new(2026, 1, 3, 22, 0), berlin, rules), Length = WindowLength.Until(new(2, 0), 1) });
        Assert.Contains("\r\nDTSTART:20260103T210000Z\r\nDURATION:PT4H\r\n", text, StringComparison.Ordinal);
        Assert.Contains("\r\nDTSTART;TZID=Europe/Berlin:20260103T220000\r\nDTEND;TZID=Europe/Berlin:20260104T020000\r\nRRULE:FREQ=WEEKLY;BYDAY=SA\r\n", text, StringComparison.Ordinal);
        Assert.Contains("\r\nBEGIN:DAYLIGHT\r\nDTSTART:20260329T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_maintenance_window_does_not_end_before_it_starts()
    {
        var now = DateTimeOffset.UnixEpoch;
        Assert.Throws<ArgumentOutOfRangeException>(() => new MaintenanceWindow("w", null, now, now, "s", "UTC"));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MaintenanceWindow("w", null, now, now.AddHours(1), "s", "UTC", now.AddMinutes(1)));
    }
}
