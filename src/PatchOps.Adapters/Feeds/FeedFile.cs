using PatchOps.Adapters.Feeds.Input;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;

namespace PatchOps.Adapters.Feeds;

/// <summary>A document that a reader has recognised, ready to be read.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Reader">Who reads it.</param>
/// <param name="LastModified">Date of the file, UTC.</param>
public sealed record FeedFile(string Path, IFeedReader Reader, DateTimeOffset LastModified)
{
    public FeedLimits Limits { get; init; } = FeedLimits.Default;

    /// <summary>A fresh context for one reading.</summary>
    public FeedContext Context(CancellationToken cancellation) => new(Path, LastModified) { Limits = Limits, Cancellation = cancellation };

    /// <summary>Uncompressed content as UTF-8. Dispose it.</summary>
    /// <exception cref="Domain.FailureException">The file cannot be opened; while reading: it outgrows its limits.</exception>
    public Stream Open() => FeedContent.Open(Path, Limits);

    /// <summary>Opens, reads and closes.</summary>
    /// <exception cref="Domain.FailureException">The document as a whole cannot be used.</exception>
    public IEnumerable<FeedItem> Read(FeedContext context)
    {
        using var stream = Open();
        foreach (var item in Reader.Read(stream, context)) yield return item;
    }
}
