using System.Globalization;
using NodaTime;
using NodaTime.Text;

namespace PatchOps.Core.Planning.Calendar.Windows;

/// <summary>The words of a window's text; each reader gives null for what is not its own.</summary>
internal static class WindowWords
{
    private static readonly string[] Days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

    private static readonly string[] MonthNames =
        ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

    private static readonly LocalTimePattern TimeOfDay = LocalTimePattern.CreateWithInvariantCulture("H:mm");

    private static readonly string[] Suffixes = ["st", "nd", "rd", "th"];

    public static LocalTime? Time(string word) => TimeOfDay.Parse(word).TryGetValue(default, out var time) ? time : null;

    public static LocalDate? Date(string word) => LocalDatePattern.Iso.Parse(word).TryGetValue(default, out var date) ? date : null;

    /// <summary><c>2026-11-28T22:00</c> with optional seconds and Z.</summary>
    public static (LocalDateTime Local, bool Utc)? Moment(string word)
    {
        var utc = word.EndsWith('Z');
        var local = utc ? word[..^1] : word;
        if (local.Length == 16) local += ":00";
        return LocalDateTimePattern.GeneralIso.Parse(local).TryGetValue(default, out var value) ? (value, utc) : null;
    }

    /// <summary><c>Sat</c>, <c>Sat,Sun</c>, <c>Mon-Fri</c>, <c>daily</c>, <c>weekdays</c>, <c>weekends</c>.</summary>
    public static IReadOnlyList<IsoDayOfWeek>? Weekdays(string word)
    {
        switch (word.ToLowerInvariant())
        {
            case "daily": return Range(IsoDayOfWeek.Monday, IsoDayOfWeek.Sunday);
            case "weekdays": return Range(IsoDayOfWeek.Monday, IsoDayOfWeek.Friday);
            case "weekends": return Range(IsoDayOfWeek.Saturday, IsoDayOfWeek.Sunday);
        }
        var days = new List<IsoDayOfWeek>();
        foreach (var item in word.Split(','))
        {
            var ends = item.Split('-');
            if (ends.Length > 2 || Index(Days, ends[0]) is not { } first || Index(Days, ends[^1]) is not { } last) return null;
            days.AddRange(Range((IsoDayOfWeek)first, (IsoDayOfWeek)last));
        }
        return days;
    }

    /// <summary><c>2nd</c>, <c>1st,3rd</c>, <c>last</c>, <c>2ndlast</c>.</summary>
    public static IReadOnlyList<int>? Ordinals(string word)
    {
        var ordinals = new List<int>();
        foreach (var item in word.ToLowerInvariant().Split(','))
        {
            if (item == "last")
            {
                ordinals.Add(-1);
                continue;
            }
            var fromEnd = item.EndsWith("last", StringComparison.Ordinal);
            var rest = (fromEnd ? item[..^4] : item).TrimEnd('-');
            if (rest.Length != 3 || rest[0] is < '1' or > '5' || !Suffixes.Contains(rest[1..], StringComparer.Ordinal)) return null;
            ordinals.Add(fromEnd ? '0' - rest[0] : rest[0] - '0');
        }
        return ordinals;
    }

    /// <summary><c>1,15</c>, <c>-1</c>, <c>last</c>.</summary>
    public static IReadOnlyList<int>? MonthDays(string word)
    {
        var days = new List<int>();
        foreach (var item in word.Split(','))
        {
            if (string.Equals(item, "last", StringComparison.OrdinalIgnoreCase)) days.Add(-1);
            else if (int.TryParse(item, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var day) && day is not 0 and >= -31 and <= 31) days.Add(day);
            else return null;
        }
        return days;
    }

    public static IReadOnlyList<int>? Months(string word)
    {
        var months = new List<int>();
        foreach (var item in word.Split(','))
        {
            if (Index(MonthNames, item) is not { } month) return null;
            months.Add(month);
        }
        return months;
    }

    /// <summary><c>+4d</c>, <c>+4</c>, <c>-1d</c>: calendar days.</summary>
    public static int? Offset(string word)
    {
        var digits = word.EndsWith('d') || word.EndsWith('D') ? word[..^1] : word;
        return digits.Length > 1 && digits[0] is '+' or '-'
            && int.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var days) && Math.Abs((long)days) <= WindowRule.MaximumOffset
            ? days
            : null;
    }

    private static List<IsoDayOfWeek> Range(IsoDayOfWeek first, IsoDayOfWeek last)
    {
        var days = new List<IsoDayOfWeek> { first };
        for (var day = first; day != last;)
        {
            day = day == IsoDayOfWeek.Sunday ? IsoDayOfWeek.Monday : day + 1;
            days.Add(day);
        }
        return days;
    }

    /// <summary>Position from 1 of a name, or of an abbreviation of at least three letters.</summary>
    private static int? Index(string[] names, string word)
    {
        if (word.Length < 3) return null;
        var index = Array.FindIndex(names, n => n.StartsWith(word, StringComparison.OrdinalIgnoreCase));
        return index < 0 ? null : index + 1;
    }
}
