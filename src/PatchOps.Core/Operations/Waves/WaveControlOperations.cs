using System.Runtime.CompilerServices;
using PatchOps.Core.Operations.Plan;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;
using PatchOps.Core.Waves;
using PatchOps.Core.Waves.Halting;
using PatchOps.Core.Waves.State;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Waves;

public sealed class GetWaveOperation(ICatalogue catalogue, IJournal journal) : IOperation<GetWaveRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(GetWaveRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var plan = StoredPlan.Require(catalogue, request.PlanId);
        var waves = request.Wave == 0 ? plan.Waves : [WaveDefinition.From(plan, request.Wave).Wave];
        var wanted = new Wildcard(request.Asset);
        var hosts = waves.SelectMany(w => w.Hosts).Where(h => wanted.Matches(h.Asset, h.Name)).Select(h => h.Asset).ToHashSet(StringComparer.Ordinal);
        foreach (var name in wanted.Literals.Where(n => !waves.Any(w => w.Hosts.Any(h => n.Equals(h.Asset, StringComparison.OrdinalIgnoreCase) || n.Equals(h.Name, StringComparison.OrdinalIgnoreCase)))))
            yield return new FailedEvent(new Failure("HostNotInWave", FailureKind.NotFound, $"No host '{name}' is in {(request.Wave == 0 ? "any wave" : FormattableString.Invariant($"wave {request.Wave}"))} of plan {plan.Id}.", name, $"See its hosts with Get-PatchWave {plan.Id} -Hosts."));
        foreach (var wave in waves)
        {
            var definition = new WaveDefinition(plan.Id, wave);
            if (request.Timeline)
            {
                await foreach (var entry in WaveHistory.TimelineAsync(journal, definition, cancellationToken).ConfigureAwait(false))
                    if (wanted.MatchesAll || (entry.Asset is { } asset && hosts.Contains(asset))) yield return new ResultEvent(entry);
            }
            else if (request.Hosts || request.Evidence || !wanted.MatchesAll)
            {
                foreach (var run in await WaveHistory.RunsAsync(journal, definition, hosts.Contains, cancellationToken).ConfigureAwait(false))
                {
                    if (!request.Evidence) yield return new ResultEvent(run);
                    else foreach (var piece in WaveHistory.EvidenceOf(run)) yield return new ResultEvent(piece);
                }
            }
            else
            {
                yield return new ResultEvent(await WaveHistory.StatusAsync(journal, definition, cancellationToken).ConfigureAwait(false));
            }
        }
    }
}

/// <summary>Leaves a wish for the runner of a wave, in whatever session it works.</summary>
public sealed class ControlWaveOperation<TRequest>(WaveParts parts, string wish) : IOperation<TRequest> where TRequest : WaveRequest
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(TRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var plan = StoredPlan.Require(parts.Catalogue, request.PlanId);
        var definition = WaveDefinition.From(plan, request.Wave);
        var ask = new AskEvent($"wave {request.Wave} of plan {plan.Name}", wish == WaveWish.Suspend ? "Suspend" : "Resume");
        yield return ask;
        var answer = await ask.Reply.ConfigureAwait(false);
        if (answer == Answer.No) yield break;
        if (answer == Answer.Yes)
        {
            await parts.Journal.SetControlAsync(LeaseNames.Wave(plan.Id, request.Wave), wish, parts.Caller.Account, parts.Clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
            await parts.AuditAsync(wish == WaveWish.Suspend ? "WaveSuspended" : "WaveResumed", plan, request.Wave, [], cancellationToken).ConfigureAwait(false);
        }
        yield return new ResultEvent(await WaveHistory.StatusAsync(parts.Journal, definition, cancellationToken).ConfigureAwait(false));
    }
}

/// <summary>Takes a wave back: a run of its own, leased and journaled like any other.</summary>
public sealed class UndoWaveOperation(WaveParts parts) : IOperation<UndoWaveRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(UndoWaveRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var plan = StoredPlan.Require(parts.Catalogue, request.PlanId);
        var definition = WaveDefinition.From(plan, request.Wave);
        foreach (var warning in await LeftBehindAsync(definition, cancellationToken).ConfigureAwait(false)) yield return warning;
        var ask = new AskEvent($"{definition.Hosts.Count} hosts of wave {request.Wave} of plan {plan.Name}", "Take back the changes", Hosts: true);
        yield return ask;
        if (await ask.Reply.ConfigureAwait(false) != Answer.Yes) yield break;

        // A runner that still works on it learns of the wish; a new run takes back what is done.
        var resource = LeaseNames.Wave(plan.Id, request.Wave);
        var holder = await parts.Journal.HolderAsync(resource, cancellationToken).ConfigureAwait(false);
        if (holder is not null && holder.Expires > parts.Clock.GetUtcNow())
        {
            await parts.Journal.SetControlAsync(resource, WaveWish.Undo, parts.Caller.Account, parts.Clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
            await parts.AuditAsync("WaveUndoRequested", plan, request.Wave, [], cancellationToken).ConfigureAwait(false);
            if (await StillWorksAsync(resource, holder, cancellationToken).ConfigureAwait(false))
            {
                yield return new WarningEvent($"Runner {holder.Owner} works on the wave and takes it back; watch it with Get-PatchWave {plan.Id} {request.Wave} -Hosts.");
                yield break;
            }
        }
        await parts.AuditAsync("WaveUndone", plan, request.Wave, [], cancellationToken).ConfigureAwait(false);
        var options = parts.Options with { Actor = parts.Caller.Account, Runner = parts.Runner, Mode = WaveMode.Undo, Throttle = request.ThrottleLimit, EndWhenSuspended = true };
        await foreach (var next in WaveReading.RunAsync(parts, plan, definition, options, null, cancellationToken).ConfigureAwait(false)) yield return next;
    }

    /// <summary>Hosts of later waves that come after hosts of this one and stay changed when it goes back.</summary>
    private async Task<IReadOnlyList<WarningEvent>> LeftBehindAsync(WaveDefinition definition, CancellationToken cancellationToken)
    {
        var names = definition.Hosts.ToDictionary(h => h.Asset, h => h.Name, StringComparer.Ordinal);
        var warnings = new List<WarningEvent>();
        foreach (var later in definition.Others.Where(w => w.Hosts.Any(h => h.After.Any(names.ContainsKey))).OrderBy(w => w.Number))
        {
            var ledger = await WaveLedger.ReadAsync(parts.Journal, new WaveDefinition(definition.PlanId, later), static _ => false, cancellationToken).ConfigureAwait(false);
            var pairs = later.Hosts.Where(h => ledger[h.Asset].Changed).SelectMany(h => h.After.Where(names.ContainsKey).Select(a => $"{h.Name} after {names[a]}")).ToList();
            if (pairs.Count > 0) warnings.Add(new WarningEvent(FormattableString.Invariant($"Wave {later.Number} was changed after hosts of wave {definition.Number} ({string.Join(", ", pairs.Take(5))}{(pairs.Count > 5 ? " …" : "")}) and stays so: take it back first with Undo-PatchWave {definition.PlanId} {later.Number}.")));
        }
        return warnings;
    }

    /// <summary>A runner that was about to end may have looked for wishes for the last time: it is gone a moment later, and then this run does it.</summary>
    private async Task<bool> StillWorksAsync(string resource, Lease holder, CancellationToken cancellationToken)
    {
        for (var i = 0; i < 6; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500), parts.Clock, cancellationToken).ConfigureAwait(false);
            if (await parts.Journal.HolderAsync(resource, cancellationToken).ConfigureAwait(false) is not { } now || now.Token != holder.Token) return false;
        }
        return true;
    }
}
