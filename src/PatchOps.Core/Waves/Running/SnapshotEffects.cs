using PatchOps.Core.Seams;
using PatchOps.Core.Waves.State;

namespace PatchOps.Core.Waves.Running;

/// <summary>Takes a host's snapshots before a change, and removes them when their time is over.</summary>
internal sealed class SnapshotEffects(HostEffects host, HostScript script, HostServices services, WaveOptions options)
{
    public async Task<StepResult> TakeAsync(StepCall call)
    {
        var ran = new List<CommandEvidence>();
        for (var i = 0; i < services.Snapshots.Count; i++)
        {
            var provider = services.Snapshots[i];
            var key = script.Key(HostStep.Snapshot, call.Ordinal, i, options.StepTimeLimit);
            var report = await host.Remote.FinishAsync(key, call.Observe, token => provider.TakeAsync(services.Transport, host.Mark, key, token)).ConfigureAwait(false);
            var result = host.Judge(report, null, false, $"The snapshot by {provider.Name}");
            ran.AddRange(result.Detail.Commands ?? []);
            if (!result.Succeeded) return result.With(ran);
        }
        return StepResult.Of(StepOutcome.Succeeded, $"{host.Mark} by {string.Join(", ", services.Snapshots.Select(s => s.Name))}").With(ran);
    }

    /// <summary>All of them, even when one cannot be removed.</summary>
    public async Task<StepResult> ReleaseAsync(StepCall call)
    {
        StepResult? worst = null;
        var ran = new List<CommandEvidence>();
        for (var i = 0; i < services.Snapshots.Count; i++)
        {
            var provider = services.Snapshots[i];
            var key = script.Key(HostStep.Release, call.Ordinal, i, options.StepTimeLimit);
            var report = await host.Remote.FinishAsync(key, call.Observe, token => provider.RemoveAsync(services.Transport, host.Mark, key, token)).ConfigureAwait(false);
            var result = host.Judge(report, null, false, $"Removing the snapshot by {provider.Name}");
            ran.AddRange(result.Detail.Commands ?? []);
            if (!result.Succeeded) worst = result;
        }
        return (worst ?? StepResult.Of(StepOutcome.Succeeded, $"{host.Mark} removed by {string.Join(", ", services.Snapshots.Select(s => s.Name))}")).With(ran);
    }
}
