namespace PatchOps.Domain;

/// <summary>What to do when the halt rule trips, or a gate is not healthy.</summary>
public enum HaltAction
{
    /// <summary>Failed hosts go back at once; the wave ends with the rest untouched.</summary>
    RollBackFailed,

    /// <summary>Failed hosts stay as they are for diagnosis; the wave waits for a person.</summary>
    Pause,

    /// <summary>Failed hosts stay as they are; the wave ends with the rest untouched.</summary>
    Stop,

    /// <summary>Every host that the wave changed goes back.</summary>
    RollBackWave,
}

/// <summary>Asked from where PatchOps runs before hosts are admitted; anything but healthy halts the wave.</summary>
public sealed record WaveGate
{
    public required string Name { get; init; }

    /// <summary>Http, Prometheus or PowerShell.</summary>
    public required string Kind { get; init; }

    /// <summary>URL, or server, query and rule, or script.</summary>
    public required string Target { get; init; }

    public override string ToString() => Name;
}

/// <summary>Which shift of a metric is harm.</summary>
public enum HarmfulDirection
{
    Either,

    /// <summary>More is worse: errors, latency.</summary>
    Higher,

    /// <summary>Less is worse: throughput.</summary>
    Lower,
}

/// <summary>A metric that patched hosts and unpatched peers are compared by.</summary>
public sealed record CanaryMetricRule
{
    public required string Name { get; init; }

    /// <summary>PromQL for one host; <c>{host}</c> stands for its address, <c>{name}</c> for its name.</summary>
    public required string Query { get; init; }

    public HarmfulDirection Harmful { get; init; } = HarmfulDirection.Higher;
}

/// <summary>How the hosts of a wave are compared with peers that are not patched yet, over the bake time, before the next wave may run.</summary>
public sealed record CanaryRule
{
    /// <summary>Address of Prometheus.</summary>
    public required string Server { get; init; }

    public required IReadOnlyList<CanaryMetricRule> Metrics { get; init; }

    /// <summary>Chance of flagging a harmless wave, over all metrics together; above 0, below 1.</summary>
    public double Level { get; init => field = value is > 0 and < 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "The level must lie between 0 and 1."); } = 0.02;

    public override string ToString() => $"compared by {string.Join(", ", Metrics.Select(m => m.Name))}";
}

/// <summary>What keeps a host from being changed, beyond what its package manager needs.</summary>
public sealed record PreCheckRule
{
    /// <summary>A restart that is pending from before blocks.</summary>
    public bool PendingRestart { get; init; }

    /// <summary>Files of the packages that change must be as they were installed, configuration files excepted.</summary>
    public bool Integrity { get; init; }

    /// <summary>The installed versions must be those of the last inventory.</summary>
    public bool Drift { get; init; }
}

/// <summary>How a wave is carried out; policy gives it, the plan fixes it.</summary>
public sealed record WaveConduct
{
    public HaltAction OnHalt { get; init; }

    /// <summary>Failed hosts in a row that halt the wave; null for no such rule.</summary>
    public int? MaxConsecutiveFailures { get; init => field = value is null or >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "MaxConsecutiveFailures must be 1 or more."); }

    /// <summary>Commit-confirmed: a host reverts by itself when it is not confirmed so long after the change on it ended; null for not at all.</summary>
    public TimeSpan? ConfirmWithin { get; init => field = value is null || value > TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "ConfirmWithin must be longer than zero."); }

    /// <summary>Hosts that must be confirmed; empty for every host of the wave.</summary>
    public IReadOnlyList<string> ConfirmAssets { get; init; } = [];

    /// <summary>How long snapshots are kept after the wave; zero or more.</summary>
    public TimeSpan SnapshotRetention { get; init => field = value >= TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "SnapshotRetention must be zero or more."); } = TimeSpan.FromDays(7);

    /// <summary>After this a host ends a step that changes it, and the step counts as failed; null for one hour.</summary>
    public TimeSpan? StepTimeLimit { get; init => field = value is null || value > TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "StepTimeLimit must be longer than zero."); }

    /// <summary>How long apt and dpkg on a host wait for another package manager to let go of the lock, in whole seconds; null for one minute.</summary>
    public TimeSpan? LockWait { get; init => field = value is null || value >= TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "LockWait must be zero or more."); }

    /// <summary>What to do when a gate is not healthy; null for <see cref="OnHalt"/>.</summary>
    public HaltAction? OnGate { get; init; }

    /// <summary>What to do when hosts fail in a row; null for <see cref="OnHalt"/>.</summary>
    public HaltAction? OnConsecutive { get; init; }

    public IReadOnlyList<WaveGate> Gates { get; init; } = [];

    public CanaryRule? Canary { get; init; }

    public PreCheckRule PreChecks { get; init; } = new();
}
