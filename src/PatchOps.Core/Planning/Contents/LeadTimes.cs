using PatchOps.Core.Planning.Planner;

namespace PatchOps.Core.Planning.Contents;

/// <summary>What must have happened between the making of a plan and its first change: people decide, and those concerned are told.</summary>
internal static class LeadTimes
{
    /// <returns>The host with its earliest start and what asks for it; as it is in an emergency, or where nothing asks for more than the plan's start.</returns>
    public static PlanItem Of(PlanItem item, PlanOrder order, NoticePolicy notices)
    {
        if (order.Emergency) return item;
        var (at, because) = (order.Created + order.Approvals.LeadTime, $"approvers get {WaveContents.Length(order.Approvals.LeadTime)} (approvals.leadTime)");
        // A unit that nobody can write to is not waited for.
        if (item.Asset.BusinessUnit is { } unit && notices.For(unit).Count > 0 && order.Created + notices.Ahead > at)
            (at, because) = (order.Created + notices.Ahead, $"{unit} is told {WaveContents.Length(notices.Ahead)} ahead (planning.notices.ahead)");
        if (at <= order.Start) return item;
        // Every five minutes: plans are made on a grid, and people read them.
        var steps = Math.Ceiling((at - DateTimeOffset.UnixEpoch).TotalMinutes / 5);
        return item with { NotBefore = DateTimeOffset.UnixEpoch.AddMinutes(5 * steps), NotBeforeBecause = because };
    }
}
