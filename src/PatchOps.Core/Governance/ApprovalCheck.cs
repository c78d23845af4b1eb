using PatchOps.Core.Governance.Approvals;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Governance;

/// <summary>Whether a plan may run: every rule's quorum of different people, in time, signed where that is asked for, and nobody's denial after their approval.</summary>
public static class ApprovalCheck
{
    /// <param name="plan">The plan that shall run.</param>
    /// <param name="decisions">Decisions on its hash, in the order in which they were stored.</param>
    /// <param name="now">When it shall run.</param>
    /// <param name="signatures">Verifies what must be signed.</param>
    /// <returns>Null where the plan is approved; else <c>PlanDenied</c>, <c>ApprovalExpired</c> or <c>PlanNotApproved</c>.</returns>
    public static Failure? Check(PatchPlan plan, IReadOnlyList<Approval> decisions, DateTimeOffset now, IApprovalSignatures? signatures = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        // A plan without a question is no answer: an imported one could leave it out.
        if (plan.Waves.Count > 0 && plan.ApprovalsNeeded.All(r => r.AfterTheFact))
            return new Failure("PlanNotApproved", FailureKind.Refused, $"Plan {plan.Id} asks for no approval before it runs, which no policy allows.", plan.Id, "Make a new plan with New-PatchPlan.");
        // A denial counts whatever the role: whoever said no to this hash must be heard again first.
        if (ApprovalLedger.Latest(plan, decisions).Find(d => !d.Approved) is { } denial)
            return new Failure("PlanDenied", FailureKind.Refused, $"Plan {plan.Id} was denied by {denial.Actor}{(denial.Comment is null ? "" : $": {denial.Comment}")}.", plan.Id, "Make a new plan with New-PatchPlan, or let them decide again with Approve-PatchPlan.");
        var missing = ApprovalLedger.Of(plan, decisions, now, null, signatures).Where(s => s.Blocks).ToList();
        if (missing.Count == 0) return null;
        var expired = missing.TrueForAll(m => m.State == ApprovalState.Expired);
        var what = missing.Select(m => $"{m.Quorum} × {m.Role}{(m.Signed ? ", signed," : "")} because {m.Because}; {m.Given} given{(m.NotCounted.Count == 0 ? "" : $" ({string.Join("; ", m.NotCounted)})")}");
        return new Failure(expired ? "ApprovalExpired" : "PlanNotApproved", FailureKind.Refused, $"Plan {plan.Id} needs {string.Join(", and ", what)}.", plan.Id,
            $"Approve it with Approve-PatchPlan {plan.Id}{(missing[0].Signed ? " -Certificate FILE" : "")}.");
    }
}
