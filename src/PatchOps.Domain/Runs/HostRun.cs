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

/// <summary>What a piece of evidence is.</summary>
public enum EvidenceKind
{
    /// <summary>A step of the run with its outcome.</summary>
    Step,

    /// <summary>A command as it was sent, with exit code and output.</summary>
    Command,

    /// <summary>What a check, a probe or a test case said.</summary>
    Reading,

    /// <summary>A package's version as it was read on the host.</summary>
    Version,
}

/// <summary>One step, command, reading or version of a host's run.</summary>
public sealed record Evidence
{
    public required DateTimeOffset At { get; init; }

    /// <summary>Step of the run: PreCheck, Apply, Verify, Probe …</summary>
    public required string Step { get; init; }

    public required string Outcome { get; init; }

    public string? Detail { get; init; }

    public EvidenceKind Kind { get; init; }

    /// <summary>From the announcement of a step to its outcome, or what a command took; null where nobody measured.</summary>
    public TimeSpan? Elapsed { get; init; }

    /// <summary>The command line; null for what is no command.</summary>
    public string? Command { get; init; }

    /// <summary>Null for what is no command, and for one that left no exit code.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The end of what a command said, up to 4,000 characters.</summary>
    public string? Output { get; init; }

    /// <summary>The check, probe or test case that a reading is of.</summary>
    public string? Probe { get; init; }

    /// <summary>What a reading said, without the name of its probe: Healthy, Passed …</summary>
    public string? Status { get; init; }

    /// <summary>A reading's number, such as a response time; null where it has none.</summary>
    public double? Value { get; init; }

    public string? Package { get; init; }

    /// <summary>The version read; null where the package is not installed, and for what is no version.</summary>
    public string? Version { get; init; }

    public override string ToString() => Detail is null ? $"{Step}: {Outcome}" : $"{Step}: {Outcome} ({Detail})";
}

/// <summary>One piece of evidence with the host that it is of: what <c>Get-PatchWave -Evidence</c> gives.</summary>
public sealed record HostEvidence
{
    public required string PlanId { get; init; }

    public required int Wave { get; init; }

    /// <summary>Asset id.</summary>
    public required string Asset { get; init; }

    public required string Name { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string Step { get; init; }

    public required EvidenceKind Kind { get; init; }

    /// <summary>A step's outcome; exit N of a command; a check's or probe's status; <c>version before</c> or <c>version</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>From the announcement of a step to its outcome, or what a command took; null where nobody measured.</summary>
    public TimeSpan? Elapsed { get; init; }

    public string? Command { get; init; }

    /// <summary>Null for what is no command, and for one that left no exit code.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The check, probe or test case that a reading is of.</summary>
    public string? Probe { get; init; }

    public string? Package { get; init; }

    public string? Version { get; init; }

    /// <summary>What a step came to, a probe said, or a command put out.</summary>
    public string? Detail { get; init; }

    public override string ToString() => $"{Name}: {Step}: {Outcome}";
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
