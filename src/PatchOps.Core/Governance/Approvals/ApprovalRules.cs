using PatchOps.Core.Planning.Planner;
using PatchOps.Domain;

namespace PatchOps.Core.Governance.Approvals;

/// <summary>Category and risk of a change, with what made them so.</summary>
/// <param name="Category">Category that counts.</param>
/// <param name="Otherwise">Category that it would have without the emergency path.</param>
/// <param name="Risk">Risk by the policy's thresholds.</param>
/// <param name="Reasons">What made them so.</param>
public sealed record ChangeAssessment(ChangeCategory Category, ChangeCategory Otherwise, ChangeRisk Risk, IReadOnlyList<string> Reasons);

/// <summary>Turns policy into what one plan needs: its category, its risk, and the approvals that follow from them.</summary>
public static class ApprovalRules
{
    /// <param name="policy">Thresholds.</param>
    /// <param name="emergency">The plan takes the emergency path.</param>
    /// <param name="hosts">Hosts that it changes.</param>
    /// <param name="kinds">Kinds of the updates in it.</param>
    /// <param name="failure">Chance that the worst of its patches fails, 0–1, and that patch; null where nothing is known.</param>
    public static ChangeAssessment Assess(ApprovalPolicy policy, bool emergency, IReadOnlyList<Asset> hosts, IReadOnlySet<UpdateKind> kinds, (double Chance, string Patch)? failure)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var reasons = new List<string>();
        var normal = ChangeCategory.Standard;
        foreach (var kind in kinds.Order())
        {
            var category = policy.Categories.TryGetValue(kind, out var known) ? known : ChangeCategory.Normal;
            if (category > normal) normal = category;
        }
        reasons.Add(emergency ? "Emergency: the plan takes the emergency path" : $"{normal}: {(kinds.Count == 0 ? "nothing is installed" : string.Join(", ", kinds.Order()))}");

        var risk = ChangeRisk.Low;
        var production = hosts.Where(h => (h.Environment ?? AssetEnvironment.Production) == AssetEnvironment.Production).ToList();
        var top = production.MaxBy(h => h.Criticality ?? 0);
        if (top?.Criticality is { } criticality) Weigh(criticality, policy.RiskCriticality, FormattableString.Invariant($"{top.Name} has criticality {criticality}"));
        Weigh(production.Count, policy.RiskHosts, FormattableString.Invariant($"{production.Count} hosts in production"));
        if (failure is { } f) Weigh(f.Chance, policy.RiskFailure, FormattableString.Invariant($"{f.Patch} fails with chance {f.Chance:0.00}"));
        return new ChangeAssessment(emergency ? ChangeCategory.Emergency : normal, normal, risk, reasons);

        void Weigh(double value, IReadOnlyList<double> limits, string reason)
        {
            var level = value >= limits[1] ? ChangeRisk.High : value >= limits[0] ? ChangeRisk.Medium : ChangeRisk.Low;
            if (level > ChangeRisk.Low) reasons.Add($"{level} risk: {reason}");
            if (level > risk) risk = level;
        }
    }

    /// <summary>What must be approved, in the order in which people are asked; empty where the plan changes nothing.</summary>
    public static IReadOnlyList<ApprovalRule> For(PlanningPolicy planning, ApprovalPolicy policy, ChangeAssessment change, IReadOnlyList<Asset> hosts)
    {
        ArgumentNullException.ThrowIfNull(planning);
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(change);
        if (hosts.Count == 0) return [];
        var emergency = change.Category == ChangeCategory.Emergency;
        var rules = new List<ApprovalRule>();
        if (emergency) Add(new ApprovalRule { Role = planning.EmergencyRole, Quorum = 1, Because = "the plan takes the emergency path" }, after: false);
        Add(new ApprovalRule { Role = planning.ApproverRole, Quorum = planning.ApprovalQuorum, Because = $"the plan changes {hosts.Count} hosts" }, after: emergency);
        foreach (var demand in policy.Rules)
        {
            var named = demand.Categories.Contains(change.Category);
            // What an emergency skips it owes afterwards.
            if (!named && demand.Categories.Count > 0 && !(emergency && demand.Categories.Contains(change.Otherwise))) continue;
            if (change.Risk < demand.MinimumRisk) continue;
            var meant = hosts.Where(h => demand.For.Matches(h) && (h.Criticality ?? 0) >= demand.MinimumCriticality).ToList();
            if (meant.Count == 0) continue;
            var all = meant.Count == hosts.Count;
            Add(new ApprovalRule
            {
                Role = demand.Role, Quorum = demand.Quorum, PeerReview = demand.PeerReview, OtherThanAuthor = demand.PeerReview, Signed = demand.Signed, Assets = all ? [] : [.. meant.Select(h => h.Id)],
                Because = Reason(demand, change, meant, all),
            }, after: emergency && !named);
        }
        return rules;

        void Add(ApprovalRule rule, bool after)
        {
            var signed = rule.Signed || policy.Signed;
            if (signed && policy.TrustedRoots.Count == 0)
                throw new FailureException("TrustedRootsMissing", FailureKind.InvalidInput, $"Policy asks for signed approvals by {rule.Role} and names no root certificate that is trusted.", "approvals.trustedRoots",
                    "List the SHA-256 fingerprints of your root certificates under approvals.trustedRoots (openssl x509 -noout -fingerprint -sha256 -in ROOT.pem).");
            rules.Add(rule with
            {
                Signed = signed, TrustedRoots = signed ? policy.TrustedRoots : [], OtherThanAuthor = rule.OtherThanAuthor || !planning.OwnPlans,
                ValidFor = after ? null : policy.ValidFor, AfterTheFact = after, Within = after ? policy.EmergencyReviewWithin : null,
            });
        }
    }

    private static string Reason(ApprovalDemand demand, ChangeAssessment change, List<Asset> meant, bool all)
    {
        if (demand.PeerReview) return all ? "all of its hosts have high impact" : $"it changes {meant.Count} hosts with high impact: {string.Join(", ", meant.Take(3).Select(h => h.Name))}{(meant.Count > 3 ? " …" : "")}";
        var what = demand.MinimumRisk > ChangeRisk.Low || demand.Categories.Count > 0 ? $"it is a change of category {change.Category} and {change.Risk.ToString().ToLowerInvariant()} risk" : "policy asks for it";
        return all ? what : $"{what}, on {meant.Count} of its hosts";
    }
}
