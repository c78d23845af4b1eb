using NodaTime;

namespace PatchOps.Core.Planning.Calendar.Windows;

/// <summary>Days near the ends of representable time (years 1 to 9999).</summary>
internal static class Calendars
{
    /// <summary>The UTC day of an instant moved by some days, held within years 1 to 9999.</summary>
    public static LocalDate Day(Instant instant, int days)
    {
        var day = instant.InUtc().Date;
        var number = Math.Clamp(NumberOf(day) + days, DateOnly.MinValue.DayNumber, DateOnly.MaxValue.DayNumber);
        return LocalDate.FromDateOnly(DateOnly.FromDayNumber((int)number));
    }

    public static bool CanAdd(LocalDate day, int days)
    {
        var number = NumberOf(day) + days;
        return number >= DateOnly.MinValue.DayNumber && number <= DateOnly.MaxValue.DayNumber;
    }

    private static long NumberOf(LocalDate day) => day < new LocalDate(1, 1, 1) ? DateOnly.MinValue.DayNumber : day.ToDateOnly().DayNumber;
}
