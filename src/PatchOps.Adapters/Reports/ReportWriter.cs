using PatchOps.Adapters.Files;
using PatchOps.Adapters.Reports.Html;
using PatchOps.Adapters.Reports.Text;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Reports;
using PatchOps.Core.Seams;

namespace PatchOps.Adapters.Reports;

/// <summary>Renders a report and has it written.</summary>
public sealed class ReportWriter : IReportWriter
{
    private readonly DocumentWriter files = new();

    public string Check(string path) => files.Check(path);

    public void Ahead(ReportFormat format)
    {
        if (format == ReportFormat.Html) HtmlReport.Ahead();
    }

    public ValueTask<string> WriteAsync(ReportModel report, ReportFormat format, string path, CancellationToken cancellationToken) =>
        files.WriteAsync(path, Render(report, format), marked: format == ReportFormat.Csv, cancellationToken);

    /// <summary>The whole text of a report.</summary>
    public static string Render(ReportModel report, ReportFormat format) => format switch
    {
        ReportFormat.Html => HtmlReport.Write(report),
        ReportFormat.Markdown => MarkdownReport.Write(report),
        ReportFormat.Csv => CsvReport.Write(report),
        ReportFormat.Json => JsonReport.Write(report),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "No such format."),
    };
}
