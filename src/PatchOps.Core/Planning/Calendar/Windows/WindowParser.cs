using System.Globalization;
using NodaTime;
using PatchOps.Core.Planning.Calendar.Recurrence;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Calendar.Windows;

/// <summary>Reads one window, word by word; the grammar stands at <see cref="WindowText"/>.</summary>
internal sealed class WindowParser
{
    private const string Remedy =
        "Write for example 'Sat 22:00-02:00', '2nd Tue +4d 22:00 PT4H', 'PatchTuesday+4 22:00 4h Europe/Berlin', an RRULE line with time and length, or the name of a window in policy.";

    // Rules that say on which days they fall need no start of their own; this one lies before any estate's first plan.
    private static readonly LocalDate Beginning = new(2000, 1, 1);

    private readonly string _text;
    private readonly string _own;
    private readonly List<(int At, string Word)> _words = [];
    private readonly DateTimeZone _defaultZone;
    private int _next;
    private int _dayOffset;

    public WindowParser(string text, int start, int end, DateTimeZone defaultZone)
    {
        _text = text;
        _own = text[start..end].Trim();
        _defaultZone = defaultZone;
        for (var at = start; at < end; at++)
        {
            if (char.IsWhiteSpace(text[at])) continue;
            var from = at;
            while (at < end && !char.IsWhiteSpace(text[at])) at++;
            _words.Add((from, text[from..at]));
        }
    }

    private string? Peek => _next < _words.Count ? _words[_next].Word : null;

    public WindowRule Read()
    {
        if (Peek is not { } first) throw Invalid("is empty");
        if (first.Contains('/') && first.Length > 20 && char.IsAsciiDigit(first[0])) return ReadInterval();
        if (WindowWords.Date(first) is { } date) return ReadOnce(date);
        if (first.StartsWith("RRULE:", StringComparison.OrdinalIgnoreCase) || first.StartsWith("FREQ=", StringComparison.OrdinalIgnoreCase)) return ReadRule();

        var rule = ReadDays();
        var (time, length) = ReadTimeAndLength();
        var zone = ReadZone();
        return new(_own, new RecurrenceSet(Beginning.At(time), zone, [rule]), length, _dayOffset, _own);
    }

    private WindowRule ReadOnce(LocalDate date)
    {
        _next++;
        var (time, length) = ReadTimeAndLength();
        return WindowRule.Once(_own, date.At(time), ReadZone(), length, _own);
    }

    private WindowRule ReadInterval()
    {
        var word = Take();
        var slash = word.IndexOf('/');
        var start = WindowWords.Moment(word[..slash]) ?? throw Invalid("has no date-time before the slash");
        var duration = IsoDuration.Read(word.AsSpan(slash + 1));
        var zone = start.Utc ? DateTimeZone.Utc : null;
        if (duration is { } given) return WindowRule.Once(_own, start.Local, zone ?? ReadZone(), WindowLength.For(given.Days, given.Elapsed), _own);

        var end = WindowWords.Moment(word[(slash + 1)..]) ?? throw Invalid("has neither date-time nor duration after the slash");
        if (end.Utc != start.Utc) throw Invalid("mixes UTC and local time");
        zone ??= ReadZone();
        if (end.Local <= start.Local) throw Invalid("ends before it starts");
        if (_next < _words.Count) throw Invalid($"goes on with '{Peek}'");
        return WindowRule.Once(_own, start.Local, zone, WindowLength.Until(end.Local.TimeOfDay, Period.DaysBetween(start.Local.Date, end.Local.Date)), _own);
    }

    private WindowRule ReadRule()
    {
        var at = _next;
        var rule = RecurrenceRule.Parse(Take());
        LocalDateTime? start = null;
        DateTimeZone? startZone = null;
        if (Peek is { } word && word.StartsWith("DTSTART", StringComparison.OrdinalIgnoreCase)) (start, startZone) = ReadStart();
        ReadOffset();
        if (start is null && !rule.IsSelfContained)
        {
            _next = at;
            throw Invalid("needs DTSTART:yyyyMMddTHHmmss after the rule: with COUNT, INTERVAL or too few BY parts the rule alone does not say on which days it falls");
        }
        LocalTime time;
        WindowLength length;
        if (start is { } given && Peek is { } next && IsoDuration.Read(next) is not null)
        {
            (time, length) = (given.TimeOfDay, ReadLength());
        }
        else
        {
            (time, length) = ReadTimeAndLength();
        }
        var zone = startZone is null ? ReadZone() : RequireEnd(startZone);
        return new(_own, new RecurrenceSet((start?.Date ?? Beginning).At(time), zone, [rule]), length, _dayOffset, _own);
    }

    private (LocalDateTime Start, DateTimeZone? Zone) ReadStart()
    {
        var word = Take();
        var colon = word.LastIndexOf(':');
        if (colon < 0 || CalendarText.ReadMoment(word.AsSpan(colon + 1)) is not { } moment) throw Invalid("has no date after DTSTART:", -1);
        const string zoneName = ";TZID=";
        var parameter = word.IndexOf(zoneName, StringComparison.OrdinalIgnoreCase);
        if (parameter >= 0) return (moment.Value, ZoneNames.Resolve(word[(parameter + zoneName.Length)..colon]));
        return (moment.Value, moment.IsUtc ? DateTimeZone.Utc : null);
    }

    private RecurrenceRule ReadDays()
    {
        var word = Take();
        var patchTuesday = "PatchTuesday";
        if (word.StartsWith(patchTuesday, StringComparison.OrdinalIgnoreCase))
        {
            if (word.Length > patchTuesday.Length) _dayOffset = WindowWords.Offset(word[patchTuesday.Length..]) ?? throw Invalid($"has no offset in days in '{word}'", -1);
            return Monthly([new(IsoDayOfWeek.Tuesday, 2)], []);
        }
        if (WindowWords.Weekdays(word) is { } weekdays)
        {
            var months = ReadMonths();
            return new(RecurrenceFrequency.Weekly, byDay: weekdays.Select(d => new WeekdayOrdinal(d, 0)), byMonth: months);
        }
        if (WindowWords.Ordinals(word) is { } ordinals)
        {
            if (Peek is not { } next || WindowWords.Weekdays(next) is not { } days) throw Invalid($"has no weekday after '{word}'");
            _next++;
            return Monthly([.. ordinals.SelectMany(o => days.Select(d => new WeekdayOrdinal(d, o)))], []);
        }
        if (string.Equals(word, "day", StringComparison.OrdinalIgnoreCase))
        {
            if (Peek is not { } list || WindowWords.MonthDays(list) is not { } monthDays) throw Invalid("has no days of the month (1 to 31, -1 or last) after 'day'");
            _next++;
            return Monthly([], monthDays);
        }
        throw Invalid($"begins with '{word}', which is neither a day nor a window of policy", -1);
    }

    private RecurrenceRule Monthly(IReadOnlyList<WeekdayOrdinal> days, IReadOnlyList<int> monthDays)
    {
        ReadOffset();
        var months = ReadMonths();
        ReadOffset();
        return new(RecurrenceFrequency.Monthly, byDay: days, byMonthDay: monthDays, byMonth: months);
    }

    private IReadOnlyList<int> ReadMonths()
    {
        if (!string.Equals(Peek, "in", StringComparison.OrdinalIgnoreCase)) return [];
        _next++;
        var list = Peek;
        var months = list is null ? null : WindowWords.Months(list);
        if (months is null) throw Invalid("has no months after 'in'");
        _next++;
        return months;
    }

    private void ReadOffset()
    {
        if (Peek is not { } word || word[0] is not ('+' or '-') || WindowWords.Offset(word) is not { } days) return;
        _dayOffset += days;
        _next++;
    }

    private (LocalTime Time, WindowLength Length) ReadTimeAndLength()
    {
        if (Peek is not { } word) throw Invalid("has no time of day");
        var dash = word.IndexOf('-');
        if (dash < 0)
        {
            var time = WindowWords.Time(word) ?? throw Invalid($"has no time of day at '{word}'");
            _next++;
            return (time, ReadLength());
        }
        var start = WindowWords.Time(word[..dash]) ?? throw Invalid($"has no time of day at '{word}'");
        var endText = word[(dash + 1)..];
        var end = endText == "24:00" ? LocalTime.Midnight : WindowWords.Time(endText) ?? throw Invalid($"has no end of day time in '{word}'");
        _next++;
        return (start, WindowLength.Until(end, end <= start ? 1 : 0));
    }

    private WindowLength ReadLength()
    {
        if (Peek is not { } word) throw Invalid("has no length");
        if (IsoDuration.Read(word) is not { } length) throw Invalid($"has no length such as PT4H or 4h at '{word}'");
        _next++;
        return WindowLength.For(length.Days, length.Elapsed);
    }

    private DateTimeZone ReadZone()
    {
        if (_next >= _words.Count) return _defaultZone;
        // Windows ids hold blanks: all that is left is the zone's name.
        var name = string.Join(' ', _words.Skip(_next).Select(w => w.Word));
        var zone = ZoneNames.Resolve(name);
        _next = _words.Count;
        return zone;
    }

    private DateTimeZone RequireEnd(DateTimeZone zone) => Peek is { } word ? throw Invalid($"goes on with '{word}' though DTSTART names the zone") : zone;

    private string Take() => _words[_next++].Word;

    private FailureException Invalid(string what, int back = 0)
    {
        var index = _next + back;
        var position = index < _words.Count ? _words[index].At + 1 : _text.Length + 1;
        return new(
            "WindowInvalid",
            FailureKind.InvalidInput,
            string.Create(CultureInfo.InvariantCulture, $"Maintenance window '{_text}' cannot be read at position {position}: it {what}."),
            _text,
            Remedy);
    }
}
