using PatchOps.Core.Planning.Planner;
using PatchOps.Core.Governance;
using PatchOps.Core.Governance.Approvals;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Review;

/// <summary>Checks a plan against policy and the present: what was true when it was made may not be any more.</summary>
/// <param name="plan">The plan.</param>
/// <param name="catalogue">The present.</param>
/// <param name="policy">Today's policy.</param>
/// <param name="now">Time of the check.</param>
/// <param name="worked">Hosts that the plan has worked on, by asset.</param>
public sealed class PlanReview(PatchPlan plan, ICatalogue catalogue, PatchPolicy policy, DateTimeOffset now, IReadOnlyDictionary<string, HostRun> worked)
{
    /// <param name="refusal">Why the plan may not run now; null where it may.</param>
    /// <param name="approvals">How its approvals stand.</param>
    public IEnumerable<PlanFinding> Findings(Failure? refusal, IReadOnlyList<ApprovalStatus> approvals)
    {
        ArgumentNullException.ThrowIfNull(approvals);
        var replan = $"Make a new plan with New-PatchPlan -Replaces {plan.Id}.";
        if (refusal is not null) yield return Say(refusal.Code == "PlanReplaced" ? FindingSeverity.Error : FindingSeverity.Warning, refusal.Code, refusal.Message, refusal.Remedy);
        foreach (var finding in Approvals(approvals)) yield return finding;
        if (plan.End <= now) yield return Say(FindingSeverity.Error, "PlanExpired", FormattableString.Invariant($"The plan's period ended at {plan.End:u}."), replan);
        foreach (var finding in Policy()) yield return finding;

        var assets = catalogue.Assets(includeRetired: true).ToDictionary(a => a.Id, StringComparer.Ordinal);
        var open = plan.Waves.SelectMany(w => w.Hosts.Select(h => new ReviewedHost(w, h, assets.GetValueOrDefault(h.Asset)))).Where(h => !(worked.TryGetValue(h.Host.Asset, out var run) && run.State == HostState.Done)).ToList();
        foreach (var finding in new HostReview(plan.Id, replan, now).Findings(open)) yield return finding;
        // What is gone needs no window and no patch.
        open.RemoveAll(h => h.Asset is null or { Retired: not null });
        foreach (var finding in new CalendarReview(plan, policy.Planning, catalogue.Windows(), replan, now, FreezeExceptions.On(catalogue, now)).Findings(open)) yield return finding;
        foreach (var finding in new OrderReview(plan, replan).Findings(open, assets, catalogue.ResolveAsset)) yield return finding;
        foreach (var finding in new GuestReview(plan, policy.Planning, replan).Findings(open, assets, catalogue.ResolveAsset)) yield return finding;
        foreach (var finding in new PatchReview(plan.Id, catalogue, replan, now).Findings(open)) yield return finding;
        foreach (var item in plan.Unscheduled) yield return Say(FindingSeverity.Information, "Unscheduled", item.Reason, item.Remedy, item.Asset);
    }

    private IEnumerable<PlanFinding> Approvals(IReadOnlyList<ApprovalStatus> approvals)
    {
        var last = plan.Waves.SelectMany(w => w.Hosts).Select(h => h.Start).DefaultIfEmpty(now).Max();
        foreach (var status in approvals)
        {
            if (status.State == ApprovalState.ReviewOverdue)
                yield return Say(FindingSeverity.Error, "ReviewOverdue", FormattableString.Invariant($"The review by {status.Role} was due at {status.Due:u}: {status.Because}."), $"Review it with Approve-PatchPlan {plan.Id} -As {status.Role}, or Deny-PatchPlan.");
            else if (status.State == ApprovalState.ReviewDue)
                yield return Say(FindingSeverity.Information, "ReviewDue", FormattableString.Invariant($"The review by {status.Role} is due at {status.Due:u}."), $"Review it with Approve-PatchPlan {plan.Id} -As {status.Role}, or Deny-PatchPlan.");
            else if (status.State == ApprovalState.Given && status.Due < last && status.Due > now)
                yield return Say(FindingSeverity.Warning, "ApprovalExpires", FormattableString.Invariant($"The approval by {status.Role} expires at {status.Due:u}, before the last host starts at {last:u}."), $"Approve it again later with Approve-PatchPlan {plan.Id} -As {status.Role}.");
        }
    }

    /// <summary>A changed policy changes the next plan; that it asks for more by now is worth knowing before this one runs.</summary>
    private IEnumerable<PlanFinding> Policy()
    {
        if (plan.PolicyHash is null || plan.PolicyHash == PolicyHash.Of(policy)) yield break;
        yield return Say(FindingSeverity.Information, "PolicyChanged", "The policy is not the one that the plan was made under.", "See what changed in the policy file; the plan keeps what it took from it.");
        if (plan.Waves.Count == 0 || plan.Category is not { } category || plan.Risk is not { } risk) yield break;
        var ids = plan.Waves.SelectMany(w => w.Hosts).Select(h => h.Asset).ToHashSet(StringComparer.Ordinal);
        var hosts = catalogue.Assets(includeRetired: true).Where(a => ids.Contains(a.Id)).ToList();
        foreach (var rule in ApprovalRules.For(policy.Planning, policy.Approvals, new ChangeAssessment(category, category, risk, []), hosts))
        {
            if (plan.ApprovalsNeeded.Any(known => Covers(known, rule))) continue;
            yield return Say(FindingSeverity.Warning, "ApprovalsWeaker", $"Policy asks by now for {rule.Quorum} × {rule.Role}{(rule.Signed ? ", signed" : "")}, which the plan does not.", $"Make a new plan with New-PatchPlan -Replaces {plan.Id}.");
        }
    }

    /// <summary>Whether one rule asks for at least as much as another.</summary>
    internal static bool Covers(ApprovalRule known, ApprovalRule asked) =>
        known.Role.Equals(asked.Role, StringComparison.OrdinalIgnoreCase) && known.Quorum >= asked.Quorum && (known.Signed || !asked.Signed) && (known.OtherThanAuthor || !asked.OtherThanAuthor)
        && (!known.AfterTheFact || asked.AfterTheFact) && (!asked.Signed || known.TrustedRoots.All(asked.TrustedRoots.Contains))
        && (asked.ValidFor is null || known.ValidFor <= asked.ValidFor) && (asked.Within is null || known.Within is null || known.Within <= asked.Within);

    private PlanFinding Say(FindingSeverity severity, string code, string message, string? remedy, string? asset = null) =>
        new() { PlanId = plan.Id, Severity = severity, Code = code, Message = message, Remedy = remedy, Asset = asset };
}

/// <summary>A host of a plan beside what is known of it now.</summary>
/// <param name="Asset">Null where the store no longer has it.</param>
internal sealed record ReviewedHost(PlanWave Wave, PlannedHost Host, Asset? Asset)
{
    public DateTimeOffset End => Host.Start + Host.NinetiethPercentile;

    public PlanFinding Say(string planId, FindingSeverity severity, string code, string message, string? remedy) =>
        new() { PlanId = planId, Severity = severity, Code = code, Message = message, Remedy = remedy, Asset = Host.Asset, Wave = Wave.Number };
}
