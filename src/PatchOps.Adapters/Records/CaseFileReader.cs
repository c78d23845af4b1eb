using PatchOps.Adapters.Feeds.Input;
using PatchOps.Core.Intake;
using PatchOps.Core.Intake.Records;
using PatchOps.Core.Seams;

namespace PatchOps.Adapters.Records;

/// <summary>Problems and incidents: tables, or XES logs, by content.</summary>
internal sealed class CaseFileReader : IRecordReader
{
    private const int HeadBytes = 16 << 10;

    private readonly TabularReader tables = new();

    public IEnumerable<RecordRow> Read(string path, CancellationToken cancellationToken) =>
        File.Exists(path) && IsXes(path) ? XesReader.Read(path, cancellationToken) : tables.Read(path, cancellationToken);

    private static bool IsXes(string path)
    {
        var text = System.Text.Encoding.UTF8.GetString(FeedContent.Head(path, FeedLimits.Default, HeadBytes)).TrimStart();
        return text.StartsWith('<') && (text.Contains("<log>", StringComparison.Ordinal) || text.Contains("<log ", StringComparison.Ordinal) || text.Contains("<log\n", StringComparison.Ordinal));
    }
}
