namespace PatchOps.Core.Intake;

/// <summary>Bounds that keep reading safe whatever the input.</summary>
public sealed record FeedLimits
{
    public static FeedLimits Default { get; } = new();

    /// <summary>Bytes of one record.</summary>
    public int RecordBytes { get; init; } = 16 << 20;

    /// <summary>Bytes of one record that is a whole document (CSAF, a scanner's result): the largest published are near 100 MB. Only such a document takes the memory.</summary>
    public int DocumentRecordBytes { get; init; } = 256 << 20;

    /// <summary>Bytes of one text value.</summary>
    public int TextBytes { get; init; } = 1 << 20;

    /// <summary>Nesting of JSON or XML.</summary>
    public int Depth { get; init; } = 64;

    /// <summary>Uncompressed bytes of one document.</summary>
    public long DocumentBytes { get; init; } = 64L << 30;

    /// <summary>Uncompressed bytes per compressed byte; feeds stay below 100, a gzip bomb is near 1,000.</summary>
    public int ExpansionRatio { get; init; } = 500;
}

/// <summary>What a reader is told about a document, and what it learns of it.</summary>
public sealed class FeedContext
{
    /// <param name="name">File name or address, for messages and for dates that stand only in the name.</param>
    /// <param name="lastModified">Date of the document where it carries none itself.</param>
    public FeedContext(string name, DateTimeOffset lastModified)
    {
        Name = name;
        LastModified = lastModified;
    }

    public string Name { get; }

    public DateTimeOffset LastModified { get; }

    public FeedLimits Limits { get; init; } = FeedLimits.Default;

    public CancellationToken Cancellation { get; init; }

    /// <summary>Set by the reader: the document's own date.</summary>
    public DateTimeOffset? DocumentDate { get; set; }

    /// <summary>Set by the reader: the document's own version (KEV catalogue, EPSS model).</summary>
    public string? DocumentVersion { get; set; }

    /// <summary>Set by the reader: where the next request to a paged source continues; null at the end.</summary>
    public string? NextCursor { get; set; }

    /// <summary>Date for facts that have none of their own.</summary>
    public DateTimeOffset FallbackDate => DocumentDate ?? LastModified;
}
