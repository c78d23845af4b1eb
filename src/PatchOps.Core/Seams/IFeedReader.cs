using PatchOps.Core.Intake;
using PatchOps.Domain.Facts;

namespace PatchOps.Core.Seams;

/// <summary>Reads one kind of feed. Laws: it streams; memory is bounded whatever the document's size; reading twice gives the same items;
/// a malformed record is one rejection with its place and the rest is kept.</summary>
public interface IFeedReader
{
    FeedKind Kind { get; }

    /// <summary>True where the document is the whole truth of its day: one rejection makes it unusable, and what it lacks is gone.</summary>
    bool IsSnapshot { get; }

    /// <summary>Whether the document is of this kind, by content; the name only decides between equals.</summary>
    /// <param name="head">The first bytes, uncompressed, UTF-8, without byte order mark.</param>
    /// <param name="name">File name.</param>
    bool Recognises(ReadOnlySpan<byte> head, string name);

    /// <summary>The document's items in order, each a record or a rejection.</summary>
    /// <param name="stream">Uncompressed content.</param>
    /// <param name="context">Name, date, limits; receives what the document says about itself.</param>
    /// <exception cref="Domain.FailureException">The document as a whole cannot be used.</exception>
    IEnumerable<FeedItem> Read(Stream stream, FeedContext context);
}
