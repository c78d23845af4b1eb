using System.Text;
using PatchOps.Core.Reports;

namespace PatchOps.Adapters.Reports.Text;

/// <summary>GitHub-flavoured Markdown; plots become tables.</summary>
internal static class MarkdownReport
{
    private const string Special = @"\`*_{}[]<>()#+-!|~&";

    public static string Write(ReportModel report)
    {
        var text = new StringBuilder();
        Line(text, $"# {Escape(report.Title)}", "", $"As known on {ReportCell.Of(report.AsOf).Text} UTC. Made with PatchOps on {ReportCell.Of(report.GeneratedAt).Text} UTC.", "");
        foreach (var sentence in report.Summary) Line(text, $"- {Escape(sentence)}");
        foreach (var section in report.Sections)
        {
            Line(text, "", $"## {Escape(section.Title)}");
            foreach (var paragraph in section.Text) Line(text, "", Escape(paragraph));
            if (section.Figures.Count > 0)
            {
                Line(text, "", "| Figure | Value | Basis | Meaning |", "| --- | --- | --- | --- |");
                foreach (var figure in section.Figures) Line(text, $"| {Escape(figure.Label)} | {Escape(figure.Value.Text)} | {Escape(figure.Basis)} | {Escape(figure.Definition ?? "")} |");
            }
            foreach (var plot in section.Plots.Where(p => !p.IsEmpty))
            {
                Table(text, plot.Data);
                Line(text, "", Escape(plot.Description));
            }
            foreach (var table in section.Tables) Table(text, table);
        }
        return text.ToString();
    }

    private static void Table(StringBuilder text, ReportTable table)
    {
        Line(text, "", $"### {Escape(table.Title)}", "");
        if (table.Rows.Count == 0) Line(text, "Nothing to list.");
        else
        {
            Line(text, $"| {string.Join(" | ", table.Columns.Select(Escape))} |", $"|{string.Concat(table.Columns.Select((_, i) => table.Rows.Any(r => i > 0 && r[i].IsNumber) ? " ---: |" : " --- |"))}");
            foreach (var row in table.Rows) Line(text, $"| {string.Join(" | ", row.Select(c => Escape(c.Text)))} |");
        }
        if (table.Note is not null) Line(text, "", Escape(table.Note));
    }

    private static void Line(StringBuilder text, params ReadOnlySpan<string> lines)
    {
        foreach (var line in lines) text.Append(line).Append('\n');
    }

    /// <summary>Text that Markdown shows as it is. A mark inside a word or number has no meaning and stays readable.</summary>
    private static string Escape(string text)
    {
        var clean = ReportCell.Clean(text);
        var escaped = new StringBuilder(clean.Length);
        for (var i = 0; i < clean.Length; i++)
        {
            var c = clean[i];
            var harmless = (c is '(' or ')' or '+' or '-' or '#' or '!' && i > 0) || (c is '+' or '-' && i + 1 < clean.Length && char.IsAsciiDigit(clean[i + 1]));
            if (Special.Contains(c, StringComparison.Ordinal) && !harmless) escaped.Append('\\');
            escaped.Append(c);
        }
        return escaped.ToString();
    }
}
