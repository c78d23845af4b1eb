using System.Globalization;
using NodaTime;
using PatchOps.Core.Operations;
using PatchOps.Core.Planning.Calendar.Freezes;
using PatchOps.Core.Planning.Calendar.Windows;
using PatchOps.Core.Planning.Contents;
using PatchOps.Core.Planning.Engine.Model;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Planner;

/// <summary>When a host of a plan may be changed. Hosts with the same times share one object.</summary>
/// <param name="Text">Its window as asset or policy write it.</param>
/// <param name="Windows">Indexes of the windows, freezes not taken out.</param>
/// <param name="Blocked">Freezes and off-duty times.</param>
/// <param name="Open">What is left of the windows, UTC seconds, by start.</param>
/// <param name="Failure">Why window, zone, freeze, hours or the schedule of a backup cannot be read.</param>
internal sealed record ItemTimes(string Text, IReadOnlyList<int> Windows, IReadOnlyList<PlanningFreeze> Blocked, OpenTimes Open, Failure? Failure)
{
    /// <summary>When a change may begin, because the backups before it are fresh; null: at any time.</summary>
    public OpenTimes? Fresh { get; init; }

    /// <summary>End of the first chance for something of a length at or after a time; null where there is none.</summary>
    public long? FirstEnd(long from, long length)
    {
        while (Open.FirstEnd(from, length) is { } end)
        {
            var start = end - length;
            if (Fresh is null) return end;
            if (Fresh.NextIn(start) is not { } next) return null;
            if (next == start) return end;
            from = next;
        }
        return null;
    }

    /// <summary>End of the time in which something of a length that starts then may have to end: its window's, a freeze's, or that of a fresh backup.</summary>
    public long ClosesAfter(long at, long length)
    {
        var closes = Open.ClosesAfter(at) ?? at + length;
        return Fresh?.ClosesAfter(at) is { } fresh ? Math.Min(closes, fresh + length) : closes;
    }
}

/// <summary>Windows, freezes and working hours of hosts, as far as an emergency leaves them in force.</summary>
internal sealed class ItemCalendar
{
    private readonly PlanningPolicy policy;
    private readonly DateTimeOffset start;
    private readonly DateTimeOffset end;
    private readonly bool emergency;
    private readonly AssetWindows calendar;
    private readonly Dictionary<(AssetOccurrences, string), ItemTimes> known = [];
    private readonly Dictionary<AssetOccurrences, IReadOnlyList<int>> windowsOf = [];
    private readonly Dictionary<string, List<PlanningFreeze>> offDuty = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<(BackupRule, string), IReadOnlyList<PlanningFreeze>> staleOf = [];
    private readonly List<PlanningWindow> windows = [];
    private int? anytime;

    public ItemCalendar(PlanningPolicy policy, DateTimeOffset start, DateTimeOffset end, bool emergency, IReadOnlyList<WindowDefinition>? imported, FreezeExceptions? exceptions)
    {
        (this.policy, this.start, this.end, this.emergency) = (policy, start, end, emergency);
        calendar = new AssetWindows(policy, start, end, imported, exceptions);
    }

    public IReadOnlyList<PlanningWindow> Windows => windows;

    /// <summary>Time that people take after the change of a host.</summary>
    public static TimeSpan Acceptance(PlanningPolicy policy, PlanItem item) => TeamTimes.Rules(policy, item.Asset, item.Patches).Select(r => r.Acceptance).DefaultIfEmpty().Max();

    public ItemTimes Of(PlanItem item)
    {
        var found = calendar.Of(item.Asset);
        var leaves = Leaves(item);
        var teams = leaves?.Hours == true ? [] : TeamTimes.Of(policy, item.Asset, item.Patches);
        var backups = BackupTimes.Of(policy, item.Asset).ToList();
        var key = (found, $"{leaves is not null}:{string.Join('\n', teams)}:{string.Join(',', Enumerable.Range(0, policy.Backups.Count).Where(i => backups.Contains(policy.Backups[i])))}");
        if (!known.TryGetValue(key, out var times)) known[key] = times = Find(found, leaves, teams, backups);
        return times;
    }

    /// <summary>What of its window and of freezes a host leaves aside at a time, and by whose leave.</summary>
    public IReadOnlyList<string> Waived(PlanItem item, long from, long to)
    {
        var found = calendar.Of(item.Asset);
        var slot = new TimeSlot(Instant.FromUnixTimeSeconds(from), Instant.FromUnixTimeSeconds(to));
        var waived = new List<string>();
        if (Leaves(item) is { } leaves)
        {
            if (leaves.Windows && !found.Whole.Any(o => o.Slot.Start <= slot.Start && slot.End <= o.Slot.End)) waived.Add($"window '{found.Text}' (emergency)");
            if (leaves.Freezes) waived.AddRange(found.Frozen.Where(f => f.Slot.Overlaps(slot)).Select(f => $"freeze '{f.Freeze}' (emergency)"));
        }
        waived.AddRange(found.Opened.Where(o => o.Slot.Overlaps(slot)).Select(o => $"freeze '{o.Freeze}' (exception {o.Exception})"));
        return [.. waived.Distinct(StringComparer.Ordinal)];
    }

    private EmergencyRule? Leaves(PlanItem item) => emergency && policy.Emergency.For.Matches(item.Asset) ? policy.Emergency : null;

    private ItemTimes Find(AssetOccurrences found, EmergencyRule? leaves, List<string> teams, List<BackupRule> backups)
    {
        // Where only windows are left aside, freezes must be known all the same.
        if (found.Failure is { } failure && leaves is not { Windows: true, Freezes: true }) return new ItemTimes(found.Text, [], [], OpenTimes.None, failure);
        var blocked = new List<PlanningFreeze>();
        if (leaves?.Freezes != true)
        {
            foreach (var freeze in found.Frozen.GroupBy(f => f.Freeze, StringComparer.Ordinal))
            {
                var several = freeze.Skip(1).Any();
                blocked.AddRange(freeze.Select(f => new PlanningFreeze(several ? Stretch(f.Freeze, f.Slot.Start) : f.Freeze, f.Slot.Start.ToUnixTimeSeconds(), f.Slot.End.ToUnixTimeSeconds()) { Series = f.Freeze }));
            }
        }
        try
        {
            foreach (var team in teams) blocked.AddRange(OffDuty(team));
            foreach (var backup in backups) blocked.AddRange(Stale(backup, found.Zone));
        }
        catch (FailureException e)
        {
            return new ItemTimes(found.Text, [], [], OpenTimes.None, e.Failure);
        }
        var mine = leaves?.Windows == true ? [anytime ??= Add("any time", start.ToUnixTimeSeconds(), end.ToUnixTimeSeconds())] : WindowsOf(found);
        var whole = new OpenTimes(mine.Select(w => (windows[w].Start, windows[w].End)));
        blocked.RemoveAll(b => !whole.Overlap(b.Start, b.End));
        var stale = blocked.Where(b => b.StartsOnly).ToList();
        return new ItemTimes(found.Text, mine, blocked, Cut(mine, blocked.Where(b => !b.StartsOnly)), null) { Fresh = stale.Count == 0 ? null : Cut(mine, stale) };
    }

    private IReadOnlyList<int> WindowsOf(AssetOccurrences found)
    {
        if (windowsOf.TryGetValue(found, out var mine)) return mine;
        return windowsOf[found] = [.. found.Whole.Select(o => Add(string.Create(CultureInfo.InvariantCulture, $"{o.Rule.Name} {found.Zone} {o.Slot.Start}"), o.Slot.Start.ToUnixTimeSeconds(), o.Slot.End.ToUnixTimeSeconds()))];
    }

    private int Add(string name, long from, long to)
    {
        windows.Add(new PlanningWindow(string.Create(CultureInfo.InvariantCulture, $"{name} #{windows.Count}"), from, to));
        return windows.Count - 1;
    }

    private OpenTimes Cut(IReadOnlyList<int> mine, IEnumerable<PlanningFreeze> blocked)
    {
        var open = new List<(long Start, long End)>(mine.Count);
        var stops = new OpenTimes(blocked.Select(b => (b.Start, b.End)));
        foreach (var w in mine)
        {
            var at = windows[w].Start;
            for (var i = stops.FirstEndingAt(at + 1); i < stops.Count && stops[i].Start < windows[w].End; i++)
            {
                if (stops[i].End <= at) continue;
                if (stops[i].Start > at) open.Add((at, stops[i].Start));
                at = stops[i].End;
            }
            if (at < windows[w].End) open.Add((at, windows[w].End));
        }
        return new OpenTimes(open);
    }

    private IEnumerable<PlanningFreeze> Stale(BackupRule backup, string zone)
    {
        if (staleOf.TryGetValue((backup, zone), out var known)) return known;
        // As with hours, whole days: an odd second of the plan's start makes no finer grid.
        var (from, to) = (new DateTimeOffset(start.UtcDateTime.Date.AddDays(-1), TimeSpan.Zero), new DateTimeOffset(end.UtcDateTime.Date.AddDays(2), TimeSpan.Zero));
        return staleOf[(backup, zone)] = [.. BackupTimes.Stale(backup, ZoneNames.Resolve(zone), from, to).Select(s =>
            new PlanningFreeze(Stretch($"{backup.Name} older than {WaveContents.Length(backup.MaxAge)}", Instant.FromUnixTimeSeconds(s.Start)), s.Start, s.End) { What = "backup", Series = backup.Name, StartsOnly = true })];
    }

    /// <summary>The complement of a team's working hours, as far as the plan reaches.</summary>
    private List<PlanningFreeze> OffDuty(string team)
    {
        if (offDuty.TryGetValue(team, out var known)) return known;
        // Whole days, so that an odd second of the plan's start makes no finer grid.
        var (from, to) = (new DateTimeOffset(start.UtcDateTime.Date.AddDays(-1), TimeSpan.Zero), new DateTimeOffset(end.UtcDateTime.Date.AddDays(2), TimeSpan.Zero));
        return offDuty[team] = [.. TeamTimes.Off(policy.Team(team)!, from, to).Select(o =>
            new PlanningFreeze(Stretch($"team {team} off duty", Instant.FromUnixTimeSeconds(o.Start)), o.Start, o.End) { What = "time", Series = $"team {team} off duty" })];
    }

    private static string Stretch(string name, Instant begins) => string.Create(CultureInfo.InvariantCulture, $"{name} from {begins.ToDateTimeUtc():yyyy-MM-dd HH:mm}Z");
}
