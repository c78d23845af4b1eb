using System.Globalization;
using System.Text;
using NodaTime;

namespace PatchOps.Core.Planning.Calendar.Recurrence;

/// <summary>How often the periods of a recurrence follow each other; shorter ones than a day are no maintenance windows.</summary>
public enum RecurrenceFrequency
{
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// <summary>One entry of BYDAY. <paramref name="Ordinal"/> 0 means every such day; 2 the second, −1 the last of the month or year.</summary>
public readonly record struct WeekdayOrdinal(IsoDayOfWeek Day, int Ordinal);

/// <summary>The last moment a recurrence may reach, inclusive, as UNTIL wrote it.</summary>
/// <param name="Value">Local to the rule's zone, or UTC where <paramref name="IsUtc"/>.</param>
/// <param name="IsUtc">Written with a Z.</param>
/// <param name="IsDate">Written without a time: the whole day counts.</param>
public readonly record struct RecurrenceEnd(LocalDateTime Value, bool IsUtc, bool IsDate);

/// <summary>A recurrence rule of RFC 5545, section 3.3.10, limited to the parts that maintenance windows use.</summary>
/// <remarks>
/// Supported: FREQ (DAILY to YEARLY), INTERVAL, COUNT, UNTIL, BYMONTH, BYMONTHDAY, BYDAY, BYSETPOS, WKST. Other parts are refused by name.
/// Where the standard is silent or forbids a combination that calendars nevertheless write:
/// an ordinal in BYDAY counts only in MONTHLY and YEARLY rules and is ignored in others; BYMONTHDAY in a WEEKLY rule limits.
/// Equality is by meaning: two rules with the same canonical text are equal.
/// </remarks>
public sealed class RecurrenceRule : IEquatable<RecurrenceRule>
{
    private readonly string _text;

    internal RecurrenceRule(RecurrenceFrequency frequency, int interval = 1, int? count = null, RecurrenceEnd? until = null,
        IEnumerable<int>? byMonth = null, IEnumerable<int>? byMonthDay = null, IEnumerable<WeekdayOrdinal>? byDay = null,
        IEnumerable<int>? bySetPosition = null, IsoDayOfWeek weekStart = IsoDayOfWeek.Monday)
    {
        Frequency = frequency;
        Interval = interval;
        Count = count;
        Until = until;
        ByMonth = [.. (byMonth ?? []).Distinct().Order()];
        ByMonthDay = [.. (byMonthDay ?? []).Distinct().Order()];
        ByDay = [.. (byDay ?? []).Distinct().OrderBy(d => d.Day).ThenBy(d => d.Ordinal)];
        BySetPosition = [.. (bySetPosition ?? []).Distinct().Order()];
        WeekStart = weekStart;
        _text = Write();
    }

    public RecurrenceFrequency Frequency { get; }

    /// <summary>Periods from one to the next, at least 1.</summary>
    public int Interval { get; }

    /// <summary>Number of occurrences, at least 1; null without end.</summary>
    public int? Count { get; }

    public RecurrenceEnd? Until { get; }

    /// <summary>Months 1 to 12, ascending; empty: any.</summary>
    public IReadOnlyList<int> ByMonth { get; }

    /// <summary>Days of the month, 1 to 31 or −31 to −1 from its end.</summary>
    public IReadOnlyList<int> ByMonthDay { get; }

    public IReadOnlyList<WeekdayOrdinal> ByDay { get; }

    /// <summary>Positions in each period's set, 1 to 366 or −366 to −1 from its end.</summary>
    public IReadOnlyList<int> BySetPosition { get; }

    public IsoDayOfWeek WeekStart { get; }

    /// <summary>Whether the rule says by itself on which days it falls, whatever its start.</summary>
    internal bool IsSelfContained => Interval == 1 && Count is null
        && Frequency switch
        {
            RecurrenceFrequency.Daily => true,
            RecurrenceFrequency.Weekly => ByDay.Count > 0 || ByMonthDay.Count > 0,
            RecurrenceFrequency.Monthly => ByDay.Count > 0 || ByMonthDay.Count > 0,
            _ => ByDay.Count > 0 || (ByMonthDay.Count > 0 && ByMonth.Count > 0),
        };

    /// <summary>Reads the text of an RRULE, with or without the property's name before it.</summary>
    /// <exception cref="PatchOps.Domain.FailureException">
    /// <c>RecurrenceInvalid</c> with the position, or <c>RecurrenceUnsupported</c> with the part's name.
    /// </exception>
    public static RecurrenceRule Parse(string text) => new RecurrenceParser(text).Read();

    /// <summary>Canonical text; reading it gives an equal rule.</summary>
    public override string ToString() => _text;

    public bool Equals(RecurrenceRule? other) => other is not null && string.Equals(_text, other._text, StringComparison.Ordinal);

    public override bool Equals(object? obj) => Equals(obj as RecurrenceRule);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(_text);

    private string Write()
    {
        var text = new StringBuilder("FREQ=").Append(Frequency.ToString().ToUpperInvariant());
        if (Interval != 1) text.Append(CultureInfo.InvariantCulture, $";INTERVAL={Interval}");
        if (Count is { } count) text.Append(CultureInfo.InvariantCulture, $";COUNT={count}");
        if (Until is { } until)
        {
            text.Append(";UNTIL=").Append(until.IsDate
                ? CalendarText.Write(until.Value.Date)
                : CalendarText.Write(until.Value) + (until.IsUtc ? "Z" : ""));
        }
        List(";BYMONTH=", ByMonth.Select(Number));
        List(";BYMONTHDAY=", ByMonthDay.Select(Number));
        List(";BYDAY=", ByDay.Select(d => (d.Ordinal == 0 ? "" : Number(d.Ordinal)) + CalendarText.Write(d.Day)));
        List(";BYSETPOS=", BySetPosition.Select(Number));
        if (WeekStart != IsoDayOfWeek.Monday) text.Append(";WKST=").Append(CalendarText.Write(WeekStart));
        return text.ToString();

        static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

        void List(string name, IEnumerable<string> values)
        {
            var joined = string.Join(',', values);
            if (joined.Length > 0) text.Append(name).Append(joined);
        }
    }
}
