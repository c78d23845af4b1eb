using System.Globalization;
using PatchOps.Core.Seams;
using PatchOps.Core.Waves;
using PatchOps.Core.Waves.State;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Plan;

/// <summary>What a plan has done so far, host by host.</summary>
internal static class PlanProgress
{
    /// <returns>Runs of hosts that a wave has begun with, by asset.</returns>
    public static async Task<IReadOnlyDictionary<string, HostRun>> OfAsync(IJournal journal, PatchPlan plan, CancellationToken cancellationToken)
    {
        var runs = new Dictionary<string, HostRun>(StringComparer.Ordinal);
        foreach (var wave in plan.Waves)
        {
            foreach (var run in await WaveHistory.RunsAsync(journal, new WaveDefinition(plan.Id, wave), null, cancellationToken).ConfigureAwait(false))
                if (run.State != HostState.Pending) runs[run.Asset] = run;
        }
        return runs;
    }

    /// <summary>How a host stands that must not be planned again; null where it may be.</summary>
    public static string? Holds(HostRun run) => run.State switch
    {
        HostState.Done => string.Create(CultureInfo.InvariantCulture, $"done at {run.Ended?.UtcDateTime:yyyy-MM-dd HH:mm}Z"),
        HostState.Failed or HostState.RolledBack or HostState.RollbackFailed or HostState.Skipped or HostState.Unknown => null,
        _ => string.Create(CultureInfo.InvariantCulture, $"in work since {run.Started?.UtcDateTime:yyyy-MM-dd HH:mm}Z"),
    };
}
