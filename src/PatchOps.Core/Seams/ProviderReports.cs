using System.Collections.Immutable;
using PatchOps.Domain;

namespace PatchOps.Core.Seams;

/// <summary>Why a package manager does not install an update that it knows.</summary>
public enum HoldBack
{
    None,

    /// <summary>An administrator's hold.</summary>
    Held,

    /// <summary>A pin prefers another version.</summary>
    Pinned,

    /// <summary>The vendor's phased roll-out has not reached this host.</summary>
    Phased,

    /// <summary>It would need a removal or something that is not available.</summary>
    Dependency,
}

/// <summary>An update a host lacks. The installed version is null for a package that an update would newly install; the candidate is the newest on offer.</summary>
public sealed record PendingUpdate(string Package, string? InstalledVersion, string CandidateVersion, string Origin, bool Security, HoldBack HoldBack, string Reason);

/// <summary>What detect found; <see cref="Failure"/> is set when the host could not be read, and then the list is empty.</summary>
public sealed record DetectReport(ImmutableArray<PendingUpdate> Updates, Failure? Failure)
{
    /// <summary>The package manager's own notes, such as an archive whose lists are old.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];
}

public enum PreCheckStatus
{
    Passed,
    Warning,
    Blocking,
}

/// <summary>One pre-check: its name (<c>Disk</c>, <c>Lock</c>, <c>Audit</c>, <c>Backup</c>, <c>Restart</c>), outcome, and what was read.</summary>
public sealed record PreCheck(string Name, PreCheckStatus Status, string Detail);

/// <summary>All pre-checks of one host. Fit only when it was read and nothing blocks.</summary>
public sealed record PreCheckReport(ImmutableArray<PreCheck> Checks, Failure? Failure)
{
    public bool Fit => Failure is null && Checks.All(c => c.Status != PreCheckStatus.Blocking);

    /// <summary>Identifies the host's present start; changes with a restart. Empty where unknown.</summary>
    public string BootId { get; init; } = "";

    /// <summary>Installed versions of the named packages, read in the same breath; null value: not installed.</summary>
    public ImmutableDictionary<string, string?> Installed { get; init; } = ImmutableDictionary<string, string?>.Empty;
}

/// <summary>What stage, apply or revert did. No claim of success: see verify.</summary>
/// <param name="Step">The detached step behind it.</param>
/// <param name="Refused">The provider or the host would not do it: nothing was changed.</param>
/// <param name="Failure">Why it ended badly or was refused, in the package manager's terms; null when it ended with exit code 0.</param>
public sealed record ProviderReport(StepReport Step, bool Refused, Failure? Failure);

/// <summary>
/// One package after the fact: its installed version (null when absent), and the package manager's word for a half-done state
/// (<c>half-configured</c>, <c>unpacked</c>), or empty.
/// </summary>
public sealed record VerifiedPackage(PackageChange Change, string? Installed, string Broken)
{
    public bool AsApproved => Broken.Length == 0 && Installed == Change.ToVersion;

    public bool AsBefore => Broken.Length == 0 && Installed == Change.FromVersion;
}

/// <summary>The host's state, read after the fact. When <see cref="Failure"/> is set nothing is known, and nothing counts as verified.</summary>
public sealed record VerifyReport(ImmutableArray<VerifiedPackage> Packages, Failure? Failure)
{
    public bool AllApplied => Failure is null && Packages.All(p => p.AsApproved);

    public bool AllReverted => Failure is null && Packages.All(p => p.AsBefore);

    /// <summary>The host has to be restarted before the changes are in force.</summary>
    public bool RestartNeeded { get; init; }

    /// <summary>What asks for a restart, each with its sort: <c>host</c>, <c>kernel</c>, <c>package NAME</c>, or <c>service NAME</c>, which needs only its own.</summary>
    public ImmutableArray<string> RestartReasons { get; init; } = [];

    /// <summary>Identifies the host's present start; changes with a restart. Empty where unknown.</summary>
    public string BootId { get; init; } = "";
}
