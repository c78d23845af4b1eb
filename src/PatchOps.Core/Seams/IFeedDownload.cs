using PatchOps.Core.Intake;
using PatchOps.Domain;
using PatchOps.Domain.Facts;

namespace PatchOps.Core.Seams;

/// <summary>What to download.</summary>
public sealed record FeedOrder
{
    public required FeedName Name { get; init; }

    /// <summary>Parts of the feed: ecosystems of OSV, providers of CSAF.</summary>
    public IReadOnlyList<string> Source { get; init; } = [];

    /// <summary>Address of a mirror; null for the feed's own.</summary>
    public Uri? BaseUri { get; init; }

    /// <summary>Where nothing was taken over yet: only what changed since; null for everything.</summary>
    public DateTimeOffset? Since { get; init; }
}

/// <summary>One document on its way in, or why there is none.</summary>
public sealed class FeedArrival(string address)
{
    /// <summary>Where it came from.</summary>
    public string Address { get; } = address;

    /// <summary>Ready to be read until the next arrival is asked for; null where nothing changed or something failed.</summary>
    public FeedDocument? Document { get; init; }

    /// <summary>Address whose cursor this document moves.</summary>
    public string CursorAddress { get; init; } = address;

    /// <summary>The cursor once the document has been read; null where it moves nothing.</summary>
    public Func<FeedCursor>? Cursor { get; init; }

    public Failure? Failure { get; init; }

    /// <summary>How far the feed is, 0–100; null where the end is not known.</summary>
    public double? Percent { get; init; }

    /// <summary>Set by who asked: whether the document is in the store now. Feeds that go on from a place stop where it is not.</summary>
    public bool IsTaken { get; set; }
}

/// <summary>Fetches feeds over the network. Laws: what did not change since the cursor is not fetched again; what broke off goes on where it stopped; every wait has a bound.</summary>
public interface IFeedDownload
{
    /// <param name="order">The feed.</param>
    /// <param name="cursor">Cursor of an address; null where nothing of it was taken over.</param>
    /// <param name="cancellationToken">Stops between and within documents.</param>
    /// <exception cref="FailureException">The feed as a whole cannot be had.</exception>
    IAsyncEnumerable<FeedArrival> FetchAsync(FeedOrder order, Func<string, FeedCursor?> cursor, CancellationToken cancellationToken);
}
