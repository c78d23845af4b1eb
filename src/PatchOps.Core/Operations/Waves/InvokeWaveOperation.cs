using System.Runtime.CompilerServices;
using PatchOps.Core.Operations.Plan;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Planning.Planner;
using PatchOps.Core.Seams;
using PatchOps.Core.Waves;
using PatchOps.Core.Waves.State;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Waves;

/// <summary>Runs a wave: approved, in order, in its window; what it did flows back as deployments.</summary>
public sealed class InvokeWaveOperation(WaveParts parts) : IOperation<InvokeWaveRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(InvokeWaveRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var changed = new List<PatchPlan>();
        var chosen = request.Due
            ? await DueAsync(changed, cancellationToken).ConfigureAwait(false)
            : [(StoredPlan.Require(parts.Catalogue, request.PlanId), request.Wave)];
        foreach (var plan in changed) yield return new FailedEvent(StoredPlan.Changed(plan));
        if (request.Due)
            await foreach (var next in SnapshotRelease.RunAsync(parts, request.ThrottleLimit, cancellationToken).ConfigureAwait(false)) yield return next;
        if (request.Due && chosen.Count == 0) yield return new DecisionEvent("No approved wave is due.");
        foreach (var (plan, wave) in chosen)
        {
            var events = OneAsync(request, plan, wave, cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using var _ = events.ConfigureAwait(false);
            while (true)
            {
                Failure? failure = null;
                try
                {
                    if (!await events.MoveNextAsync().ConfigureAwait(false)) break;
                }
                catch (FailureException e) when (request.Due)
                {
                    // One wave that cannot run must not keep a scheduler from the others.
                    failure = e.Failure;
                }
                if (failure is not null)
                {
                    yield return new FailedEvent(failure);
                    break;
                }
                yield return events.Current;
            }
        }
    }

    private async IAsyncEnumerable<OperationEvent> OneAsync(InvokeWaveRequest request, PatchPlan plan, int number, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var definition = WaveDefinition.From(plan, number);
        var now = parts.Clock.GetUtcNow();
        if (request.Rehearse)
        {
            foreach (var forecast in Rehearsals.Of(parts.Catalogue, plan, parts.Risk, request.ThrottleLimit, now, Rehearsals.Runs).Where(f => f.Wave == number)) yield return new ResultEvent(forecast);
            yield break;
        }

        var unapproved = parts.Approvals.Check(plan, now);
        // What was begun is brought to its end: hosts must not stay quiesced because time went by.
        if (unapproved?.Code == "ApprovalExpired" && await StandsOpenAsync(definition, running: true, cancellationToken).ConfigureAwait(false))
        {
            yield return new WarningEvent($"{unapproved.Message} The wave was begun before, and goes on.");
            unapproved = null;
        }
        var refusal = unapproved ?? await OutOfOrderAsync(plan, number, now, cancellationToken).ConfigureAwait(false);
        var shut = OutOfWindow(request, plan, definition.Wave, now);
        if (refusal is null && shut is not null && await StandsOpenAsync(definition, running: false, cancellationToken).ConfigureAwait(false))
        {
            // The starts of the other hosts lie outside as well, so none of them is admitted.
            yield return new WarningEvent($"{shut.Message} What was begun on its hosts is brought to its end; no other host is begun.");
            shut = null;
        }
        refusal ??= shut;
        if (refusal is not null)
        {
            // What would be refused is worth knowing under -WhatIf, where nothing can go wrong.
            if (!parts.Caller.WhatIf)
            {
                yield return new FailedEvent(refusal, Terminating: !request.Due);
                yield break;
            }
            yield return new WarningEvent($"{refusal.Message} {refusal.Remedy}");
        }
        var (unclear, seen) = refusal is null ? await CanaryComparison.CheckAsync(parts, plan, number, now, cancellationToken).ConfigureAwait(false) : (null, null);
        if (seen is not null) yield return new DecisionEvent($"Canary comparison: {seen}");
        if (unclear is not null)
        {
            if (!request.AcceptCanary && !parts.Caller.WhatIf)
            {
                yield return new FailedEvent(unclear, Terminating: !request.Due);
                yield break;
            }
            yield return new WarningEvent($"{unclear.Message}{(request.AcceptCanary ? "" : $" {unclear.Remedy}")}");
        }

        var ask = new AskEvent(FormattableString.Invariant($"{definition.Hosts.Count} hosts: {string.Join(", ", definition.Hosts.Take(5).Select(h => h.Name))}{(definition.Hosts.Count > 5 ? " …" : "")}"),
            $"Run wave {number} ({definition.Wave.Stage} {definition.Wave.Ring}) of plan {plan.Name}", Hosts: true);
        yield return ask;
        var answer = await ask.Reply.ConfigureAwait(false);
        if (answer == Answer.WhatIf)
        {
            foreach (var host in definition.Hosts) yield return new ResultEvent(Simulated(plan, number, host));
            yield break;
        }
        if (answer == Answer.No) yield break;

        if (request.IgnoreWindow) definition = Shifted(definition, now);
        var (pace, because) = WavePacing.Of(request, plan, parts.Catalogue.Deployments());
        if (because is not null) yield return new DecisionEvent(because);
        var options = parts.Options with
        {
            Actor = parts.Caller.Account, Runner = parts.Runner, Throttle = request.ThrottleLimit, WaitForStart = request.Wait, RetryFailed = request.RetryFailed, EndWhenSuspended = true,
            Pace = pace, LeaseDuration = request.LeaseDuration,
        };
        var desk = request.Manual ? new ManualDesk(parts.Caller.Account, parts.Clock) : null;
        // A person installs one host after the other, and takes the time it takes.
        if (desk is not null) options = options with { Throttle = 1, StepTimeLimit = TimeSpan.FromHours(24), CallDeadline = TimeSpan.FromMinutes(30), RestartTimeout = TimeSpan.FromHours(4) };
        await parts.AuditAsync("WaveStarted", plan, number, [("ignoreWindow", request.IgnoreWindow), ("hosts", definition.Hosts.Count), ("manual", request.Manual), ("pace", request.Pace.ToString()), ("acceptedCanary", unclear is null ? null : unclear.Message)], cancellationToken).ConfigureAwait(false);
        await foreach (var next in WaveReading.RunAsync(parts, plan, definition, options, desk, cancellationToken).ConfigureAwait(false)) yield return next;
        if (request.PassThru) yield return new ResultEvent(await WaveHistory.StatusAsync(parts.Journal, definition, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Whether hosts are in the middle of their change, out of service, or not known: what an earlier run left.</summary>
    /// <param name="running">A wave that runs counts as well, wherever its hosts are.</param>
    private async Task<bool> StandsOpenAsync(WaveDefinition definition, bool running, CancellationToken cancellationToken)
    {
        var ledger = await WaveLedger.ReadAsync(parts.Journal, definition, static _ => false, cancellationToken).ConfigureAwait(false);
        return (running && ledger.State == WaveState.Running) || InTheMiddle(ledger) || ledger.Hosts.Any(h => h.LeftQuiesced || h.State == HostState.Unknown);
    }

    /// <summary>A run ended without bringing its hosts to an end; snapshots that are being removed are a run of their own.</summary>
    private static bool InTheMiddle(WaveLedger ledger) => ledger.Hosts.Any(h => h is { Open: true, Kind: not RoundKind.Release });

    private async Task<Failure?> OutOfOrderAsync(PatchPlan plan, int number, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var earlier = new Dictionary<int, (WaveStatus, DateTimeOffset?)>();
        foreach (var wave in plan.Waves.Where(w => w.Number < number))
        {
            var definition = new WaveDefinition(plan.Id, wave);
            var status = await WaveHistory.StatusAsync(parts.Journal, definition, cancellationToken).ConfigureAwait(false);
            var runs = status.State == WaveState.Completed ? await WaveHistory.RunsAsync(parts.Journal, definition, null, cancellationToken).ConfigureAwait(false) : [];
            earlier[wave.Number] = (status, runs.Max(r => r.Ended));
        }
        return WaveOrder.Check(plan, number, earlier, now);
    }

    private static Failure? OutOfWindow(InvokeWaveRequest request, PatchPlan plan, PlanWave wave, DateTimeOffset now)
    {
        if (request.IgnoreWindow || (request.Wait && now < wave.Start)) return null;
        if (now < wave.Start)
            return new Failure("WaveNotDue", FailureKind.Refused, FormattableString.Invariant($"Wave {wave.Number} of plan {plan.Id} starts at {wave.Start:u}."), plan.Id,
                "Run it then (Invoke-PatchWave -Due in a scheduler does), wait with -Wait, or run it now with -IgnoreWindow, which is recorded.");
        return now < wave.End
            ? null
            : new Failure("WaveExpired", FailureKind.Refused, FormattableString.Invariant($"The last window of wave {wave.Number} of plan {plan.Id} ended at {wave.End:u}."), plan.Id, "Make a new plan with New-PatchPlan, or run it now with -IgnoreWindow, which is recorded.");
    }

    /// <summary>The same wave at once: what a person decided, the journal and the audit trail record.</summary>
    private static WaveDefinition Shifted(WaveDefinition definition, DateTimeOffset now)
    {
        var (wave, latest) = (definition.Wave, now + TimeSpan.FromDays(1));
        return new WaveDefinition(definition.PlanId, wave with
        {
            Start = now,
            End = latest > wave.End ? latest : wave.End,
            Hosts = [.. wave.Hosts.Select(h => h with { Start = now, LatestStart = latest > h.LatestStart ? latest : h.LatestStart })],
        }, definition.Others);
    }

    /// <param name="changed">Takes plans that would be due and are not what was approved.</param>
    private async Task<List<(PatchPlan, int)>> DueAsync(List<PatchPlan> changed, CancellationToken cancellationToken)
    {
        var now = parts.Clock.GetUtcNow();
        var due = new List<(PatchPlan, int)>();
        foreach (var plan in parts.Catalogue.Plans().OrderBy(p => p.Created))
        {
            var inTime = plan.Waves.Where(w => now >= w.Start && now < w.End).ToHashSet();
            var dead = await DeadAsync(plan, now, cancellationToken).ConfigureAwait(false);
            if (plan.End <= now && dead.Count == 0) continue;
            var unapproved = parts.Approvals.Check(plan, now);
            if (unapproved is not null && (unapproved.Code != "ApprovalExpired" || dead.Count == 0)) continue;
            if (!PlanDocument.IsIntact(plan))
            {
                // Approved was what its hash was made of; this is something else.
                changed.Add(plan);
                continue;
            }
            foreach (var wave in plan.Waves)
            {
                if (!inTime.Contains(wave) && !dead.Contains(wave.Number)) continue;
                var ledger = await WaveLedger.ReadAsync(parts.Journal, new WaveDefinition(plan.Id, wave), static _ => false, cancellationToken).ConfigureAwait(false);
                // A run that ended because hosts were not due yet, or was stopped, goes on; what a person or the rule paused waits for a person.
                // Hosts that a dead runner left in the middle wait for nobody, and for no window.
                var open = InTheMiddle(ledger) || (inTime.Contains(wave) && unapproved is null
                    && (ledger.State is WaveState.NotStarted or WaveState.Running || (ledger.State == WaveState.Suspended && !ledger.Paused)));
                if (!open || await IsRunAsync(plan, wave.Number, now, cancellationToken).ConfigureAwait(false)) continue;
                // A wave whose turn has not come (the one before bakes, or has not run) is not due yet; that is no failure.
                if (await OutOfOrderAsync(plan, wave.Number, now, cancellationToken).ConfigureAwait(false) is null) due.Add((plan, wave.Number));
            }
        }
        return due;
    }

    /// <summary>Waves whose runner let its lease lapse instead of giving it back.</summary>
    private async Task<HashSet<int>> DeadAsync(PatchPlan plan, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var dead = new HashSet<int>();
        foreach (var wave in plan.Waves)
            if (await parts.Journal.HolderAsync(LeaseNames.Wave(plan.Id, wave.Number), cancellationToken).ConfigureAwait(false) is { } holder && holder.Expires <= now) dead.Add(wave.Number);
        return dead;
    }

    private async Task<bool> IsRunAsync(PatchPlan plan, int wave, DateTimeOffset now, CancellationToken cancellationToken) =>
        await parts.Journal.HolderAsync(LeaseNames.Wave(plan.Id, wave), cancellationToken).ConfigureAwait(false) is { } holder && holder.Expires > now;

    private static HostRun Simulated(PatchPlan plan, int wave, PlannedHost host) => new()
    {
        PlanId = plan.Id, Wave = wave, Asset = host.Asset, Name = host.Name, State = HostState.Pending, Simulated = true, Reason = "nothing was changed (-WhatIf)",
        Changes = [.. host.Patches.SelectMany(p => p.Packages.Select(v => new AppliedChange { Patch = p.Patch, Package = v.Package, ToVersion = v.Version }))],
        Started = host.Start,
    };
}
