using PatchOps.Core.Intake;
using PatchOps.Domain;
using PatchOps.Domain.Facts;

namespace PatchOps.Core.Seams;

/// <summary>One document of a feed, recognised and not yet read; or why there is none.</summary>
public sealed record FeedDocument
{
    public required string Path { get; init; }

    public FeedKind Kind { get; init; }

    /// <summary>All or nothing: one bad record makes the document unusable.</summary>
    public bool IsSnapshot { get; init; }

    /// <summary>Reads from the beginning; a document as a whole that cannot be used throws.</summary>
    public Func<CancellationToken, IEnumerable<FeedItem>> Read { get; init; } = _ => [];

    public Failure? Failure { get; init; }

    /// <summary>True where <see cref="Failure"/> is of a file that merely lay in a named folder.</summary>
    public bool IsWarning { get; init; }
}

/// <summary>Finds feed documents behind paths.</summary>
public interface IFeedSource
{
    IEnumerable<FeedDocument> Find(IReadOnlyList<string> paths, FeedKind kind);
}
