namespace PatchOps.Core.Reports;

/// <summary>Data of a plot; a format without pictures writes <see cref="Data"/>.</summary>
/// <param name="Title">What is shown.</param>
/// <param name="Description">What it says, for those who do not see it.</param>
public abstract record ReportPlot(string Title, string Description)
{
    public string Title { get; } = ReportCell.Clean(Title);

    public string Description { get; } = ReportCell.Clean(Description);

    /// <summary>The same numbers as a table.</summary>
    public abstract ReportTable Data { get; }

    /// <summary>True where there is nothing to draw.</summary>
    public abstract bool IsEmpty { get; }
}

/// <summary>A value with its interval.</summary>
/// <param name="High">Null where it has no upper limit.</param>
public readonly record struct PlotInterval(double Value, double? Low, double? High);

/// <summary>One row of an interval plot: what it was, what it is, and a word beside it.</summary>
public sealed record IntervalRow(string Label, PlotInterval? First, PlotInterval? Second, string? Note)
{
    public string Label { get; } = ReportCell.Clean(Label);
}

/// <summary>Two marks with intervals in each row, such as a rate before and after.</summary>
public sealed record IntervalPlot(string Title, string Description, string First, string Second, string Unit, IReadOnlyList<IntervalRow> Rows) : ReportPlot(Title, Description)
{
    public override bool IsEmpty => Rows.Count == 0;

    public override ReportTable Data => new(
        Title, ["Item", First, $"{First}, low", $"{First}, high", Second, $"{Second}, low", $"{Second}, high", "Note"],
        [.. Rows.Select(r => (IReadOnlyList<ReportCell>)[
            ReportCell.Of(r.Label), Cell(r.First?.Value), Cell(r.First?.Low), Cell(r.First?.High), Cell(r.Second?.Value), Cell(r.Second?.Low), Cell(r.Second?.High), ReportCell.Of(r.Note)])],
        $"In {Unit}.");

    private static ReportCell Cell(double? value) => ReportCell.Of(value, 3);
}

/// <summary>A point in time; the value is null where there is none, and the line breaks.</summary>
public readonly record struct PlotPoint(DateTimeOffset At, double? Value, double? Low = null, double? High = null);

public sealed record PlotSeries(string Name, IReadOnlyList<PlotPoint> Points);

/// <summary>How the points of a time plot are drawn.</summary>
public enum TimePlotStyle
{
    Line,

    /// <summary>A value holds until the next point.</summary>
    Steps,

    /// <summary>One bar a month; one series only.</summary>
    Bars,
}

/// <summary>Something that happened at a time, beside the values.</summary>
public sealed record PlotEvent(DateTimeOffset At, string Text)
{
    public string Text { get; } = ReportCell.Clean(Text);
}

/// <summary>One or more series over time.</summary>
/// <param name="Decimals">Places of the values in every format.</param>
public sealed record TimePlot(string Title, string Description, string Unit, TimePlotStyle Style, int Decimals, IReadOnlyList<PlotSeries> Series) : ReportPlot(Title, Description)
{
    /// <summary>What the values may have moved with, in order of time.</summary>
    public IReadOnlyList<PlotEvent> Events { get; init; } = [];

    public override bool IsEmpty => Series.All(s => s.Points.All(p => p.Value is null));

    /// <summary>True where points stand for whole months.</summary>
    public bool Monthly => Style != TimePlotStyle.Steps;

    public override ReportTable Data
    {
        get
        {
            var at = Series.SelectMany(s => s.Points.Select(p => p.At)).Distinct().Order().ToList();
            var values = Series.Select(s => s.Points.GroupBy(p => p.At).ToDictionary(g => g.Key, g => g.Last())).ToList();
            var interval = Series.Any(s => s.Points.Any(p => p.Low is not null));
            var events = Events.Select(e => (At: Monthly ? new DateTimeOffset(e.At.UtcDateTime.Year, e.At.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero) : at.LastOrDefault(a => a <= e.At, e.At), e.Text)).ToLookup(e => e.At, e => e.Text);
            var columns = Series.SelectMany(s => interval ? new[] { s.Name, $"{s.Name}, low", $"{s.Name}, high" } : [s.Name]);
            return new ReportTable(Title, [Monthly ? "Month" : "Time (UTC)", .. columns, .. Events.Count > 0 ? new[] { "Rollouts" } : []], [.. at.Select(Row)], $"In {Unit}.");

            IReadOnlyList<ReportCell> Row(DateTimeOffset time) =>
            [
                Monthly ? Month(time) : ReportCell.Of(time),
                .. values.SelectMany(v => v.TryGetValue(time, out var p)
                    ? interval ? new[] { Cell(p.Value), Cell(p.Low), Cell(p.High) } : [Cell(p.Value)]
                    : interval ? [ReportCell.None, ReportCell.None, ReportCell.None] : [ReportCell.None]),
                .. Events.Count > 0 ? new[] { ReportCell.Of(string.Join("; ", events[time])) } : [],
            ];
        }
    }

    internal static ReportCell Month(DateTimeOffset at) => new(at, at.ToUniversalTime().ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture));

    private ReportCell Cell(double? value) => value is null ? ReportCell.None : ReportCell.Of(value, Decimals);
}

/// <summary>How a bar of a timeline ended.</summary>
public enum BarState { Planned, Done, Running, Failed, RolledBack, Skipped }

/// <summary>One stretch of time in a lane.</summary>
public sealed record TimelineBar(DateTimeOffset Start, DateTimeOffset End, BarState State, string Text)
{
    public string Text { get; } = ReportCell.Clean(Text);
}

public sealed record TimelineLane(string Label, IReadOnlyList<TimelineBar> Bars)
{
    public string Label { get; } = ReportCell.Clean(Label);
}

/// <summary>Lanes with bars over one time axis.</summary>
public sealed record TimelinePlot(string Title, string Description, IReadOnlyList<TimelineLane> Lanes) : ReportPlot(Title, Description)
{
    public override bool IsEmpty => Lanes.All(l => l.Bars.Count == 0);

    public override ReportTable Data => new(
        Title, ["Lane", "Start (UTC)", "End (UTC)", "State", "What"],
        [.. Lanes.SelectMany(l => l.Bars.Select(b => (IReadOnlyList<ReportCell>)[
            ReportCell.Of(l.Label), ReportCell.Of(b.Start), ReportCell.Of(b.End), ReportCell.Of(Name(b.State)), ReportCell.Of(b.Text)]))]);

    /// <summary>In words.</summary>
    public static string Name(BarState state) => state == BarState.RolledBack ? "Rolled back" : state.ToString();
}
