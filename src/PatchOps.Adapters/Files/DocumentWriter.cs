using System.Text;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Files;

/// <summary>Writes beside the final place and renames, so that a reader sees the old file or the new one, never half of one.</summary>
public sealed class DocumentWriter : IDocumentWriter
{
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

    public async ValueTask<string> WriteAsync(string path, string text, bool marked, CancellationToken cancellationToken)
    {
        var full = Check(path);
        var draft = Path.Combine(Path.GetDirectoryName(full)!, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}.tmp");
        try
        {
            await File.WriteAllTextAsync(draft, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: marked), cancellationToken).ConfigureAwait(false);
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
        new(new Failure("PathUnwritable", FailureKind.InvalidInput, $"The file cannot be written: '{path}' {why}.", path, remedy), inner);
}
