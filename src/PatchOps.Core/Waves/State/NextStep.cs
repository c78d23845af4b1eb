using PatchOps.Domain;

namespace PatchOps.Core.Waves.State;

/// <summary>What a person does about a host that its wave did not bring to its end. One text for errors and reports.</summary>
public static class NextStep
{
    /// <returns>Null where nobody needs to do anything, or the wave has not come to the host yet.</returns>
    public static string? For(string planId, int wave, HostState state)
    {
        var again = FormattableString.Invariant($"Invoke-PatchWave {planId} {wave}");
        return state switch
        {
            HostState.Done or HostState.Pending => null,
            HostState.Failed or HostState.RolledBack => $"Correct what the reason names, then run {again} -RetryFailed; or leave it open on purpose with New-PatchException.",
            HostState.RollbackFailed => $"Repair the package manager's state on the host by hand, then run {again} -RetryFailed.",
            HostState.Unknown => $"Bring the host back, then run {again}: it looks before it does anything.",
            // What bars it, or that its window could not hold it, is the reason; either way it was never begun.
            HostState.Skipped => $"Do what the reason says, then run {again}; or plan it again with New-PatchPlan.",
            _ => $"A run of it ended in the middle: {again} goes on.",
        };
    }
}
