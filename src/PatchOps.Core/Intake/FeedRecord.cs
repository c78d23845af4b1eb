using PatchOps.Domain.Facts;

namespace PatchOps.Core.Intake;

/// <summary>One normalised item of a feed. (<see cref="Source"/>, <see cref="Key"/>) identifies it: reading it again replaces it.</summary>
public abstract record FeedRecord
{
    /// <exception cref="ArgumentException">An argument is empty.</exception>
    protected FeedRecord(string source, string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        ArgumentException.ThrowIfNullOrEmpty(key);
        Source = source;
        Key = key;
    }

    /// <summary>Who says it, lower case: <c>nvd</c>, <c>cve</c>, <c>kev</c>, <c>epss</c>, <c>osv:debian</c>, <c>csaf:redhat</c>, <c>debian-tracker</c> …</summary>
    public string Source { get; }

    /// <summary>Identity within the source; the record's id unless the source says several things under one id.</summary>
    public string Key { get; }

    /// <summary>How far the source is believed about products.</summary>
    public TrustRank Trust { get; init; } = TrustRank.Unranked;

    /// <summary>From when the fact counts, UTC: the source's own date, else the document's, else the file's last modification.</summary>
    public DateTimeOffset AsOf { get; init; }

    /// <summary>Items of the feed that this record stands for; above one only for batches.</summary>
    public virtual int Items => 1;
}
