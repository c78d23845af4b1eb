using NodaTime;
using PatchOps.Core.Planning.Calendar.Recurrence;
using PatchOps.Core.Planning.Calendar.Windows;

namespace PatchOps.Core.Planning.Calendar.ICalendar;

/// <summary>A VEVENT: what happens, when, how long and how often.</summary>
public sealed record CalendarEvent
{
    /// <summary>Names the event across calendars; empty where the calendar gave none.</summary>
    public required string Uid { get; init; }

    public string Summary { get; init; } = "";

    public string Description { get; init; } = "";

    public string Location { get; init; } = "";

    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>CONFIRMED, TENTATIVE, CANCELLED, or empty.</summary>
    public string Status { get; init; } = "";

    /// <summary>First start, rules, additions and exceptions, local to the event's zone.</summary>
    public required RecurrenceSet Starts { get; init; }

    /// <summary>May be zero: a moment in a calendar is no window.</summary>
    public required WindowLength Length { get; init; }

    /// <summary>Whether the start was given as a day.</summary>
    public bool IsAllDay { get; init; }

    /// <summary>Whether times follow the reader's default zone because the calendar named none.</summary>
    public bool IsFloating { get; init; }

    /// <summary>The occurrence that this event replaces, local to its zone; null for an event of its own.</summary>
    public LocalDateTime? Replaces { get; init; }

    /// <summary>Line of BEGIN:VEVENT; 0 for an event that was not read.</summary>
    public int Line { get; init; }

    public bool IsCancelled => string.Equals(Status, "CANCELLED", StringComparison.OrdinalIgnoreCase);

    public override string ToString() => $"{(Summary.Length > 0 ? Summary : Uid)} ({Starts.Start} {Starts.Zone.Id})";
}
