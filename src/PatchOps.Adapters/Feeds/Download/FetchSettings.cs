namespace PatchOps.Adapters.Feeds.Download;

/// <summary>Bounds and manners of downloads.</summary>
internal sealed record FetchSettings
{
    /// <summary>Folder for documents on their way; what broke off stays there and goes on with the next run.</summary>
    public required string Folder { get; init; }

    /// <summary>Null for the environment's or system's.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>For one document, tries included.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Silence after which a server is given up.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Bytes of one document as sent.</summary>
    public long MaximumBytes { get; init; } = 8L << 30;

    /// <summary>Tries of one document.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>Wait before the second try; doubles with each, half to one and a half of it by chance.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest that a server may ask to wait.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromMinutes(2);

    public int Redirects { get; init; } = 5;
}

/// <summary>What came of a request: a file, or that nothing changed.</summary>
/// <param name="Path">File with the content as it was sent, possibly gzip; null where nothing changed.</param>
internal sealed record Fetched(string? Path, string? ETag, DateTimeOffset? LastModified) : IDisposable
{
    public void Dispose()
    {
        if (Path is not null) File.Delete(Path);
    }
}
