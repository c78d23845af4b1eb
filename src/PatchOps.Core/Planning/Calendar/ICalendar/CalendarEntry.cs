using PatchOps.Domain;

namespace PatchOps.Core.Planning.Calendar.ICalendar;

/// <summary>One result of reading a calendar: an event, or why something in it cannot be used. Exactly one is set.</summary>
public sealed record CalendarEntry
{
    private CalendarEntry(CalendarEvent? value, Failure? failure)
    {
        Event = value;
        Failure = failure;
    }

    public CalendarEvent? Event { get; }

    /// <summary>What was refused; its target names the line. The rest of the calendar is still read.</summary>
    public Failure? Failure { get; }

    public static CalendarEntry Of(CalendarEvent value) => new(value ?? throw new ArgumentNullException(nameof(value)), null);

    public static CalendarEntry Of(Failure failure) => new(null, failure ?? throw new ArgumentNullException(nameof(failure)));
}
