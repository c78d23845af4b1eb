using System.Runtime.CompilerServices;
using System.Threading.Channels;
using PatchOps.Core.Governance;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Planning.Engine.Model;
using PatchOps.Core.Planning.Planner;
using PatchOps.Core.Risk;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Plan;

public sealed class NewPlanOperation(ICatalogue catalogue, IAuditLog audit, PatchPolicy policy, TimeProvider clock, Caller caller) : IOperation<NewPlanRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(NewPlanRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var start = request.Start ?? now;
        if (start + request.Horizon <= now)
            throw new FailureException("HorizonPast", FailureKind.InvalidInput, FormattableString.Invariant($"The planning period ends at {start + request.Horizon:u}, which is over."), "Horizon", "Give a later -Start or a longer -Horizon.");
        if (start < now) start = now;

        var estate = new EstateRisk(catalogue, policy.Risk, now);
        var (covered, due) = Covered(request, estate);
        var assets = AssetFilter.Resolve(catalogue, request.Asset);
        foreach (var name in assets.Missing) yield return new FailedEvent(AssetFilter.NotFound(name));
        yield return new ProgressEvent("New-PatchPlan", "Gathering hosts and patches");
        var items = new PlanItems(catalogue, estate, policy.Planning).Of(f => assets.Matches(f.Asset) && covered(f), due);
        if (items.Count == 0)
        {
            yield return new FailedEvent(new Failure("NothingToPlan", FailureKind.NotFound, "No open patch is left for these risks and assets.", request.Name, "See what is open with Get-PatchExposure -Status Affected."), Terminating: true);
            yield break;
        }

        var order = new PlanOrder
        {
            Name = request.Name, Author = caller.Account, Created = now, Start = start, End = start + request.Horizon, Emergency = request.Emergency, TimeLimit = request.TimeLimit, Currency = policy.Risk.Currency,
        };
        var told = Channel.CreateUnbounded<PlanningProgress>();
        var making = Task.Run(() =>
        {
            try
            {
                return new Planner(policy.Planning, Clusters(), catalogue.ResolveAsset).Make(order, items, p => told.Writer.TryWrite(p), cancellationToken);
            }
            finally
            {
                told.Writer.TryComplete();
            }
        }, cancellationToken);
        await foreach (var progress in told.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            yield return new ProgressEvent("New-PatchPlan", FormattableString.Invariant($"{progress.Phase}: objective {progress.Objective:N0}, gap {progress.Gap:0.0 %}"));
        var plan = await making.ConfigureAwait(false);

        var ask = new AskEvent(plan.ToString(), "Store the plan");
        yield return ask;
        var answer = await ask.Reply.ConfigureAwait(false);
        if (answer == Answer.No) yield break;
        if (answer == Answer.Yes)
        {
            catalogue.SavePlan(plan);
            await audit.AppendAsync(new AuditRecord($"plan/{plan.Id}", caller.Account, "PlanMade", plan.Id,
                CanonicalJson.Of(("hash", plan.Hash), ("name", plan.Name), ("waves", plan.Waves.Count), ("hosts", plan.Waves.Sum(w => w.Hosts.Count)))), now, cancellationToken).ConfigureAwait(false);
        }
        if (plan.Unscheduled.Count > 0)
            yield return new WarningEvent($"{plan.Unscheduled.Count} of {items.Count} hosts could not be placed; see the plan's Unscheduled. First: {plan.Unscheduled[0].Reason}.");
        yield return new ResultEvent(plan);
    }

    private (Func<Finding, bool> Covered, IReadOnlyDictionary<string, DateTimeOffset?> Due) Covered(NewPlanRequest request, EstateRisk estate)
    {
        var risks = request.InputObject.OfType<PatchRisk>().ToList();
        if (risks.Count < request.InputObject.Count)
            throw new FailureException("RiskExpected", FailureKind.InvalidInput, "New-PatchPlan takes risks from the pipeline.", null, "Pipe Get-PatchRisk into it, or name patches with -Patch.");
        if (risks.Count == 0)
        {
            var patches = new Wildcard(request.Patch);
            var all = estate.By(f => f.Patch is null ? [] : [f.Patch], f => patches.Matches(f.Patch), explain: false);
            var chosen = patches.MatchesAll ? RiskRanking.Top(all, request.Top) : all.ToList();
            risks = [.. chosen.Where(r => !patches.MatchesAll || r.Decision > PatchDecision.Accept)];
        }
        var byPatch = risks.GroupBy(r => r.Id, StringComparer.OrdinalIgnoreCase).ToDictionary(g => g.Key, g => g.First(), StringComparer.OrdinalIgnoreCase);
        var hosts = byPatch.ToDictionary(r => r.Key, r => r.Value.AssetIds.ToHashSet(StringComparer.Ordinal), StringComparer.OrdinalIgnoreCase);
        var due = byPatch.ToDictionary(r => r.Key, r => r.Value.DueDate, StringComparer.Ordinal);
        // A risk may stand for a patch, a vulnerability, an asset or a problem: whatever it names is covered on its own assets.
        return (f => Named(f.Patch, f) || Named(f.Cve, f) || Named(f.Asset, f) || (hosts.Keys.Any(k => !k.Contains(':', StringComparison.Ordinal)) && estate.ProblemsOf(f).Any(p => Named(p, f))), due);

        bool Named(string? key, Finding finding) => key is not null && hosts.TryGetValue(key, out var on) && on.Contains(finding.Asset);
    }

    private Dictionary<string, (int Size, int MinAvailable)> Clusters() =>
        catalogue.Assets().Where(a => a.Cluster is not null).GroupBy(a => a.Cluster!, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(g => g.Key, g => (g.Count(), g.Max(a => a.MinAvailable) ?? Math.Max(0, g.Count() - 1)), StringComparer.OrdinalIgnoreCase);
}
