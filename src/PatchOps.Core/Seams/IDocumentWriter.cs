namespace PatchOps.Core.Seams;

/// <summary>Writes a text into one file, whole or not at all.</summary>
public interface IDocumentWriter
{
    /// <summary>Full path of the file that would be written.</summary>
    /// <exception cref="Domain.FailureException"><c>PathUnwritable</c>: it is a folder, or its folder does not exist.</exception>
    string Check(string path);

    /// <summary>Writes and returns the full path; an older file of that name is replaced.</summary>
    /// <param name="path">File.</param>
    /// <param name="text">Whole content.</param>
    /// <param name="marked">True for a byte order mark: spreadsheets take a CSV file without one for something older than UTF-8.</param>
    /// <exception cref="Domain.FailureException"><c>PathUnwritable</c>: the file cannot be written.</exception>
    ValueTask<string> WriteAsync(string path, string text, bool marked, CancellationToken cancellationToken);
}
