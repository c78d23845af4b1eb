namespace PatchOps.Core.Intake;

/// <summary>A patch as a feed names it: what it replaces, what it builds, whether it restarts the machine.</summary>
public sealed record PatchFact
{
    /// <param name="id">By <see cref="PatchIds"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="id"/> is empty.</exception>
    public PatchFact(string id)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        Id = id;
    }

    public string Id { get; }

    public string? Title { get; init; }

    /// <summary>Kind of update as published: Security Update, Monthly Rollup, security, bugfix, enhancement, newpackage.</summary>
    public string? Kind { get; init; }

    /// <summary>Vendor's severity word.</summary>
    public string? Severity { get; init; }

    public DateTimeOffset? Released { get; init; }

    /// <summary>Patches that this one replaces directly, as published; the chain is closed elsewhere.</summary>
    public IReadOnlyList<string> Supersedes { get; init; } = [];

    /// <summary>Whether it needs a restart; null where the source does not say or says "maybe".</summary>
    public bool? RebootRequired { get; init; }

    /// <summary>Products it applies to, as published.</summary>
    public IReadOnlyList<string> Products { get; init; } = [];

    /// <summary>The version after it; null where not said.</summary>
    public string? FixedVersion { get; init; }

    public string? Url { get; init; }

    /// <summary>Vulnerabilities it fixes, as far as this source says.</summary>
    public IReadOnlyList<string> Cves { get; init; } = [];
}
