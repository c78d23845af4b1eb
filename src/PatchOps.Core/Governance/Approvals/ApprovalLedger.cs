using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Governance.Approvals;

/// <summary>Reads the decisions on a plan against what it needs.</summary>
public static class ApprovalLedger
{
    /// <param name="plan">The plan; only decisions on its hash count.</param>
    /// <param name="decisions">All decisions on that hash, in the order in which they were stored.</param>
    /// <param name="now">When the question is asked.</param>
    /// <param name="firstChange">When the plan first changed a host; null where it has not.</param>
    /// <param name="signatures">Verifies what must be signed; null where nobody can, and then nothing that must be signed counts.</param>
    public static IReadOnlyList<ApprovalStatus> Of(PatchPlan plan, IReadOnlyList<Approval> decisions, DateTimeOffset now, DateTimeOffset? firstChange, IApprovalSignatures? signatures)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var latest = Latest(plan, decisions);
        return [.. plan.ApprovalsNeeded.Select(rule => Status(plan, rule, latest, now, firstChange, signatures))];
    }

    /// <summary>What each person last decided in each role. The order of the store counts: clocks may jump.</summary>
    internal static List<Approval> Latest(PatchPlan plan, IReadOnlyList<Approval> decisions) =>
        [.. decisions.Where(d => d.PlanHash == plan.Hash).GroupBy(d => (d.Actor.ToUpperInvariant(), d.Role.ToUpperInvariant())).Select(g => g.Last())];

    private static ApprovalStatus Status(PatchPlan plan, ApprovalRule rule, List<Approval> latest, DateTimeOffset now, DateTimeOffset? firstChange, IApprovalSignatures? signatures)
    {
        var (counted, expired, not) = (new List<Approval>(), 0, new List<string>());
        var denied = false;
        foreach (var decision in latest.Where(d => d.Role.Equals(rule.Role, StringComparison.OrdinalIgnoreCase)))
        {
            if (!decision.Approved)
            {
                denied = true;
                not.Add($"{decision.Actor} denied it{(decision.Comment is null ? "" : $": {decision.Comment}")}");
                continue;
            }
            if (Fault(plan, rule, decision, signatures) is { } fault)
            {
                not.Add($"{decision.Actor}: {fault}");
            }
            else if (rule.ValidFor is { } limit && decision.At + limit <= now)
            {
                expired++;
                not.Add(FormattableString.Invariant($"{decision.Actor}: expired at {decision.At + limit:u}"));
            }
            else if (counted.Exists(c => c.SignerFingerprint is not null && c.SignerFingerprint == decision.SignerFingerprint))
            {
                not.Add($"{decision.Actor}: signed with the same certificate as {counted.Find(c => c.SignerFingerprint == decision.SignerFingerprint)!.Actor}");
            }
            else
            {
                counted.Add(decision);
            }
        }
        var given = counted.Count >= rule.Quorum;
        var due = rule.AfterTheFact ? firstChange + rule.Within : given && rule.ValidFor is { } v ? counted.OrderByDescending(c => c.At).ElementAt(rule.Quorum - 1).At + v : null;
        return new ApprovalStatus
        {
            PlanId = plan.Id, Plan = plan.Name, Role = rule.Role, Quorum = rule.Quorum, Given = counted.Count, By = [.. counted.Select(c => c.Actor)], NotCounted = not, Due = due,
            PeerReview = rule.PeerReview, Signed = rule.Signed, Because = rule.Because,
            State = denied ? ApprovalState.Denied
                : given ? ApprovalState.Given
                : !rule.AfterTheFact ? (counted.Count + expired >= rule.Quorum ? ApprovalState.Expired : ApprovalState.Missing)
                : due is null ? ApprovalState.NotDue
                : due > now ? ApprovalState.ReviewDue : ApprovalState.ReviewOverdue,
        };
    }

    private static string? Fault(PatchPlan plan, ApprovalRule rule, Approval decision, IApprovalSignatures? signatures)
    {
        if (rule.OtherThanAuthor && decision.Actor.Equals(plan.Author, StringComparison.OrdinalIgnoreCase)) return "is the author, and somebody else must approve";
        if (decision.Signature is null) return rule.Signed ? "is not signed" : null;
        if (!rule.Signed) return null;
        if (signatures is null) return "the signature cannot be verified here";
        try
        {
            var verdict = signatures.Verify(ApprovalStatement.Of(plan.Hash, decision.Role, decision.Approved), Convert.FromBase64String(decision.Signature), rule.TrustedRoots, decision.At);
            return verdict.Fault ?? (verdict.Fingerprint == decision.SignerFingerprint ? null : "the signature is another certificate's than was recorded");
        }
        catch (FormatException)
        {
            return "the signature cannot be read";
        }
    }
}
