using System.Runtime.CompilerServices;
using PatchOps.Core.Governance;
using PatchOps.Core.Governance.Approvals;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Planning.Planner;
using PatchOps.Core.Planning.Review;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Plan;

/// <summary>Takes in a plan that was made elsewhere. It is the same plan with the same hash, and nobody has approved it here.</summary>
public sealed class ImportPlanOperation(ICatalogue catalogue, IAuditLog audit, IDocumentReader reader, PatchPolicy policy, TimeProvider clock, Caller caller) : IOperation<ImportPlanRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(ImportPlanRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var path in request.Path)
        {
            var (plan, failure) = await ReadAsync(path, cancellationToken).ConfigureAwait(false);
            if (plan is null || (failure ??= Refusal(plan, path)) is not null)
            {
                yield return new FailedEvent(failure!);
                continue;
            }
            var ask = new AskEvent(plan.ToString(), "Store the plan");
            yield return ask;
            var answer = await ask.Reply.ConfigureAwait(false);
            if (answer == Answer.No) continue;
            if (answer == Answer.Yes && catalogue.Plan(plan.Id) is null)
            {
                catalogue.SavePlan(plan);
                var now = clock.GetUtcNow();
                await audit.AppendAsync(new AuditRecord($"plan/{plan.Id}/import", caller.Account, "PlanImported", plan.Id,
                    CanonicalJson.Of(("hash", plan.Hash), ("name", plan.Name), ("author", plan.Author), ("source", path))), now, cancellationToken).ConfigureAwait(false);
            }
            yield return new ResultEvent(plan);
        }
    }

    private async Task<(PatchPlan? Plan, Failure? Failure)> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return (PlanDocument.Parse(await reader.ReadAsync(path, cancellationToken).ConfigureAwait(false), path), null);
        }
        catch (FailureException e)
        {
            return (null, e.Failure);
        }
    }

    private Failure? Refusal(PatchPlan plan, string path)
    {
        if (!PlanDocument.IsIntact(plan))
            return new Failure("PlanChanged", FailureKind.Corrupt, $"The plan in '{path}' was changed after it was made: its content no longer has its hash.", path, "Export it again with Export-PatchPlan, or make a new plan with New-PatchPlan.");
        if (plan.Id != PlanDocument.Seal(plan).Id)
            return new Failure("PlanChanged", FailureKind.Corrupt, $"The plan in '{path}' does not have the id that its content gives it.", path, "Export it again with Export-PatchPlan.");
        foreach (var wave in plan.Waves)
        {
            try
            {
                _ = new Core.Waves.WaveDefinition(plan.Id, wave);
            }
            catch (FailureException e)
            {
                // What could never run is not stored, so that nobody approves it.
                return e.Failure;
            }
        }
        // A file could ask for less than this house does; commands in it run as root.
        var known = catalogue.Assets(includeRetired: true).ToDictionary(a => a.Id, StringComparer.Ordinal);
        var hosts = plan.Waves.SelectMany(w => w.Hosts).ToList();
        if (hosts.Find(h => !known.ContainsKey(h.Asset)) is { } unknown)
            return new Failure("AssetNotFound", FailureKind.NotFound, $"The plan in '{path}' changes {unknown.Name} ({unknown.Asset}), which is not in this store.", unknown.Asset, "Import its assets first with Import-PatchAsset.");
        var category = plan.Emergency ? ChangeCategory.Emergency : plan.Category is { } given && given != ChangeCategory.Emergency ? given : ChangeCategory.Normal;
        var assets = hosts.ConvertAll(h => known[h.Asset]);
        var seen = ApprovalRules.Assess(policy.Approvals, plan.Emergency, assets, new HashSet<UpdateKind>(), null).Risk;
        var risk = plan.Risk is { } claimed && claimed > seen ? claimed : seen;
        var asked = ApprovalRules.For(policy.Planning, policy.Approvals, new ChangeAssessment(category, ChangeCategory.Normal, risk, []), assets);
        return asked.FirstOrDefault(a => !plan.ApprovalsNeeded.Any(n => PlanReview.Covers(n, a))) is { } lacking
            ? new Failure("ApprovalsWeaker", FailureKind.Refused, $"Policy asks for {lacking}; the plan in '{path}' asks for less.", path, "Make the plan under this policy with New-PatchPlan -Policy.")
            : null;
    }
}
