using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using PatchOps.Core.Reports;

namespace PatchOps.Adapters.Reports.Text;

/// <summary>One table, one value a line: Section, Table, Row, Column, Value, Unit.</summary>
internal static class CsvReport
{
    public static string Write(ReportModel report)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using (var csv = new CsvWriter(text, new CsvConfiguration(CultureInfo.InvariantCulture) { NewLine = "\n" }))
        {
            Row(csv, "Section", "Table", "Row", "Column", "Value", "Unit");
            Row(csv, "Report", "Report", report.Title, "As of", Value(ReportCell.Of(report.AsOf)), "");
            Row(csv, "Report", "Report", report.Title, "Generated at", Value(ReportCell.Of(report.GeneratedAt)), "");
            for (var i = 0; i < report.Summary.Count; i++) Row(csv, "Report", "In short", (i + 1).ToString(CultureInfo.InvariantCulture), "Text", report.Summary[i], "");
            foreach (var section in report.Sections)
            {
                for (var i = 0; i < section.Text.Count; i++) Row(csv, section.Title, "Text", (i + 1).ToString(CultureInfo.InvariantCulture), "Text", section.Text[i], "");
                foreach (var figure in section.Figures)
                {
                    Cell(csv, section.Title, "Figures", figure.Label, "Value", figure.Value);
                    if (figure.Low is not null) Cell(csv, section.Title, "Figures", figure.Label, "Low", figure.Low);
                    if (figure.High is not null) Cell(csv, section.Title, "Figures", figure.Label, "High", figure.High);
                    if (figure.N is { } n) Cell(csv, section.Title, "Figures", figure.Label, "n", ReportCell.Of(n));
                }
                foreach (var table in section.Plots.Where(p => !p.IsEmpty).Select(p => p.Data).Concat(section.Tables))
                {
                    foreach (var row in table.Rows)
                        for (var i = 1; i < row.Count; i++) Cell(csv, section.Title, table.Title, row[0].Text, table.Columns[i], row[i]);
                }
            }
        }
        return text.ToString();
    }

    private static void Cell(CsvWriter csv, string section, string table, string row, string column, ReportCell cell)
    {
        Text(csv, section, table, row, column);
        // Only text can be mistaken for a formula; a negative number is a number.
        csv.WriteField(cell.Value is string text ? Safe(text) : Value(cell));
        csv.WriteField(cell.Unit ?? "");
        csv.NextRecord();
    }

    private static void Row(CsvWriter csv, params ReadOnlySpan<string> fields)
    {
        Text(csv, fields);
        csv.NextRecord();
    }

    private static void Text(CsvWriter csv, params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields) csv.WriteField(Safe(ReportCell.Clean(field)));
    }

    /// <summary>A spreadsheet runs what begins like a formula; an apostrophe makes it text.</summary>
    private static string Safe(string text) => text.Length > 0 && text[0] is '=' or '+' or '-' or '@' ? "'" + text : text;

    private static string Value(ReportCell cell) => cell.Value switch
    {
        null => "",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        long number => number.ToString(CultureInfo.InvariantCulture),
        DateTimeOffset at => at.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        var other => other.ToString() ?? "",
    };
}
