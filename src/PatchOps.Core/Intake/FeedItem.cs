namespace PatchOps.Core.Intake;

/// <summary>An item that could not be used: where it stands and why.</summary>
/// <param name="Place">Byte offset, line or record id, such as <c>byte 10,240 (CVE-2024-1)</c>; offsets are of the uncompressed document.</param>
/// <param name="Reason">One sentence.</param>
public sealed record RejectedRecord(string Place, string Reason);

/// <summary>One item of a feed: a record or a rejection, never both.</summary>
public readonly record struct FeedItem
{
    private FeedItem(FeedRecord? record, RejectedRecord? rejected)
    {
        Record = record;
        Rejected = rejected;
    }

    public FeedRecord? Record { get; }

    public RejectedRecord? Rejected { get; }

    /// <summary>What it adds to the number of items read.</summary>
    public int Count => Record?.Items ?? 1;

    public static FeedItem Of(FeedRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return new FeedItem(record, null);
    }

    public static FeedItem Reject(string place, string reason) => new(null, new RejectedRecord(place, reason));
}
