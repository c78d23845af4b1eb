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

    /// <summary>The same with the version whose entry names each, where entries carry one; null where none does.</summary>
    public IReadOnlyList<ChangelogFix>? ChangelogFixes { get; init; }

    /// <summary>What two documents of one repository say of the same package: an index knows origin and size, a change log the fixes.</summary>
    public PackageRecord With(PackageRecord earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        return this with
        {
            SourceName = SourceName.Length > 0 ? SourceName : earlier.SourceName,
            SourceVersion = SourceVersion.Length > 0 ? SourceVersion : earlier.SourceVersion,
            Ecosystem = Ecosystem.Length > 0 ? Ecosystem : earlier.Ecosystem,
            Origin = Origin.Length > 0 ? Origin : earlier.Origin,
            IsSecurity = IsSecurity || earlier.IsSecurity,
            Section = Section ?? earlier.Section,
            SizeBytes = SizeBytes ?? earlier.SizeBytes,
            FileName = FileName ?? earlier.FileName,
            ChangelogCves = ChangelogCves.Count > 0 ? ChangelogCves : earlier.ChangelogCves,
            ChangelogFixes = ChangelogFixes ?? earlier.ChangelogFixes,
            AsOf = AsOf < earlier.AsOf ? AsOf : earlier.AsOf,
        };
    }
}

/// <summary>A vulnerability that a package's change log names, and the version whose entry does.</summary>
public sealed record ChangelogFix(string Cve, string Version);
