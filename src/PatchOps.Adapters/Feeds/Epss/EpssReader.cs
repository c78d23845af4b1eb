using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.Epss;

/// <summary>One day of EPSS scores: FIRST's CSV with or without its comment line and header, and the semicolon layout of mirrors.</summary>
/// <remarks>The day is the comment's score_date, else the date in the file's name, else the file's date.</remarks>
public sealed class EpssReader : IFeedReader
{
    public FeedKind Kind => FeedKind.Epss;

    public bool IsSnapshot => true;

    public bool Recognises(ReadOnlySpan<byte> head, string name)
    {
        for (var lines = 0; lines < 3 && !head.IsEmpty; lines++)
        {
            var end = head.IndexOf((byte)'\n');
            var line = (end < 0 ? head : head[..end]).TrimEnd((byte)'\r');
            if (line.StartsWith("#model_version"u8) || line.StartsWith("cve,epss"u8) || line.StartsWith("cve;epss"u8)) return true;
            if (EpssRow.TryParse(line, out _, out _, out _, out _)) return true;
            if (!line.StartsWith("#"u8) || end < 0) return false;
            head = head[(end + 1)..];
        }
        return false;
    }

    public IEnumerable<FeedItem> Read(Stream stream, FeedContext context) => new EpssRows(stream, context).Items();
}
