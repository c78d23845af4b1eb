using System.Globalization;
using PatchOps.Core.Planning.Calendar.Windows;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Calendar.ICalendar;

/// <summary>Window rules from calendar events.</summary>
public static class CalendarWindows
{
    /// <summary>One rule per event: moved occurrences leave their series and stand alone, cancelled ones are left out.</summary>
    /// <param name="events">Events of one calendar, in any order.</param>
    /// <param name="source">The file's name, to which the event's line is added.</param>
    /// <param name="refused">Told of every event that is no window, such as a moment without length.</param>
    public static IReadOnlyList<WindowRule> ToRules(IEnumerable<CalendarEvent> events, string source, Action<Failure> refused)
    {
        ArgumentNullException.ThrowIfNull(events);
        ArgumentException.ThrowIfNullOrWhiteSpace(source);
        ArgumentNullException.ThrowIfNull(refused);
        var all = events.ToList();
        var replaced = all.Where(e => e.Replaces is not null && e.Uid.Length > 0)
            .ToLookup(e => e.Uid, e => (Time: e.Replaces!.Value, e.Starts.Zone), StringComparer.Ordinal);
        var rules = new List<WindowRule>();
        foreach (var item in all.Where(e => !e.IsCancelled))
        {
            var starts = item.Starts;
            if (item.Replaces is null && item.Uid.Length > 0 && replaced.Contains(item.Uid))
            {
                // An occurrence may be moved in another zone than its series'.
                starts = starts.Without(replaced[item.Uid].Select(r => r.Zone.Equals(starts.Zone)
                    ? r.Time
                    : LocalTimes.ToInstant(r.Time, r.Zone).InZone(starts.Zone).LocalDateTime));
            }
            var name = item.Summary.Trim().Length > 0 ? item.Summary.Trim() : item.Uid.Length > 0 ? item.Uid : source;
            try
            {
                rules.Add(new(name, starts, item.Length, 0, string.Create(CultureInfo.InvariantCulture, $"{source}, line {item.Line}")));
            }
            catch (FailureException e)
            {
                refused(e.Failure);
            }
        }
        return rules;
    }
}
