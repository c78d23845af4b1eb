using System.Text;
using PatchOps.Adapters.Reports.Html;
using PatchOps.Adapters.Reports.Text;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Reports;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Reports;

/// <summary>Writes reports beside their final place and renames them, so that a reader sees the old file or the new one, never half of one.</summary>
public sealed class ReportWriter : IReportWriter
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    // Spreadsheets take a CSV file without the mark for something older than UTF-8.
    private static readonly UTF8Encoding MarkedUtf8 = new(encoderShouldEmitUTF8Identifier: true);

    public string Check(string path)
    {
        string full;
        try
        {
            full = Path.GetFullPath(path);
        }
        catch (ArgumentException e)
        {
            throw Unwritable(path, "is no valid path", "Name a file in an existing folder.", e);
        }
        if (Directory.Exists(full)) throw Unwritable(full, "is a folder", "Name a file in it, such as report.html.", null);
        var folder = Path.GetDirectoryName(full);
        if (folder is null || !Directory.Exists(folder)) throw Unwritable(full, $"lies in a folder that does not exist ({folder})", "Create the folder first, or name another with -Path.", null);
        return full;
    }

    public async ValueTask<string> WriteAsync(ReportModel report, ReportFormat format, string path, CancellationToken cancellationToken)
    {
        var full = Check(path);
        var text = Render(report, format);
        var draft = Path.Combine(Path.GetDirectoryName(full)!, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}.tmp");
        try
        {
            await File.WriteAllTextAsync(draft, text, format == ReportFormat.Csv ? MarkedUtf8 : Utf8, cancellationToken).ConfigureAwait(false);
            File.Move(draft, full, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(full, "cannot be written: " + e.Message.TrimEnd('.'), "Check the rights and the space of its folder, or name another with -Path.", e);
        }
        finally
        {
            Discard(draft);
        }
        return full;
    }

    /// <summary>The whole text of a report.</summary>
    public static string Render(ReportModel report, ReportFormat format) => format switch
    {
        ReportFormat.Html => HtmlReport.Write(report),
        ReportFormat.Markdown => MarkdownReport.Write(report),
        ReportFormat.Csv => CsvReport.Write(report),
        ReportFormat.Json => JsonReport.Write(report),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "No such format."),
    };

    private static void Discard(string draft)
    {
        try
        {
            File.Delete(draft);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Where the folder refuses writing there is no draft; the failure that led here says so.
        }
    }

    private static FailureException Unwritable(string path, string why, string remedy, Exception? inner) =>
        new(new Failure("PathUnwritable", FailureKind.InvalidInput, $"The report cannot be written: '{path}' {why}.", path, remedy), inner);
}
