using System.Runtime.CompilerServices;
using System.Threading.Channels;
using PatchOps.Core.Waves;
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
            ProbeGrace = definition.Wave.Rollback.ProbeGrace, HostBake = definition.Wave.Rollback.DetectionWindow, OnHalt = conduct.OnHalt, MaxConsecutiveFailures = conduct.MaxConsecutiveFailures,
            ConfirmWithin = conduct.ConfirmWithin ?? options.ConfirmWithin, Gates = options.Mode == WaveMode.Patch ? [.. conduct.Gates.Select(parts.Gate)] : [],
        };
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
                            yield return new FailedEvent(new Failure("HostFailed", FailureKind.Failed, $"{host.Name}: {host.State}: {host.Reason ?? "no reason was recorded"}", host.Name, $"See its evidence with Get-PatchWave {plan.Id} {definition.Number} -Hosts."));
                        yield return new ResultEvent(host);
                        break;
                    case HostStepped step:
                        yield return new ProgressEvent($"Wave {definition.Number} of {plan.Name}", $"{step.Name}: {step.Step} {step.Outcome}", 100.0 * finished.Count / definition.Hosts.Count, Id: 1);
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
            if (status.State is WaveState.Halted or WaveState.Suspended)
                yield return new WarningEvent($"Wave {definition.Number} is {status.State.ToString().ToLowerInvariant()}{(status.Reason is null ? "" : $": {status.Reason}")}. {status.Pending} hosts were not admitted.");
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
