using NodaTime;
using PatchOps.Core.Planning.Calendar.Windows;
using PatchOps.Core.Planning.Contents;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Planner;

/// <summary>When the last scheduled backup is too old for a change to begin.</summary>
internal static class BackupTimes
{
    /// <summary>The rules that a host's start is planned by.</summary>
    public static IEnumerable<BackupRule> Of(PlanningPolicy policy, Asset asset) => policy.Backups.Where(b => b.Schedule is not null && b.For.Matches(asset));

    /// <summary>Half-open stretches, UTC seconds, by start, in which no backup is fresh; they cover what lies between the times given.</summary>
    /// <param name="rule">A rule with a schedule.</param>
    /// <param name="zone">Zone of a schedule that names none.</param>
    /// <param name="from">First instant of interest.</param>
    /// <param name="to">First instant that is no longer of interest.</param>
    /// <exception cref="FailureException">The schedule cannot be read.</exception>
    public static IReadOnlyList<(long Start, long End)> Stale(BackupRule rule, DateTimeZone zone, DateTimeOffset from, DateTimeOffset to)
    {
        var (first, last) = (Instant.FromDateTimeOffset(from), Instant.FromDateTimeOffset(to));
        var ends = WindowText.Parse(rule.Schedule!, zone).SelectMany(r => r.Slots(first - Duration.FromTimeSpan(rule.MaxAge), last)).Select(s => s.End.ToUnixTimeSeconds()).Order();
        var (stale, at, most) = (new List<(long, long)>(), first.ToUnixTimeSeconds(), (long)rule.MaxAge.TotalSeconds);
        foreach (var end in ends)
        {
            if (end > at) stale.Add((at, end));
            at = Math.Max(at, end + most);
        }
        if (at < last.ToUnixTimeSeconds()) stale.Add((at, last.ToUnixTimeSeconds()));
        return stale;
    }

    public static string Told(BackupRule rule) => $"backup '{rule.Name}' ({rule.Schedule}) is older than {WaveContents.Length(rule.MaxAge)}";
}
