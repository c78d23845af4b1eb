using System.Runtime.CompilerServices;
using PatchOps.Core.Governance;
using PatchOps.Core.Operations.Queries;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Planning.Planner;
using PatchOps.Core.Seams;
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
        return PlanDocument.IsIntact(plan)
            ? plan
            : throw new FailureException("PlanChanged", FailureKind.Corrupt, $"Plan {plan.Id} was changed after it was made: its content no longer has its hash.", plan.Id, "Make a new plan with New-PatchPlan.");
    }
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

public sealed class TestPlanOperation(ICatalogue catalogue, PatchPolicy policy, TimeProvider clock) : IOperation<TestPlanRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(TestPlanRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var plan = StoredPlan.Require(catalogue, request.PlanId);
        foreach (var finding in PlanLint.Check(plan, catalogue, policy, clock.GetUtcNow()))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new ResultEvent(finding);
        }
        await Task.CompletedTask.ConfigureAwait(false);
    }
}

/// <summary>Approves or denies a plan: the decision signs the plan's hash, so a changed plan is an undecided one.</summary>
public sealed class DecidePlanOperation<TRequest>(ICatalogue catalogue, IAuditLog audit, PatchPolicy policy, TimeProvider clock, Caller caller, bool approve)
    : IOperation<TRequest> where TRequest : DecidePlanRequest
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(TRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var plan = StoredPlan.Require(catalogue, request.PlanId);
        var role = request.As ?? plan.ApprovalsNeeded.FirstOrDefault()?.Role ?? policy.Planning.ApproverRole;
        if (!policy.Planning.Holds(caller.Account, role))
            throw new FailureException("RoleNotHeld", FailureKind.Refused, $"{caller.Account} does not hold the role {role}.", role, "Choose a role you hold with -As, or have policy list your account under planning.roles.");
        var own = plan.Author.Equals(caller.Account, StringComparison.OrdinalIgnoreCase);
        if (approve && own && !policy.Planning.OwnPlans)
            throw new FailureException("OwnPlan", FailureKind.Refused, $"{caller.Account} wrote plan {plan.Id}; policy asks for another person's approval.", plan.Id, "Let somebody else run Approve-PatchPlan.");
        if (approve && plan.Waves.Count == 0)
            throw new FailureException("PlanEmpty", FailureKind.Conflict, $"Plan {plan.Id} has no waves; there is nothing to approve.", plan.Id, "Make a plan with hosts with New-PatchPlan.");

        var ask = new AskEvent(plan.ToString(), approve ? $"Approve as {role}" : $"Deny as {role}");
        yield return ask;
        var answer = await ask.Reply.ConfigureAwait(false);
        if (answer == Answer.No) yield break;
        var now = clock.GetUtcNow();
        var approval = new Approval { PlanId = plan.Id, PlanHash = plan.Hash, Role = role, Actor = caller.Account, Approved = approve, At = now, Comment = request.Comment, OwnPlan = own };
        if (answer == Answer.Yes)
        {
            catalogue.AddApproval(approval);
            await audit.AppendAsync(new AuditRecord(Guid.NewGuid().ToString("N"), caller.Account, approve ? "PlanApproved" : "PlanDenied", plan.Id,
                CanonicalJson.Of(("hash", plan.Hash), ("role", role), ("ownPlan", own), ("comment", request.Comment))), now, cancellationToken).ConfigureAwait(false);
        }
        yield return new ResultEvent(approval);
    }
}
