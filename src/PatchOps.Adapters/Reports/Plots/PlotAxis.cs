using System.Globalization;

namespace PatchOps.Adapters.Reports.Plots;

/// <summary>Round steps on a number axis, and days or months on a time axis.</summary>
internal sealed class PlotAxis
{
    private readonly double low;
    private readonly double high;
    private readonly double from;
    private readonly double to;

    private PlotAxis(double low, double high, double from, double to, IReadOnlyList<(double Value, string Text)> ticks)
    {
        this.low = low;
        this.high = high > low ? high : low + 1;
        this.from = from;
        this.to = to;
        Ticks = ticks;
    }

    public IReadOnlyList<(double Value, string Text)> Ticks { get; }

    public double At(double value) => from + ((Math.Clamp(value, low, high) - low) / (high - low) * (to - from));

    public double At(DateTimeOffset time) => At((double)time.UtcTicks);

    public bool Beyond(double value) => value > high;

    /// <summary>From <paramref name="low"/> to a round number at or above <paramref name="high"/>, drawn between two positions.</summary>
    public static PlotAxis Numbers(double low, double high, double from, double to, bool percent = false)
    {
        if (!(high > low)) high = low + 1;
        var raw = (high - low) / 5;
        var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        var step = (raw / power) switch { <= 1 => power, <= 2 => 2 * power, <= 5 => 5 * power, _ => 10 * power };
        var start = Math.Floor(low / step) * step;
        var count = (int)Math.Ceiling(((high - start) / step) - 1e-9);
        var end = start + (count * step);
        if (percent && end > 100) end = 100;
        var decimals = Math.Max(0, (int)-Math.Floor(Math.Log10(step) + 1e-9));
        var ticks = Enumerable.Range(0, count + 1).Select(i => start + (i * step)).Where(v => v <= end + (step * 1e-9)).Select(v => (v, v.ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)));
        return new PlotAxis(start, end, from, to, [.. ticks]);
    }

    /// <summary>Time, with marks at hours, days, weeks or months, whichever gives a readable number.</summary>
    public static PlotAxis Time(DateTimeOffset first, DateTimeOffset last, double from, double to)
    {
        first = first.ToUniversalTime();
        last = last.ToUniversalTime();
        if (last <= first) last = first.AddHours(1);
        var ticks = new List<(double, string)>();
        var hours = (last - first).TotalHours;
        if (hours > 24 * 75)
        {
            var months = Math.Max(1, (int)Math.Ceiling(hours / 24 / 30.4 / 12));
            for (var at = new DateTimeOffset(first.Year, first.Month, 1, 0, 0, 0, TimeSpan.Zero); at <= last; at = at.AddMonths(months))
                if (at >= first) ticks.Add((at.UtcTicks, at.ToString("yyyy-MM", CultureInfo.InvariantCulture)));
        }
        else
        {
            var step = new[] { 1.0, 2, 4, 6, 12, 24, 48, 96, 168, 336 }.First(h => hours / h <= 8 || h >= 336);
            var day = new DateTimeOffset(first.Date, TimeSpan.Zero);
            for (var at = day; at <= last; at = at.AddHours(step))
                // The first says the year for all up to the next one.
                if (at >= first) ticks.Add((at.UtcTicks, at.ToString((step >= 24, ticks.Count == 0 || at.Year != at.AddHours(-step).Year) switch { (true, true) => "yyyy-MM-dd", (true, _) => "MM-dd", (_, true) => "yyyy-MM-dd HH:mm", _ => "MM-dd HH:mm" }, CultureInfo.InvariantCulture)));
        }
        return new PlotAxis(first.UtcTicks, last.UtcTicks, from, to, ticks);
    }
}
