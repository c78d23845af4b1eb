using NodaTime;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Calendar.Windows;

/// <summary>Maintenance windows as people write them: in an inventory's MaintenanceWindow column, or in policy.</summary>
/// <remarks>
/// One window is <c>DAYS TIME LENGTH [ZONE]</c>, several are separated by <c>|</c>:
/// <code>
/// Sat 22:00-02:00                            every Saturday, until the clock says 02:00
/// Mon-Fri 20:00 PT2H Europe/Berlin           weekdays, two hours of elapsed time
/// daily 03:00 90m                            also: weekdays, weekends
/// 2nd Tue +4d 22:00 PT4H                     four days after the second Tuesday (the month is the Tuesday's)
/// PatchTuesday+4 22:00 4h Europe/Berlin      the same
/// 1st,3rd Sun 04:00 4h   last Sun 04:00 4h   ordinals 1st to 5th, last, 2ndlast …
/// day 1,15 22:00 4h      day last 22:00 4h   days of the month
/// last Sun in Mar,Jun,Sep,Dec 04:00 8h       only in some months
/// FREQ=MONTHLY;BYDAY=-1FR 18:00 PT6H         a rule of RFC 5545; with COUNT, INTERVAL or without BY parts add DTSTART:20260103T180000
/// 2026-11-28 22:00 PT4H Europe/Berlin        once
/// 2026-11-28T22:00Z/2026-11-29T02:00Z        once, UTC or local times
/// </code>
/// A text that names a window of policy stands for that. Times are local to the zone given, else to the default zone.
/// Windows without DTSTART begin with the year 2000.
/// </remarks>
public static class WindowText
{
    /// <summary>Reads one or several windows.</summary>
    /// <param name="text">The text.</param>
    /// <param name="defaultZone">The zone of windows that name none: the host's.</param>
    /// <param name="named">Windows of policy by name, asked first; null where the name is not known.</param>
    /// <exception cref="FailureException">
    /// <c>WindowInvalid</c> with the position, <c>TimeZoneUnknown</c>, <c>WindowLengthInvalid</c>, or a failure of <see cref="Recurrence.RecurrenceRule.Parse"/>.
    /// </exception>
    public static IReadOnlyList<WindowRule> Parse(string text, DateTimeZone defaultZone, Func<string, IReadOnlyList<WindowRule>?>? named = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(defaultZone);
        var rules = new List<WindowRule>();
        var at = 0;
        foreach (var part in text.Split('|'))
        {
            if (named?.Invoke(part.Trim()) is { } known) rules.AddRange(known);
            else rules.Add(new WindowParser(text, at, at + part.Length, defaultZone).Read());
            at += part.Length + 1;
        }
        return rules;
    }
}
