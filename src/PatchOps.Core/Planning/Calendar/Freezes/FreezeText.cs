using System.Globalization;
using NodaTime;
using NodaTime.Text;
using PatchOps.Core.Planning.Calendar.Windows;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Calendar.Freezes;

/// <summary>Freezes as policy writes them.</summary>
/// <remarks>
/// <code>
/// month-end 3                 the last three days of each month
/// month-end 3+2               and the first two of the next
/// month-start 2               the first two days of each month
/// 2026-12-19..2027-01-03      these days, both included
/// 12-19..01-03                these days every year (a tax season, a year end)
/// Fri 12:00 PT60H             anything that <see cref="WindowText"/> reads
/// </code>
/// </remarks>
public static class FreezeText
{
    /// <exception cref="FailureException"><c>FreezeInvalid</c>, or a failure of <see cref="WindowText.Parse"/>.</exception>
    public static Freeze Parse(string name, string text, DateTimeZone zone)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(zone);
        var trimmed = text.Trim();
        var words = trimmed.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is [var kind, ..])
        {
            if (string.Equals(kind, "month-end", StringComparison.OrdinalIgnoreCase))
            {
                var days = words.Length == 2 ? words[1].Split('+') : [];
                if (days.Length is not (1 or 2)) throw Invalid(name, text, "needs a number of days such as 'month-end 3' or 'month-end 3+2'");
                return Freeze.MonthEnd(name, zone, Number(name, text, days[0]), days.Length == 2 ? Number(name, text, days[1]) : 0);
            }
            if (string.Equals(kind, "month-start", StringComparison.OrdinalIgnoreCase))
            {
                if (words.Length != 2) throw Invalid(name, text, "needs a number of days such as 'month-start 2'");
                return Freeze.MonthEnd(name, zone, 0, Number(name, text, words[1]));
            }
        }
        var dots = trimmed.IndexOf("..", StringComparison.Ordinal);
        if (dots < 0) return Freeze.Recurring(name, WindowText.Parse(text, zone));

        var (first, last) = (trimmed[..dots].Trim(), trimmed[(dots + 2)..].Trim());
        if (first.Length == 5)
        {
            return Freeze.Yearly(name, zone, Read(AnnualDatePattern.Iso, name, text, first), Read(AnnualDatePattern.Iso, name, text, last));
        }
        return Freeze.Range(name, zone, Read(LocalDatePattern.Iso, name, text, first), Read(LocalDatePattern.Iso, name, text, last));
    }

    private static T Read<T>(IPattern<T> pattern, string name, string text, string value) =>
        pattern.Parse(value).TryGetValue(default!, out var date) ? date : throw Invalid(name, text, $"has no date at '{value}'");

    private static int Number(string name, string text, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Invalid(name, text, $"has no number of days at '{value}'");

    private static FailureException Invalid(string name, string text, string what) => new(
        "FreezeInvalid", FailureKind.InvalidInput, $"Freeze '{name}' ('{text}') {what}.", name,
        "Write 'month-end 3+2', '2026-12-19..2027-01-03', '12-19..01-03' or a window such as 'Fri 12:00 PT60H'.");
}
