using System.Text;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Files;

/// <summary>Reads UTF-8 files up to a bound that no document of ours reaches.</summary>
internal sealed class DocumentReader : IDocumentReader
{
    private const long MaxBytes = 512L * 1024 * 1024;

    public async ValueTask<string> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path)) throw new FailureException("PathNotFound", FailureKind.NotFound, $"The file '{path}' does not exist.", path, "Check the path; relative paths start at the current location.");
        if (new FileInfo(path).Length > MaxBytes) throw new FailureException("FileTooLarge", FailureKind.InvalidInput, $"'{path}' is larger than {MaxBytes / 1024 / 1024} MiB.", path, "Give a file that Export-PatchPlan wrote.");
        try
        {
            return await File.ReadAllTextAsync(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            throw new FailureException(new Failure("PathNotReadable", FailureKind.Unavailable, $"'{path}' cannot be read: {e.Message.TrimEnd('.')}.", path, "Check its rights; the file is UTF-8 text."), e);
        }
    }
}
