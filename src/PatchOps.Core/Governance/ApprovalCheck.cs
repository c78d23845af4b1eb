using PatchOps.Domain;

namespace PatchOps.Core.Governance;

/// <summary>Whether a plan may run: every rule's quorum of different people, and nobody's denial after their approval.</summary>
public static class ApprovalCheck
{
    /// <returns>Null where the plan is approved; else <c>PlanDenied</c> or <c>PlanNotApproved</c>.</returns>
    public static Failure? Check(PatchPlan plan, IReadOnlyList<Approval> decisions)
    {
        var latest = decisions.Where(d => d.PlanHash == plan.Hash)
            .GroupBy(d => (d.Actor.ToUpperInvariant(), d.Role.ToUpperInvariant()))
            .Select(g => g.MaxBy(d => d.At)!)
            .ToList();
        if (latest.Find(d => !d.Approved) is { } denial)
            return new Failure("PlanDenied", FailureKind.Refused, $"Plan {plan.Id} was denied by {denial.Actor}{(denial.Comment is null ? "" : $": {denial.Comment}")}.", plan.Id, "Make a new plan with New-PatchPlan, or let them decide again with Approve-PatchPlan.");
        foreach (var rule in plan.ApprovalsNeeded)
        {
            var given = latest.Where(d => d.Role.Equals(rule.Role, StringComparison.OrdinalIgnoreCase)).Select(d => d.Actor).Distinct(StringComparer.OrdinalIgnoreCase).Count();
            if (given < rule.Quorum)
                return new Failure("PlanNotApproved", FailureKind.Refused, $"Plan {plan.Id} needs {rule.Quorum} × {rule.Role} because {rule.Because}; {given} given.", plan.Id, $"Approve it with Approve-PatchPlan {plan.Id}.");
        }
        return null;
    }
}
