namespace PatchOps.Core.Intake;

/// <summary>How far one address of a feed was taken over. Stored with the records that it stands for, in one transaction.</summary>
public sealed record FeedCursor
{
    /// <summary>Entity tag of the last answer, quotes included; null where the server gave none or more is to come.</summary>
    public string? ETag { get; init; }

    /// <summary>Last modification of the last answer.</summary>
    public DateTimeOffset? LastModified { get; init; }

    /// <summary>Where the next request goes on: a time, a day, a page; the feed's own form.</summary>
    public string? Position { get; init; }

    /// <summary>What was taken of <see cref="Position"/> itself, where several documents share one time.</summary>
    public IReadOnlyList<string> Seen { get; init; } = [];
}
