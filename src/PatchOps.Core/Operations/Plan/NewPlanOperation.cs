using System.Runtime.CompilerServices;
using System.Threading.Channels;
using PatchOps.Core.Governance;
using PatchOps.Core.Governance.Approvals;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Operations.Waves;
using PatchOps.Core.Planning.Engine.Model;
using PatchOps.Core.Planning.Planner;
using PatchOps.Core.Planning.Stacks;
using PatchOps.Core.Risk;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Plan;

public sealed class NewPlanOperation(ICatalogue catalogue, StoredApprovals approvals, IAuditLog audit, PatchPolicy policy, TimeProvider clock, Caller caller) : IOperation<NewPlanRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(NewPlanRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var start = request.Start ?? now;
        if (start - now > NewPlanRequest.Farthest)
            throw new FailureException("ParameterOutOfRange", FailureKind.InvalidInput, FormattableString.Invariant($"Start is {start:u}; a plan begins at most {NewPlanRequest.Farthest.TotalDays:0} days from now."), "Start", "Give an earlier -Start.");
        if (start + request.Horizon <= now)
            throw new FailureException("HorizonPast", FailureKind.InvalidInput, FormattableString.Invariant($"The planning period ends at {start + request.Horizon:u}, which is over."), "Horizon", "Give a later -Start or a longer -Horizon.");
        if (start < now) start = now;

        var estate = new EstateRisk(catalogue, policy.Risk, now, content: policy.Content);
        var replacing = request.Replaces is { } id ? await Replacing.OfAsync(StoredPlan.Require(catalogue, id), catalogue, approvals.Journal, policy.Planning, start, start + request.Horizon, cancellationToken).ConfigureAwait(false) : null;
        var (covered, riskOf) = replacing is not null && request.InputObject.Count == 0 && request.Patch.Count == 0 ? replacing.Covered(estate) : Covered(request, estate);
        var assets = AssetFilter.Resolve(catalogue, request.Asset);
        foreach (var name in assets.Missing) yield return new FailedEvent(AssetFilter.NotFound(name));
        yield return new ProgressEvent("New-PatchPlan", "Gathering hosts and patches");
        var kinds = new Dictionary<string, UpdateKind>(StringComparer.Ordinal);
        var source = new PlanItems(catalogue, estate, policy.Planning);
        // Whoever names patches gets these; whoever names risks gets what closes them.
        var exact = request.InputObject.Count == 0 && request.Patch.Count > 0 && !new Wildcard(request.Patch).MatchesAll;
        var (items, left, stacks) = Compatible(
            allowed => source.Of(f => assets.Matches(f.Asset) && replacing?.Plan.Worked.ContainsKey(f.Asset) != true && allowed(f), covered, riskOf, (patch, f) => Note(kinds, patch, f, estate), exact));
        if (source.Replacements.Count > 0) yield return new WarningEvent(Replaced(source.Replacements, exact));
        foreach (var (filter, count) in estate.LeftOut)
            yield return new DecisionEvent(FormattableString.Invariant($"The policy's content filter '{filter}' leaves out {count} open findings; Get-PatchExposure names them."));
        if (request.Emergency)
            await foreach (var overdue in OverdueReviewsAsync(now, cancellationToken).ConfigureAwait(false)) yield return new WarningEvent(overdue);
        if (items.Count == 0 && left.Count == 0 && replacing is null)
        {
            yield return new FailedEvent(new Failure("NothingToPlan", FailureKind.NotFound, "No open patch is left for these risks and assets.", request.Name, "See what is open with Get-PatchExposure -Status Affected."), Terminating: true);
            yield break;
        }

        var order = new PlanOrder
        {
            Name = string.IsNullOrWhiteSpace(request.Name) ? replacing!.Plan.Plan.Name : request.Name, Author = caller.Account, Created = now, Start = start, End = start + request.Horizon, Emergency = request.Emergency, TimeLimit = request.TimeLimit, Currency = policy.Risk.Currency,
            Approvals = policy.Approvals, PolicyHash = PolicyHash.Of(policy), Replaces = replacing?.Plan, KindOf = p => kinds.GetValueOrDefault(p, UpdateKind.Feature), FailureOf = Failures(now),
        };
        var told = Channel.CreateUnbounded<PlanningProgress>();
        var making = Task.Run(() =>
        {
            try
            {
                return new Planner(policy.Planning, Clusters(), catalogue.ResolveAsset, catalogue.Windows()) { Exceptions = FreezeExceptions.On(catalogue, now), Stacks = stacks, Left = left }.Make(order, items, p => told.Writer.TryWrite(p), cancellationToken);
            }
            finally
            {
                told.Writer.TryComplete();
            }
        }, cancellationToken);
        await foreach (var progress in told.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            yield return new ProgressEvent("New-PatchPlan", FormattableString.Invariant($"{progress.Phase}: objective {progress.Objective:N0}, gap {progress.Gap:0.00 %}{(progress.Unplaced > 0 ? $", {progress.Unplaced} hosts left over" : "")}"));
        var plan = await making.ConfigureAwait(false);

        var ask = new AskEvent(plan.ToString(), "Store the plan");
        yield return ask;
        var answer = await ask.Reply.ConfigureAwait(false);
        if (answer == Answer.No) yield break;
        if (answer == Answer.Yes)
        {
            catalogue.SavePlan(plan);
            await audit.AppendAsync(new AuditRecord($"plan/{plan.Id}", caller.Account, "PlanMade", plan.Id,
                CanonicalJson.Of(("hash", plan.Hash), ("name", plan.Name), ("waves", plan.Waves.Count), ("hosts", plan.Waves.Sum(w => w.Hosts.Count)), ("category", plan.Category?.ToString()), ("risk", plan.Risk?.ToString()),
                    ("policy", plan.PolicyHash), ("replaces", plan.Replaces))), now, cancellationToken).ConfigureAwait(false);
        }
        if (plan.Unscheduled.Count > 0)
            yield return new WarningEvent($"{(left.Count == plan.Unscheduled.Count ? $"{left.Count} patches" : $"{plan.Unscheduled.Count - left.Count} of {items.Count} hosts{(left.Count > 0 ? $" and {left.Count} patches of others" : "")}")} could not be placed; see the plan's Unscheduled. First: {plan.Unscheduled[0].Reason}.");
        yield return new ResultEvent(plan);
        if (request.Rehearse > 0)
            foreach (var forecast in Rehearsals.Of(catalogue, plan, policy.Risk, policy.Planning.MaxConcurrent, now, request.Rehearse)) yield return new ResultEvent(forecast);
    }

    /// <summary>Hosts with the patches that prerequisites and compatibility allow; without a forbidden patch an older one may come to the front, so it goes round.</summary>
    private (IReadOnlyList<PlanItem> Items, IReadOnlyList<LeftPatch> Left, StackState? Stacks) Compatible(Func<Func<Finding, bool>, IReadOnlyList<PlanItem>> itemsOf)
    {
        if (policy.Planning.Compatibility.Count + policy.Planning.Prerequisites.Count == 0) return (itemsOf(static _ => true), [], null);
        var stacks = StackState.Of(catalogue, policy.Planning.Compatibility, policy.Planning.Prerequisites);
        var left = new Dictionary<(string, string), LeftPatch>();
        while (true)
        {
            var (items, more) = StackScreen.Screen(stacks, policy.Planning, itemsOf(f => !left.ContainsKey((f.Asset, f.Patch!))));
            if (more.Count == 0) return (items, [.. left.Values], stacks);
            foreach (var patch in more) left.TryAdd((patch.Asset, patch.Patch), patch);
        }
    }

    private static (Func<Finding, bool> Covered, Func<Finding, PatchRisk?> RiskOf) Covered(NewPlanRequest request, EstateRisk estate)
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
        var others = hosts.Keys.Any(k => !k.Contains(':', StringComparison.Ordinal));
        return (f => RiskOf(f) is not null, RiskOf);

        // A risk may stand for a patch, a vulnerability, an asset or a problem: whatever it names is covered on its own assets.
        PatchRisk? RiskOf(Finding f) => Named(f.Patch, f) ?? Named(f.Cve, f) ?? Named(f.Asset, f) ?? (others ? estate.ProblemsOf(f).Select(p => Named(p, f)).FirstOrDefault(r => r is not null) : null);

        PatchRisk? Named(string? key, Finding finding) => key is not null && hosts.TryGetValue(key, out var on) && on.Contains(finding.Asset) ? byPatch[key] : null;
    }

    /// <summary>Patches that something open replaces: what is planned of the two, and how to have it otherwise.</summary>
    private static string Replaced(IReadOnlyDictionary<(string Newer, string Older), int> replacements, bool exact)
    {
        const int Named = 5;
        var pairs = replacements.OrderBy(r => r.Key.Older, StringComparer.Ordinal).ThenBy(r => r.Key.Newer, StringComparer.Ordinal)
            .Select(r => FormattableString.Invariant($"{r.Key.Newer} for {r.Key.Older} ({r.Value} {(r.Value == 1 ? "host" : "hosts")})")).ToList();
        var named = $"{string.Join(", ", pairs.Take(Named))}{(pairs.Count > Named ? FormattableString.Invariant($" and {pairs.Count - Named} more") : "")}";
        return exact
            ? $"Newer patches are open for what -Patch names, which is planned all the same: {named}."
            : $"Newer patches replace some that were asked for, and are planned instead: {named}. To keep to an older one, name it with -Patch, or put the newer one off with New-PatchException.";
    }

    /// <summary>What a patch is for: it closes a vulnerability, or belongs to a problem, or neither is known. Of several answers the strictest counts.</summary>
    private static void Note(Dictionary<string, UpdateKind> kinds, string patch, Finding finding, EstateRisk estate)
    {
        if (kinds.TryGetValue(patch, out var known) && known == UpdateKind.Security) return;
        var kind = finding.Cve is not null || finding.Evidence?.Contains("security archive", StringComparison.Ordinal) == true ? UpdateKind.Security
            : estate.ProblemsOf(finding).Count > 0 ? UpdateKind.BugFix : UpdateKind.Feature;
        if (kind >= known) kinds[patch] = kind;
    }

    private Func<string, double> Failures(DateTimeOffset now)
    {
        var outcomes = new OutcomeLedger(catalogue.Deployments().Where(d => d.Started <= now), []);
        return patch => ShrunkProbability.Estimate(outcomes.Installs(patch), policy.Risk.FailurePrior, policy.Risk.ShrinkageTrials).Mean;
    }

    /// <summary>Whoever takes the emergency path is told what earlier emergencies still owe.</summary>
    private async IAsyncEnumerable<string> OverdueReviewsAsync(DateTimeOffset now, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var plan in catalogue.Plans().Where(p => p.Emergency))
            foreach (var status in await approvals.StatusAsync(plan, now, cancellationToken).ConfigureAwait(false))
                if (status.State == ApprovalState.ReviewOverdue)
                    yield return FormattableString.Invariant($"The review of the emergency plan {plan.Name} ({plan.Id}) by {status.Role} is overdue since {status.Due:u}; see Get-PatchApproval -Overdue.");
    }

    private Dictionary<string, (int Size, int MinAvailable)> Clusters() =>
        catalogue.Assets().Where(a => a.Cluster is not null).GroupBy(a => a.Cluster!, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(g => g.Key, g => (g.Count(), g.Max(a => a.MinAvailable) ?? Math.Max(0, g.Count() - 1)), StringComparer.OrdinalIgnoreCase);
}
