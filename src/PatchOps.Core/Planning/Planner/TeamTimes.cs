using NodaTime;
using PatchOps.Core.Operations;
using PatchOps.Core.Planning.Calendar.Windows;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Planner;

/// <summary>Who must attend a change, and when they do not work.</summary>
internal static class TeamTimes
{
    public static IEnumerable<AttendedRule> Rules(PlanningPolicy policy, Asset asset, IReadOnlyList<PlannedPatch> patches) => policy.Attended.Where(r => r.For.Matches(asset)
        && ((r.Packages.Count == 0 && r.Patches.Count == 0)
            || patches.Any(p => (r.Patches.Count > 0 && new Wildcard(r.Patches).Matches(p.Patch)) || (r.Packages.Count > 0 && p.Packages.Any(k => new Wildcard(r.Packages).Matches(k.Package))))));

    /// <summary>Teams with working hours that a change must keep to.</summary>
    public static List<string> Of(PlanningPolicy policy, Asset asset, IReadOnlyList<PlannedPatch> patches) =>
        [.. Rules(policy, asset, patches).Select(r => r.Team ?? asset.OwnerTeam).OfType<string>().Where(t => policy.Team(t)?.Hours is not null)
            .Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase)];

    /// <summary>Half-open stretches outside of a team's working hours, UTC seconds, by start; they cover what lies between the times given.</summary>
    /// <exception cref="FailureException">The hours or their zone cannot be read.</exception>
    public static IReadOnlyList<(long Start, long End)> Off(TeamRule rule, DateTimeOffset from, DateTimeOffset to)
    {
        var (first, last) = (Instant.FromDateTimeOffset(from), Instant.FromDateTimeOffset(to));
        var off = new List<(long, long)>();
        var at = first.ToUnixTimeSeconds();
        foreach (var slot in WindowText.Parse(rule.Hours!, ZoneNames.Resolve(rule.TimeZone)).SelectMany(r => r.Slots(first, last)).Order())
        {
            if (slot.Start.ToUnixTimeSeconds() > at) off.Add((at, slot.Start.ToUnixTimeSeconds()));
            at = Math.Max(at, slot.End.ToUnixTimeSeconds());
        }
        if (at < last.ToUnixTimeSeconds()) off.Add((at, last.ToUnixTimeSeconds()));
        return off;
    }
}
