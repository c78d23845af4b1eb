using System.Globalization;
using NodaTime;

namespace PatchOps.Core.Planning.Calendar.Recurrence;

/// <summary>Dates, times and weekdays as RFC 5545 spells them (sections 3.3.4, 3.3.5 and 3.3.10).</summary>
internal static class CalendarText
{
    private static readonly string[] Weekdays = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

    public static string Write(LocalDate date) =>
        string.Create(CultureInfo.InvariantCulture, $"{date.Year:0000}{date.Month:00}{date.Day:00}");

    public static string Write(LocalDateTime value) =>
        string.Create(CultureInfo.InvariantCulture, $"{Write(value.Date)}T{value.Hour:00}{value.Minute:00}{value.Second:00}");

    public static string Write(IsoDayOfWeek day) => Weekdays[(int)day - 1];

    public static IsoDayOfWeek? ReadWeekday(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < Weekdays.Length; i++)
        {
            if (text.Equals(Weekdays[i], StringComparison.OrdinalIgnoreCase)) return (IsoDayOfWeek)(i + 1);
        }
        return null;
    }

    /// <summary>Reads <c>yyyyMMdd</c> or <c>yyyyMMddTHHmmss</c> with an optional Z; a leap second counts as the second before.</summary>
    public static RecurrenceEnd? ReadMoment(ReadOnlySpan<char> text)
    {
        if (text.Length is not (8 or 15 or 16)) return null;
        if (!Digits(text[..4], out var year) || !Digits(text[4..6], out var month) || !Digits(text[6..8], out var day)) return null;
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)) return null;
        var date = new LocalDate(year, month, day);
        if (text.Length == 8) return new(date.AtMidnight(), false, true);
        if (text[8] is not ('T' or 't') || (text.Length == 16 && text[15] is not ('Z' or 'z'))) return null;
        if (!Digits(text[9..11], out var hour) || !Digits(text[11..13], out var minute) || !Digits(text[13..15], out var second)) return null;
        if (hour > 23 || minute > 59 || second > 60) return null;
        return new(date.At(new LocalTime(hour, minute, Math.Min(second, 59))), text.Length == 16, false);
    }

    private static bool Digits(ReadOnlySpan<char> text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
