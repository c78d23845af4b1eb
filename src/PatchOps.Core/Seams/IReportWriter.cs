using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Reports;

namespace PatchOps.Core.Seams;

/// <summary>Writes a report into one file, whole or not at all.</summary>
public interface IReportWriter
{
    /// <summary>Full path of the file that would be written.</summary>
    /// <exception cref="Domain.FailureException"><c>PathUnwritable</c>: it is a folder, or its folder does not exist.</exception>
    string Check(string path);

    /// <summary>Begins to make ready what the format needs; who writes waits for it.</summary>
    void Ahead(ReportFormat format);

    /// <summary>Writes and returns the full path; an older file of that name is replaced.</summary>
    /// <exception cref="Domain.FailureException"><c>PathUnwritable</c>: the file cannot be written.</exception>
    ValueTask<string> WriteAsync(ReportModel report, ReportFormat format, string path, CancellationToken cancellationToken);
}
