using PatchOps.Core.Planning.Planner;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Contents;

/// <summary>How waves are carried out, as policy says it.</summary>
public sealed record ConductRule
{
    /// <summary>What to do when the halt rule trips, or a gate is not healthy.</summary>
    public HaltAction OnHalt { get; init; }

    /// <summary>Failed hosts in a row that halt a wave; null for no such rule.</summary>
    public int? MaxConsecutiveFailures { get; init; }

    /// <summary>PreviousVersion, or Snapshot: a host that goes back returns to the first of its snapshots.</summary>
    public string Rollback { get; init => field = value is "PreviousVersion" or "Snapshot" ? value : throw new ArgumentException($"conduct: rollback is '{value}'; it is PreviousVersion or Snapshot."); } = "PreviousVersion";

    /// <summary>Hosts revert by themselves when they are not confirmed so long after the change on them ended; null for not at all.</summary>
    public TimeSpan? ConfirmWithin { get; init; }

    /// <summary>Hosts that must be confirmed.</summary>
    public AssetSelector ConfirmFor { get; init; } = new();

    /// <summary>How long snapshots are kept after the wave.</summary>
    public TimeSpan SnapshotRetention { get; init; } = TimeSpan.FromDays(7);

    /// <summary>After this a host ends a step that changes it; null for one hour.</summary>
    public TimeSpan? StepTimeLimit { get; init; }

    /// <summary>How long apt waits for another package manager; null for one minute.</summary>
    public TimeSpan? LockWait { get; init; }

    /// <summary>What to do when a gate is not healthy; null for <see cref="OnHalt"/>.</summary>
    public HaltAction? OnGate { get; init; }

    /// <summary>What to do when hosts fail in a row; null for <see cref="OnHalt"/>.</summary>
    public HaltAction? OnConsecutive { get; init; }

    public IReadOnlyList<WaveGate> Gates { get; init; } = [];

    public CanaryRule? Canary { get; init; }

    public PreCheckRule PreChecks { get; init; } = new();

    /// <summary>What a wave of these hosts gets of it.</summary>
    public WaveConduct For(IReadOnlyList<PlanItem> items)
    {
        var confirmed = items.Where(i => ConfirmFor.Matches(i.Asset)).Select(i => i.Asset.Id).ToList();
        return new WaveConduct
        {
            OnHalt = OnHalt, MaxConsecutiveFailures = MaxConsecutiveFailures, ConfirmWithin = confirmed.Count == 0 ? null : ConfirmWithin,
            ConfirmAssets = confirmed.Count == items.Count || ConfirmWithin is null ? [] : confirmed, SnapshotRetention = SnapshotRetention,
            StepTimeLimit = StepTimeLimit, LockWait = LockWait, OnGate = OnGate, OnConsecutive = OnConsecutive, Gates = Gates, Canary = Canary, PreChecks = PreChecks,
        };
    }
}
