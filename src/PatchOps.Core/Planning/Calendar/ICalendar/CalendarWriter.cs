using System.Globalization;
using NodaTime;
using PatchOps.Core.Planning.Calendar.Recurrence;
using PatchOps.Core.Planning.Calendar.Windows;

namespace PatchOps.Core.Planning.Calendar.ICalendar;

/// <summary>Writes events as iCalendar text (RFC 5545) that <see cref="CalendarReader"/> and calendar programs read.</summary>
/// <remarks>
/// Times in UTC are written with Z, all others with TZID; every zone used is described by a VTIMEZONE that lists its changes from a year before the
/// first event to ten years after the last start, and its IANA id.
/// </remarks>
public static class CalendarWriter
{
    /// <param name="target">Receives the text; not closed.</param>
    /// <param name="events">The events; an empty id is replaced by one made of start and name.</param>
    /// <param name="stamp">When the calendar is made: DTSTAMP of every event.</param>
    /// <param name="name">The calendar's name.</param>
    public static void Write(TextWriter target, IReadOnlyList<CalendarEvent> events, Instant stamp, string name = "PatchOps")
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(events);
        var lines = new FoldingWriter(target);
        lines.Line("BEGIN:VCALENDAR");
        lines.Line("VERSION:2.0");
        lines.Line("PRODID:-//PatchOps//Maintenance//EN");
        lines.Line("CALSCALE:GREGORIAN");
        lines.Line("METHOD:PUBLISH");
        lines.Text("X-WR-CALNAME", name);
        foreach (var group in events.Where(e => HasZone(e)).GroupBy(e => e.Starts.Zone.Id, StringComparer.Ordinal))
        {
            WriteZone(lines, group.First().Starts.Zone, group.Min(e => e.Starts.Start.Year) - 1, group.Max(e => e.Starts.Start.Year) + 10);
        }
        foreach (var item in events) WriteEvent(lines, item, stamp);
        lines.Line("END:VCALENDAR");
    }

    private static bool HasZone(CalendarEvent item) => !item.IsAllDay && !item.IsFloating && !IsUtc(item.Starts.Zone);

    private static bool IsUtc(DateTimeZone zone) => zone.Equals(DateTimeZone.Utc);

    private static void WriteEvent(FoldingWriter lines, CalendarEvent item, Instant stamp)
    {
        var starts = item.Starts;
        lines.Line("BEGIN:VEVENT");
        lines.Line("UID:" + (item.Uid.Length > 0 ? OneLine(item.Uid) : CalendarText.Write(starts.Start) + "-" + OneLine(item.Summary).Replace(' ', '-')));
        lines.Line("DTSTAMP:" + CalendarText.Write(stamp.InUtc().LocalDateTime) + "Z");
        lines.Line("DTSTART" + Moments(item, [starts.Start]));
        if (!item.Length.IsZero) WriteLength(lines, item);
        if (item.Replaces is { } replaced) lines.Line("RECURRENCE-ID" + Moments(item, [replaced]));
        foreach (var rule in starts.Rules) lines.Line("RRULE:" + rule);
        if (starts.Additions.Count > 0) lines.Line("RDATE" + Moments(item, starts.Additions));
        if (starts.Exceptions.Count > 0) lines.Line("EXDATE" + Moments(item, starts.Exceptions.Order()));
        if (starts.ExceptionDays.Count > 0) lines.Line("EXDATE;VALUE=DATE:" + string.Join(',', starts.ExceptionDays.Order().Select(CalendarText.Write)));
        if (item.Summary.Length > 0) lines.Text("SUMMARY", item.Summary);
        if (item.Description.Length > 0) lines.Text("DESCRIPTION", item.Description);
        if (item.Location.Length > 0) lines.Text("LOCATION", item.Location);
        if (item.Categories.Count > 0) lines.Line("CATEGORIES:" + string.Join(',', item.Categories.Select(CalendarEscapes.Escape)));
        if (item.Status.Length > 0) lines.Line("STATUS:" + OneLine(item.Status));
        lines.Line("END:VEVENT");
    }

    private static void WriteLength(FoldingWriter lines, CalendarEvent item)
    {
        // A window until a time on the clock has no other form here than its first end: RFC 5545 lets DTEND give all occurrences their length.
        if (item.Length.EndTime is { } end) lines.Line("DTEND" + Moments(item, [item.Starts.Start.Date.PlusDays(item.Length.Days).At(end)]));
        else lines.Line("DURATION:" + IsoDuration.Write(item.Length.Days, item.Length.Elapsed));
    }

    private static string Moments(CalendarEvent item, IEnumerable<LocalDateTime> moments)
    {
        var zone = item.Starts.Zone;
        if (item.IsAllDay) return ";VALUE=DATE:" + string.Join(',', moments.Select(m => CalendarText.Write(m.Date)));
        if (item.IsFloating) return ":" + string.Join(',', moments.Select(CalendarText.Write));
        if (IsUtc(zone)) return ":" + string.Join(',', moments.Select(m => CalendarText.Write(m) + "Z"));
        return ";TZID=" + zone.Id + ":" + string.Join(',', moments.Select(CalendarText.Write));
    }

    private static void WriteZone(FoldingWriter lines, DateTimeZone zone, int firstYear, int lastYear)
    {
        var from = new LocalDate(Math.Max(firstYear, 2), 1, 1).AtMidnight().InUtc().ToInstant();
        var to = new LocalDate(Math.Min(lastYear, 9998), 1, 1).AtMidnight().InUtc().ToInstant();
        lines.Line("BEGIN:VTIMEZONE");
        lines.Line("TZID:" + zone.Id);
        lines.Line("X-LIC-LOCATION:" + zone.Id);
        var before = zone.GetZoneInterval(from).WallOffset;
        foreach (var interval in zone.GetZoneIntervals(from, to))
        {
            var kind = interval.Savings > Offset.Zero ? "DAYLIGHT" : "STANDARD";
            // An onset is written on the clock that ran until then.
            var onset = (interval.HasStart && interval.Start > from ? interval.Start : from).WithOffset(before).LocalDateTime;
            lines.Line("BEGIN:" + kind);
            lines.Line("DTSTART:" + CalendarText.Write(onset));
            lines.Line("TZOFFSETFROM:" + Write(before));
            lines.Line("TZOFFSETTO:" + Write(interval.WallOffset));
            lines.Line("TZNAME:" + interval.Name);
            lines.Line("END:" + kind);
            before = interval.WallOffset;
        }
        lines.Line("END:VTIMEZONE");
    }

    private static string Write(Offset offset)
    {
        var seconds = Math.Abs(offset.Seconds);
        var text = string.Create(CultureInfo.InvariantCulture, $"{(offset.Seconds < 0 ? '-' : '+')}{seconds / 3600:00}{seconds / 60 % 60:00}");
        return seconds % 60 == 0 ? text : text + (seconds % 60).ToString("00", CultureInfo.InvariantCulture);
    }

    private static string OneLine(string value) => new([.. value.Where(c => !char.IsControl(c))]);
}
