namespace PatchOps.Domain;

/// <summary>State of one host in one wave; derived from the journal, never stored by itself.</summary>
public enum HostState
{
    Pending, PreChecked, Quiesced, Snapshotted, Applying, Applied, Restarted, Verified, Healthy, Done,
    Failed, RollingBack, RolledBack, RollbackFailed, Skipped, Unknown,
}

/// <summary>One package that a patch moved from one version to another.</summary>
public sealed record AppliedChange
{
    public required string Patch { get; init; }

    public required string Package { get; init; }

    public string? FromVersion { get; init; }

    public string? ToVersion { get; init; }

    public override string ToString() => $"{Package} {FromVersion ?? "-"} → {ToVersion ?? "-"}";
}

/// <summary>One command or probe of a host's run, with what it answered.</summary>
public sealed record Evidence
{
    public required DateTimeOffset At { get; init; }

    /// <summary>Step of the run: PreCheck, Apply, Verify, Probe …</summary>
    public required string Step { get; init; }

    public required string Outcome { get; init; }

    public string? Detail { get; init; }

    public override string ToString() => Detail is null ? $"{Step}: {Outcome}" : $"{Step}: {Outcome} ({Detail})";
}

/// <summary>How one host fared in one wave.</summary>
public sealed record HostRun
{
    public required string PlanId { get; init; }

    public required int Wave { get; init; }

    /// <summary>Asset id.</summary>
    public required string Asset { get; init; }

    public required string Name { get; init; }

    public required HostState State { get; init; }

    public IReadOnlyList<AppliedChange> Changes { get; init; } = [];

    public DateTimeOffset? Started { get; init; }

    public DateTimeOffset? Ended { get; init; }

    public string? Reason { get; init; }

    public IReadOnlyList<Evidence> Evidence { get; init; } = [];

    /// <summary>True under <c>-WhatIf</c> and in a rehearsal: nothing was changed.</summary>
    public bool Simulated { get; init; }

    /// <summary>Failed for the halt rules: failed, rolled back, or unknown.</summary>
    public bool IsFailure => State is HostState.Failed or HostState.RollingBack or HostState.RolledBack or HostState.RollbackFailed or HostState.Unknown;

    public override string ToString() => Reason is null ? $"{Name}: {State}" : $"{Name}: {State} ({Reason})";
}

/// <summary>Where a wave as a whole stands.</summary>
public enum WaveState { NotStarted, Running, Suspended, Halted, Completed }

/// <summary>A wave of a plan with its hosts counted by state.</summary>
public sealed record WaveStatus
{
    public required string PlanId { get; init; }

    public required int Wave { get; init; }

    public required WaveRing Ring { get; init; }

    public required AssetEnvironment Stage { get; init; }

    public required WaveState State { get; init; }

    public required int Hosts { get; init; }

    public required int Done { get; init; }

    public required int Failed { get; init; }

    public required int Pending { get; init; }

    public string? Reason { get; init; }

    public override string ToString() => $"Wave {Wave} of {PlanId}: {State}, {Done} of {Hosts} done, {Failed} failed";
}
