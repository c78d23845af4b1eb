using System.Collections.Frozen;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Waves.State;

/// <summary>The one table that derives a host's state from the journal. What is not in it leaves the state as it is.</summary>
/// <remarks>Apply never decides: a host whose apply failed is Applying until Verify has looked.</remarks>
public static class StateTable
{
    private static readonly FrozenDictionary<(HostStep Step, StepOutcome? Outcome), HostState> Rows =
        new Dictionary<(HostStep, StepOutcome?), HostState>
        {
            [(HostStep.PreCheck, StepOutcome.Succeeded)] = HostState.PreChecked,
            [(HostStep.PreCheck, StepOutcome.NotNeeded)] = HostState.Verified,
            [(HostStep.PreCheck, StepOutcome.Refused)] = HostState.Failed,
            [(HostStep.PreCheck, StepOutcome.NotSent)] = HostState.Failed,
            [(HostStep.PreCheck, StepOutcome.Failed)] = HostState.Failed,
            [(HostStep.PreCheck, StepOutcome.Unknown)] = HostState.Failed,
            [(HostStep.Stage, StepOutcome.Refused)] = HostState.Failed,
            [(HostStep.Stage, StepOutcome.NotSent)] = HostState.Failed,
            [(HostStep.Stage, StepOutcome.Failed)] = HostState.Failed,
            [(HostStep.Stage, StepOutcome.Unknown)] = HostState.Failed,
            [(HostStep.Snapshot, StepOutcome.Succeeded)] = HostState.Snapshotted,
            [(HostStep.Snapshot, StepOutcome.NotSent)] = HostState.Failed,
            [(HostStep.Snapshot, StepOutcome.Failed)] = HostState.Failed,
            [(HostStep.Snapshot, StepOutcome.Unknown)] = HostState.Failed,
            [(HostStep.Baseline, StepOutcome.NotSent)] = HostState.Failed,
            [(HostStep.Baseline, StepOutcome.Failed)] = HostState.Failed,
            [(HostStep.Baseline, StepOutcome.Unknown)] = HostState.Failed,
            [(HostStep.Arm, StepOutcome.Refused)] = HostState.Failed,
            [(HostStep.Arm, StepOutcome.NotSent)] = HostState.Failed,
            [(HostStep.Arm, StepOutcome.Failed)] = HostState.Failed,
            [(HostStep.Arm, StepOutcome.Unknown)] = HostState.Failed,
            [(HostStep.Apply, null)] = HostState.Applying,
            [(HostStep.Apply, StepOutcome.Succeeded)] = HostState.Applied,
            [(HostStep.Apply, StepOutcome.NotSent)] = HostState.Failed,
            [(HostStep.Verify, StepOutcome.Succeeded)] = HostState.Verified,
            [(HostStep.Verify, StepOutcome.RestartNeeded)] = HostState.Applied,
            [(HostStep.Verify, StepOutcome.Unchanged)] = HostState.Failed,
            [(HostStep.Verify, StepOutcome.Failed)] = HostState.Failed,
            [(HostStep.Verify, StepOutcome.Unknown)] = HostState.Unknown,
            [(HostStep.Restart, StepOutcome.Succeeded)] = HostState.Restarted,
            [(HostStep.Restart, StepOutcome.NotSent)] = HostState.Failed,
            [(HostStep.Restart, StepOutcome.Failed)] = HostState.Failed,
            [(HostStep.Restart, StepOutcome.Unknown)] = HostState.Unknown,
            [(HostStep.Probe, StepOutcome.Succeeded)] = HostState.Healthy,
            [(HostStep.Probe, StepOutcome.Failed)] = HostState.Failed,
            [(HostStep.Probe, StepOutcome.Unknown)] = HostState.Failed,
            [(HostStep.TestAfter, StepOutcome.Failed)] = HostState.Failed,
            [(HostStep.TestAfter, StepOutcome.Unknown)] = HostState.Failed,
            [(HostStep.Bake, StepOutcome.Failed)] = HostState.Failed,
            [(HostStep.Bake, StepOutcome.Unknown)] = HostState.Failed,
            [(HostStep.Revert, null)] = HostState.RollingBack,
            [(HostStep.Revert, StepOutcome.NotSent)] = HostState.RollbackFailed,
            [(HostStep.RestartReverted, StepOutcome.NotSent)] = HostState.RollbackFailed,
            [(HostStep.RestartReverted, StepOutcome.Failed)] = HostState.RollbackFailed,
            [(HostStep.RestartReverted, StepOutcome.Unknown)] = HostState.Unknown,
            [(HostStep.VerifyReverted, StepOutcome.Succeeded)] = HostState.RolledBack,
            [(HostStep.VerifyReverted, StepOutcome.RestartNeeded)] = HostState.RollingBack,
            [(HostStep.VerifyReverted, StepOutcome.Failed)] = HostState.RollbackFailed,
            [(HostStep.VerifyReverted, StepOutcome.Unknown)] = HostState.Unknown,
            [(HostStep.Skip, StepOutcome.Succeeded)] = HostState.Skipped,
        }.ToFrozenDictionary();

    /// <summary>The state after one entry.</summary>
    /// <param name="state">The state before it.</param>
    /// <param name="step">The entry's step.</param>
    /// <param name="phase">Intent or outcome.</param>
    /// <param name="outcome">The outcome; null for an intent.</param>
    public static HostState Next(HostState state, HostStep step, JournalPhase phase, StepOutcome? outcome)
    {
        if (phase == JournalPhase.Intent) outcome = null;
        if (Rows.TryGetValue((step, outcome), out var next)) return next;
        return (step, outcome, state) switch
        {
            // Taking a host out of service again, for a revert, does not take it back to the start.
            (HostStep.Quiesce, StepOutcome.Succeeded, HostState.Pending or HostState.PreChecked) => HostState.Quiesced,
            (HostStep.Quiesce, StepOutcome.Failed or StepOutcome.Unknown or StepOutcome.NotSent, HostState.Pending or HostState.PreChecked) => HostState.Failed,

            // After a revert the confirmation only disarms the host's own.
            (HostStep.Confirm, StepOutcome.Failed or StepOutcome.Unknown or StepOutcome.NotSent, HostState.Healthy or HostState.Verified) => HostState.Failed,

            // A new round of a host that was let go or only failed before it was changed starts afresh; looking again changes nothing by itself.
            (HostStep.Admit, StepOutcome.Succeeded, HostState.Skipped) => HostState.Pending,

            // What stays out of service is not done, however well it was patched; and it does not hide a worse state.
            (HostStep.Unquiesce, StepOutcome.Failed or StepOutcome.Unknown or StepOutcome.NotSent, HostState.Healthy or HostState.Verified or HostState.Skipped or HostState.PreChecked) => HostState.Failed,
            (HostStep.Finish, StepOutcome.Succeeded, HostState.Healthy or HostState.Verified) => HostState.Done,
            _ => state,
        };
    }
}
