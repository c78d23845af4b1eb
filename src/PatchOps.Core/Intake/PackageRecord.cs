namespace PatchOps.Core.Intake;

/// <summary>A package version that a repository offers.</summary>
public sealed record PackageRecord : FeedRecord
{
    /// <exception cref="ArgumentException">An argument is empty.</exception>
    public PackageRecord(string source, string name, string version, string architecture) : base(source, $"{name}/{version}/{architecture}")
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(version);
        Name = name;
        Version = version;
        Architecture = architecture;
    }

    public string Name { get; }

    /// <summary>dpkg version, or epoch:version-release with epoch 0 left out.</summary>
    public string Version { get; }

    public string Architecture { get; }

    /// <summary>Source package; the name itself where the repository does not say.</summary>
    public string SourceName { get; init; } = "";

    public string SourceVersion { get; init; } = "";

    /// <summary>OSV ecosystem of the repository where known.</summary>
    public string Ecosystem { get; init; } = "";

    /// <summary>Repository origin and suite, such as <c>Debian/bookworm-security</c>.</summary>
    public string Origin { get; init; } = "";

    /// <summary>True where the origin is a security archive.</summary>
    public bool IsSecurity { get; init; }

    public string? Section { get; init; }

    public long? SizeBytes { get; init; }

    public string? FileName { get; init; }

    /// <summary>CVE ids named by the package's change log where the metadata carries it.</summary>
    public IReadOnlyList<string> ChangelogCves { get; init; } = [];
}
