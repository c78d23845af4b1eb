using PatchOps.Core.Seams;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds;

/// <summary>Feeds in files and folders.</summary>
internal sealed class FeedSource : IFeedSource
{
    public IEnumerable<FeedDocument> Find(IReadOnlyList<string> paths, FeedKind kind) =>
        FeedFiles.Expand(paths, kind).Select(found => found.File is { } file
            ? new FeedDocument { Path = file.Path, Kind = file.Reader.Kind, IsSnapshot = file.Reader.IsSnapshot, Read = c => file.Read(file.Context(c)) }
            : new FeedDocument { Path = found.Failure!.Target ?? "", Failure = found.Failure, IsWarning = found.IsWarning });
}
