using System.Globalization;
using System.Text;

namespace PatchOps.Adapters.Feeds.Json;

/// <summary>Dates as feeds write them: ISO 8601 with or without time, fraction and zone; without a zone they are UTC.</summary>
internal static class FeedDates
{
    /// <summary>Outside these years a date is an error of its source, and would overflow when shifted by a zone.</summary>
    public const int FirstYear = 1970, LastYear = 2199;

    /// <returns>Null where the source has no date: empty, or the year 1 that some programs write for "unset".</returns>
    /// <exception cref="RecordException">Not a date, or not one that can be true.</exception>
    public static DateTimeOffset? Parse(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text.StartsWith("0001-01-01"u8)) return null;
        if (!TryParse(text, out var value)) throw new RecordException($"'{Shown(text)}' is not a date between {FirstYear} and {LastYear}");
        return value;
    }

    public static DateTimeOffset? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text)) return null;
        Span<byte> bytes = stackalloc byte[64];
        return Parse(text.Length <= 64 && Encoding.UTF8.TryGetBytes(text, bytes, out var n) ? bytes[..n] : Encoding.UTF8.GetBytes(text));
    }

    /// <exception cref="RecordException">Not a day.</exception>
    public static DateOnly? ParseDay(string? text) => Parse(text) is { } at ? DateOnly.FromDateTime(at.UtcDateTime) : null;

    public static bool TryParse(ReadOnlySpan<byte> s, out DateTimeOffset value)
    {
        value = default;
        if (s.Length < 10 || !Digits(s, 0, 4, out var year) || s[4] != '-' || !Digits(s, 5, 2, out var month) || s[7] != '-'
            || !Digits(s, 8, 2, out var day)) return false;
        if (year is < FirstYear or > LastYear || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)) return false;
        int hour = 0, minute = 0, second = 0, offset = 0;
        long fraction = 0;
        var at = 10;
        if (at < s.Length && s[at] is (byte)'T' or (byte)'t' or (byte)' ')
        {
            if (!Digits(s, 11, 2, out hour) || s.Length < 16 || s[13] != ':' || !Digits(s, 14, 2, out minute)) return false;
            at = 16;
            if (at < s.Length && s[at] == ':')
            {
                if (!Digits(s, 17, 2, out second)) return false;
                at = 19;
                if (at < s.Length && s[at] is (byte)'.' or (byte)',')
                {
                    var scale = TimeSpan.TicksPerSecond;
                    for (at++; at < s.Length && s[at] is >= (byte)'0' and <= (byte)'9'; at++)
                    {
                        scale /= 10;
                        fraction += (s[at] - '0') * scale;
                    }
                }
            }
            if (second == 60) second = 59;
            if (hour > 23 || minute > 59 || second > 59) return false;
            if (!Zone(s[at..], out offset)) return false;
        }
        else if (at != s.Length)
        {
            return false;
        }
        var ticks = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks + fraction - (offset * TimeSpan.TicksPerMinute);
        value = new DateTimeOffset(ticks, TimeSpan.Zero);
        return true;
    }

    private static bool Zone(ReadOnlySpan<byte> s, out int minutes)
    {
        minutes = 0;
        while (!s.IsEmpty && s[0] == ' ') s = s[1..];
        if (s.IsEmpty || s is [(byte)'Z' or (byte)'z'] || s.SequenceEqual("UTC"u8)) return true;
        if (s[0] is not ((byte)'+' or (byte)'-')) return false;
        if (!Digits(s, 1, 2, out var hours) || hours > 14) return false;
        var rest = s[3..];
        if (!rest.IsEmpty && rest[0] == ':') rest = rest[1..];
        if (!rest.IsEmpty && (rest.Length != 2 || !Digits(rest, 0, 2, out minutes) || minutes > 59)) return false;
        minutes += hours * 60;
        if (s[0] == '-') minutes = -minutes;
        return true;
    }

    private static bool Digits(ReadOnlySpan<byte> s, int at, int count, out int value)
    {
        value = 0;
        if (s.Length < at + count) return false;
        for (var i = at; i < at + count; i++)
        {
            var digit = s[i] - '0';
            if ((uint)digit > 9) return false;
            value = (value * 10) + digit;
        }
        return true;
    }

    private static string Shown(ReadOnlySpan<byte> text) =>
        string.Create(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetString(text[..Math.Min(40, text.Length)])}");
}
