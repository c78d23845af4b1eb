using NodaTime;
using PatchOps.Core.Planning.Calendar.Recurrence;
using PatchOps.Core.Planning.Calendar.Windows;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Calendar.ICalendar;

/// <summary>Makes an event of a VEVENT's properties; the first that cannot be used is reported with its line.</summary>
internal sealed class CalendarEventBuilder(IReadOnlyList<ContentLine> properties, int line, DateTimeZone floatingZone, Func<string, DateTimeZone?> findZone)
{
    /// <summary>A date or time as a property gave it, and the zone it stands in; null: floating.</summary>
    private readonly record struct Moment(LocalDateTime Local, bool IsDate, DateTimeZone? Zone);

    public CalendarEvent Build()
    {
        var startLine = First("DTSTART") ?? throw CalendarFailure.At(line, "begins an event without DTSTART", "CalendarEventInvalid");
        var start = ReadMoment(startLine, startLine.Value);
        var zone = start.Zone ?? floatingZone;
        return new CalendarEvent
        {
            Uid = First("UID")?.Value.Trim() ?? "",
            Summary = Text("SUMMARY"),
            Description = Text("DESCRIPTION"),
            Location = Text("LOCATION"),
            Categories = [.. All("CATEGORIES").SelectMany(c => CalendarEscapes.UnescapeList(c.Value))],
            Status = First("STATUS")?.Value.Trim().ToUpperInvariant() ?? "",
            Starts = ReadStarts(start, zone),
            Length = ReadLength(start, zone),
            IsAllDay = start.IsDate,
            IsFloating = start.Zone is null,
            Replaces = ReadReplaced(zone),
            Line = line,
        };
    }

    private RecurrenceSet ReadStarts(Moment start, DateTimeZone zone)
    {
        if (First("EXRULE") is { } excluded) throw Unsupported(excluded, "EXRULE");
        var rules = new List<RecurrenceRule>();
        foreach (var property in All("RRULE")) rules.Add(Located(property, () => RecurrenceRule.Parse(property.Value.Trim())));

        var additions = new List<LocalDateTime>();
        foreach (var property in All("RDATE"))
        {
            if (string.Equals(property.Parameter("VALUE"), "PERIOD", StringComparison.OrdinalIgnoreCase) || property.Value.Contains('/'))
            {
                throw Unsupported(property, "RDATE with periods");
            }
            foreach (var moment in ReadMoments(property)) additions.Add(moment.IsDate ? moment.Local.Date.At(start.Local.TimeOfDay) : In(moment, zone));
        }

        var exceptions = new List<LocalDateTime>();
        var exceptionDays = new List<LocalDate>();
        foreach (var moment in All("EXDATE").SelectMany(ReadMoments))
        {
            if (moment.IsDate) exceptionDays.Add(moment.Local.Date);
            else exceptions.Add(In(moment, zone));
        }
        return Located(First("RRULE") ?? First("DTSTART")!, () => new RecurrenceSet(start.Local, zone, rules, additions, exceptions, exceptionDays));
    }

    private WindowLength ReadLength(Moment start, DateTimeZone zone)
    {
        var end = First("DTEND");
        var duration = First("DURATION");
        if (end is not null && duration is not null) throw CalendarFailure.At(duration.Line, "gives DURATION beside DTEND", "CalendarEventInvalid");
        if (duration is not null)
        {
            var length = IsoDuration.Read(duration.Value.Trim())
                ?? throw CalendarFailure.At(duration.Line, $"has no duration in '{Shown(duration.Value)}'", "CalendarEventInvalid");
            return Located(duration, () => WindowLength.For(length.Days, length.Elapsed));
        }
        if (end is null) return start.IsDate ? WindowLength.For(1, Duration.Zero) : WindowLength.For(Duration.Zero);

        var last = ReadMoment(end, end.Value);
        if (last.IsDate != start.IsDate && last.IsDate) throw CalendarFailure.At(end.Line, "ends with a day an event that starts at a time", "CalendarEventInvalid");
        if (start.IsDate && last.IsDate)
        {
            var days = Period.DaysBetween(start.Local.Date, last.Local.Date);
            // Several calendars write the day itself as the end of a day's event.
            return Located(end, () => WindowLength.For(days == 0 ? 1 : days, Duration.Zero));
        }
        var elapsed = LocalTimes.ToInstant(last.Local, last.Zone ?? zone) - LocalTimes.ToInstant(start.Local, zone);
        return Located(end, () => WindowLength.For(elapsed));
    }

    private LocalDateTime? ReadReplaced(DateTimeZone zone)
    {
        if (First("RECURRENCE-ID") is not { } property) return null;
        if (property.Parameter("RANGE") is { } range) throw Unsupported(property, $"RECURRENCE-ID with RANGE={range}");
        return In(ReadMoment(property, property.Value), zone);
    }

    private IEnumerable<Moment> ReadMoments(ContentLine property) =>
        property.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(v => ReadMoment(property, v));

    private Moment ReadMoment(ContentLine property, string value)
    {
        var moment = CalendarText.ReadMoment(value.AsSpan().Trim())
            ?? throw CalendarFailure.At(property.Line, $"has no date or date-time in {property.Name} '{Shown(value)}'", "CalendarEventInvalid");
        if (moment.Value.Year is < 2 or > 9998) throw CalendarFailure.At(property.Line, $"has a date outside of years 2 to 9998 in {property.Name}", "CalendarEventInvalid");
        if (moment.IsUtc) return new(moment.Value, false, DateTimeZone.Utc);
        // A blank TZID, which some calendars write, says nothing.
        var id = property.Parameter("TZID");
        if (moment.IsDate || string.IsNullOrWhiteSpace(id)) return new(moment.Value, moment.IsDate, null);
        return new(moment.Value, false, findZone(id) ?? throw CalendarFailure.At(property.Line, $"uses time zone '{Shown(id)}', which is not known", "TimeZoneUnknown"));
    }

    /// <summary>The same moment on the event's own clock.</summary>
    private static LocalDateTime In(Moment moment, DateTimeZone zone) =>
        moment.Zone is null || moment.Zone.Equals(zone) ? moment.Local : LocalTimes.ToInstant(moment.Local, moment.Zone).InZone(zone).LocalDateTime;

    private ContentLine? First(string name)
    {
        foreach (var property in properties)
        {
            if (string.Equals(property.Name, name, StringComparison.Ordinal)) return property;
        }
        return null;
    }

    private IEnumerable<ContentLine> All(string name) => properties.Where(p => string.Equals(p.Name, name, StringComparison.Ordinal));

    private string Text(string name) => First(name) is { } property ? CalendarEscapes.Unescape(property.Value) : "";

    /// <summary>Adds the line to what a rule or a length says about itself; the code stays.</summary>
    private static T Located<T>(ContentLine property, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FailureException e)
        {
            throw CalendarFailure.At(property.Line, $"({property.Name}) cannot be used: {e.Failure.Message.TrimEnd('.')}", e.Failure.Code, e);
        }
    }

    private static FailureException Unsupported(ContentLine property, string what) =>
        CalendarFailure.At(property.Line, $"uses {what}, which is not supported", "RecurrenceUnsupported");

    private static string Shown(string value) => value.Length <= 60 ? value : value[..57] + "...";
}
