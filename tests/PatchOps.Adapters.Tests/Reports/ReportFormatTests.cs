using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using CsvHelper;
using Newtonsoft.Json.Linq;
using PatchOps.Adapters.Reports;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Reports;

namespace PatchOps.Adapters.Tests.Reports;

public partial class ReportFormatTests
{
    public static TheoryData<ReportKind, bool> Kinds()
    {
        var data = new TheoryData<ReportKind, bool>();
        foreach (var kind in Enum.GetValues<ReportKind>())
        {
            data.Add(kind, false);
            data.Add(kind, true);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_page_loads_nothing_and_runs_nothing(ReportKind kind, bool empty)
    {
        var html = ReportWriter.Render(ReportSamples.Build(kind, empty), ReportFormat.Html);
        Assert.DoesNotMatch("(?i)<(script|link|iframe|object|embed|img|base|form)\\b", html);
        Assert.DoesNotMatch("(?i)<[^>]*\\s(src|srcset|on[a-z]+|xlink:href|action)\\s*=", html);
        Assert.DoesNotMatch("(?i)(url\\(|@import|@font-face)", html);
        Assert.All(Links().Matches(html).Select(m => m.Groups[1].Value), target => Assert.StartsWith("#", target, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_page_is_well_formed_and_its_links_and_labels_have_targets(ReportKind kind, bool empty)
    {
        var html = ReportWriter.Render(ReportSamples.Build(kind, empty), ReportFormat.Html);
        // Without its void elements and head the page is XML: every name that was written into it is escaped.
        var body = XElement.Parse(html[html.IndexOf("<body>", StringComparison.Ordinal)..html.IndexOf("</html>", StringComparison.Ordinal)]);
        var ids = body.Descendants().Select(e => (string?)e.Attribute("id")).OfType<string>().ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(Links().Matches(html).Select(m => m.Groups[1].Value[1..]), target => Assert.Contains(target, ids));
        Assert.All(body.Descendants().SelectMany(e => ((string?)e.Attribute("aria-labelledby") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)), label => Assert.Contains(label, ids));
        Assert.All(body.Descendants("svg"), svg => Assert.Equal(["title", "desc"], svg.Elements().Take(2).Select(e => e.Name.LocalName)));
        Assert.All(body.Descendants("th"), header => Assert.Contains((string?)header.Attribute("scope"), new[] { "col", "row" }));
        Assert.All(body.Descendants("table"), table => Assert.NotNull(table.Element("caption")));
        Assert.Single(body.Descendants("h1"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void No_format_shows_a_number_that_is_none(ReportKind kind, bool empty)
    {
        var report = ReportSamples.Build(kind, empty);
        foreach (var format in Enum.GetValues<ReportFormat>())
            Assert.DoesNotMatch(@"\b(NaN|Infinity|-Infinity|∞)\b", ReportWriter.Render(report, format));
    }

    [Fact]
    public void A_hostile_name_is_text_on_the_page()
    {
        var html = ReportWriter.Render(ReportSamples.Build(ReportKind.Wave), ReportFormat.Html);
        var body = XElement.Parse(html[html.IndexOf("<body>", StringComparison.Ordinal)..html.IndexOf("</html>", StringComparison.Ordinal)]);
        Assert.Contains(body.Descendants("th"), th => th.Value == ReportCell.Clean(ReportSamples.Hostile));
        Assert.DoesNotContain("\u202E", html, StringComparison.Ordinal);
        Assert.DoesNotContain("\u0007", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ReportKind.Operations)]
    [InlineData(ReportKind.Problem)]
    [InlineData(ReportKind.Wave)]
    [InlineData(ReportKind.Executive)]
    [InlineData(ReportKind.Compliance)]
    public void All_formats_carry_the_same_numbers(ReportKind kind)
    {
        var report = ReportSamples.Build(kind);
        var html = ReportWriter.Render(report, ReportFormat.Html);
        var page = XElement.Parse(html[html.IndexOf("<body>", StringComparison.Ordinal)..html.IndexOf("</html>", StringComparison.Ordinal)]);
        var shown = page.Descendants().Where(e => e.Name.LocalName is "td" or "dd").Select(e => e.Value).ToHashSet();
        var markdown = ReportWriter.Render(report, ReportFormat.Markdown);
        var json = JObject.Parse(ReportWriter.Render(report, ReportFormat.Json));
        var csv = Csv(ReportWriter.Render(report, ReportFormat.Csv));
        var checkedNumbers = 0;
        for (var s = 0; s < report.Sections.Count; s++)
        {
            var section = report.Sections[s];
            for (var f = 0; f < section.Figures.Count; f++)
            {
                var figure = section.Figures[f];
                var data = json["sections"]![s]!["figures"]![f]!;
                if (figure.Value.IsNumber) Assert.Equal(Number(figure.Value), (double?)data["value"]);
                else Assert.Equal(figure.Value.Value?.ToString(), (string?)data["value"]);
                Assert.Contains(figure.Value.Text, shown);
                Assert.Contains($"| {figure.Value.Text} |", markdown, StringComparison.Ordinal);
                if (figure.Value.IsNumber) Assert.Contains(csv, r => r.Row == figure.Label && r.Column == "Value" && double.Parse(r.Value, CultureInfo.InvariantCulture) == Number(figure.Value));
                checkedNumbers++;
            }
            var tables = section.Plots.Where(p => !p.IsEmpty).Select((p, i) => (Table: p.Data, Json: json["sections"]![s]!["plots"]![i]!))
                .Concat(section.Tables.Select((t, i) => (Table: t, Json: json["sections"]![s]!["tables"]![i]!)));
            foreach (var (table, data) in tables)
            {
                for (var r = 0; r < table.Rows.Count; r++)
                {
                    for (var c = 1; c < table.Columns.Count; c++)
                    {
                        var cell = table.Rows[r][c];
                        if (!cell.IsNumber) continue;
                        Assert.Equal(Number(cell), (double?)data["rows"]![r]![c]);
                        Assert.Contains(cell.Text, shown);
                        Assert.Contains($" {cell.Text} |", markdown, StringComparison.Ordinal);
                        Assert.Contains(csv, v => v.Table == table.Title.TrimStart() && v.Column == table.Columns[c] && v.Value.Length > 0 && double.TryParse(v.Value, CultureInfo.InvariantCulture, out var n) && n == Number(cell));
                        checkedNumbers++;
                    }
                }
            }
        }
        Assert.True(checkedNumbers > 20, $"Only {checkedNumbers} numbers were compared.");
    }

    [Fact]
    public void A_spreadsheet_finds_no_formula()
    {
        var csv = Csv(ReportWriter.Render(ReportSamples.Build(ReportKind.Operations), ReportFormat.Csv));
        foreach (var field in csv.SelectMany(r => new[] { r.Section, r.Table, r.Row, r.Column, r.Value }))
            Assert.True(field.Length == 0 || "=+-@".IndexOf(field[0], StringComparison.Ordinal) < 0 || double.TryParse(field, CultureInfo.InvariantCulture, out _), field);
        Assert.Contains(csv, r => r.Value.StartsWith('-') && double.TryParse(r.Value, CultureInfo.InvariantCulture, out _));
    }

    [Fact]
    public void Markdown_keeps_each_row_on_one_line_with_all_its_cells()
    {
        var report = ReportSamples.Build(ReportKind.Operations);
        var lines = ReportWriter.Render(report, ReportFormat.Markdown).Split('\n');
        var table = report.Sections.SelectMany(s => s.Tables).First(t => t.Title == "Risk ranking");
        var start = Array.FindIndex(lines, l => l == "### Risk ranking") + 2;
        for (var i = 0; i < table.Rows.Count + 2; i++) Assert.Equal(table.Columns.Count + 1, UnescapedBars().Matches(lines[start + i]).Count);
        Assert.DoesNotContain(lines, l => l.Contains("<script", StringComparison.Ordinal) && !l.Contains("\\<script", StringComparison.Ordinal));
    }

    [Fact]
    public void What_the_data_do_not_carry_is_said_in_words()
    {
        var report = ReportSamples.Build(ReportKind.Executive, empty: true);
        Assert.Contains(ReportCell.NoData, ReportWriter.Render(report, ReportFormat.Html), StringComparison.Ordinal);
        Assert.Contains("Import-PatchAsset", ReportWriter.Render(report, ReportFormat.Markdown), StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_do_not_follow_the_machine_s_culture()
    {
        var before = ReportWriter.Render(ReportSamples.Build(ReportKind.Operations), ReportFormat.Html);
        var culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("de-DE");
            Assert.Equal(before, ReportWriter.Render(ReportSamples.Build(ReportKind.Operations), ReportFormat.Html));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    private static double? Number(ReportCell cell) => cell.Value switch { double d => d, long l => l, _ => null };

    private static List<(string Section, string Table, string Row, string Column, string Value)> Csv(string text)
    {
        using var reader = new CsvReader(new StringReader(text), CultureInfo.InvariantCulture);
        var rows = new List<(string, string, string, string, string)>();
        reader.Read();
        reader.ReadHeader();
        Assert.Equal(["Section", "Table", "Row", "Column", "Value", "Unit"], reader.HeaderRecord!);
        while (reader.Read()) rows.Add((reader.GetField(0)!, reader.GetField(1)!, reader.GetField(2)!, reader.GetField(3)!, reader.GetField(4)!));
        return rows;
    }

    [GeneratedRegex("href=\"([^\"]*)\"")]
    private static partial Regex Links();

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex UnescapedBars();
}
