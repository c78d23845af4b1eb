using PatchOps.Core.Planning.Planner;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Review;

/// <summary>Planned times against today's windows and freezes.</summary>
internal sealed class CalendarReview
{
    private readonly PatchPlan plan;
    private readonly string replan;
    private readonly DateTimeOffset now;
    private readonly AssetWindows? windows;
    private readonly AssetWindows? unfrozen;

    public CalendarReview(PatchPlan plan, PlanningPolicy policy, IReadOnlyList<WindowDefinition> imported, string replan, DateTimeOffset now, FreezeExceptions? exceptions = null)
    {
        (this.plan, this.replan, this.now) = (plan, replan, now);
        if (plan.End <= plan.Start) return;
        windows = new AssetWindows(policy, plan.Start, plan.End, imported, exceptions);
        unfrozen = new AssetWindows(policy with { Freezes = [] }, plan.Start, plan.End, imported);
    }

    public IEnumerable<PlanFinding> Findings(IReadOnlyList<ReviewedHost> hosts)
    {
        // An emergency leaves windows aside, as its approvers know.
        if (windows is null || unfrozen is null || plan.Emergency) yield break;
        foreach (var host in hosts)
        {
            if (host.Host.LatestStart <= now || WhyClosed(windows, unfrozen, host.Asset!, host.Host.Start, host.Host.NinetiethPercentile) is not { } why) continue;
            yield return host.Say(plan.Id, FindingSeverity.Error, why.Code, FormattableString.Invariant($"{host.Host.Name} starts at {host.Host.Start:u}, and {why.Reason}."), replan);
        }
    }

    /// <summary>Why a change may not begin at a time; null where it may.</summary>
    internal static (string Code, string Reason)? WhyClosed(AssetWindows windows, AssetWindows unfrozen, Asset asset, DateTimeOffset start, TimeSpan length)
    {
        var open = windows.Of(asset);
        if (open.Failure is { } failure) return ("WindowInvalid", $"its window can no longer be read: {failure.Message.TrimEnd('.')}");
        if (Holds(open, start, length)) return null;
        return Holds(unfrozen.Of(asset), start, length)
            ? ("FreezeAdded", $"that time is frozen by now ({string.Join(", ", open.FrozenBy)})")
            : ("WindowMoved", $"its window '{open.Text}' ({open.Zone}) no longer holds {length.TotalMinutes:0} min at that time");
    }

    private static bool Holds(AssetOccurrences windows, DateTimeOffset start, TimeSpan length) =>
        windows.Open.Any(o => o.Slot.Start.ToDateTimeOffset() <= start && start + length <= o.Slot.End.ToDateTimeOffset());
}
