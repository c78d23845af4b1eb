using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.DebianTracker;

/// <summary>The Debian security tracker's JSON: a map of source packages, each a map of CVEs. One CVE of one package is one record.</summary>
public sealed class DebianTrackerReader : IFeedReader
{
    public FeedKind Kind => FeedKind.DebianTracker;

    public bool IsSnapshot => false;

    public bool Recognises(ReadOnlySpan<byte> head, string name)
    {
        var shape = JsonShape.Of(head);
        if (shape is not { IsObject: true }) return false;
        foreach (var path in shape.Paths)
        {
            var parts = path.Split('/');
            if (parts.Length == 3 && parts[1].StartsWith("CVE-", StringComparison.Ordinal) && parts[2] is "releases" or "scope" or "debianbug") return true;
        }
        return false;
    }

    public IEnumerable<FeedItem> Read(Stream stream, FeedContext context) =>
        new JsonRecordStream(stream, context, new DebianTrackerParser(context)).Items();
}
