using System.Runtime.CompilerServices;
using PatchOps.Core.Governance;
using PatchOps.Core.Governance.Approvals;
using PatchOps.Core.Operations.Queries;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Planning.Planner;
using PatchOps.Core.Planning.Review;
using PatchOps.Core.Seams;
using PatchOps.Core.Waves;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Plan;

/// <summary>Plans by id: what several operations ask for in the same way.</summary>
internal static class StoredPlan
{
    /// <exception cref="FailureException"><c>PlanNotFound</c>; <c>PlanChanged</c>: its content no longer has its hash.</exception>
    public static PatchPlan Require(ICatalogue catalogue, string id)
    {
        var plan = catalogue.Plan(id) ?? catalogue.Plans().FirstOrDefault(p => p.Name.Equals(id, StringComparison.OrdinalIgnoreCase))
            ?? throw new FailureException("PlanNotFound", FailureKind.NotFound, $"No plan '{id}' is in the store.", id, "See what there is with Get-PatchPlan, or make one with New-PatchPlan.");
        return PlanDocument.IsIntact(plan) ? plan : throw new FailureException(Changed(plan));
    }

    public static Failure Changed(PatchPlan plan) =>
        new("PlanChanged", FailureKind.Corrupt, $"Plan {plan.Id} was changed after it was made: its content no longer has its hash.", plan.Id, "Make a new plan with New-PatchPlan.");
}

public sealed class GetPlanOperation(ICatalogue catalogue) : Query<GetPlanRequest>
{
    protected override string Kind => "Plan";

    protected override string MissingCode => "PlanNotFound";

    protected override IEnumerable<object> Find(GetPlanRequest request)
    {
        var ids = new Wildcard(request.Id);
        return catalogue.Plans().Where(p => ids.Matches(p.Id, p.Name));
    }

    protected override IEnumerable<string> Names(GetPlanRequest request) => new Wildcard(request.Id).Literals;

    protected override bool IsNamed(object item, string name) =>
        item is PatchPlan p && (p.Id.Equals(name, StringComparison.OrdinalIgnoreCase) || p.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}

/// <summary>Checks a plan against policy and the present; with <c>Live</c> the hosts themselves are asked.</summary>
public sealed class TestPlanOperation(ICatalogue catalogue, StoredApprovals approvals, PatchPolicy policy, TimeProvider clock, Func<PlanWave, IHostServicesFactory> hosts) : IOperation<TestPlanRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(TestPlanRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var plan = StoredPlan.Require(catalogue, request.PlanId);
        var now = clock.GetUtcNow();
        var worked = await PlanProgress.OfAsync(approvals.Journal, plan, cancellationToken).ConfigureAwait(false);
        var statuses = await approvals.StatusAsync(plan, now, cancellationToken).ConfigureAwait(false);
        var refusal = approvals.Check(plan, now);
        foreach (var finding in new PlanReview(plan, catalogue, policy, now, worked).Findings(refusal, statuses))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new ResultEvent(finding);
        }
        if (!request.Live) yield break;
        var inUse = catalogue.Assets(includeRetired: true).Where(a => a.Retired is null).Select(a => a.Id).ToHashSet(StringComparer.Ordinal);
        var asked = new LiveReview(plan, hosts, request.ThrottleLimit).FindingsAsync(a => !inUse.Contains(a) || (worked.TryGetValue(a, out var run) && run.State == HostState.Done), cancellationToken);
        await foreach (var finding in asked.ConfigureAwait(false)) yield return new ResultEvent(finding);
    }
}
