using PatchOps.Core.Planning.Engine.Conflicts;
using PatchOps.Core.Planning.Engine.Model;
using PatchOps.Core.Planning.Engine.Search;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Planner;

/// <summary>Says of every host that is left over which rules collide, and which smallest change would place it.</summary>
internal sealed class UnplacedReasons(PlanningPolicy policy, PlanningEstate estate, PlanOrder order)
{
    /// <summary>Searches for different reasons; hosts that no rule tells apart share one.</summary>
    private const int MostSearches = 24;

    /// <summary>In larger estates than this a search takes seconds, and there are few.</summary>
    private const int LargeEstate = 5_000, SearchesOfLarge = 3;

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
        var searches = wide.Hosts.Count > LargeEstate ? SearchesOfLarge : MostSearches;
        var items = new List<UnscheduledItem>();
        foreach (var refusal in builder.Refused) items.Add(Told(refusal.Item, refusal.Constraint, refusal.Reason, refusal.Remedy, refusal.CanBeExplained ? Search(refusal.Item) : null, instance, fixedReason: true));
        foreach (var item in left)
        {
            var conflict = Search(item);
            items.Add(Told(item, Code(conflict, instance),
                FormattableString.Invariant($"its windows until {order.End.UtcDateTime:yyyy-MM-dd HH:mm}Z are over before earlier stages and rings have soaked, or full"),
                "fits with a longer -Horizon, a shorter soak time in policy, or more hosts at the same time", conflict, instance));
        }
        return items;

        PlanningConflict? Search(PlanItem item)
        {
            if (!index.TryGetValue(item.Asset.Id, out var host) || instance.Hosts[host].Windows.Count > MostWindows) return null;
            var signature = wide.Signature(item.Asset.Id);
            var found = known.For(host, signature);
            // A longer period has room for all alike; other remedies are looked for host by host as long as searches last.
            if (found is { } same && (same.IsSame || same.Conflict.Relaxation?.Rule.Kind == RuleKind.Horizon)) return same.Conflict;
            if (known.Count >= searches) return found?.Conflict is { } alike ? alike with { Relaxation = null, Together = [] } : null;
            cancellationToken.ThrowIfCancellationRequested();
            return known.Add(host, signature, finder.Explain(host));
        }
    }

    private static UnscheduledItem Told(PlanItem item, string constraint, string reason, string? remedy, PlanningConflict? conflict, PlanningInstance instance, bool fixedReason = false)
    {
        var rules = conflict is null ? [] : Words(conflict, instance);
        return new UnscheduledItem
        {
            Asset = item.Asset.Id,
            Patches = [.. item.Patches.Select(p => p.Patch)],
            Constraint = constraint,
            Reason = $"{item.Asset.Name}: {(rules.Count > 0 && !fixedReason ? $"no place is left between {InstanceBuilder.Listed(rules)}" : reason)}",
            Rules = rules,
            Remedy = conflict?.Relaxation?.Text ?? (conflict?.Together.Count > 0 ? Joined(conflict.Together) : remedy),
        };
    }

    /// <summary>One word for the conflict: the first of its rules that is no host and not the period's end.</summary>
    private static string Code(PlanningConflict? conflict, PlanningInstance instance)
    {
        var rules = conflict?.Rules ?? [];
        var first = rules.FirstOrDefault(r => r.Kind is not (RuleKind.Horizon or RuleKind.OtherHost or RuleKind.KeptPlace)) ?? rules.FirstOrDefault();
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
