using PatchOps.Core.Planning.Engine.Conflicts;
using PatchOps.Core.Planning.Engine.Model;
using PatchOps.Core.Planning.Engine.Search;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Planner;

/// <summary>Says of every host that is left over which rules collide, and which smallest change would place it.</summary>
internal sealed class UnplacedReasons(PlanningPolicy policy, PlanningEstate estate, PlanOrder order)
{
    /// <summary>
    /// What all searches may take, roughly in microseconds: some hundred hosts that differ are all searched for, of many thousands the first.
    /// </summary>
    private const long MostWork = 10_000_000;

    /// <summary>A host with more windows than this is told in general words: every rule of the search would be one of its windows.</summary>
    private const int MostWindows = 2_000;

    /// <summary>How far past the plan's end is looked for a place.</summary>
    private static readonly TimeSpan LeastReach = TimeSpan.FromDays(62), MostReach = TimeSpan.FromDays(366);

    public IReadOnlyList<UnscheduledItem> Of(InstanceBuilder builder, PlanningSolution? solution, CancellationToken cancellationToken)
    {
        var left = solution is null ? [] : solution.Unplaced.Select(h => builder.Hosts[h]).ToList();
        if (left.Count == 0 && builder.Refused.Count == 0) return [];
        var reach = order.End - order.Start;
        reach = reach < LeastReach ? LeastReach : reach > MostReach ? MostReach : reach;
        var wide = new InstanceBuilder(policy, estate, order, new ItemCalendar(policy, order.Start, order.End + reach, order.Emergency, estate.Imported, estate.Exceptions), explaining: true);
        var instance = wide.Build(builder.Items);
        var index = wide.Hosts.Select((h, i) => (h.Asset.Id, i)).ToDictionary(h => h.Id, h => h.i, StringComparer.Ordinal);
        var finder = new ConflictFinder(instance, Places(builder, solution, instance, index));
        var known = new KnownConflicts(instance);
        List<PlanItem> asked = [.. builder.Refused.Where(r => r.CanBeExplained).Select(r => r.Item), .. left];
        // Those first of whom nothing is known yet, then as many as the budget allows of those who share a conflict with another.
        foreach (var again in (bool[])[false, true])
        {
            foreach (var item in asked)
            {
                if (Index(item) is not { } host || finder.Work >= MostWork || known.For(host, wide.Signature(item.Asset.Id)) is { } found && (!again || IsOwn(found))) continue;
                cancellationToken.ThrowIfCancellationRequested();
                known.Add(host, wide.Signature(item.Asset.Id), finder.Explain(host));
            }
        }
        var items = new List<UnscheduledItem>();
        foreach (var refusal in builder.Refused)
        {
            var found = refusal.CanBeExplained ? Of(refusal.Item) : (null, null);
            items.Add(Told(refusal.Item, refusal.Constraint, refusal.Reason, Never(refusal) ?? (found.Conflict is null ? refusal.Remedy : Levers(found, instance, refusal.Item.Asset.Name)), found, instance, fixedReason: true));
        }
        foreach (var item in left)
        {
            var (conflict, of) = Of(item);
            var why = FormattableString.Invariant($"its windows until {order.End.UtcDateTime:yyyy-MM-dd HH:mm}Z are over before earlier stages and rings have soaked, or full");
            if (conflict is null) why += Index(item) is null ? "; it has too many windows to say which rules" : "; which rules was not searched for, because so many are left over";
            items.Add(Told(item, Code(conflict, instance), why, conflict is null ? "may fit with a longer -Horizon, a shorter soak time in policy, or more hosts at the same time" : Levers((conflict, of), instance, item.Asset.Name), (conflict, of), instance));
        }
        return items;

        int? Index(PlanItem item) => index.TryGetValue(item.Asset.Id, out var host) && instance.Hosts[host].Windows.Count <= MostWindows ? host : null;

        // No period is long enough for a window that is over.
        string? Never(Refusal refusal) => refusal.Constraint == "NoWindow" && index.TryGetValue(refusal.Item.Asset.Id, out var host) && instance.Hosts[host].Windows.Count == 0
            ? FormattableString.Invariant($"it does not occur until {(order.End + reach).UtcDateTime:yyyy-MM-dd} either: give the host a window that does, with Set-PatchAsset -MaintenanceWindow") : null;

        // A longer period has room for all alike.
        static bool IsOwn((PlanningConflict Conflict, bool IsSame) found) => found.IsSame || found.Conflict.Relaxation?.Rule.Kind == RuleKind.Horizon;

        (PlanningConflict? Conflict, string? Of) Of(PlanItem item)
        {
            if (Index(item) is not { } host || known.For(host, wide.Signature(item.Asset.Id)) is not { } found) return (null, null);
            return IsOwn(found) ? (found.Conflict, null) : (found.Conflict with { Relaxation = null, Together = [] }, wide.Hosts[found.Conflict.Host].Asset.Name);
        }
    }

    /// <param name="item">The host.</param>
    /// <param name="constraint">One word.</param>
    /// <param name="reason">Where no rules were found, or instead of them.</param>
    /// <param name="remedy">Where none was found.</param>
    /// <param name="found">The conflict, and the host that it was searched for where that is another.</param>
    /// <param name="instance">What its indexes mean.</param>
    /// <param name="fixedReason">True where the reason is told and not the rules.</param>
    private static UnscheduledItem Told(PlanItem item, string constraint, string reason, string? remedy, (PlanningConflict? Conflict, string? Of) found, PlanningInstance instance, bool fixedReason = false)
    {
        var conflict = found.Conflict;
        var rules = conflict is null ? [] : Words(conflict, instance);
        return new UnscheduledItem
        {
            Asset = item.Asset.Id,
            Patches = [.. item.Patches.Select(p => p.Patch)],
            Constraint = constraint,
            Reason = $"{item.Asset.Name}: {(rules.Count > 0 && !fixedReason ? $"no place is left between {InstanceBuilder.Listed(rules)}{(found.Of is { } other ? $", as was found for {other}, which they bind alike" : "")}" : reason)}",
            Rules = rules,
            Remedy = conflict?.Relaxation?.Text ?? (conflict?.Together.Count > 0 ? Joined(conflict.Together) : remedy),
        };
    }

    /// <summary>One word for the conflict: the first of its rules that is no host and not the period's end.</summary>
    private static string Code(PlanningConflict? conflict, PlanningInstance instance)
    {
        var rules = conflict?.Rules ?? [];
        var first = rules.FirstOrDefault(r => r.Kind is not (RuleKind.Horizon or RuleKind.OtherHost or RuleKind.KeptPlace or RuleKind.KeptPlaces)) ?? rules.FirstOrDefault();
        return first?.Kind switch
        {
            RuleKind.Freeze => instance.Freezes[first.Index].What switch { "freeze" => "Frozen", "backup" => "Backup", _ => "OffDuty" },
            RuleKind.WindowConcurrent or RuleKind.WindowHosts or RuleKind.Resource => "Capacity",
            RuleKind.Group => "Availability",
            RuleKind.Release => "LeadTime",
            RuleKind.HostWindows or RuleKind.WindowEnd => "NoWindow",
            RuleKind.Horizon => "Horizon",
            _ => "Order",
        };
    }

    /// <summary>Where no change was proven to be enough: what the rules leave to be changed, without a promise.</summary>
    private static string Levers((PlanningConflict? Conflict, string? Of) found, PlanningInstance instance, string name)
    {
        var rules = found.Conflict!.Rules;
        var levers = rules.Select(rule => Lever(rule, instance)).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        // The one change that could be made was tried in full, and was not enough.
        if (found.Of is null && levers.Count == 1) levers.Clear();
        levers.AddRange(rules.Where(r => r.Kind is RuleKind.OtherHost or RuleKind.KeptPlace).Select(r => $"another window for {r.Id}"));
        levers.Add($"another window for {name}");
        return $"may fit with {(levers.Count == 1 ? levers[0] : $"{string.Join(", ", levers.SkipLast(1))} or {levers[^1]}")}{(levers.Count > 2 ? ", or with several of these" : "")}";
    }

    private static string? Lever(ConflictRule rule, PlanningInstance instance) => rule.Kind switch
    {
        RuleKind.Freeze => instance.Freezes[rule.Index] switch
        {
            { What: "freeze" } f => $"an approved exception from freeze '{f.Series ?? f.Id}'",
            { What: "backup" } f => $"backup '{f.Series}' closer before its window",
            { } f => $"other hours than '{f.Series ?? f.Id}'",
        },
        RuleKind.Horizon => "a longer -Horizon",
        RuleKind.Release => $"a shorter lead time in policy for {rule.Id}",
        RuleKind.Barrier when instance.Barriers[rule.Index] is { LagSeconds: > 0 } barrier => $"a shorter {barrier.LagName} in policy",
        RuleKind.Resource or RuleKind.WindowConcurrent or RuleKind.WindowHosts => $"a higher limit for '{rule.Id}'",
        RuleKind.Group => $"a lower minimum available of '{rule.Id}'",
        _ => null,
    };

    private static string Joined(IReadOnlyList<PlanningRelaxation> together) =>
        "fits if " + string.Join(" and ", together.Select(r => r.Text["fits if ".Length..]));

    /// <summary>The stretches of one freeze, and hosts that only keep their places, are told together.</summary>
    private static List<string> Words(PlanningConflict conflict, PlanningInstance instance)
    {
        // A conflict that was shared speaks of another host of the same kind by its own windows only.
        var words = new List<string>();
        foreach (var rule in conflict.Rules)
        {
            if (rule.Kind == RuleKind.Freeze && instance.Freezes[rule.Index] is { Series: { } series } freeze)
            {
                if (freeze.StartsOnly)
                {
                    words.Add($"the age of backup '{series}'");
                    continue;
                }
                var stretches = conflict.Rules.Count(r => r.Kind == RuleKind.Freeze && instance.Freezes[r.Index].Series == series);
                words.Add(stretches == 1 ? $"{freeze.What} '{freeze.Id}'" : FormattableString.Invariant($"{stretches} stretches of {freeze.What} '{series}'"));
                continue;
            }
            words.Add(rule.Kind switch
            {
                RuleKind.Freeze => $"freeze '{rule.Id}'",
                RuleKind.HostWindows => "its own windows",
                RuleKind.WindowEnd => $"the end of window '{rule.Id}'",
                RuleKind.Horizon => "the end of the planning period",
                RuleKind.Release => $"the earliest start of {rule.Id}",
                RuleKind.OtherHost => $"{rule.Id}, which must be changed too",
                RuleKind.KeptPlace => $"{rule.Id} in its place",
                RuleKind.KeptPlaces => "the other hosts in their places",
                RuleKind.WindowConcurrent or RuleKind.WindowHosts => $"what window '{rule.Id}' holds",
                _ => $"'{rule.Id}'",
            });
        }
        return [.. words.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The plan's places in the wider instance, whose windows of a host are those of the plan and then more.</summary>
    private static Placement[] Places(InstanceBuilder builder, PlanningSolution? solution, PlanningInstance instance, Dictionary<string, int> index)
    {
        var places = new Placement[instance.Hosts.Count];
        var windows = new WindowFinder(instance);
        for (var h = 0; h < places.Length; h++) places[h] = new Placement(h, -1, 0);
        foreach (var place in solution?.Placements ?? [])
        {
            if (!place.IsPlaced || !index.TryGetValue(builder.Hosts[place.Host].Asset.Id, out var host)) continue;
            places[host] = new Placement(host, windows.Find(host, place.Start), place.Start);
        }
        return places;
    }
}
