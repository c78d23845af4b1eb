using System.Globalization;
using System.Text;
using NodaTime;

namespace PatchOps.Core.Planning.Calendar.Windows;

/// <summary>Durations as RFC 5545, section 3.3.6, writes them (<c>P1DT2H</c>), and the short form <c>4h30m</c>.</summary>
internal static class IsoDuration
{
    // Far above any window, far below overflow.
    private const int MaximumNumber = 100_000_000;

    /// <summary>Calendar days and elapsed time; null where the text is no duration. Weeks count as seven days; a sign applies to all.</summary>
    public static (int Days, Duration Elapsed)? Read(ReadOnlySpan<char> text)
    {
        var sign = 1;
        if (text.Length > 0 && text[0] is '+' or '-')
        {
            sign = text[0] == '-' ? -1 : 1;
            text = text[1..];
        }
        var iso = text.Length > 0 && text[0] is 'P' or 'p';
        if (iso) text = text[1..];
        var inTime = !iso;
        long days = 0;
        long seconds = 0;
        var parts = 0;
        while (text.Length > 0)
        {
            if (iso && !inTime && text[0] is 'T' or 't')
            {
                inTime = true;
                text = text[1..];
                continue;
            }
            var digits = 0;
            while (digits < text.Length && char.IsAsciiDigit(text[digits])) digits++;
            if (digits == 0 || digits == text.Length
                || !int.TryParse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > MaximumNumber) return null;
            switch (char.ToUpperInvariant(text[digits]))
            {
                case 'W' when !inTime: days += number * 7L; break;
                case 'D' when !inTime || !iso: days += number; break;
                case 'H' when inTime: seconds += number * 3600L; break;
                case 'M' when inTime: seconds += number * 60L; break;
                case 'S' when inTime: seconds += number; break;
                default: return null;
            }
            parts++;
            text = text[(digits + 1)..];
        }
        return parts == 0 || days > MaximumNumber ? null : (sign * (int)days, Duration.FromSeconds(sign * seconds));
    }

    public static string Write(int days, Duration elapsed)
    {
        var text = new StringBuilder("P");
        if (days != 0) text.Append(CultureInfo.InvariantCulture, $"{days}D");
        var seconds = (long)elapsed.TotalSeconds;
        if (seconds != 0 || days == 0)
        {
            text.Append('T');
            if (seconds >= 3600) text.Append(CultureInfo.InvariantCulture, $"{seconds / 3600}H");
            if (seconds / 60 % 60 != 0) text.Append(CultureInfo.InvariantCulture, $"{seconds / 60 % 60}M");
            if (seconds % 60 != 0 || seconds == 0) text.Append(CultureInfo.InvariantCulture, $"{seconds % 60}S");
        }
        return text.ToString();
    }
}
