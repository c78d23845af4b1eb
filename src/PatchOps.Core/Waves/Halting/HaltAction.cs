using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Waves.Halting;

/// <summary>Asked before hosts are admitted: a metric, an error budget, a load balancer's free members.</summary>
public interface IWaveGate
{
    string Name { get; }

    Task<HealthReading> CheckAsync(CancellationToken cancellationToken);
}

/// <summary>Wishes that a person leaves for the runner of a wave, by way of the journal's control.</summary>
public static class WaveWish
{
    public const string Suspend = "suspend";
    public const string Resume = "resume";
    public const string Undo = "undo";

    /// <summary>Leaves a wish; durable, the last one counts.</summary>
    public static ValueTask LeaveAsync(IJournal journal, string planId, int wave, string wish, string actor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(journal);
        if (wish is not (Suspend or Resume or Undo)) throw new FailureException("WishUnknown", FailureKind.InvalidInput, $"'{wish}' is no wish for a wave.", wish, "Use suspend, resume or undo.");
        return journal.SetControlAsync(LeaseNames.Wave(planId, wave), wish, actor, now, cancellationToken);
    }
}
