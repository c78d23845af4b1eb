namespace PatchOps.Core.Seams;

/// <summary>Reads one file as text, whole.</summary>
public interface IDocumentReader
{
    /// <exception cref="Domain.FailureException"><c>PathNotFound</c>; <c>FileTooLarge</c>; <c>PathNotReadable</c>.</exception>
    ValueTask<string> ReadAsync(string path, CancellationToken cancellationToken);
}
