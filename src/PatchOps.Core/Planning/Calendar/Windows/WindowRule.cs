using NodaTime;
using PatchOps.Core.Planning.Calendar.Recurrence;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Calendar.Windows;

/// <summary>When maintenance may take place: local starts in a zone, and a length.</summary>
/// <remarks>
/// A start that clocks skip moves forward by the skipped time; of a start that occurs twice the first counts.
/// Where two starts fall on one instant by that, they are one window.
/// </remarks>
public sealed class WindowRule
{
    /// <summary>Days that an offset such as "second Tuesday + 4 days" may have, in either direction.</summary>
    public const int MaximumOffset = 366;

    /// <param name="name">What people call it; the text it was read from where it has no name.</param>
    /// <param name="starts">Local starts, before <paramref name="dayOffset"/>; their zone is the window's.</param>
    /// <param name="length">How long each is; not zero.</param>
    /// <param name="dayOffset">Calendar days added to each start, −366 to 366.</param>
    /// <param name="source">Where the rule was written: its text, a file with line.</param>
    /// <exception cref="FailureException"><c>WindowLengthInvalid</c> (zero) or <c>WindowInvalid</c> (offset out of range).</exception>
    public WindowRule(string name, RecurrenceSet starts, WindowLength length, int dayOffset = 0, string? source = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(starts);
        ArgumentNullException.ThrowIfNull(length);
        if (length.IsZero)
        {
            throw new FailureException("WindowLengthInvalid", FailureKind.InvalidInput, $"Window '{name}' has no length.", source ?? name, "Give an end or a duration.");
        }
        if (Math.Abs(dayOffset) > MaximumOffset)
        {
            throw new FailureException("WindowInvalid", FailureKind.InvalidInput, $"Window '{name}' is moved by {dayOffset} days; at most {MaximumOffset} are possible.", source ?? name);
        }
        if (starts.Start.Year is < 2 or > 9998)
        {
            throw new FailureException("WindowInvalid", FailureKind.InvalidInput, $"Window '{name}' starts outside of years 2 to 9998.", source ?? name);
        }
        Name = name;
        Starts = starts;
        Length = length;
        DayOffset = dayOffset;
        Source = source ?? name;
    }

    public string Name { get; }

    public RecurrenceSet Starts { get; }

    public WindowLength Length { get; }

    public int DayOffset { get; }

    public string Source { get; }

    public DateTimeZone Zone => Starts.Zone;

    /// <summary>A window that takes place once.</summary>
    public static WindowRule Once(string name, LocalDateTime start, DateTimeZone zone, WindowLength length, string? source = null) =>
        new(name, new RecurrenceSet(start, zone), length, 0, source);

    /// <summary>Windows that overlap [<paramref name="from"/>, <paramref name="to"/>), whole (not clipped), in order of their local start, as they are pulled.</summary>
    public IEnumerable<TimeSlot> Slots(Instant from, Instant to) => to <= from ? [] : Starts.IsSingle ? Once(from, to) : Recurring(from, to);

    /// <summary>There may be a million windows of this kind, so nothing is set up for them.</summary>
    private TimeSlot[] Once(Instant from, Instant to) =>
        Calendars.CanAdd(Starts.Start.Date, DayOffset + WindowLength.MaximumDays + 2) && Length.From(Starts.Start.PlusDays(DayOffset), Zone) is { } slot && slot.End > from && slot.Start < to ? [slot] : [];

    private IEnumerable<TimeSlot> Recurring(Instant from, Instant to)
    {
        // Local days run at most a day beside UTC, and a start may lie a whole length before.
        var reach = Length.Days + (int)Math.Ceiling(Length.Elapsed.TotalDays) + 2;
        var earliest = Calendars.Day(from, -reach - DayOffset);
        var latest = Calendars.Day(to, 2 - DayOffset);
        Instant? last = null;
        foreach (var start in Starts.Occurrences(earliest, latest))
        {
            if (!Calendars.CanAdd(start.Date, DayOffset + WindowLength.MaximumDays + 2)) yield break;
            if (Length.From(start.PlusDays(DayOffset), Zone) is not { } slot || slot.Start == last) continue;
            last = slot.Start;
            if (slot.End > from && slot.Start < to) yield return slot;
        }
    }

    public override string ToString() => $"{Name} ({Zone.Id})";
}
