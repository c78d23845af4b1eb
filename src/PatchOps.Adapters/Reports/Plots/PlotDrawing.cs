using PatchOps.Core.Reports;

namespace PatchOps.Adapters.Reports.Plots;

/// <summary>Draws each kind of plot.</summary>
internal static class PlotDrawing
{
    private const double Left = 64;
    private const double Right = SvgDrawing.Width - 16;

    /// <param name="id">Unique in the page.</param>
    public static string Draw(ReportPlot plot, string id) => plot switch
    {
        IntervalPlot intervals => Intervals(intervals, id),
        TimePlot time => Time(time, id),
        TimelinePlot timeline => Timeline(timeline, id),
        _ => throw new ArgumentOutOfRangeException(nameof(plot), plot.GetType().Name, "No drawing for this plot."),
    };

    private static string Intervals(IntervalPlot plot, string id)
    {
        const double rowHeight = 34, top = 34, from = 130, to = SvgDrawing.Width - 120;
        var bottom = top + (plot.Rows.Count * rowHeight);
        using var svg = new SvgDrawing(id, plot, bottom + 40);
        // One row with next to no exposure has an interval that would flatten all others: its line runs out of the picture with an arrow.
        var values = plot.Rows.SelectMany(r => new[] { r.First, r.Second }).OfType<PlotInterval>().ToList();
        var most = values.Count == 0 ? 1 : values.Max(v => v.Value);
        var highs = values.Select(v => v.High ?? v.Value).Order().ToList();
        var axis = PlotAxis.Numbers(0, Math.Max(most * 1.05, highs.Count == 0 ? 1 : Math.Min(highs[^1], most * 2)), from, to);
        foreach (var (value, text) in axis.Ticks)
        {
            svg.Line(axis.At(value), top - 6, axis.At(value), bottom, "grid");
            svg.Text(axis.At(value), bottom + 16, text, "middle");
        }
        svg.Circle(from + 6, 12, 5, "mark before");
        svg.Text(from + 17, 16, plot.First);
        svg.Diamond(from + 96, 12, 6, "mark after");
        svg.Text(from + 108, 16, plot.Second);
        svg.Text((from + to) / 2, bottom + 34, plot.Unit, "middle", "axis");
        for (var i = 0; i < plot.Rows.Count; i++)
        {
            var row = plot.Rows[i];
            var y = top + (i * rowHeight) + (rowHeight / 2);
            if (i > 0) svg.Line(8, y - (rowHeight / 2), SvgDrawing.Width - 8, y - (rowHeight / 2), "rule");
            svg.Text(from - 10, y + 4, SvgDrawing.Fit(row.Label, 17), "end", "label strong");
            Mark(row.First, y - 6, first: true);
            Mark(row.Second, y + 6, first: false);
            if (row.Note is not null) svg.Text(to + 12, y + 4, SvgDrawing.Fit(row.Note, 16));
        }
        return svg.Finish();

        void Mark(PlotInterval? interval, double y, bool first)
        {
            if (interval is not { } v) return;
            var style = first ? "before" : "after";
            var tip = FormattableString.Invariant($"{(first ? plot.First : plot.Second)}: {v.Value:0.###} {plot.Unit}");
            if (v.Low is { } low)
            {
                var end = v.High ?? double.MaxValue;
                svg.Line(axis.At(low), y, axis.At(end), y, "whisker " + style);
                if (axis.Beyond(end)) svg.Path([(to - 6, y - 4), (to, y), (to - 6, y + 4)], "whisker " + style);
            }
            if (first) svg.Circle(axis.At(v.Value), y, 5, "mark before", tip);
            else svg.Diamond(axis.At(v.Value), y, 6, "mark after", tip);
        }
    }

    /// <summary>Mark of an event, by its place among all of a plot.</summary>
    public static string Letter(int place) => ((char)('A' + (place % 26))).ToString();

    private static string Time(TimePlot plot, string id)
    {
        var points = plot.Series.SelectMany(s => s.Points).ToList();
        var known = points.Where(p => p.Value is not null).ToList();
        var high = known.Count == 0 ? 1 : known.Max(p => Math.Max(p.Value!.Value, Math.Min(p.High ?? 0, known.Max(k => k.Value!.Value) * 2)));
        var first = points.Min(p => p.At);
        var last = points.Max(p => p.At);
        var bars = plot.Style == TimePlotStyle.Bars;
        // What is counted in a month stands in its middle, and a mark of an event where it happened.
        DateTimeOffset Middle(DateTimeOffset at) => plot.Monthly ? at + ((at.AddMonths(1) - at) / 2) : at;
        var x = PlotAxis.Time(first, plot.Monthly ? last.AddMonths(1) : last, Left, Right);
        var flags = Rows([.. plot.Events.Select(e => x.At(e.At))]);
        var top = 30.0 + (flags.Length == 0 ? 0 : (18 * flags.Max()) + 14);
        var bottom = top + 210;
        var y = PlotAxis.Numbers(0, high, bottom, top, plot.Unit == "%");
        using var svg = new SvgDrawing(id, plot, bottom + 26);
        foreach (var (value, text) in y.Ticks)
        {
            svg.Line(Left, y.At(value), Right, y.At(value), "grid");
            svg.Text(Left - 8, y.At(value) + 4, text, "end");
        }
        foreach (var (value, _) in x.Ticks) svg.Line(x.At(value), bottom, x.At(value), bottom + 5, "grid");
        // A mark at either edge keeps its words inside the picture.
        Words(svg, x, bottom + 20, plot.Monthly ? 2 : 0, at => at > Right - 40 ? "end" : plot.Monthly || at < Left + 20 ? "start" : "middle");
        svg.Text(8, 16, plot.Unit, "start", "axis");
        for (var s = 0; s < plot.Series.Count; s++)
        {
            var series = plot.Series[s];
            var style = s % 2 == 0 ? "before" : "after";
            if (plot.Series.Count > 1)
            {
                var legend = 200 + (s * 130);
                svg.Line(legend, 12, legend + 24, 12, $"curve {style}");
                svg.Text(legend + 30, 16, series.Name);
            }
            if (bars) Bars(series);
            else if (plot.Style == TimePlotStyle.Steps) Steps(series, style);
            else Curve(series, style);
        }
        Events();
        return svg.Finish();

        void Events()
        {
            for (var i = 0; i < plot.Events.Count; i++)
            {
                var one = plot.Events[i];
                var at = x.At(one.At);
                var y = top - 9 - (flags[i] * 18);
                svg.Line(at, y + 8, at, bottom, "event");
                svg.Circle(at, y, 8, "flag", $"{ReportCell.Day(one.At).Text} {one.Text}");
                svg.Text(at, y + 4, Letter(i), "middle", "label letter");
            }
        }

        void Bars(PlotSeries series)
        {
            foreach (var point in series.Points.Where(p => p.Value is not null))
            {
                var from = x.At(point.At);
                var to = x.At(point.At.AddMonths(1));
                var height = y.At(point.Value!.Value);
                svg.Rectangle(from + 2, height, to - from - 4, bottom - height, "bar", Tip(series, point));
                if (series.Points.Count <= 24) svg.Text((from + to) / 2, height - 4, ReportCell.Of(point.Value, plot.Decimals).Text, "middle", "value");
            }
        }

        void Steps(PlotSeries series, string style)
        {
            var line = new List<(double, double)>();
            foreach (var point in series.Points.Where(p => p.Value is not null))
            {
                if (line.Count > 0) line.Add((x.At(point.At), line[^1].Item2));
                line.Add((x.At(point.At), y.At(point.Value!.Value)));
            }
            svg.Path(line, "curve " + style);
            if (series.Points.Count > 0 && series.Points[^1] is { Value: { } end } final) svg.Circle(x.At(final.At), y.At(end), 4, "mark " + style, Tip(series, final));
        }

        void Curve(PlotSeries series, string style)
        {
            foreach (var run in Runs(series.Points))
            {
                var band = run.Where(p => p is { Low: not null, High: not null }).ToList();
                if (band.Count > 1) svg.Path([.. band.Select(p => (x.At(Middle(p.At)), y.At(p.High!.Value))), .. Enumerable.Reverse(band).Select(p => (x.At(Middle(p.At)), y.At(p.Low!.Value)))], "band " + style, closed: true);
                else if (band.Count == 1) svg.Line(x.At(Middle(band[0].At)), y.At(band[0].Low!.Value), x.At(Middle(band[0].At)), y.At(band[0].High!.Value), "whisker " + style);
                svg.Path([.. run.Select(p => (x.At(Middle(p.At)), y.At(p.Value!.Value)))], "curve " + style);
                foreach (var point in run) svg.Circle(x.At(Middle(point.At)), y.At(point.Value!.Value), 4, "mark " + style, Tip(series, point));
            }
        }

        string Tip(PlotSeries series, PlotPoint point) =>
            $"{(plot.Monthly ? point.At.ToUniversalTime().ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture) : ReportCell.Of(point.At).Text)} {series.Name}: {ReportCell.Of(point.Value, plot.Decimals, plot.Unit).Text}";
    }

    /// <summary>The words of a time axis; those that would stand in the words before them are left out.</summary>
    private static void Words(SvgDrawing svg, PlotAxis axis, double y, double indent, Func<double, string> anchorAt)
    {
        const double letter = 7, gap = 6;
        var free = double.MinValue;
        foreach (var (value, text) in axis.Ticks)
        {
            var at = axis.At(value) + indent;
            var (anchor, width) = (anchorAt(at), text.Length * letter);
            var from = anchor switch { "end" => at - width, "middle" => at - (width / 2), _ => at };
            if (from < free) continue;
            svg.Text(at, y, text, anchor);
            free = from + width + gap;
        }
    }

    /// <summary>A row for each flag, the lowest in which it covers no other.</summary>
    private static int[] Rows(IReadOnlyList<double> places)
    {
        var (rows, ends) = (new int[places.Count], new List<double>());
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = ends.FindIndex(end => places[i] - end >= 18) is >= 0 and var free ? free : ends.Count;
            if (rows[i] == ends.Count) ends.Add(places[i]);
            else ends[rows[i]] = places[i];
        }
        return rows;
    }

    /// <summary>Stretches without a gap.</summary>
    private static IEnumerable<List<PlotPoint>> Runs(IReadOnlyList<PlotPoint> points)
    {
        var run = new List<PlotPoint>();
        foreach (var point in points)
        {
            if (point.Value is not null)
            {
                run.Add(point);
                continue;
            }
            if (run.Count > 0) yield return run;
            run = [];
        }
        if (run.Count > 0) yield return run;
    }

    private static string Timeline(TimelinePlot plot, string id)
    {
        const double rowHeight = 26, top = 30, from = 190;
        var bottom = top + (plot.Lanes.Count * rowHeight);
        var bars = plot.Lanes.SelectMany(l => l.Bars).ToList();
        var x = PlotAxis.Time(bars.Min(b => b.Start), bars.Max(b => b.End), from, Right - 10);
        using var svg = new SvgDrawing(id, plot, bottom + 26);
        var legend = from;
        foreach (var state in bars.Select(b => b.State).Distinct().Order())
        {
            svg.Rectangle(legend, 5, 14, 12, "span " + Style(state));
            Sign(state, legend + 7, 11);
            svg.Text(legend + 20, 16, TimelinePlot.Name(state));
            legend += 96;
        }
        foreach (var (value, _) in x.Ticks) svg.Line(x.At(value), top - 4, x.At(value), bottom, "grid");
        Words(svg, x, bottom + 18, 0, at => at > Right - 30 ? "end" : "middle");
        for (var i = 0; i < plot.Lanes.Count; i++)
        {
            var lane = plot.Lanes[i];
            var y = top + (i * rowHeight);
            if (i > 0) svg.Line(8, y, Right, y, "rule");
            svg.Text(from - 10, y + 17, SvgDrawing.Fit(lane.Label, 27), "end");
            foreach (var bar in lane.Bars)
            {
                var start = x.At(bar.Start);
                var width = Math.Max(4, x.At(bar.End) - start);
                var tip = $"{lane.Label}: {TimelinePlot.Name(bar.State)}, {ReportCell.Of(bar.Start).Text} to {ReportCell.Of(bar.End).Text} UTC; {bar.Text}";
                if (bar.State == BarState.Planned) svg.Rectangle(start, y + 5, width, 16, "span planned", tip);
                else
                {
                    svg.Rectangle(start, y + 8, width, 10, "span " + Style(bar.State), tip);
                    Sign(bar.State, start + width + 9, y + 13);
                }
            }
        }
        return svg.Finish();

        // States differ in shape as well as in colour.
        void Sign(BarState state, double cx, double cy)
        {
            switch (state)
            {
                case BarState.Failed:
                    svg.Line(cx - 4, cy - 4, cx + 4, cy + 4, "sign");
                    svg.Line(cx - 4, cy + 4, cx + 4, cy - 4, "sign");
                    break;
                case BarState.RolledBack:
                    svg.Path([(cx + 4, cy - 4), (cx - 3, cy), (cx + 4, cy + 4)], "sign");
                    break;
                case BarState.Skipped:
                    svg.Line(cx - 4, cy, cx + 4, cy, "sign");
                    break;
            }
        }
    }

    private static string Style(BarState state) => state.ToString().ToLowerInvariant();
}
