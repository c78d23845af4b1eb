using PatchOps.Core.Planning.Engine.Model;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Planner;

/// <summary>What a planner needs to know of the estate beside the hosts of the plan.</summary>
/// <param name="Clusters">Size and minimum available of each cluster, in the whole estate.</param>
/// <param name="Resolve">Asset id of a name.</param>
/// <param name="Imported">Named windows beside those of policy.</param>
/// <param name="Exceptions">What opens freezes.</param>
internal sealed record PlanningEstate(IReadOnlyDictionary<string, (int Size, int MinAvailable)> Clusters, Func<string, string?> Resolve, IReadOnlyList<WindowDefinition>? Imported, FreezeExceptions Exceptions);

/// <summary>Turns hosts, windows, freezes, stages, rings, dependencies, clusters and capacities into the engine's numbers.</summary>
internal sealed class InstanceBuilder
{
    private readonly PlanningPolicy policy;
    private readonly PlanningEstate estate;
    private readonly DateTimeOffset start;
    private readonly DateTimeOffset end;
    private readonly bool emergency;
    private readonly bool explaining;
    private readonly ItemCalendar calendar;
    private readonly Dictionary<string, Refusal> refused = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ItemTimes> timesOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Kind, string Whole)> signatures = new(StringComparer.Ordinal);

    /// <param name="policy">How plans are made.</param>
    /// <param name="estate">What is around the hosts.</param>
    /// <param name="order">Period of the plan, and whether it is an emergency.</param>
    /// <param name="calendar">When hosts may be changed.</param>
    /// <param name="explaining">
    /// True for an instance that explains why hosts are left over: those that no plan can hold are in it too, and the calendar reaches past
    /// the end of the plan.
    /// </param>
    public InstanceBuilder(PlanningPolicy policy, PlanningEstate estate, PlanOrder order, ItemCalendar calendar, bool explaining = false)
    {
        (this.policy, this.estate, start, end, emergency) = (policy, estate, order.Start, order.End, order.Emergency);
        (this.calendar, this.explaining) = (calendar, explaining);
    }

    /// <summary>Hosts of the instance, in its order.</summary>
    public IReadOnlyList<PlanItem> Hosts { get; private set; } = [];

    /// <summary>All that was asked for, rings as chosen.</summary>
    public IReadOnlyList<PlanItem> Items { get; private set; } = [];

    /// <summary>Hosts that no plan could hold: without windows, frozen throughout, in a cluster that may never miss a member, or behind such a one.</summary>
    public IReadOnlyCollection<Refusal> Refused => refused.Values;

    /// <summary>The windows that the instance's indexes mean.</summary>
    public IReadOnlyList<PlanningWindow> Windows => calendar.Windows;

    /// <exception cref="FailureException"><c>DependencyCycle</c>: names the cycle. Others as <see cref="PlanningInstance"/>.</exception>
    public PlanningInstance Build(IReadOnlyList<PlanItem> items)
    {
        Items = items;
        var offered = items.Where(Choose).ToList();
        Hold(offered);
        var hosts = offered.Where(i => !refused.ContainsKey(i.Asset.Id) || (explaining && refused[i.Asset.Id].CanBeExplained)).ToList();
        var capacities = new PlanCapacities(policy);
        var planning = new List<PlanningHost>(hosts.Count);
        var frozen = new Dictionary<PlanningFreeze, List<int>>();
        foreach (var item in hosts)
        {
            var times = timesOf[item.Asset.Id];
            foreach (var freeze in times.Blocked)
            {
                if (!frozen.TryGetValue(freeze, out var members)) frozen[freeze] = members = [];
                members.Add(planning.Count);
            }
            var host = new PlanningHost(item.Asset.Id, item.LossPerDay, (long)item.Median.TotalSeconds, Reserved(item), times.Windows)
            {
                Name = item.Asset.Name,
                Due = item.Due is { } due ? Math.Clamp(due.ToUnixTimeSeconds(), start.ToUnixTimeSeconds(), end.ToUnixTimeSeconds()) : null,
                LatenessPerDay = item.LossPerDay * policy.LatenessFactor,
                Resources = capacities.Of(item.Asset),
                Release = item.NotBefore?.ToUnixTimeSeconds(),
            };
            if (explaining)
            {
                var kind = FormattableString.Invariant($"{item.Stage} {item.Ring} {host.P90Seconds} {System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(times)} {host.Release}");
                signatures[item.Asset.Id] = (kind, FormattableString.Invariant($"{kind} {item.Asset.Cluster} {string.Join(',', host.Resources)} {string.Join(',', item.Asset.DependsOn)} {string.Join(',', item.After)} {item.Guests.Count} {item.Asset.Hypervisor}"));
            }
            planning.Add(host);
        }
        Hosts = hosts;
        var barriers = new PlanBarriers(policy, estate.Resolve, emergency, refused.ContainsKey, EndOf, start, end).Of(hosts);
        return new PlanningInstance(start.ToUnixTimeSeconds(), end.ToUnixTimeSeconds(), planning, calendar.Windows, capacities.Resources, Groups(hosts), barriers,
            [.. frozen.Select(f => f.Key with { Hosts = f.Value })]);
    }

    /// <summary>Whole is equal for hosts that no rule tells apart: what keeps one of them out keeps out the other. Kind is equal where stage, ring, duration and calendar are.</summary>
    public (string Kind, string Whole) Signature(string asset) => signatures[asset];

    /// <summary>End of the host's first chance at or after a time, as far as its windows go; null where there is none.</summary>
    public DateTimeOffset? EndOf(PlanItem item, DateTimeOffset from)
    {
        if (refused.ContainsKey(item.Asset.Id) || !timesOf.TryGetValue(item.Asset.Id, out var times)) return null;
        var at = Math.Max(from.ToUnixTimeSeconds(), item.NotBefore?.ToUnixTimeSeconds() ?? long.MinValue);
        return times.FirstEnd(at, Reserved(item)) is { } end ? DateTimeOffset.FromUnixTimeSeconds(end) : null;
    }

    /// <summary>End of the open time around a planned start: its window, the freeze that cuts it, or the end of a fresh backup with the duration behind it.</summary>
    public long ClosesAfter(PlanItem item, long at) => timesOf[item.Asset.Id].ClosesAfter(at, Reserved(item));

    /// <summary>What a host leaves aside at its planned time, and by whose leave.</summary>
    public IReadOnlyList<string> Waived(PlanItem item, long at) => calendar.Waived(item, at, at + Reserved(item));

    internal static long Reserved(PlanItem item) => (long)Math.Ceiling(item.NinetiethPercentile.TotalSeconds);

    /// <summary>False for hosts that are refused for good; those that only their calendar keeps out are noted, and can be explained.</summary>
    private bool Choose(PlanItem item)
    {
        var asset = item.Asset;
        if (asset.Cluster is { } cluster && estate.Clusters.TryGetValue(cluster, out var size) && size.MinAvailable >= size.Size)
            return Refuse(item, "Availability", $"cluster '{cluster}' has {size.Size} members and must keep {size.MinAvailable} available, so none may ever be changed", FormattableString.Invariant($"fits if the minimum available is {size.Size - 1}"));
        if (item.Guests.Count > 0 && !policy.Quiesce.Any(q => q.Evacuates && q.For.Matches(asset)))
            return Refuse(item, "Evacuation", $"{Listed(item.Guests)} run{(item.Guests.Count == 1 ? "s" : "")} on it and would go down with it", "needs a rule under planning.quiesce in policy that moves its guests away (evacuates: true)");
        var times = timesOf[asset.Id] = calendar.Of(item);
        if (times.Failure is { } failure) return Refuse(item, "WindowInvalid", $"{failure.Message.TrimEnd('.')}", failure.Remedy);
        var long90 = Reserved(item);
        var (from, to) = (start.ToUnixTimeSeconds(), end.ToUnixTimeSeconds());
        if (times.FirstEnd(from, long90) <= to)
        {
            var least = Math.Max(from, item.NotBefore?.ToUnixTimeSeconds() ?? from);
            if (times.FirstEnd(least, long90) <= to) return true;
            Refuse(item, "LeadTime", $"it may not start before {item.NotBefore!.Value.UtcDateTime:yyyy-MM-dd HH:mm}Z, because {item.NotBeforeBecause}, and its windows until {end.UtcDateTime:yyyy-MM-dd HH:mm}Z are over by then", "may fit with a longer -Horizon, or a shorter lead time in policy", canBeExplained: true);
            return true;
        }
        var inside = times.Windows.Where(w => calendar.Windows[w].Start < to).Select(w => Math.Min(calendar.Windows[w].End, to) - calendar.Windows[w].Start).ToList();
        if (inside.Count == 0)
            Refuse(item, "NoWindow", $"its window '{times.Text}' does not occur before {end.UtcDateTime:yyyy-MM-dd HH:mm}Z", "may fit with a longer -Horizon", canBeExplained: true);
        else if (inside.Max() < long90)
            Refuse(item, "WindowTooShort", $"no window holds the 90th percentile of {item.NinetiethPercentile.TotalMinutes:0} min; the longest has {inside.Max() / 60} min", FormattableString.Invariant($"fits if the window '{times.Text}' is {(long90 - inside.Max() + 59) / 60} min longer"));
        else if (times.Open.FirstEnd(from, long90) <= to)
            Refuse(item, "Backup", $"in every window until {end.UtcDateTime:yyyy-MM-dd HH:mm}Z {string.Join(" or ", BackupTimes.Of(policy, asset).Select(BackupTimes.Told))}", "may fit with a backup closer before its window, or a longer maxAge in policy (planning.backups)", canBeExplained: true);
        else
            Refuse(item, times.Blocked.Any(b => b.What == "freeze") ? "Frozen" : "OffDuty", $"every window until {end.UtcDateTime:yyyy-MM-dd HH:mm}Z is taken by {string.Join(", ", times.Blocked.Select(b => b.Series ?? b.Id).Distinct(StringComparer.Ordinal))}", "may fit with an approved exception from what takes them, or a longer -Horizon", canBeExplained: true);
        return refused[asset.Id].CanBeExplained;
    }

    /// <summary>Who depends on a host that is not planned is not planned either.</summary>
    private void Hold(List<PlanItem> offered)
    {
        var byId = Items.ToDictionary(i => i.Asset.Id, StringComparer.Ordinal);
        for (var found = true; found;)
        {
            found = false;
            foreach (var item in offered.Where(i => !refused.ContainsKey(i.Asset.Id)))
            {
                var needed = item.Asset.DependsOn.Select(estate.Resolve).OfType<string>().Concat(item.After.Select(a => a.Asset))
                    .FirstOrDefault(id => id != item.Asset.Id && refused.ContainsKey(id) && byId[id].Stage <= item.Stage);
                if (needed is null) continue;
                Refuse(item, "Dependency", $"it needs {byId[needed].Asset.Name} to be changed first, which is not planned: {refused[needed].Reason}", refused[needed].Remedy, refused[needed].CanBeExplained);
                found = true;
            }
        }
    }

    private List<PlanningGroup> Groups(List<PlanItem> hosts)
    {
        var groups = new List<PlanningGroup>();
        foreach (var members in hosts.Select((h, i) => (h.Asset.Cluster, i)).Where(h => h.Cluster is not null).GroupBy(h => h.Cluster!, StringComparer.OrdinalIgnoreCase))
        {
            var (size, minimum) = estate.Clusters[members.Key];
            groups.Add(new PlanningGroup($"cluster {members.Key}", Math.Max(1, size - minimum), [.. members.Select(m => m.i)]));
        }
        if (!hosts.Exists(h => h.Guests.Count > 0)) return groups;
        // A guest that is being changed cannot be moved, and a hypervisor that is being changed has nobody on it.
        var index = hosts.Select((h, i) => (h.Asset.Id, i)).ToDictionary(h => h.Id, h => h.i, StringComparer.Ordinal);
        for (var i = 0; i < hosts.Count; i++)
        {
            if (hosts[i].Asset.Hypervisor is not { } name || estate.Resolve(name) is not { } id || !index.TryGetValue(id, out var on) || on == i) continue;
            groups.Add(new PlanningGroup($"hypervisor {hosts[on].Asset.Name} and its guest {hosts[i].Asset.Name}", 1, [on, i]));
        }
        return groups;
    }

    private bool Refuse(PlanItem item, string constraint, FormattableString reason, string? remedy, bool canBeExplained = false)
    {
        refused[item.Asset.Id] = new Refusal(item, constraint, FormattableString.Invariant(reason), remedy, canBeExplained);
        return false;
    }

    internal static string Listed(IReadOnlyList<string> names) => names.Count <= 4 ? string.Join(", ", names) : FormattableString.Invariant($"{string.Join(", ", names.Take(3))} and {names.Count - 3} others");
}

/// <summary>A host that no plan can hold.</summary>
/// <param name="Item">The host.</param>
/// <param name="Constraint">Code of the constraint.</param>
/// <param name="Reason">Without the host's name.</param>
/// <param name="Remedy">What would help; the search for the smallest change may find better.</param>
/// <param name="CanBeExplained">Only windows, freezes or the horizon keep it out: the engine can say how much is missing.</param>
internal sealed record Refusal(PlanItem Item, string Constraint, string Reason, string? Remedy, bool CanBeExplained);
