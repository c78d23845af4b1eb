using NodaTime;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Calendar.Windows;

/// <summary>How long a window is: elapsed time, calendar days and elapsed time, or until a time on the clock.</summary>
/// <remarks>
/// <c>PT4H</c> and <c>4h</c> are four hours of elapsed time whatever clocks do meanwhile. <c>P1D</c> is a calendar day, 23 to 25 hours long when clocks change
/// (RFC 5545, section 3.3.6). A window written <c>22:00-04:00</c> ends when the clock says 04:00, because somebody was promised that:
/// it is an hour shorter or longer in the night of a change. A window that a change leaves without any time does not occur that night.
/// </remarks>
public sealed record WindowLength
{
    /// <summary>Longer than this is no window but a state.</summary>
    public const int MaximumDays = 366;

    private WindowLength(int days, Duration elapsed, LocalTime? endTime)
    {
        Days = days;
        Elapsed = elapsed;
        EndTime = endTime;
    }

    /// <summary>Calendar days from the start's day to the end's.</summary>
    public int Days { get; }

    /// <summary>Elapsed time after those days; zero where <see cref="EndTime"/> is given.</summary>
    public Duration Elapsed { get; }

    /// <summary>The clock time at which the window ends, <see cref="Days"/> days after it began; null for a duration.</summary>
    public LocalTime? EndTime { get; }

    public bool IsZero => EndTime is null && Days == 0 && Elapsed == Duration.Zero;

    /// <summary>Elapsed time.</summary>
    /// <exception cref="FailureException"><c>WindowLengthInvalid</c>: negative or above 366 days.</exception>
    public static WindowLength For(Duration elapsed) => For(0, elapsed);

    /// <summary>Calendar days, then elapsed time.</summary>
    /// <exception cref="FailureException"><c>WindowLengthInvalid</c>: negative or above 366 days.</exception>
    public static WindowLength For(int days, Duration elapsed)
    {
        if (days < 0 || elapsed < Duration.Zero) throw Invalid("is negative: its end lies before its start");
        if (days > MaximumDays || elapsed > Duration.FromDays(MaximumDays - days)) throw Invalid($"is above {MaximumDays} days");
        return new(days, elapsed, null);
    }

    /// <summary>Until a time on the clock, the same day (0) or some days later.</summary>
    /// <exception cref="FailureException"><c>WindowLengthInvalid</c>: negative or above 366 days.</exception>
    public static WindowLength Until(LocalTime end, int daysLater)
    {
        if (daysLater < 0) throw Invalid("is negative: its end lies before its start");
        if (daysLater > MaximumDays) throw Invalid($"is above {MaximumDays} days");
        return new(daysLater, Duration.Zero, end);
    }

    /// <summary>The instants of a window that starts at a local time; null where a change of clocks leaves nothing of it.</summary>
    internal TimeSlot? From(LocalDateTime start, DateTimeZone zone)
    {
        var begin = LocalTimes.ToInstant(start, zone);
        var end = EndTime is { } time
            ? LocalTimes.ToInstant(start.Date.PlusDays(Days).At(time), zone)
            : (Days == 0 ? begin : LocalTimes.ToInstant(start.PlusDays(Days), zone)) + Elapsed;
        return end > begin ? new TimeSlot(begin, end) : null;
    }

    public override string ToString() => EndTime is { } end
        ? $"until {end.ToString("HH:mm", System.Globalization.CultureInfo.InvariantCulture)}" + (Days > 0 ? $" +{Days}d" : "")
        : IsoDuration.Write(Days, Elapsed);

    private static FailureException Invalid(string what) => new(
        "WindowLengthInvalid", FailureKind.InvalidInput, $"A maintenance window's length {what}.", remedy: "Give a length such as PT4H, or an end after the start.");
}
