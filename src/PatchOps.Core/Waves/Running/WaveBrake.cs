using PatchOps.Core.Seams;
using PatchOps.Core.Waves.Halting;
using PatchOps.Core.Waves.State;
using PatchOps.Domain;

namespace PatchOps.Core.Waves.Running;

/// <summary>Everything that stops admission: the halt rule, gates, and a person's wishes. Journals each change of mind.</summary>
internal sealed class WaveBrake(WaveContext wave)
{
    private DateTimeOffset nextLook = DateTimeOffset.MinValue;
    private DateTimeOffset nextGate = DateTimeOffset.MinValue;
    private StepDetail? undo;

    public bool Paused { get; private set; }

    public bool Halted { get; private set; }

    public bool UndoAsked => undo is not null;

    public bool Closed => Paused || Halted || UndoAsked;

    public async Task BeginAsync(bool paused)
    {
        Paused = paused;
        if (wave.Options.Mode == WaveMode.Undo) undo = new StepDetail { Actor = wave.Options.Actor, Summary = $"Taken back by {wave.Options.Actor}." };
        await WishAsync().ConfigureAwait(false);
        // A wave that was taken back stays so until somebody resumes it.
        if (wave.Ledger.Undone && !UndoAsked) await HaltAsync("WaveUndone", "The wave was taken back; Resume-PatchWave lets it run again.").ConfigureAwait(false);
    }

    /// <summary>Reads wishes and gates when their time has come, and the failure budget always.</summary>
    /// <param name="budget">Failures that the rule allows.</param>
    /// <param name="admits">Hosts wait for admission.</param>
    /// <param name="leavesOut">Hosts were left out for a failure of others: the wave is no more complete than if they waited.</param>
    public async Task LookAsync(FailureBudget budget, bool admits, bool leavesOut)
    {
        var now = wave.Now;
        var due = now >= nextLook;
        if (due)
        {
            nextLook = now + wave.Options.ControlInterval;
            await WishAsync().ConfigureAwait(false);
        }
        if (Closed || !(admits || leavesOut)) return;
        var (failures, inRow) = wave.Locked(l => (l.Failures, l.ConsecutiveFailures));
        if (budget.Exhausted(failures, inRow) is { } reason) await HaltAsync(WaveLedger.HaltedCode, reason, failures < budget.Limit ? wave.Options.OnConsecutive : null).ConfigureAwait(false);
        else if (admits && wave.Options.Gates.Count > 0 && now >= nextGate && await GateAsync().ConfigureAwait(false) is { } gate) await HaltAsync("GateNotHealthy", gate, wave.Options.OnGate).ConfigureAwait(false);
    }

    public async Task UndoneAsync()
    {
        await wave.MoveAsync(WaveStep.Undone, undo).ConfigureAwait(false);
        Halted = true;
    }

    /// <summary>Reads a person's wish now.</summary>
    public async Task WishAsync()
    {
        if (await ReadWishAsync().ConfigureAwait(false) is not { } control) return;
        if (control.At.UtcTicks <= wave.Locked(l => l.AnsweredWish)) return;
        var detail = new StepDetail { Actor = control.Actor, WishAt = control.At.UtcTicks };
        switch (control.Wish)
        {
            case WaveWish.Suspend when !Paused:
                Paused = true;
                await wave.MoveAsync(WaveStep.Suspended, detail with { Summary = $"Suspended by {control.Actor}." }).ConfigureAwait(false);
                break;
            case WaveWish.Resume:
                (Paused, Halted) = (false, false);
                await wave.MoveAsync(WaveStep.Resumed, detail with { Summary = $"Resumed by {control.Actor}." }).ConfigureAwait(false);
                break;
            case WaveWish.Undo:
                undo = detail with { Summary = $"Taken back by {control.Actor}." };
                break;
        }
    }

    private async Task<(string Wish, string Actor, DateTimeOffset At)?> ReadWishAsync()
    {
        try
        {
            return await wave.Journal.ControlAsync(LeaseNames.Wave(wave.Definition.PlanId, wave.Definition.Number), CancellationToken.None).ConfigureAwait(false);
        }
        catch (FailureException e) when (e.Failure.Kind == FailureKind.Unavailable)
        {
            // Appends have their own patience with the journal and end the run where it stays away.
            return null;
        }
    }

    /// <summary>Stops admission and does what the options say of that.</summary>
    /// <param name="own">What this rule's own choice is; null for that of all rules.</param>
    public async Task HaltAsync(string code, string reason, HaltAction? own = null)
    {
        var detail = new StepDetail { Code = code, Summary = reason };
        var action = own ?? wave.Options.OnHalt;
        if (action == HaltAction.Pause)
        {
            Paused = true;
            await wave.MoveAsync(WaveStep.Suspended, detail).ConfigureAwait(false);
            return;
        }
        Halted = true;
        await wave.MoveAsync(WaveStep.Halted, detail).ConfigureAwait(false);
        if (action == HaltAction.RollBackWave && code != "WaveUndone") undo = detail with { Summary = $"Taken back by the halt rule: {reason}" };
    }

    private async Task<string?> GateAsync()
    {
        nextGate = wave.Now + wave.Options.GateInterval;
        foreach (var gate in wave.Options.Gates)
        {
            HealthReading reading;
            try
            {
                reading = await gate.CheckAsync(wave.Lease.Lost).WaitAsync(wave.Options.CallDeadline, wave.Time, wave.Lease.Lost).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not WaveAbortedException)
            {
                reading = new HealthReading(gate.Name, HealthStatus.Unknown, e.Message, TimeSpan.Zero);
            }
            if (reading.Status != HealthStatus.Healthy) return $"Gate {gate.Name} is {reading.Status.ToString().ToLowerInvariant()}: {reading.Detail}";
        }
        return null;
    }
}
