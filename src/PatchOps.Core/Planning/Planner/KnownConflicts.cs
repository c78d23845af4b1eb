using PatchOps.Core.Planning.Engine.Conflicts;
using PatchOps.Core.Planning.Engine.Model;

namespace PatchOps.Core.Planning.Planner;

/// <summary>Conflicts that were found, and for which other hosts they hold just as well.</summary>
internal sealed class KnownConflicts(PlanningInstance instance)
{
    private readonly Dictionary<string, PlanningConflict> same = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<PlanningConflict>> alike = new(StringComparer.Ordinal);
    private readonly Dictionary<(RuleKind Kind, int Index, bool Before), HashSet<int>> members = [];

    public PlanningConflict Add(int host, (string Kind, string Whole) signature, PlanningConflict conflict)
    {
        same[signature.Whole] = conflict;
        if (!alike.TryGetValue(signature.Kind, out var list)) alike[signature.Kind] = list = [];
        if (conflict.Rules.Count > 0 && conflict.Host == host) list.Add(conflict);
        return conflict;
    }

    /// <summary>A conflict that holds for a host too; IsSame where its remedy does as well. Null where none is known.</summary>
    public (PlanningConflict Conflict, bool IsSame)? For(int host, (string Kind, string Whole) signature)
    {
        if (same.TryGetValue(signature.Whole, out var known)) return (known, true);
        return alike.TryGetValue(signature.Kind, out var list) && list.Find(c => Holds(c, host)) is { } conflict ? (conflict, false) : null;
    }

    /// <summary>With the same calendar and duration, a conflict passes from host to host where every rule of it binds the one as it binds the other.</summary>
    private bool Holds(PlanningConflict conflict, int host) => conflict.Rules.All(rule => rule.Kind switch
    {
        RuleKind.Resource => instance.Hosts[host].Resources.Contains(rule.Index) == instance.Hosts[conflict.Host].Resources.Contains(rule.Index),
        RuleKind.Group => Binds(rule, instance.Groups[rule.Index].Members, host, conflict.Host),
        // Who holds back others is tied to them, and no other host is tied to the same ones.
        RuleKind.Barrier => Binds(rule, instance.Barriers[rule.Index].After, host, conflict.Host) && !HoldsBack(rule, host) && !HoldsBack(rule, conflict.Host),
        RuleKind.OtherHost or RuleKind.KeptPlace => rule.Index != host,
        RuleKind.Release => false,
        _ => true,
    });

    private bool Binds(ConflictRule rule, IReadOnlyList<int> hosts, int one, int other) => Contains((rule.Kind, rule.Index, false), hosts, one) == Contains((rule.Kind, rule.Index, false), hosts, other);

    private bool HoldsBack(ConflictRule barrier, int host) => Contains((barrier.Kind, barrier.Index, true), instance.Barriers[barrier.Index].Before, host);

    private bool Contains((RuleKind, int, bool) key, IReadOnlyList<int> hosts, int host)
    {
        if (!members.TryGetValue(key, out var set)) members[key] = set = [.. hosts];
        return set.Contains(host);
    }
}
