using NodaTime;
using PatchOps.Core.Planning.Calendar.Windows;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Calendar.Freezes;

/// <summary>Time in which nothing may be changed: whole local days, or the stretches of a window rule. Which assets it holds for is the caller's selection.</summary>
public abstract class Freeze
{
    private Freeze(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
    }

    public string Name { get; }

    /// <summary>The frozen stretches that overlap [<paramref name="from"/>, <paramref name="to"/>), whole, in order.</summary>
    public abstract IEnumerable<TimeSlot> Slots(Instant from, Instant to);

    public override string ToString() => Name;

    /// <summary>The last days of each month and the first of the next, as one stretch.</summary>
    /// <exception cref="FailureException"><c>FreezeInvalid</c>: a number outside 0 to 28, or both 0.</exception>
    public static Freeze MonthEnd(string name, DateTimeZone zone, int lastDays, int firstDays)
    {
        if (lastDays is < 0 or > 28 || firstDays is < 0 or > 28 || lastDays + firstDays == 0)
        {
            throw Invalid(name, "takes 0 to 28 days at the month's end and 0 to 28 at its beginning, and at least one of them");
        }
        return new OfMonthEnd(name, zone, lastDays, firstDays);
    }

    /// <summary>One range of days, both included.</summary>
    /// <exception cref="FailureException"><c>FreezeInvalid</c>: the end lies before the start, or outside years 1 to 9998.</exception>
    public static Freeze Range(string name, DateTimeZone zone, LocalDate first, LocalDate last)
    {
        if (last < first) throw Invalid(name, $"ends on {last:R}, before it starts on {first:R}");
        if (first.Year < 1 || last.Year > 9998) throw Invalid(name, "lies outside years 1 to 9998");
        return new OfRange(name, zone, first, last);
    }

    /// <summary>The same days each year, both included; an end before the start lies in the next year. 29 February is the 28th in other years.</summary>
    public static Freeze Yearly(string name, DateTimeZone zone, AnnualDate first, AnnualDate last) => new OfYear(name, zone, first, last);

    /// <summary>The stretches of window rules.</summary>
    public static Freeze Recurring(string name, IEnumerable<WindowRule> rules) => new OfRules(name, [.. rules]);

    private static FailureException Invalid(string name, string what) => new(
        "FreezeInvalid", FailureKind.InvalidInput, $"Freeze '{name}' {what}.", name, "Correct the freeze in the policy; Test-PatchPolicy checks it.");

    private static TimeSlot? Days(LocalDate first, LocalDate last, DateTimeZone zone)
    {
        var start = LocalTimes.StartOfDay(first, zone);
        var end = LocalTimes.StartOfDay(last.PlusDays(1), zone);
        return end > start ? new TimeSlot(start, end) : null;
    }

    private static IEnumerable<TimeSlot> Overlapping(IEnumerable<TimeSlot?> slots, Instant from, Instant to) =>
        slots.OfType<TimeSlot>().Where(s => s.End > from && s.Start < to);

    private sealed class OfMonthEnd(string name, DateTimeZone zone, int lastDays, int firstDays) : Freeze(name)
    {
        public override IEnumerable<TimeSlot> Slots(Instant from, Instant to)
        {
            if (to <= from) return [];
            var first = Calendars.Day(from, -62);
            if (first.Year >= 9999) return [];
            var last = Calendars.Day(to, 2);
            return Overlapping(Months(first, last).Select(m => Days(m.PlusDays(-lastDays), m.PlusDays(firstDays - 1), zone)), from, to);
        }

        private static IEnumerable<LocalDate> Months(LocalDate first, LocalDate last)
        {
            // Named by the first day of the month that begins; the year 9999 is left to the end of time.
            for (var month = new LocalDate(first.Year, first.Month, 1).PlusMonths(1); month.Year < 9999; month = month.PlusMonths(1))
            {
                yield return month;
                if (month > last) yield break;
            }
        }
    }

    private sealed class OfRange(string name, DateTimeZone zone, LocalDate first, LocalDate last) : Freeze(name)
    {
        public override IEnumerable<TimeSlot> Slots(Instant from, Instant to) => to <= from ? [] : Overlapping([Days(first, last, zone)], from, to);
    }

    private sealed class OfYear(string name, DateTimeZone zone, AnnualDate first, AnnualDate last) : Freeze(name)
    {
        public override IEnumerable<TimeSlot> Slots(Instant from, Instant to)
        {
            if (to <= from) yield break;
            var wraps = last.CompareTo(first) < 0 ? 1 : 0;
            var lastYear = Math.Min(Calendars.Day(to, 2).Year, 9998 - wraps);
            for (var year = Math.Max(1, Calendars.Day(from, -2).Year - 1); year <= lastYear; year++)
            {
                if (Days(first.InYear(year), last.InYear(year + wraps), zone) is { } slot && slot.End > from && slot.Start < to) yield return slot;
            }
        }
    }

    private sealed class OfRules(string name, IReadOnlyList<WindowRule> rules) : Freeze(name)
    {
        public override IEnumerable<TimeSlot> Slots(Instant from, Instant to) =>
            rules.Count == 1 ? rules[0].Slots(from, to) : rules.SelectMany(r => r.Slots(from, to)).Order();
    }
}
