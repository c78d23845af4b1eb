using PatchOps.Core.Seams;
using PatchOps.Core.Waves.State;

namespace PatchOps.Core.Waves.Running;

/// <summary>Takes a host's snapshots before a change, returns to them, and removes them when their time is over.</summary>
internal sealed class SnapshotEffects(HostEffects host, HostScript script, HostServices services, WaveOptions options)
{
    public async Task<StepResult> TakeAsync(StepCall call)
    {
        var ran = new List<CommandEvidence>();
        for (var i = 0; i < services.Snapshots.Count; i++)
        {
            var result = await OneAsync(HostStep.Snapshot, call, i, "The snapshot by", (provider, key, token) => provider.TakeAsync(services.Transport, host.Mark, key, token), ran).ConfigureAwait(false);
            if (!result.Succeeded) return result.With(ran);
        }
        return StepResult.Of(StepOutcome.Succeeded, $"{host.Mark} by {string.Join(", ", services.Snapshots.Select(s => s.Name))}").With(ran);
    }

    /// <summary>The last one taken comes first, so that what going back by it does to other volumes is gone when theirs follow. All of them, even when one cannot be restored.</summary>
    public async Task<StepResult> RestoreAsync(StepCall call)
    {
        StepResult? worst = null;
        var ran = new List<CommandEvidence>();
        for (var i = services.Snapshots.Count - 1; i >= 0; i--)
        {
            var result = await OneAsync(HostStep.Revert, call, i, "Restoring the snapshot by", (provider, key, token) => provider.RestoreAsync(services.Transport, host.Mark, key, token), ran).ConfigureAwait(false);
            if (!result.Succeeded) worst = result;
        }
        return (worst ?? StepResult.Of(StepOutcome.Succeeded, $"Back to {host.Mark} by {string.Join(", ", services.Snapshots.Reverse().Select(s => s.Name))}")).With(ran);
    }

    /// <summary>All of them, even when one cannot be removed.</summary>
    public async Task<StepResult> ReleaseAsync(StepCall call)
    {
        StepResult? worst = null;
        var ran = new List<CommandEvidence>();
        for (var i = 0; i < services.Snapshots.Count; i++)
        {
            var result = await OneAsync(HostStep.Release, call, i, "Removing the snapshot by", (provider, key, token) => provider.RemoveAsync(services.Transport, host.Mark, key, token), ran).ConfigureAwait(false);
            if (!result.Succeeded) worst = result;
        }
        return (worst ?? StepResult.Of(StepOutcome.Succeeded, $"{host.Mark} removed by {string.Join(", ", services.Snapshots.Select(s => s.Name))}")).With(ran);
    }

    private async Task<StepResult> OneAsync(HostStep step, StepCall call, int index, string what, Func<ISnapshotProvider, StepKey, CancellationToken, Task<StepReport>> start, List<CommandEvidence> ran)
    {
        var provider = services.Snapshots[index];
        var key = script.Key(step, call.Ordinal, index, options.StepTimeLimit);
        var report = await host.Remote.FinishAsync(key, call.Observe, token => start(provider, key, token)).ConfigureAwait(false);
        var result = host.Judge(report, null, false, $"{what} {provider.Name}");
        ran.AddRange(result.Detail.Commands ?? []);
        return result;
    }
}
