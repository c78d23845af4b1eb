using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PatchOps.Core.Reports;

namespace PatchOps.Adapters.Reports.Text;

/// <summary>The report as data: values rounded exactly as the other formats show them, instants in UTC.</summary>
internal static class JsonReport
{
    public static string Write(ReportModel report) => new JObject
    {
        ["title"] = report.Title,
        ["kind"] = report.Kind.ToString(),
        ["asOf"] = Instant(report.AsOf),
        ["generatedAt"] = Instant(report.GeneratedAt),
        ["summary"] = new JArray(report.Summary),
        ["sections"] = new JArray(report.Sections.Select(Section)),
    }.ToString(Formatting.Indented) + "\n";

    private static JObject Section(ReportSection section) => new()
    {
        ["title"] = section.Title,
        ["text"] = new JArray(section.Text),
        ["figures"] = new JArray(section.Figures.Select(f => new JObject
        {
            ["label"] = f.Label, ["value"] = Value(f.Value), ["unit"] = f.Value.Unit, ["low"] = Value(f.Low), ["high"] = Value(f.High), ["n"] = f.N, ["definition"] = f.Definition,
        })),
        ["plots"] = new JArray(section.Plots.Where(p => !p.IsEmpty).Select(p =>
        {
            var plot = Table(p.Data);
            plot["description"] = p.Description;
            return plot;
        })),
        ["tables"] = new JArray(section.Tables.Select(Table)),
    };

    private static JObject Table(ReportTable table) => new()
    {
        ["title"] = table.Title,
        ["columns"] = new JArray(table.Columns.Select((c, i) => new JObject { ["name"] = c, ["unit"] = Unit(table, i) })),
        ["rows"] = new JArray(table.Rows.Select(r => new JArray(r.Select(Value)))),
        ["note"] = table.Note,
    };

    private static string? Unit(ReportTable table, int column) => table.Rows.Select(r => r[column].Unit).FirstOrDefault(u => u is not null);

    private static JToken Value(ReportCell? cell) => cell?.Value switch
    {
        null => JValue.CreateNull(),
        double number => new JValue(number),
        long number => new JValue(number),
        DateTimeOffset at => new JValue(Instant(at)),
        var other => new JValue(other.ToString()),
    };

    private static string Instant(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
