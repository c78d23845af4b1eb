using NodaTime;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Calendar.Recurrence;

/// <summary>Local start times: a first one, the rules it sets going, additions (RDATE) and exceptions (EXDATE). RFC 5545, section 3.8.5.</summary>
/// <remarks>
/// With rules, the first start counts only where a rule selects it; without rules it is itself an occurrence.
/// Occurrences end with year 9999 at the latest. An exception given as a date removes all occurrences of that day.
/// </remarks>
public sealed class RecurrenceSet
{
    // Most windows have no exceptions, and there may be a million windows.
    private static readonly HashSet<LocalDateTime> NoTimes = [];
    private static readonly HashSet<LocalDate> NoDays = [];

    private readonly LocalDateTime[] _additions;
    private readonly HashSet<LocalDateTime> _exceptions;
    private readonly HashSet<LocalDate> _exceptionDays;

    /// <param name="start">DTSTART, local to <paramref name="zone"/>.</param>
    /// <param name="zone">The zone in which an UNTIL written in UTC is compared.</param>
    /// <param name="rules">Recurrence rules; none for a single occurrence.</param>
    /// <param name="additions">Further starts.</param>
    /// <param name="exceptions">Starts that do not occur.</param>
    /// <param name="exceptionDays">Days on which nothing occurs.</param>
    /// <exception cref="FailureException"><c>RecurrenceNeverOccurs</c>: a rule selects no day before year 10,000, or ends before its first.</exception>
    public RecurrenceSet(LocalDateTime start, DateTimeZone zone, IEnumerable<RecurrenceRule>? rules = null, IEnumerable<LocalDateTime>? additions = null,
        IEnumerable<LocalDateTime>? exceptions = null, IEnumerable<LocalDate>? exceptionDays = null)
    {
        ArgumentNullException.ThrowIfNull(zone);
        Start = start;
        Zone = zone;
        Rules = [.. rules ?? []];
        _additions = additions is null ? [] : [.. additions.Distinct().Order()];
        _exceptions = exceptions is null ? NoTimes : [.. exceptions];
        _exceptionDays = exceptionDays is null ? NoDays : [.. exceptionDays];
        foreach (var rule in Rules) RequireOccurrence(rule);
    }

    public LocalDateTime Start { get; }

    /// <summary>True for one start and nothing else.</summary>
    internal bool IsSingle => Rules.Count == 0 && _additions.Length == 0 && _exceptions.Count == 0 && _exceptionDays.Count == 0;

    public DateTimeZone Zone { get; }

    public IReadOnlyList<RecurrenceRule> Rules { get; }

    public IReadOnlyList<LocalDateTime> Additions => _additions;

    public IReadOnlyCollection<LocalDateTime> Exceptions => _exceptions;

    public IReadOnlyCollection<LocalDate> ExceptionDays => _exceptionDays;

    /// <summary>The same occurrences without some.</summary>
    public RecurrenceSet Without(IEnumerable<LocalDateTime> starts) =>
        new(Start, Zone, Rules, _additions, _exceptions.Concat(starts), _exceptionDays);

    /// <summary>All starts in order, each once, computed as they are pulled.</summary>
    public IEnumerable<LocalDateTime> Occurrences() => Occurrences(LocalDate.MinIsoValue, LocalDate.MaxIsoValue);

    /// <summary>Starts from one day through another; without COUNT, earlier ones are not even computed.</summary>
    public IEnumerable<LocalDateTime> Occurrences(LocalDate from, LocalDate through)
    {
        // Few rules stand side by side (nearly always one), so the smallest head is found by looking at each.
        var heads = new List<IEnumerator<LocalDateTime>>();
        try
        {
            foreach (var source in Sources(from, through))
            {
                var head = source.GetEnumerator();
                if (head.MoveNext()) heads.Add(head);
                else head.Dispose();
            }
            LocalDateTime? last = null;
            while (heads.Count > 0)
            {
                var least = 0;
                for (var i = 1; i < heads.Count; i++)
                {
                    if (heads[i].Current < heads[least].Current) least = i;
                }
                var current = heads[least].Current;
                if (!heads[least].MoveNext())
                {
                    heads[least].Dispose();
                    heads.RemoveAt(least);
                }
                if (current == last) continue;
                last = current;
                if (!_exceptions.Contains(current) && !_exceptionDays.Contains(current.Date)) yield return current;
            }
        }
        finally
        {
            foreach (var head in heads) head.Dispose();
        }
    }

    private IEnumerable<IEnumerable<LocalDateTime>> Sources(LocalDate from, LocalDate through)
    {
        foreach (var rule in Rules) yield return Starts(rule, from, through);
        yield return _additions.Where(a => a.Date >= from && a.Date <= through);
        if (Rules.Count == 0 && Start.Date >= from && Start.Date <= through) yield return [Start];
    }

    private IEnumerable<LocalDateTime> Starts(RecurrenceRule rule, LocalDate from, LocalDate through)
    {
        var start = Start.Date.ToDateOnly();
        var last = Last(rule);
        var earliest = LocalDate.Max(from, Start.Date).ToDateOnly();
        var latest = LocalDate.Min(through, last?.Date ?? through);
        if (latest < Start.Date) yield break;
        var left = rule.Count ?? int.MaxValue;
        foreach (var day in RecurrenceDays.Select(rule, start, rule.Count is null ? earliest : start, latest.ToDateOnly()))
        {
            var occurrence = LocalDate.FromDateOnly(day).At(Start.TimeOfDay);
            if (last < occurrence || left-- <= 0) yield break;
            if (day >= earliest) yield return occurrence;
        }
    }

    private LocalDateTime? Last(RecurrenceRule rule) => rule.Until switch
    {
        null => null,
        { IsDate: true } day => day.Value.Date.At(LocalTime.MaxValue),
        // "For ever" is often written as the last second of time, which no zone east of Greenwich can tell.
        { IsUtc: true, Value.Year: < 9999 } utc => utc.Value.InUtc().ToInstant().InZone(Zone).LocalDateTime,
        { } local => local.Value,
    };

    private void RequireOccurrence(RecurrenceRule rule)
    {
        if (Starts(rule, Start.Date, LocalDate.MaxIsoValue).Any()) return;
        throw new FailureException(
            "RecurrenceNeverOccurs",
            FailureKind.InvalidInput,
            rule.Until is null
                ? $"Recurrence rule '{rule}' selects no day from {CalendarText.Write(Start)} to the end of year 9999."
                : $"Recurrence rule '{rule}' selects no day between its start {CalendarText.Write(Start)} and its end.",
            rule.ToString(),
            "Check BYMONTH, BYMONTHDAY, BYDAY and UNTIL against each other.");
    }
}
