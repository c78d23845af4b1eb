using System.Runtime.CompilerServices;
using PatchOps.Core.Planning.Planner;
using PatchOps.Core.Seams;
using PatchOps.Core.Waves;
using PatchOps.Core.Waves.State;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Waves;

/// <summary>Removes the snapshots of waves whose retention is over: a run of its own on each, leased and journaled.</summary>
internal static class SnapshotRelease
{
    public static async IAsyncEnumerable<OperationEvent> RunAsync(WaveParts parts, int throttle, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var plan in parts.Catalogue.Plans().OrderBy(p => p.Created))
        {
            // Its commands are no longer those that were approved; Invoke-PatchWave -Due says so where the plan is due.
            if (!PlanDocument.IsIntact(plan)) continue;
            // Lists of versions are dropped by the hosts themselves; only what policy asked to be taken has a retention.
            foreach (var wave in plan.Waves.Where(w => w.Snapshots.Count > 0))
            {
                var definition = new WaveDefinition(plan.Id, wave);
                var ledger = await WaveLedger.ReadAsync(parts.Journal, definition, static _ => false, cancellationToken).ConfigureAwait(false);
                var retention = (wave.Conduct ?? new WaveConduct()).SnapshotRetention;
                if (ledger.Ended is not { } ended || ledger.State == WaveState.Running || parts.Clock.GetUtcNow() < ended + retention) continue;
                var kept = ledger.Hosts.Count(h => h.HasSnapshots && h.State != HostState.Skipped);
                if (kept == 0) continue;
                yield return new DecisionEvent(FormattableString.Invariant($"Wave {wave.Number} of {plan.Name} ended at {ended:u}; the snapshots of {kept} hosts are removed after {retention}."));
                Failure? failure = null;
                try
                {
                    var options = parts.Options with { Actor = parts.Caller.Account, Runner = parts.Runner, Mode = WaveMode.Release, Throttle = throttle };
                    await using var run = await WaveRunner.StartAsync(definition, parts.Hosts(wave), parts.Journal, parts.Clock, options, cancellationToken).ConfigureAwait(false);
                    await run.Completion.ConfigureAwait(false);
                }
                catch (FailureException e)
                {
                    failure = e.Failure;
                }
                if (failure is not null)
                {
                    yield return new FailedEvent(failure);
                    continue;
                }
                await parts.AuditAsync("SnapshotsRemoved", plan, wave.Number, [("hosts", kept)], cancellationToken).ConfigureAwait(false);
                ledger = await WaveLedger.ReadAsync(parts.Journal, definition, static _ => false, cancellationToken).ConfigureAwait(false);
                foreach (var host in ledger.Hosts.Where(h => h.HasSnapshots && h.State != HostState.Skipped))
                    yield return new WarningEvent($"The snapshots of {host.Asset} (wave {wave.Number} of {plan.Name}) could not be removed; the next run of Invoke-PatchWave -Due tries again. See Get-PatchWave {plan.Id} {wave.Number} -Timeline.");
            }
        }
    }
}
