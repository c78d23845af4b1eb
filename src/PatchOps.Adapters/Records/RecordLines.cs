using System.Text;
using PatchOps.Adapters.Feeds.Input;
using PatchOps.Core.Intake;
using PatchOps.Domain;

namespace PatchOps.Adapters.Records;

/// <summary>Lines of a text file with their numbers, whatever its compression; a line has a bound.</summary>
internal static class RecordLines
{
    private const int Longest = 1 << 20;

    /// <exception cref="FailureException"><c>LineTooLong</c>: this is no list of packages.</exception>
    public static IEnumerable<(int Number, string Text)> Read(string path, CancellationToken cancellationToken)
    {
        using var stream = FeedContent.Open(path, FeedLimits.Default);
        using var text = new StreamReader(stream, new UTF8Encoding(false, throwOnInvalidBytes: false));
        var line = new StringBuilder();
        var buffer = new char[8192];
        var number = 1;
        int read;
        while ((read = text.Read(buffer, 0, buffer.Length)) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var i = 0; i < read; i++)
            {
                if (buffer[i] == '\n')
                {
                    yield return (number++, line.ToString().TrimEnd('\r'));
                    line.Clear();
                    continue;
                }
                if (line.Length == Longest)
                    throw new FailureException("LineTooLong", FailureKind.InvalidInput, $"{path}, line {number} is longer than {Longest} characters.", path, "Check what the file is.");
                line.Append(buffer[i]);
            }
        }
        if (line.Length > 0) yield return (number, line.ToString());
    }
}
