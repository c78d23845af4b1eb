using System.Collections.Concurrent;
using PatchOps.Core.Waves.Admission;
using PatchOps.Core.Waves.Halting;
using PatchOps.Core.Waves.State;
using PatchOps.Domain;

namespace PatchOps.Core.Waves.Running;

/// <summary>A host to be worked on.</summary>
/// <param name="Resumed">An earlier runner began the round.</param>
internal sealed record HostWork(PlannedHost Host, RoundKind Kind, bool Resumed);

/// <summary>One run of a wave: admits hosts, watches limits and wishes, and ends truthfully.</summary>
internal sealed class WaveSession(WaveContext wave)
{
    private readonly FailureBudget budget = new(wave.Definition.Wave.HaltRule, wave.Definition.Hosts.Count, wave.Options.MaxConsecutiveFailures);
    private readonly CancellationTokenSource ended = new();
    private readonly CancellationTokenSource abort = new();
    private readonly ConcurrentQueue<HostWork> finished = new();
    private readonly HashSet<string> told = new(StringComparer.Ordinal);
    private readonly Queue<HostWork> urgent = new();
    private readonly HashSet<string> leftOut = new(StringComparer.Ordinal);
    private readonly WaveBrake brake = new(wave);
    private readonly Predecessors predecessors = new(wave);
    private HostQueue pending = new(static (_, _) => Turn.Free);
    private HostQueue backwards = new(static (_, _) => Turn.Free);
    private volatile bool stopping;
    private long stopBegan;
    private Failure? fatal;
    private int running;
    private bool undoQueued;
    private int tooLate;
    private int paced;
    private int paceNow;

    public WaveFeed Feed => wave.Feed;

    private HostDoor Door => field ??= new HostDoor(wave, abort.Token);

    public void Stop()
    {
        stopBegan = wave.Time.GetTimestamp();
        stopping = true;
        Feed.Signal();
    }

    public async Task<WaveStatus> RunAsync()
    {
        var beating = wave.Lease.BeatAsync(ended.Token);
        await using var onLoss = wave.Lease.Lost.Register(() => { Fail(wave.Lease.LossFailure); });
        await using var tick = wave.Time.CreateTimer(_ => Feed.Signal(), null, wave.Options.ControlInterval, wave.Options.ControlInterval);
        try
        {
            await BeginAsync().ConfigureAwait(false);
            await LoopAsync().ConfigureAwait(false);
            if (fatal is null) await EndAsync().ConfigureAwait(false);
        }
        catch (WaveAbortedException e)
        {
            Fail(e.Failure);
        }
        catch (FailureException e)
        {
            Fail(e.Failure);
        }
        finally
        {
            try
            {
                while (running > 0) await DrainAsync().ConfigureAwait(false);
                await ended.CancelAsync().ConfigureAwait(false);
                await beating.ConfigureAwait(false);
                await ReleaseAsync().ConfigureAwait(false);
                if (fatal is not null) Feed.Write(new WaveWarned(wave.Now, fatal));
            }
            finally
            {
                // Whatever broke: the reader must not wait for ever.
                Feed.Complete();
            }
        }
        return fatal is null ? wave.Locked(l => l.ToStatus()) : throw new FailureException(fatal);
    }

    private async Task BeginAsync()
    {
        wave.Ledger = await WaveLedger.ReadAsync(wave.Journal, wave.Definition, null, CancellationToken.None).ConfigureAwait(false);
        foreach (var host in wave.Ledger.Hosts.Where(h => !h.Open)) host.DropEvidence();
        if (wave.Options.Mode == WaveMode.Release)
        {
            foreach (var host in wave.Definition.Hosts.Where(h => wave.Ledger[h.Asset] is { HasSnapshots: true, State: not HostState.Skipped } l && (!l.Open || l.Kind == RoundKind.Release)))
                urgent.Enqueue(new HostWork(host, RoundKind.Release, wave.Ledger[host.Asset].Open));
            return;
        }
        var paused = wave.Ledger.Paused;
        await wave.MoveAsync(WaveStep.Started, new StepDetail { Actor = wave.Options.Actor, Summary = wave.Options.Mode.ToString() }).ConfigureAwait(false);
        if (wave.Options.RetryFailed && wave.Ledger.Failures > 0)
            await wave.MoveAsync(WaveStep.Resumed, new StepDetail { Code = WaveLedger.RetryCode, Actor = wave.Options.Actor, Summary = $"{wave.Options.Actor} lets failed hosts be tried again." }).ConfigureAwait(false);
        await brake.BeginAsync(paused).ConfigureAwait(false);

        // First what an earlier runner left: its hosts hold reservations, and may be out of service.
        foreach (var host in wave.Definition.Hosts)
        {
            var ledger = wave.Ledger[host.Asset];
            if (ledger.Open) urgent.Enqueue(new HostWork(host, ledger.Kind, true));
            else if (ledger.LeftQuiesced || ledger.State == HostState.Unknown) urgent.Enqueue(new HostWork(host, RoundKind.Recover, false));
        }
        await predecessors.CatchUpAsync().ConfigureAwait(false);
        pending = new HostQueue((host, coming) => predecessors.Judge(host, coming, pending.Postponed));
        pending.Fill(wave.Definition.Hosts.Where(h => Waits(wave.Ledger[h.Asset])), urgent.Select(u => u.Host.Asset));
    }

    private bool Waits(HostLedger host) => !host.Open && (host.State is HostState.Pending or HostState.Skipped
        || (wave.Options.RetryFailed && !host.LeftQuiesced && host.State is HostState.Failed or HostState.RolledBack or HostState.RollbackFailed));

    private async Task LoopAsync()
    {
        while (true)
        {
            while (finished.TryDequeue(out var done)) OnFinished(done);
            if (fatal is not null) return;
            if (stopping && running > 0 && wave.Time.GetElapsedTime(stopBegan) >= wave.Options.StopGrace)
            {
                await abort.CancelAsync().ConfigureAwait(false);
                return;
            }
            await LeaveOutAsync().ConfigureAwait(false);
            if (wave.Options.Mode != WaveMode.Release) await brake.LookAsync(budget, admits: pending.Count > 0 && !stopping, leavesOut: leftOut.Count > 0 && !stopping).ConfigureAwait(false);
            await LookAtOthersAsync().ConfigureAwait(false);
            Admit();
            await LeaveOutAsync().ConfigureAwait(false);
            if (running == 0 && finished.IsEmpty && await NothingMoreAsync().ConfigureAwait(false)) return;
            await Feed.WaitForSignalAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Before each admission: only plans whose order goes over waves cost a read here.</summary>
    private async Task LookAtOthersAsync()
    {
        try
        {
            await predecessors.CatchUpAsync().ConfigureAwait(false);
        }
        catch (FailureException e) when (e.Failure.Kind == FailureKind.Unavailable)
        {
            // The next look has it; appends end the run where the journal stays away.
        }
    }

    private void Admit()
    {
        while (!stopping && running < wave.Options.Throttle)
        {
            if (urgent.TryDequeue(out var first))
            {
                Dispatch(first);
                continue;
            }
            if (backwards.TryNext(static _ => true, out var changed))
            {
                Dispatch(new HostWork(changed, RoundKind.Undo, false));
                continue;
            }
            if (!MayAdmit() || !TryNext(out var next)) return;
            Dispatch(new HostWork(next, RoundKind.Patch, false));
        }
    }

    private bool MayAdmit()
    {
        if (brake.Closed || wave.Options.Mode != WaveMode.Patch || pending.Count == 0 || Feed.Unread >= wave.Options.MaxUnread) return false;
        var (failures, inRow) = wave.Locked(l => (l.Failures, l.ConsecutiveFailures));
        // Every host in flight may yet fail, so each holds one reservation, whoever admitted it.
        if (budget.Free(failures, inRow, running) < 1) return false;
        return wave.Options.Pace is null || running < PaceAllows();
    }

    /// <summary>Tells the pace every finish in order, those of earlier runs included, so that it stands where it stood.</summary>
    private int PaceAllows()
    {
        var pace = wave.Options.Pace!;
        if (paced == 0) paceNow = pace.MaxInFlight(default);
        for (var count = wave.Locked(l => l.Finishes.Count); paced < count; paced++)
        {
            var index = paced;
            paceNow = pace.MaxInFlight(wave.Locked(l => l.Finishes[index]));
        }
        return paceNow;
    }

    private bool TryNext(out PlannedHost next)
    {
        while (pending.TryNext(h => wave.Now >= h.Start || !wave.Options.WaitForStart, out next))
        {
            if (wave.Now < next.Start)
            {
                pending.Postpone(next);
                continue;
            }
            if (wave.Now <= next.LatestStart) return true;
            tooLate++;
            Feed.Write(new WaveDecided(wave.Now, $"{next.Name} is not admitted: its 90th percentile of {next.NinetiethPercentile} does not fit into its window any more (latest start {next.LatestStart:u})."));
            pending.Leave(next.Asset);
        }
        return false;
    }

    /// <summary>Hosts that come after one that is not as it should be are let go, with the reason, whether or not others are still admitted.</summary>
    private async Task LeaveOutAsync()
    {
        if (pending.TakeBarred() is not { Count: > 0 } barred) return;
        foreach (var (host, reason) in barred) Feed.Write(new WaveDecided(wave.Now, $"{host.Name}: {reason}"));
        leftOut.UnionWith(barred.Select(b => b.Host.Asset));
        // A host that failed before keeps that state: left out would hide it. And what stands there already is not written again.
        var news = barred.Where(b => wave.Locked(l => l[b.Host.Asset] is { State: HostState.Pending } || l[b.Host.Asset] is { State: HostState.Skipped } known && known.Reason != b.Reason)).ToList();
        if (news.Count > 0) await HostScript.SkipAsync(wave, news).ConfigureAwait(false);
        foreach (var (host, _) in barred) Tell(host);
    }

    private void Dispatch(HostWork work)
    {
        running++;
        _ = Task.Run(() => WorkAsync(work), CancellationToken.None);
    }

    /// <returns>True when the run is over; false when work was queued or something is waited for.</returns>
    private async Task<bool> NothingMoreAsync()
    {
        if (stopping) return true;
        if (urgent.Count > 0) return false;
        if (wave.Options.Mode == WaveMode.Release) return true;
        // Once more before the end: a wish that came since the last look would be lost.
        if (!brake.UndoAsked) await brake.WishAsync().ConfigureAwait(false);
        if (brake.UndoAsked && !undoQueued)
        {
            undoQueued = true;
            QueueBackwards();
            Admit();
        }
        if (running == 0 && backwards.IsStuck) backwards.GiveUp();
        if (undoQueued && (running > 0 || backwards.Count > 0))
        {
            Admit();
            return false;
        }
        if (undoQueued)
        {
            await brake.UndoneAsync().ConfigureAwait(false);
            return true;
        }
        if (pending.IsStuck)
        {
            pending.GiveUp();
            await LeaveOutAsync().ConfigureAwait(false);
        }
        if (brake.Halted || pending.Count == 0) return true;
        if (!brake.Closed && wave.Options.Pace is not null && PaceAllows() == 0)
        {
            await brake.HaltAsync("EvidenceShort", "The evidence so far does not allow another host: one more failure would exceed the harm that was allowed.").ConfigureAwait(false);
            return false;
        }
        return brake.Paused && wave.Options.EndWhenSuspended;
    }

    /// <summary>The way back is the way there from its end: a host goes back when those that come after it have.</summary>
    private void QueueBackwards()
    {
        var changed = wave.Definition.Hosts.Where(h => wave.Ledger[h.Asset].Changed).ToList();
        var after = changed.SelectMany(h => h.After.Select(a => (First: a, h.Asset))).ToLookup(p => p.First, p => p.Asset, StringComparer.Ordinal);
        backwards = new HostQueue((host, coming) => after[host.Asset].FirstOrDefault(coming.Contains) is { } later ? new Turn(TurnKind.Waits, later) : Turn.Free);
        backwards.Fill(changed, []);
    }

    private async Task EndAsync()
    {
        if (wave.Options.Mode == WaveMode.Release) return;
        if (!brake.Halted && !undoQueued && !brake.Paused)
        {
            var (failures, open) = wave.Locked(l => (l.Failures, l.Open));
            var late = tooLate + wave.Locked(l => l.Hosts.Count(h => h is { Open: false, State: HostState.Skipped } && told.Contains(h.Asset) && !leftOut.Contains(h.Asset)));
            if (stopping || open > 0) await wave.MoveAsync(WaveStep.Stopped, new StepDetail { Summary = "The run was stopped; Invoke-PatchWave goes on with it." }).ConfigureAwait(false);
            else if (failures > budget.Tolerated) await wave.MoveAsync(WaveStep.Halted, new StepDetail { Code = WaveLedger.HaltedCode, Summary = FormattableString.Invariant($"{FailureBudget.Hosts(failures)} failed; the halt rule tolerates {budget.Tolerated}.") }).ConfigureAwait(false);
            else if (late > 0) await wave.MoveAsync(WaveStep.Halted, new StepDetail { Code = "WindowEnding", Summary = FormattableString.Invariant($"{FailureBudget.Hosts(late)} {(late == 1 ? "does" : "do")} not fit into their window any more. Plan them again with New-PatchPlan.") }).ConfigureAwait(false);
            else if (pending.Postponed.Count > 0) await wave.MoveAsync(WaveStep.Stopped, new StepDetail { Summary = $"{FailureBudget.Hosts(pending.Postponed.Count)} {(pending.Postponed.Count == 1 ? "is" : "are")} not due yet." }).ConfigureAwait(false);
            else await wave.MoveAsync(WaveStep.Completed, leftOut.Count == 0 ? null : new StepDetail { Summary = $"{FailureBudget.Hosts(leftOut.Count)} {(leftOut.Count == 1 ? "was" : "were")} left out, because what they come after is not done." }).ConfigureAwait(false);
        }
        foreach (var host in wave.Definition.Hosts.Where(h => !told.Contains(h.Asset))) Tell(host);
    }

    private async Task WorkAsync(HostWork work)
    {
        try
        {
            var script = new HostScript(wave, work.Host, wave.Ledger[work.Host.Asset]);
            if (!work.Resumed) script.Begin(work.Kind);
            Feed.Write(new HostStarted(wave.Now, work.Host.Asset, work.Host.Name, work.Kind));
            var (services, failure) = await Door.OpenAsync(work.Host).ConfigureAwait(false);
            if (services is null)
            {
                await script.GiveUpAsync(failure!).ConfigureAwait(false);
                return;
            }
            try
            {
                await new HostProcedure(wave, work.Host, script, services, work.Resumed, abort.Token).RunAsync(work.Kind).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (abort.IsCancellationRequested && !wave.Lease.IsLost && fatal is null)
            {
                await script.FlushAsync().ConfigureAwait(false);
            }
            finally
            {
                await Door.CloseAsync(work.Host, services).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (abort.IsCancellationRequested)
        {
            // The host stays open in the journal; the next run observes it.
        }
        catch (WaveAbortedException e)
        {
            Fail(e.Failure);
        }
        catch (Exception e)
        {
            // Not a host's doing, and the journal may lack it: nobody else is admitted.
            Fail((e as FailureException)?.Failure ?? new Failure("WaveBroke", FailureKind.Failed, $"The run broke at {work.Host.Name}: {e.GetType().Name}: {e.Message}", work.Host.Asset, "Run Invoke-PatchWave again: it goes on where the journal ends."));
        }
        finally
        {
            finished.Enqueue(work);
            Feed.Signal();
        }
    }

    private void OnFinished(HostWork work)
    {
        running--;
        if (wave.Locked(l => l[work.Host.Asset].Open)) return;
        backwards.Leave(work.Host.Asset);
        // A host that goes back because a person wants the wave back says nothing about those after it.
        if (work.Kind != RoundKind.Undo && !brake.UndoAsked) pending.Leave(work.Host.Asset);
        // Only what will be taken up again in this run is not told yet.
        if (brake.UndoAsked && work.Kind != RoundKind.Undo && wave.Ledger[work.Host.Asset].Changed) return;
        Tell(work.Host);
    }

    private void Tell(PlannedHost host)
    {
        told.Add(host.Asset);
        var run = wave.Locked(l =>
        {
            var made = l[host.Asset].ToRun(wave.Definition.PlanId, wave.Definition.Number, host.Name);
            if (!l[host.Asset].Open) l[host.Asset].DropEvidence();
            return made;
        });
        Feed.Write(new HostFinished(wave.Now, run));
    }

    private void Fail(Failure failure)
    {
        Interlocked.CompareExchange(ref fatal, failure, null);
        abort.Cancel();
        Feed.Signal();
    }

    private async Task DrainAsync()
    {
        while (finished.TryDequeue(out var done)) OnFinished(done);
        if (running > 0) await Feed.WaitForSignalAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private async Task ReleaseAsync()
    {
        try
        {
            await wave.Lease.ReleaseAsync().ConfigureAwait(false);
        }
        catch (FailureException e)
        {
            Feed.Write(new WaveWarned(wave.Now, e.Failure));
        }
    }
}
