using System.Runtime.CompilerServices;
using System.Threading.Channels;
using PatchOps.Core.Waves;
using PatchOps.Core.Waves.Halting;
using PatchOps.Core.Waves.State;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Waves;

/// <summary>Reads a running wave into events, and keeps what hosts became as deployments: the next risk score learns from it.</summary>
internal static class WaveReading
{
    public static async IAsyncEnumerable<OperationEvent> RunAsync(WaveParts parts, PatchPlan plan, WaveDefinition definition, WaveOptions options, ManualDesk? desk, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var began = parts.Clock.GetUtcNow();
        var conduct = definition.Wave.Conduct ?? new WaveConduct();
        options = options with
        {
            ProbeGrace = definition.Wave.Rollback.ProbeGrace, HostBake = definition.Wave.Rollback.DetectionWindow, OnHalt = conduct.OnHalt, OnGate = conduct.OnGate, OnConsecutive = conduct.OnConsecutive, MaxConsecutiveFailures = conduct.MaxConsecutiveFailures,
            ConfirmWithin = conduct.ConfirmWithin ?? options.ConfirmWithin, Gates = options.Mode == WaveMode.Patch ? [.. conduct.Gates.Select(parts.Gate)] : [],
        };
        // A person takes the time it takes, whatever a machine would be given.
        if (desk is null && conduct.StepTimeLimit is { } limit) options = options with { StepTimeLimit = limit };
        var hosts = parts.Hosts(definition.Wave);
        var run = await WaveRunner.StartAsync(definition, desk is null ? hosts : new ManualHosts(hosts, desk), parts.Journal, parts.Clock, options, cancellationToken).ConfigureAwait(false);
        var finished = new List<HostRun>();
        try
        {
            // Ctrl+C stops admission; hosts in flight still finish, and their events are still read.
            await using var stopping = cancellationToken.Register(run.Stop);
            await foreach (var happened in ReadAsync(run, desk).ConfigureAwait(false))
            {
                switch (happened)
                {
                    case HostFinished { Run: var host }:
                        finished.Add(host);
                        yield return new ProgressEvent($"Wave {definition.Number} of {plan.Name}", $"{host.Name}: {host.State}", 100.0 * finished.Count / definition.Hosts.Count);
                        // Where a wave is undone, taken back is what was asked for, and a host that nothing was changed on has nothing to take back.
                        var asked = options.Mode == WaveMode.Undo && (host.State == HostState.RolledBack || (host.State == HostState.Failed && host.Changes.Count == 0));
                        if (!asked && host.IsFailure)
                            yield return new FailedEvent(new Failure("HostFailed", FailureKind.Failed, $"{host.Name}: {host.State}: {host.Reason ?? "no reason was recorded"}", host.Name,
                                $"{NextStep.For(plan.Id, definition.Number, host.State)} Its evidence: Get-PatchWave {plan.Id} {definition.Number} -Evidence -Asset {host.Name}."));
                        if (host.State == HostState.Skipped)
                            yield return new FailedEvent(new Failure("HostSkipped", FailureKind.Refused, $"{host.Name} was left out: {host.Reason}", host.Name, $"See where the wave stands with Get-PatchWave {plan.Id} {definition.Number} -Hosts."));
                        yield return new ResultEvent(host);
                        break;
                    case HostStarted started:
                        yield return new ProgressEvent($"Wave {definition.Number} of {plan.Name}", $"{started.Name}: {started.Round} …", 100.0 * finished.Count / definition.Hosts.Count, Id: 1);
                        break;
                    case HostStepped step:
                        yield return new ProgressEvent($"Wave {definition.Number} of {plan.Name}", $"{step.Name}: {(step.Next is { } now ? $"{now} …" : $"{step.Step} {step.Outcome}")}", 100.0 * finished.Count / definition.Hosts.Count, Id: 1);
                        yield return new DecisionEvent($"{step.Name}: {step.Step} {step.Outcome}{(step.Summary is null ? "" : $": {step.Summary}")}");
                        break;
                    case AskEvent ask:
                        yield return ask;
                        break;
                    case WaveDecided decided:
                        yield return new DecisionEvent(decided.Message);
                        break;
                    case WaveWarned warned:
                        yield return new WarningEvent(warned.Failure.ToString());
                        break;
                }
            }
            var status = await run.Completion.ConfigureAwait(false);
            if (options.Mode == WaveMode.Patch && await UnfinishedAsync(parts, plan, definition, status).ConfigureAwait(false) is { } ending) yield return ending;
        }
        finally
        {
            desk?.Close();
            // Also where the reader left early: the run ends in order, and what is true by then is kept.
            await run.DisposeAsync().ConfigureAwait(false);
            var runs = await WaveHistory.RunsAsync(parts.Journal, definition, null, CancellationToken.None).ConfigureAwait(false);
            Keep(parts, plan, definition.Number, runs, began);
            var last = await WaveHistory.StatusAsync(parts.Journal, definition, CancellationToken.None).ConfigureAwait(false);
            await parts.AuditAsync("WaveEnded", plan, definition.Number, [("state", last.State.ToString()), ("done", last.Done), ("failed", last.Failed), ("pending", last.Pending)], CancellationToken.None).ConfigureAwait(false);
        }
        // Who was stopped did not do what was asked, however orderly the run ended.
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>A wave that a rule, a gate or a person stopped is not done, and a runbook must see that; hosts that are not due yet are no fault.</summary>
    private static async Task<OperationEvent?> UnfinishedAsync(WaveParts parts, PatchPlan plan, WaveDefinition definition, WaveStatus status)
    {
        if (status.State is not (WaveState.Halted or WaveState.Suspended)) return null;
        var text = $"Wave {definition.Number} of {plan.Name} is {status.State.ToString().ToLowerInvariant()}{(status.Reason is null ? "." : $": {status.Reason}")} {FailureBudget.Hosts(status.Pending)} {(status.Pending == 1 ? "was" : "were")} not admitted.";
        var ledger = await WaveLedger.ReadAsync(parts.Journal, definition, static _ => false, CancellationToken.None).ConfigureAwait(false);
        // Where every host was worked on, those that failed were told one by one.
        if (status.Pending == 0 || (status.State == WaveState.Suspended && !ledger.Paused)) return new WarningEvent(text);
        var go = status.State == WaveState.Suspended
            ? $"Resume-PatchWave {plan.Id} {definition.Number} lets it go on, then Invoke-PatchWave; Undo-PatchWave takes back what it changed."
            : $"See why with Get-PatchWave {plan.Id} {definition.Number} -Hosts. When that is put right, Resume-PatchWave and Invoke-PatchWave go on; Undo-PatchWave takes back what it changed.";
        return new FailedEvent(new Failure(status.State == WaveState.Suspended ? "WaveSuspended" : "WaveHalted", FailureKind.Refused, text, plan.Id, go));
    }

    /// <summary>The run's events, and between them the questions to a person.</summary>
    private static async IAsyncEnumerable<object> ReadAsync(WaveRun run, ManualDesk? desk)
    {
        if (desk is null)
        {
            await foreach (var happened in run.ReadAsync(CancellationToken.None).ConfigureAwait(false)) yield return happened;
            yield break;
        }
        var both = Channel.CreateUnbounded<object>();
        async Task PumpAsync<T>(IAsyncEnumerable<T> source, bool last) where T : notnull
        {
            await foreach (var item in source.ConfigureAwait(false)) both.Writer.TryWrite(item);
            if (last) both.Writer.TryComplete();
        }
        var events = PumpAsync(run.ReadAsync(CancellationToken.None), last: true);
        _ = PumpAsync(desk.ReadAsync(), last: false);
        await foreach (var item in both.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false)) yield return item;
        await events.ConfigureAwait(false);
    }

    private static void Keep(WaveParts parts, PatchPlan plan, int wave, IReadOnlyList<HostRun> runs, DateTimeOffset since)
    {
        using var import = parts.Catalogue.BeginImport("Deployment", $"wave {plan.Id}/{wave}", parts.Clock.GetUtcNow());
        var any = false;
        foreach (var run in runs)
        {
            DeploymentOutcome? outcome = run.State switch
            {
                HostState.Done when run.Changes.Count > 0 => DeploymentOutcome.Succeeded,
                HostState.RolledBack => DeploymentOutcome.RolledBack,
                // A host that could not be reached, or was not fit, says nothing about the patch.
                HostState.Failed or HostState.RollbackFailed when run.Evidence.Any(e => e.Step == nameof(HostStep.Apply)) => DeploymentOutcome.Failed,
                _ => null,
            };
            if (outcome is null || run.Started is not { } started) continue;
            var planned = plan.Waves.Where(w => w.Number == wave).SelectMany(w => w.Hosts).First(h => h.Asset == run.Asset).Patches.Select(p => p.Patch);
            foreach (var patch in planned)
            {
                any = true;
                import.Add(new Deployment { Id = $"{plan.Id}/{wave}/{run.Asset}/{patch}", Patch = patch, Asset = run.Asset, Started = started, Ended = run.Ended, Outcome = outcome.Value, Change = plan.Id });
            }
        }
        foreach (var run in runs)
        {
            foreach (var (package, version) in Read(run, since))
            {
                any = true;
                import.Observe(run.Asset, package, version);
            }
        }
        if (any) import.Complete(TimeSpan.Zero);
    }

    /// <summary>The last version of each package that this run read on the host. What earlier runs read, an inventory may have overtaken.</summary>
    private static Dictionary<string, string> Read(HostRun run, DateTimeOffset since)
    {
        var versions = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var evidence in run.Evidence)
        {
            if (evidence.At < since || evidence.Outcome != HostLedger.VersionEvidence || evidence.Detail?.Split(' ', 2) is not [var package, var version]) continue;
            if (version == HostLedger.NotInstalled) versions.Remove(package);
            else versions[package] = version;
        }
        return versions;
    }
}
