namespace PatchOps.Domain;

/// <summary>One article (KB) seen whole: what it fixes, what it replaces and what replaces it, and what installing it asks for.</summary>
public sealed record PatchArticle
{
    /// <summary><c>KB5034441</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Kind of update as published: Security Update, Monthly Rollup …</summary>
    public string? Kind { get; init; }

    public DateTimeOffset? Released { get; init; }

    /// <summary>Vulnerabilities that advisories name it for.</summary>
    public IReadOnlyList<string> Fixes { get; init; } = [];

    /// <summary>Vulnerabilities that come with it, because updates that it replaces fix them.</summary>
    public IReadOnlyList<string> AlsoFixes { get; init; } = [];

    /// <summary>Every update that it replaces, directly or through others, nearest first.</summary>
    public IReadOnlyList<string> Supersedes { get; init; } = [];

    /// <summary>Every update that replaces it, nearest first.</summary>
    public IReadOnlyList<string> SupersededBy { get; init; } = [];

    /// <summary>Null where sources do not say, or say "maybe".</summary>
    public bool? RebootRequired { get; init; }

    /// <summary>What the vendor says of exploitation, the worst of what it fixes; null where it says nothing.</summary>
    public string? Exploitability { get; init; }

    public IReadOnlyList<string> FixedBuilds { get; init; } = [];

    public IReadOnlyList<string> Products { get; init; } = [];

    /// <summary>Where the published chain around it is broken: rings, and updates that nobody describes.</summary>
    public IReadOnlyList<string> Gaps { get; init; } = [];

    public string? Url { get; init; }

    public override string ToString() => Id;
}
