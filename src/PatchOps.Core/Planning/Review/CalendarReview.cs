using PatchOps.Core.Planning.Calendar.Windows;
using PatchOps.Core.Planning.Contents;
using PatchOps.Core.Planning.Planner;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Review;

/// <summary>Planned times against today's windows, freezes, backups and working hours.</summary>
internal sealed class CalendarReview
{
    private readonly PatchPlan plan;
    private readonly string replan;
    private readonly DateTimeOffset now;
    private readonly PlanningPolicy policy;
    private readonly AssetWindows? windows;
    private readonly AssetWindows? unfrozen;

    public CalendarReview(PatchPlan plan, PlanningPolicy policy, IReadOnlyList<WindowDefinition> imported, string replan, DateTimeOffset now, FreezeExceptions? exceptions = null)
    {
        (this.plan, this.replan, this.now, this.policy) = (plan, replan, now, policy);
        if (plan.End <= plan.Start) return;
        windows = new AssetWindows(policy, plan.Start, plan.End, imported, exceptions);
        unfrozen = new AssetWindows(policy with { Freezes = [] }, plan.Start, plan.End, imported);
    }

    public IEnumerable<PlanFinding> Findings(IReadOnlyList<ReviewedHost> hosts)
    {
        foreach (var finding in Backups(hosts)) yield return finding;
        if (windows is null || unfrozen is null) yield break;
        var off = new Dictionary<string, OpenTimes>(StringComparer.OrdinalIgnoreCase);
        foreach (var host in hosts.Where(h => h.Host.LatestStart > now))
        {
            // An emergency leaves aside what policy allows, as its approvers know.
            var leaves = plan.Emergency && policy.Emergency.For.Matches(host.Asset!) ? policy.Emergency : null;
            if (WhyClosed(windows, unfrozen, host.Asset!, host.Host.Start, host.Host.NinetiethPercentile, leaves) is { } why)
                yield return host.Say(plan.Id, FindingSeverity.Error, why.Code, FormattableString.Invariant($"{host.Host.Name} starts at {host.Host.Start:u}, and {why.Reason}."), replan);
            if (leaves?.Hours == true) continue;
            foreach (var team in TeamTimes.Of(policy, host.Asset!, host.Host.Patches))
            {
                if (!off.TryGetValue(team, out var times)) off[team] = times = OffDuty(team);
                if (times.Overlap(host.Host.Start.ToUnixTimeSeconds(), host.End.ToUnixTimeSeconds()))
                    yield return host.Say(plan.Id, FindingSeverity.Error, "OffDuty", FormattableString.Invariant($"{host.Host.Name} starts at {host.Host.Start:u} and takes {host.Host.NinetiethPercentile.TotalMinutes:0} min, and team {team}, who must attend, does not work all that time."), replan);
            }
        }
    }

    private OpenTimes OffDuty(string team) => new(TeamTimes.Off(policy.Team(team)!, plan.Start.AddDays(-1), plan.End.AddDays(1)));

    private IEnumerable<PlanFinding> Backups(IReadOnlyList<ReviewedHost> hosts)
    {
        if (windows is null) yield break;
        var stale = new Dictionary<(BackupRule, string), OpenTimes>();
        foreach (var host in hosts.Where(h => h.Host.LatestStart > now))
        {
            foreach (var rule in BackupTimes.Of(policy, host.Asset!))
            {
                // A zone that cannot be read is told with its window.
                if (windows.Of(host.Asset!).Failure is not null) continue;
                var zone = host.Asset!.TimeZone ?? "UTC";
                if (!stale.TryGetValue((rule, zone), out var times)) stale[(rule, zone)] = times = new OpenTimes(BackupTimes.Stale(rule, ZoneNames.Resolve(zone), plan.Start.AddDays(-1), plan.End.AddDays(1)));
                if (times.ClosesAfter(host.Host.Start.ToUnixTimeSeconds()) is null) continue;
                yield return host.Say(plan.Id, FindingSeverity.Error, "BackupTooEarly", FormattableString.Invariant($"{host.Host.Name} starts at {host.Host.Start:u}, when {BackupTimes.Told(rule)}."), $"Run the backup closer before that, or: {replan}");
            }
        }
    }

    /// <summary>Why a change may not begin at a time; null where it may, or where an emergency leaves aside what would forbid it.</summary>
    internal static (string Code, string Reason)? WhyClosed(AssetWindows windows, AssetWindows unfrozen, Asset asset, DateTimeOffset start, TimeSpan length, EmergencyRule? leaves = null)
    {
        if (leaves is { Windows: true, Freezes: true }) return null;
        var open = windows.Of(asset);
        if (open.Failure is { } failure) return ("WindowInvalid", $"its window can no longer be read: {failure.Message.TrimEnd('.')}");
        if (leaves is { Windows: true }) return Freezes(open, start, length) is { Length: > 0 } frozen ? ("FreezeAdded", $"that time is frozen by now ({frozen})") : null;
        if (Holds(leaves is null ? open : unfrozen.Of(asset), start, length)) return null;
        return leaves is null && Holds(unfrozen.Of(asset), start, length)
            ? ("FreezeAdded", $"that time is frozen by now ({Freezes(open, start, length)})")
            : ("WindowMoved", $"its window '{open.Text}' ({open.Zone}) no longer holds {length.TotalMinutes:0} min at that time");
    }

    /// <summary>The freezes of that time, not of any other.</summary>
    private static string Freezes(AssetOccurrences open, DateTimeOffset start, TimeSpan length) => string.Join(", ",
        open.Frozen.Where(f => f.Slot.Start.ToDateTimeOffset() < start + length && start < f.Slot.End.ToDateTimeOffset()).Select(f => f.Freeze).Distinct(StringComparer.Ordinal));

    private static bool Holds(AssetOccurrences windows, DateTimeOffset start, TimeSpan length) =>
        windows.Open.Any(o => o.Slot.Start.ToDateTimeOffset() <= start && start + length <= o.Slot.End.ToDateTimeOffset());
}
