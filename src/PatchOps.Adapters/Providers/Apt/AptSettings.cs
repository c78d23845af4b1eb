namespace PatchOps.Adapters.Providers.Apt;

/// <summary>How the apt provider works.</summary>
public sealed record AptSettings
{
    /// <summary>How long apt and dpkg wait for another package manager to let go of the lock.</summary>
    public TimeSpan LockWait { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Free space below which a host is not fit, for each file system that packages are written to. MiB.</summary>
    public long MinimumFreeMebibytes { get; init; } = 200;

    /// <summary>A file on the host that its backup touches when it has ended well; null: the backup's age is not looked at.</summary>
    public string? BackupMarker { get; init; }

    /// <summary>Oldest good backup.</summary>
    public TimeSpan MaximumBackupAge { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Ask needrestart, where it is installed, which services run on replaced libraries. Takes about a second of the host's time.</summary>
    public bool AskNeedrestart { get; init; } = true;

    /// <summary>Folders whose files a commit-confirmed revert puts back, besides the packages. Absolute paths.</summary>
    public IReadOnlyList<string> KeptFolders { get; init; } = ["/etc"];

    /// <summary>Bounds the way there and back of a step's start; the step itself is bounded by its key.</summary>
    public TimeSpan CallDeadline { get; init; } = TimeSpan.FromSeconds(30);
}
