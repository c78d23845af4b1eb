using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using PatchOps.Adapters.Reports;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Reports;

namespace PatchOps.Adapters.Tests.Reports;

/// <summary>The words below a time axis can be read, whatever the span.</summary>
public sealed partial class TimeAxisTests
{
    // Digits of twelve pixels in the narrowest of the fonts that the page asks for.
    private const double Letter = 6.3;

    private static readonly DateTimeOffset Start = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0)]
    [InlineData(11)]
    public void No_words_stand_in_others(int day)
    {
        for (var months = 1; months <= 60; months++)
        {
            List<PlotPoint> points = [.. Enumerable.Range(0, months + 1).Select(i => new PlotPoint(Start.AddMonths(i).AddDays(i == 0 ? 0 : day), i))];
            AssertReadable(new TimePlot("T", "D", "hours", TimePlotStyle.Line, 0, [new PlotSeries("S", points)]));
        }
    }

    [Fact]
    public void Neither_do_they_in_hours_and_days()
    {
        for (var hours = 1; hours <= 24 * 75; hours = (hours * 5 / 4) + 1)
            AssertReadable(new TimePlot("T", "D", "hours", TimePlotStyle.Steps, 0, [new PlotSeries("S", [new(Start.AddHours(22), 1), new(Start.AddHours(22 + hours), 2)])]));
    }

    private static void AssertReadable(TimePlot plot)
    {
        var model = new ReportModel { Title = "R", Kind = ReportKind.Executive, GeneratedAt = Start, AsOf = Start, Summary = [], Sections = [new ReportSection { Title = "S", Plots = [plot] }] };
        var html = ReportWriter.Render(model, ReportFormat.Html);
        var svg = XElement.Parse(html[html.IndexOf("<svg", StringComparison.Ordinal)..(html.IndexOf("</svg>", StringComparison.Ordinal) + 6)]);
        var words = svg.Descendants("text").Where(t => Day().IsMatch(t.Value)).ToList();
        Assert.NotEmpty(words);
        var free = double.MinValue;
        foreach (var word in words)
        {
            var (at, width) = (double.Parse(word.Attribute("x")!.Value, CultureInfo.InvariantCulture), word.Value.Length * Letter);
            var from = word.Attribute("text-anchor")?.Value switch { "end" => at - width, "middle" => at - (width / 2), _ => at };
            Assert.True(from >= free, $"'{word.Value}' begins at {from}, and the words before it end at {free}: {plot.Data.Rows[^1][0].Text}");
            Assert.InRange(from, 0, 760 - width + 1);
            free = from + width;
        }
    }

    [GeneratedRegex(@"^\d\d(\d\d)?-\d\d( |-|$)")]
    private static partial Regex Day();
}
