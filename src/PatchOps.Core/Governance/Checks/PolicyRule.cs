using PatchOps.Domain;

namespace PatchOps.Core.Governance.Checks;

/// <summary>A rule that a policy breaks.</summary>
/// <param name="Message">One sentence.</param>
/// <param name="Keys">The keys that break it together, the main one first: <c>risk.acceptScore</c>.</param>
public sealed record PolicyRule(string Message, params IReadOnlyList<string> Keys)
{
    /// <summary>A warning leaves the policy usable.</summary>
    public FindingSeverity Severity { get; init; } = FindingSeverity.Error;
}

/// <summary>All that can be wrong with a policy whose values fit their types.</summary>
public static class PolicyCheck
{
    public static IEnumerable<PolicyRule> Of(PatchPolicy policy) =>
        Risk.RiskPolicyCheck.Rules(policy.Risk).Concat(ContentPolicyCheck.Rules(policy.Content)).Concat(PlanningPolicyCheck.Rules(policy.Planning));
}
