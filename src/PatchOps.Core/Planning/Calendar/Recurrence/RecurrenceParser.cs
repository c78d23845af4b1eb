using System.Globalization;
using NodaTime;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Calendar.Recurrence;

/// <summary>Reads one rule, left to right; the first thing that is wrong is reported with its column, counted from 1.</summary>
internal sealed class RecurrenceParser(string text)
{
    private const string Supported = "Use FREQ=DAILY, WEEKLY, MONTHLY or YEARLY with INTERVAL, COUNT, UNTIL, BYMONTH, BYMONTHDAY, BYDAY, BYSETPOS and WKST.";

    private readonly HashSet<string> _seen = new(StringComparer.OrdinalIgnoreCase);
    private RecurrenceFrequency? _frequency;
    private int _interval = 1;
    private int? _count;
    private RecurrenceEnd? _until;
    private List<int> _byMonth = [];
    private List<int> _byMonthDay = [];
    private List<int> _bySetPosition = [];
    private readonly List<WeekdayOrdinal> _byDay = [];
    private IsoDayOfWeek _weekStart = IsoDayOfWeek.Monday;

    public RecurrenceRule Read()
    {
        const string name = "RRULE:";
        var at = text.StartsWith(name, StringComparison.OrdinalIgnoreCase) ? name.Length : 0;
        while (at < text.Length)
        {
            var end = text.IndexOf(';', at);
            if (end < 0) end = text.Length;
            // An empty part at the very end is a stray semicolon that several calendars write.
            if (end > at) ReadPart(at, end);
            else if (end < text.Length - 1) throw Invalid(at, "an empty part");
            at = end + 1;
        }
        if (_frequency is not { } frequency) throw Invalid(0, "FREQ is missing");
        if (_count is not null && _until is not null) throw Invalid(0, "COUNT and UNTIL exclude each other");
        if (_bySetPosition.Count > 0 && _byMonth.Count + _byMonthDay.Count + _byDay.Count == 0)
        {
            throw Invalid(0, "BYSETPOS needs another BY part to choose from");
        }
        return new(frequency, _interval, _count, _until, _byMonth, _byMonthDay, _byDay, _bySetPosition, _weekStart);
    }

    private void ReadPart(int start, int end)
    {
        var equals = text.IndexOf('=', start, end - start);
        if (equals < 0) throw Invalid(start, $"'{text[start..end].Trim()}' is no NAME=VALUE");
        var name = text[start..equals].Trim().ToUpperInvariant();
        if (!_seen.Add(name)) throw Invalid(start, $"{name} is given twice");
        var at = equals + 1;
        switch (name)
        {
            case "FREQ": _frequency = ReadFrequency(at, end); break;
            case "INTERVAL": _interval = Number(at, end, 1, int.MaxValue, name); break;
            case "COUNT": _count = Number(at, end, 1, int.MaxValue, name); break;
            case "UNTIL":
                _until = CalendarText.ReadMoment(text.AsSpan(at, end - at).Trim())
                    ?? throw Invalid(at, $"UNTIL '{text[at..end]}' is no date or date-time");
                break;
            case "BYMONTH": _byMonth = Numbers(at, end, 12, negative: false, name); break;
            case "BYMONTHDAY": _byMonthDay = Numbers(at, end, 31, negative: true, name); break;
            case "BYSETPOS": _bySetPosition = Numbers(at, end, 366, negative: true, name); break;
            case "BYDAY": ReadDays(at, end); break;
            case "WKST":
                _weekStart = CalendarText.ReadWeekday(text.AsSpan(at, end - at).Trim()) ?? throw Invalid(at, $"'{text[at..end]}' is no weekday");
                break;
            case "BYWEEKNO" or "BYYEARDAY" or "BYHOUR" or "BYMINUTE" or "BYSECOND" or "RSCALE" or "SKIP":
                throw Unsupported(name);
            default:
                if (name.StartsWith("X-", StringComparison.Ordinal)) throw Unsupported(name);
                throw Invalid(start, $"'{name}' is no part of a recurrence rule");
        }
    }

    private RecurrenceFrequency ReadFrequency(int start, int end)
    {
        var value = text[start..end].Trim().ToUpperInvariant();
        return value switch
        {
            "DAILY" => RecurrenceFrequency.Daily,
            "WEEKLY" => RecurrenceFrequency.Weekly,
            "MONTHLY" => RecurrenceFrequency.Monthly,
            "YEARLY" => RecurrenceFrequency.Yearly,
            "HOURLY" or "MINUTELY" or "SECONDLY" => throw Unsupported("FREQ=" + value),
            _ => throw Invalid(start, $"'{value}' is no frequency"),
        };
    }

    private void ReadDays(int start, int end)
    {
        foreach (var (from, to) in Items(start, end))
        {
            var item = text.AsSpan(from, to - from).Trim();
            var day = item.Length < 2 ? null : CalendarText.ReadWeekday(item[^2..]);
            if (day is null) throw Invalid(from, $"'{item}' is no weekday");
            var ordinal = 0;
            if (item.Length > 2
                && (!int.TryParse(item[..^2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out ordinal) || ordinal is 0 or < -53 or > 53))
            {
                throw Invalid(from, $"the ordinal of '{item}' is not between 1 and 53 or -53 and -1");
            }
            _byDay.Add(new(day.Value, ordinal));
        }
    }

    private List<int> Numbers(int start, int end, int maximum, bool negative, string name)
    {
        var values = new List<int>();
        foreach (var (from, to) in Items(start, end))
        {
            var value = Number(from, to, negative ? -maximum : 1, maximum, name);
            if (value == 0) throw Invalid(from, $"{name} must not be 0");
            values.Add(value);
        }
        return values;
    }

    private int Number(int start, int end, int minimum, int maximum, string name) =>
        int.TryParse(text.AsSpan(start, end - start).Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            && value >= minimum && value <= maximum
            ? value
            : throw Invalid(start, string.Create(CultureInfo.InvariantCulture, $"{name} '{text[start..end]}' is no number from {minimum} to {maximum}"));

    private IEnumerable<(int From, int To)> Items(int start, int end)
    {
        while (true)
        {
            var comma = text.IndexOf(',', start, end - start);
            yield return (start, comma < 0 ? end : comma);
            if (comma < 0) yield break;
            start = comma + 1;
        }
    }

    private FailureException Invalid(int at, string what) => new(
        "RecurrenceInvalid",
        FailureKind.InvalidInput,
        string.Create(CultureInfo.InvariantCulture, $"Recurrence rule '{Shown}' cannot be read at position {at + 1}: {what}."),
        text,
        Supported);

    private FailureException Unsupported(string part) => new(
        "RecurrenceUnsupported", FailureKind.InvalidInput, $"Recurrence rule '{Shown}' uses {part}, which is not supported.", text, Supported);

    private string Shown => text.Length <= 120 ? text : text[..117] + "...";
}
