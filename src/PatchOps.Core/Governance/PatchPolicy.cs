using PatchOps.Core.Effectiveness;
using PatchOps.Core.Governance.Approvals;
using PatchOps.Core.Governance.Exceptions;
using PatchOps.Core.Governance.Notices;
using PatchOps.Core.Planning.Planner;
using PatchOps.Core.Problems;
using PatchOps.Core.Risk;

namespace PatchOps.Core.Governance;

/// <summary>The whole policy: one reviewable file, section by section.</summary>
public sealed record PatchPolicy
{
    public static PatchPolicy Default { get; } = new();

    public RiskPolicy Risk { get; init; } = RiskPolicy.Default;

    public ContentPolicy Content { get; init; } = ContentPolicy.Default;

    public PlanningPolicy Planning { get; init; } = PlanningPolicy.Default;

    public ApprovalPolicy Approvals { get; init; } = ApprovalPolicy.Default;

    public NotificationPolicy Notifications { get; init; } = NotificationPolicy.Default;

    public ProblemPolicy Problems { get; init; } = ProblemPolicy.Default;

    public ExceptionPolicy Exceptions { get; init; } = ExceptionPolicy.Default;

    public EffectivenessPolicy Effectiveness { get; init; } = EffectivenessPolicy.Default;
}
