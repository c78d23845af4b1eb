using System.Runtime.CompilerServices;
using PatchOps.Core.Governance;
using PatchOps.Core.Governance.Approvals;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Plan;

/// <summary>Approves or denies a plan: the decision counts for the plan's hash, so a changed plan is an undecided one.</summary>
public sealed class DecidePlanOperation<TRequest>(StoredApprovals approvals, IAuditLog audit, PatchPolicy policy, TimeProvider clock, Caller caller, bool approve)
    : IOperation<TRequest> where TRequest : DecidePlanRequest
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(TRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var plan = StoredPlan.Require(approvals.Catalogue, request.PlanId);
        var now = clock.GetUtcNow();
        var statuses = await approvals.StatusAsync(plan, now, cancellationToken).ConfigureAwait(false);
        var role = Role(request, plan, statuses);
        var rule = plan.ApprovalsNeeded.FirstOrDefault(r => r.Role.Equals(role, StringComparison.OrdinalIgnoreCase));
        var own = plan.Author.Equals(caller.Account, StringComparison.OrdinalIgnoreCase);
        if (approve) Require(plan, rule, role, own, now);
        var roots = rule is { TrustedRoots.Count: > 0 } ? rule.TrustedRoots : policy.Approvals.TrustedRoots;
        var signed = Signature(request, plan, rule, role, roots, now);
        if (!policy.Planning.Holds(caller.Account, role) && !(signed is not null && policy.Planning.Holds(signed.Subject, signed.Fingerprint, role)))
        {
            throw new FailureException("RoleNotHeld", FailureKind.Refused, $"{(signed is null ? caller.Account : $"Neither {caller.Account} nor '{signed.Subject}'")} {(signed is null ? "does not hold" : "holds")} the role {role}.", role,
                "Choose a role you hold with -As, sign with a certificate that holds it, or have policy list you under planning.roles.");
        }

        var ask = new AskEvent(plan.ToString(), $"{(approve ? "Approve" : "Deny")} as {role}{(signed is null ? "" : $", signed by {signed.Subject}")}");
        yield return ask;
        var answer = await ask.Reply.ConfigureAwait(false);
        if (answer == Answer.No) yield break;
        var approval = new Approval
        {
            PlanId = plan.Id, PlanHash = plan.Hash, Role = role, Actor = caller.Account, Approved = approve, At = now, Comment = request.Comment, OwnPlan = own,
            Signer = signed?.Subject, SignerFingerprint = signed?.Fingerprint, Signature = signed is null ? null : Convert.ToBase64String(signed.Cms),
        };
        if (answer == Answer.Yes)
        {
            // The trail first: what it does not know must not count.
            await audit.AppendAsync(new AuditRecord(Guid.NewGuid().ToString("N"), caller.Account, approve ? "PlanApproved" : "PlanDenied", plan.Id,
                CanonicalJson.Of(("hash", plan.Hash), ("role", role), ("ownPlan", own), ("comment", request.Comment), ("signer", signed?.Subject), ("signerFingerprint", signed?.Fingerprint), ("signature", approval.Signature),
                    ("afterTheFact", rule?.AfterTheFact), ("peerReview", rule?.PeerReview))), now, cancellationToken).ConfigureAwait(false);
            approvals.Catalogue.AddApproval(approval);
        }
        yield return new ResultEvent(approval);
        if (approve && answer == Answer.Yes && approvals.Check(plan, now) is { } left) yield return new WarningEvent(left.Message);
    }

    /// <summary>The role asked for; else the first that the plan still needs and the caller holds.</summary>
    private string Role(TRequest request, PatchPlan plan, IReadOnlyList<ApprovalStatus> statuses)
    {
        if (request.As is { } named) return plan.ApprovalsNeeded.FirstOrDefault(r => r.Role.Equals(named, StringComparison.OrdinalIgnoreCase))?.Role ?? named.Trim();
        var open = statuses.Where(s => s.State != ApprovalState.Given).OrderByDescending(s => s.Blocks).Select(s => s.Role).ToList();
        return open.Find(r => policy.Planning.Holds(caller.Account, r)) ?? open.FirstOrDefault() ?? plan.ApprovalsNeeded.FirstOrDefault()?.Role ?? policy.Planning.ApproverRole;
    }

    private void Require(PatchPlan plan, ApprovalRule? rule, string role, bool own, DateTimeOffset now)
    {
        if (plan.Waves.Count == 0) throw new FailureException("PlanEmpty", FailureKind.Conflict, $"Plan {plan.Id} has no waves; there is nothing to approve.", plan.Id, "Make a plan with hosts with New-PatchPlan.");
        if (rule is null)
        {
            throw new FailureException("RoleNotNeeded", FailureKind.Refused, $"Plan {plan.Id} does not ask for an approval as {role}; it asks for {string.Join(", ", plan.ApprovalsNeeded.Select(r => r.Role).Distinct(StringComparer.OrdinalIgnoreCase))}.", role,
                "Give one of those roles with -As.");
        }
        if (own && (rule.OtherThanAuthor || !policy.Planning.OwnPlans))
            throw new FailureException("OwnPlan", FailureKind.Refused, $"{caller.Account} wrote plan {plan.Id}; policy asks for another person's approval.", plan.Id, "Let somebody else run Approve-PatchPlan.");
        if (plan.End <= now && !rule.AfterTheFact)
            throw new FailureException("PlanExpired", FailureKind.Conflict, FormattableString.Invariant($"The period of plan {plan.Id} ended at {plan.End:u}; an approval would change nothing."), plan.Id, $"Make a new plan with New-PatchPlan -Replaces {plan.Id}.");
    }

    private StatementSignature? Signature(TRequest request, PatchPlan plan, ApprovalRule? rule, string role, IReadOnlyList<string> roots, DateTimeOffset now)
    {
        var statement = ApprovalStatement.Of(plan.Hash, role, approve);
        var signature = request.Certificate is { } certificate ? approvals.Signatures.Sign(statement, certificate, request.CertificatePassword)
            : request.Signature is { } file ? approvals.Signatures.Read(file) : null;
        if (signature is null)
        {
            if (approve && rule is { Signed: true })
            {
                throw new FailureException("SignatureNeeded", FailureKind.Refused, $"Plan {plan.Id} needs a signed approval by {role}.", plan.Id,
                    $"Give -Certificate, or sign the text '{statement}' elsewhere and give -Signature.");
            }
            return null;
        }
        if (approvals.Signatures.Verify(statement, signature.Cms, roots, now).Fault is { } fault)
        {
            throw new FailureException("SignatureInvalid", FailureKind.Refused, $"The signature does not count: {fault}.", request.Certificate ?? request.Signature,
                $"Sign the text '{statement}' with a certificate under a root that policy lists under approvals.trustedRoots; let the signature carry the whole chain.");
        }
        return signature;
    }
}

/// <summary>Lists what plans need to be approved, and how that stands.</summary>
public sealed class GetApprovalOperation(StoredApprovals approvals, TimeProvider clock) : IOperation<GetApprovalRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(GetApprovalRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var plans = new Wildcard(request.PlanId);
        var roles = new Wildcard(request.Role);
        var missing = plans.Literals.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var now = clock.GetUtcNow();
        foreach (var plan in approvals.Catalogue.Plans().Where(p => plans.Matches(p.Id, p.Name)))
        {
            missing.Remove(plan.Id);
            missing.Remove(plan.Name);
            foreach (var status in await approvals.StatusAsync(plan, now, cancellationToken).ConfigureAwait(false))
            {
                if (!roles.Matches(status.Role)) continue;
                // Nobody is kept waiting by a plan whose time is over; its reviews stay due.
                var pending = status.State is ApprovalState.ReviewDue or ApprovalState.ReviewOverdue || (status.Blocks && status.State != ApprovalState.Denied && plan.End > now);
                if ((!request.Pending || pending) && (!request.Overdue || status.State == ApprovalState.ReviewOverdue)) yield return new ResultEvent(status);
            }
        }
        foreach (var name in missing)
            yield return new FailedEvent(new Failure("PlanNotFound", FailureKind.NotFound, $"No plan '{name}' is in the store.", name, "See what there is with Get-PatchPlan."));
    }
}
