using PatchOps.Core.Waves.Halting;
using PatchOps.Core.Waves.State;
using PatchOps.Domain;

namespace PatchOps.Core.Waves.Running;

/// <summary>The order of steps around one host. Decides by journaled outcomes only, so that a resumed run takes the same way.</summary>
internal sealed class HostProcedure(WaveContext wave, PlannedHost host, HostScript script, HostServices services, bool resumed, CancellationToken abort)
{
    private readonly HostEffects effects = new(wave, host, script, services, abort);

    private SnapshotEffects Snapshots => field ??= new SnapshotEffects(effects, script, services, wave.Options);

    private WaveOptions Options => wave.Options;

    /// <summary>Before a host is taken out of service, or may cut itself off, everything it will need lies there.</summary>
    private bool Stages => script.Knows(HostStep.Stage) || (Options.Stage && (!services.Provider.StagesItself || services.Quiesces.Count > 0 || services.CommitConfirm is not null));

    private bool RestoresSnapshots => services.Snapshots.Count > 0 && wave.Definition.Wave.Rollback.Method.Equals("Snapshot", StringComparison.OrdinalIgnoreCase);

    private bool RollsBack => Options.OnHalt is HaltAction.RollBackFailed or HaltAction.RollBackWave;

    public Task RunAsync(RoundKind kind) => kind switch
    {
        RoundKind.Patch => PatchAsync(),
        RoundKind.Recover => RecoverAsync(),
        RoundKind.Undo => UndoAsync(),
        RoundKind.Release => ReleaseAsync(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown kind of round."),
    };

    private async Task PatchAsync()
    {
        var fit = await script.RunAsync(HostStep.PreCheck, effects.PreCheckAsync).ConfigureAwait(false);
        if (!fit.Succeeded)
        {
            await CloseAsync(fit.Outcome == StepOutcome.NotNeeded).ConfigureAwait(false);
            return;
        }
        var ready = !Stages || await WentWellAsync(HostStep.Stage, effects.StageAsync).ConfigureAwait(false);
        if (ready && services.Quiesces.Count > 0) ready = await WentWellAsync(HostStep.Quiesce, effects.QuiesceAsync).ConfigureAwait(false);
        if (ready && services.Snapshots.Count > 0) ready = await WentWellAsync(HostStep.Snapshot, Snapshots.TakeAsync).ConfigureAwait(false);
        if (ready && services.Tests.Count > 0) await script.RunAsync(HostStep.TestBefore, _ => effects.ProbeAsync(services.Tests, TimeSpan.Zero)).ConfigureAwait(false);

        // Once the journal has the apply, or has put the host back into service, the clock has no say any more.
        var letGo = !script.Knows(HostStep.Apply) && !script.Knows(HostStep.Arm) && (script.Knows(HostStep.Unquiesce) || !MayStart());
        if (ready && letGo)
        {
            var back = await PutBackAsync().ConfigureAwait(false);
            await script.EndAsync(back ? HostStep.Skip : HostStep.Finish, back ? StepOutcome.Succeeded : StepOutcome.Failed, $"The window of {host.Name} ended before the change began.").ConfigureAwait(false);
            return;
        }
        if (ready && effects.Compares && (script.Knows(HostStep.Baseline) || !script.Knows(HostStep.Apply))) ready = await WentWellAsync(HostStep.Baseline, effects.MarkAsync).ConfigureAwait(false);
        if (ready && services.CommitConfirm is not null) ready = await WentWellAsync(HostStep.Arm, effects.ArmAsync).ConfigureAwait(false);
        if (!ready || (await script.RunAsync(HostStep.Apply, call => effects.ApplyAsync(call, MayStart)).ConfigureAwait(false)).Outcome == StepOutcome.NotSent)
        {
            await DisarmAsync().ConfigureAwait(false);
            await CloseAsync(false).ConfigureAwait(false);
            return;
        }
        await JudgeAsync().ConfigureAwait(false);
    }

    /// <summary>From the host's state after an apply to the end of the round.</summary>
    private async Task JudgeAsync()
    {
        var seen = await script.RunAsync(HostStep.Verify, _ => effects.VerifyAsync(reverted: false, restarted: false)).ConfigureAwait(false);
        if (seen.Outcome == StepOutcome.RestartNeeded)
        {
            var before = seen.Detail.BootId ?? "";
            var back = await script.RunAsync(HostStep.Restart, call => effects.RestartAsync(call, HostStep.Restart, before)).ConfigureAwait(false);
            if (!back.Succeeded)
            {
                await CloseAsync(false).ConfigureAwait(false);
                return;
            }
            seen = await script.RunAsync(HostStep.Verify, _ => effects.VerifyAsync(reverted: false, restarted: true)).ConfigureAwait(false);
        }

        var good = seen.Succeeded && await HealthyAsync().ConfigureAwait(false);
        if (!good && seen.Outcome is StepOutcome.Succeeded or StepOutcome.Failed) await GoBackAsync().ConfigureAwait(false);
        // As before although it was told to apply: the host itself went back.
        if (seen.Outcome == StepOutcome.Unchanged && script.Began(HostStep.Arm)) await JudgeRevertAsync().ConfigureAwait(false);
        if (good && Options.HostBake > TimeSpan.Zero && services.Probes.Count > 0)
        {
            await BakeAsync().ConfigureAwait(false);
            return;
        }
        await CloseAsync(good).ConfigureAwait(false);
    }

    private async Task<bool> HealthyAsync()
    {
        if (!await WentWellAsync(HostStep.Probe, _ => effects.ProbeAsync(services.Probes, Options.ProbeGrace)).ConfigureAwait(false)) return false;
        if (services.Tests.Count > 0 && !await WentWellAsync(HostStep.TestAfter, _ => effects.ProbeAsync(services.Tests, Options.ProbeGrace)).ConfigureAwait(false)) return false;
        return services.CommitConfirm is null || !script.Began(HostStep.Arm) || await WentWellAsync(HostStep.Confirm, effects.ConfirmAsync).ConfigureAwait(false);
    }

    private async Task BakeAsync()
    {
        var good = await PutBackAsync().ConfigureAwait(false) && await WentWellAsync(HostStep.Bake, effects.BakeAsync).ConfigureAwait(false);
        var inTime = script.Knows(HostStep.Revert) || script.Knows(HostStep.Quiesce)
            || wave.Now <= (script.Ledger.Find(HostStep.Bake, 1)?.Began ?? wave.Now) + Options.HostBake + wave.Definition.Wave.Rollback.DetectionWindow;
        if (good || !inTime || !(RollsBack || script.Knows(HostStep.Revert)))
        {
            await script.EndAsync(HostStep.Finish, good ? StepOutcome.Succeeded : StepOutcome.Failed, null).ConfigureAwait(false);
            return;
        }
        // In service again by now: out of it once more for the way back. A host that is ill goes back even where draining it fails.
        if (services.Quiesces.Count > 0) await script.RunAsync(HostStep.Quiesce, effects.QuiesceAsync).ConfigureAwait(false);
        await GoBackAsync().ConfigureAwait(false);
        await CloseAsync(false).ConfigureAwait(false);
    }

    private async Task GoBackAsync()
    {
        if (!RollsBack && !script.Knows(HostStep.Revert)) return;
        await script.RunAsync(HostStep.Revert, RestoresSnapshots ? Snapshots.RestoreAsync : effects.RevertAsync).ConfigureAwait(false);
        if (await JudgeRevertAsync().ConfigureAwait(false)) await DisarmAsync().ConfigureAwait(false);
    }

    /// <summary>A host that is as before needs no revert of its own, which could hit a later change.</summary>
    private async Task DisarmAsync()
    {
        if (services.CommitConfirm is not null && script.Began(HostStep.Arm)) await script.RunAsync(HostStep.Confirm, effects.ConfirmAsync).ConfigureAwait(false);
    }

    private async Task<bool> JudgeRevertAsync()
    {
        var seen = await script.RunAsync(HostStep.VerifyReverted, _ => effects.VerifyAsync(reverted: true, restarted: false)).ConfigureAwait(false);
        if (seen.Outcome == StepOutcome.RestartNeeded)
        {
            var before = seen.Detail.BootId ?? "";
            var back = await script.RunAsync(HostStep.RestartReverted, call => effects.RestartAsync(call, HostStep.RestartReverted, before)).ConfigureAwait(false);
            if (!back.Succeeded) return false;
            seen = await script.RunAsync(HostStep.VerifyReverted, _ => effects.VerifyAsync(reverted: true, restarted: true)).ConfigureAwait(false);
        }
        if (seen.Succeeded && services.Probes.Count > 0)
            await script.RunAsync(HostStep.ProbeReverted, _ => effects.ProbeAsync(services.Probes, Options.ProbeGrace)).ConfigureAwait(false);
        return seen.Succeeded;
    }

    /// <summary>Looks again at a host that did not answer, and puts back into service what was left out of it.</summary>
    private async Task RecoverAsync()
    {
        var look = script.Ledger.State == HostState.Unknown || script.Began(HostStep.Verify) || script.Began(HostStep.VerifyReverted);
        if (look && (!script.Ledger.RevertBegan || script.Began(HostStep.Verify)))
        {
            await JudgeAsync().ConfigureAwait(false);
            return;
        }
        if (look && !await JudgeRevertAsync().ConfigureAwait(false) && script.Ledger.State != HostState.Unknown) await GoBackAsync().ConfigureAwait(false);
        await CloseAsync(false).ConfigureAwait(false);
    }

    private async Task UndoAsync()
    {
        var drained = services.Quiesces.Count == 0 || await WentWellAsync(HostStep.Quiesce, effects.QuiesceAsync).ConfigureAwait(false);
        if (drained)
        {
            await script.RunAsync(HostStep.Revert, RestoresSnapshots ? Snapshots.RestoreAsync : effects.RevertAsync).ConfigureAwait(false);
            await JudgeRevertAsync().ConfigureAwait(false);
        }
        var back = await PutBackAsync().ConfigureAwait(false);
        await script.EndAsync(HostStep.Finish, drained && back ? StepOutcome.Succeeded : StepOutcome.Failed, drained ? "Taken back with its wave." : null).ConfigureAwait(false);
    }

    private async Task ReleaseAsync()
    {
        var gone = await WentWellAsync(HostStep.Release, Snapshots.ReleaseAsync).ConfigureAwait(false);
        await script.EndAsync(HostStep.Finish, gone ? StepOutcome.Succeeded : StepOutcome.Failed, null).ConfigureAwait(false);
    }

    private async Task CloseAsync(bool good)
    {
        var back = await PutBackAsync().ConfigureAwait(false);
        await script.EndAsync(HostStep.Finish, good && back ? StepOutcome.Succeeded : StepOutcome.Failed, null).ConfigureAwait(false);
    }

    /// <summary>Whatever happened: what was quiesced goes back into service.</summary>
    private async Task<bool> PutBackAsync()
    {
        if (!script.Ledger.LeftQuiesced && !script.Began(HostStep.Quiesce)) return true;
        return await WentWellAsync(HostStep.Unquiesce, effects.UnquiesceAsync).ConfigureAwait(false);
    }

    private async Task<bool> WentWellAsync(HostStep step, Func<StepCall, Task<StepResult>> body) => (await script.RunAsync(step, body).ConfigureAwait(false)).Succeeded;

    /// <summary>Admission looked at the clock already; a host taken up again later must still fit, and nothing starts after the wave's end.</summary>
    private bool MayStart() => resumed ? wave.Now <= host.LatestStart : wave.Now < wave.Definition.Wave.End;
}
