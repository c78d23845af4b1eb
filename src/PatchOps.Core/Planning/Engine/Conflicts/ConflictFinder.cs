using PatchOps.Core.Planning.Engine.Model;

namespace PatchOps.Core.Planning.Engine.Conflicts;

/// <summary>
/// Says why a host is left over: a minimal infeasible set of rules (QuickXplain, Junker 2004, then a deletion test of every member), first
/// among all ways to plan the hosts concerned anew, then, where that is too much to search, with the others in their places.
/// </summary>
public sealed class ConflictFinder
{
    private const long Nodes = 20_000;
    private const int MaxReplanned = 40;

    /// <summary>Others in their places; where there are more they are one rule.</summary>
    private const int MaxKept = 200;

    /// <summary>What one search may take, in the unit of <see cref="Work"/>.</summary>
    private const long WorkOfOne = 4_000_000;

    private readonly PlanningInstance _instance;
    private readonly IReadOnlyList<Placement> _plan;
    private readonly List<int>[] _barriersAfter;

    public ConflictFinder(PlanningInstance instance, IReadOnlyList<Placement> plan)
    {
        _instance = instance;
        _plan = plan;
        _barriersAfter = new List<int>[instance.Hosts.Count];
        for (var b = 0; b < instance.Barriers.Count; b++)
        {
            foreach (var h in instance.Barriers[b].After) (_barriersAfter[h] ??= []).Add(b);
        }
    }

    /// <summary>What all searches took, roughly in microseconds, and the same on every machine.</summary>
    public long Work { get; private set; }

    /// <param name="host">Index of a host that is not placed.</param>
    public PlanningConflict Explain(int host)
    {
        var subset = new RuleSubset(_instance, host, _plan, WorkOfOne);
        var conflict = Explain(host, subset);
        Work += subset.Work;
        return conflict;
    }

    private PlanningConflict Explain(int host, RuleSubset subset)
    {
        var chain = Chain(host);
        var competitors = Competitors(host);
        List<int> everybody = [.. chain.Union(competitors)];
        subset.Others = [.. everybody.Where(h => h != host && _plan[h].IsPlaced)];
        var kept = RulesOf(host, everybody, kept: true);
        var alone = Windows([host]).Prepend(Rule(RuleKind.HostWindows, host)).Append(Rule(RuleKind.Horizon, 0)).ToList();
        if (subset.IsFeasible(alone, Nodes) == false) return Report(subset, host, ([], alone), kept, givenPlan: false);
        foreach (var scope in (List<int>[])[chain, everybody])
        {
            if (scope.Count > MaxReplanned) continue;
            var (background, rules) = RulesOf(host, scope, kept: false);
            if (subset.IsFeasible([.. background, .. rules], Nodes) == false) return Report(subset, host, (background, rules), kept, givenPlan: false);
        }
        return Report(subset, host, kept, kept, givenPlan: true);
    }

    private PlanningConflict Report(RuleSubset subset, int host, (List<ConflictRule> Background, List<ConflictRule> Rules) scope, (List<ConflictRule> Background, List<ConflictRule> Rules) kept, bool givenPlan)
    {
        var (background, rules) = scope;
        List<ConflictRule> minimal = subset.IsFeasible([.. background, .. rules], Nodes) == false
            ? Shrink(subset, background, rules) : [];
        if (subset.IsExhausted) minimal = [];
        var proven = minimal.Count > 0 && subset.IsFeasible([.. background, .. minimal], Nodes) == false
            && minimal.All(r => subset.IsFeasible([.. background, .. minimal.Where(m => m != r)], Nodes) == true);
        var (smallest, together) = minimal.Count == 0 ? (null, []) : Remedy(subset, host, minimal, givenPlan ? [scope] : [kept, scope]);
        return new()
        {
            Host = host,
            Rules = minimal,
            IsProven = proven,
            GivenPlan = givenPlan,
            Relaxation = smallest,
            Together = together,
        };
    }

    /// <summary>A change after which the host fits in with all others in their places; where there is none, one after which all can be planned.</summary>
    private (PlanningRelaxation? Smallest, IReadOnlyList<PlanningRelaxation> Together) Remedy(
        RuleSubset subset, int host, List<ConflictRule> minimal, (List<ConflictRule> Background, List<ConflictRule> Rules)[] scopes)
    {
        var relaxations = new RelaxationFinder(_instance, subset, Nodes);
        foreach (var (background, rules) in scopes)
            if (relaxations.Smallest(host, [.. background, .. rules], minimal) is { } smallest) return (smallest, []);
        foreach (var (background, rules) in scopes)
        {
            var together = relaxations.Together(host, [.. background, .. rules], minimal, rest => Shrink(subset, background, [.. rest.Where(rules.Contains)]));
            if (together.Count > 0) return (null, together);
        }
        return (null, []);
    }

    private static List<ConflictRule> Shrink(RuleSubset subset, List<ConflictRule> background, List<ConflictRule> rules)
    {
        if (rules.Count == 0) return [];
        return Explain(background, added: false, rules);

        List<ConflictRule> Explain(List<ConflictRule> holds, bool added, List<ConflictRule> among)
        {
            if (added && subset.IsFeasible(holds, Nodes) == false) return [];
            if (among.Count == 1) return among;
            var half = among.Count / 2;
            var (first, second) = (among[..half], among[half..]);
            var fromSecond = Explain([.. holds, .. first], added: true, second);
            var fromFirst = Explain([.. holds, .. fromSecond], added: fromSecond.Count > 0, first);
            return [.. fromFirst, .. fromSecond];
        }
    }

    /// <summary>The host and all that it waits for, directly or not.</summary>
    private List<int> Chain(int host)
    {
        var seen = new HashSet<int> { host };
        var chain = new List<int> { host };
        for (var i = 0; i < chain.Count; i++)
        {
            foreach (var b in _barriersAfter[chain[i]] ?? [])
            {
                var barrier = _instance.Barriers[b];
                foreach (var h in barrier.Before)
                {
                    if ((!barrier.IgnoresUnplaced || barrier.Required.Contains(h) || _plan[h].IsPlaced) && seen.Add(h)) chain.Add(h);
                }
            }
        }
        return chain;
    }

    /// <summary>Placed hosts that share a window, a resource, a group or a dependency with the host.</summary>
    private List<int> Competitors(int host)
    {
        var mine = _instance.Hosts[host];
        var windows = mine.Windows.ToHashSet();
        var resources = mine.Resources.ToHashSet();
        var peers = _instance.Groups.Where(g => g.Members.Contains(host)).SelectMany(g => g.Members).ToHashSet();
        peers.UnionWith(_instance.Barriers.Where(b => b.Before.Contains(host)).SelectMany(b => b.After));
        var spans = mine.Windows.Select(w => (_instance.Windows[w].Start, _instance.Windows[w].End)).ToList();
        return [.. Enumerable.Range(0, _instance.Hosts.Count).Where(h => h != host && _plan[h].IsPlaced && (peers.Contains(h) || (
            (windows.Contains(_plan[h].Window) || _instance.Hosts[h].Resources.Any(resources.Contains))
            && spans.Any(s => _plan[h].Start < s.End && _plan[h].Start + _instance.Hosts[h].P90Seconds > s.Start))))];
    }

    private (List<ConflictRule> Background, List<ConflictRule> Rules) RulesOf(int target, List<int> scope, bool kept)
    {
        var background = Windows(scope).Prepend(Rule(RuleKind.HostWindows, target)).ToList();
        var inside = scope.ToHashSet();
        var rules = new List<ConflictRule>();
        // Where no window reaches past the horizon, it takes nothing away.
        if (scope.Exists(h => _instance.Hosts[h].Windows.Any(w => _instance.Windows[w].End > _instance.End))) rules.Add(Rule(RuleKind.Horizon, 0));
        rules.AddRange(_instance.Freezes.Select((f, i) => (f, i)).Where(p => p.f.Hosts?.Any(inside.Contains) ?? true).Select(p => Rule(RuleKind.Freeze, p.i)));
        rules.AddRange(scope.Where(h => _instance.Hosts[h].Release is not null).Select(h => Rule(RuleKind.Release, h)));
        foreach (var w in scope.SelectMany(h => _instance.Hosts[h].Windows).Distinct().Order())
        {
            if (_instance.Windows[w].MaxConcurrent < scope.Count) rules.Add(Rule(RuleKind.WindowConcurrent, w));
            if (_instance.Windows[w].MaxHosts < scope.Count) rules.Add(Rule(RuleKind.WindowHosts, w));
        }
        rules.AddRange(scope.SelectMany(h => _instance.Hosts[h].Resources).Distinct().Order()
            .Where(r => _instance.Resources[r].Capacity < scope.Count).Select(r => Rule(RuleKind.Resource, r)));
        rules.AddRange(Enumerable.Range(0, _instance.Groups.Count).Where(g => _instance.Groups[g].Members.Count(inside.Contains) > _instance.Groups[g].MaxConcurrent)
            .Select(g => Rule(RuleKind.Group, g)));
        rules.AddRange(Enumerable.Range(0, _instance.Barriers.Count)
            .Where(b => _instance.Barriers[b].Before.Any(inside.Contains) && _instance.Barriers[b].After.Any(inside.Contains)).Select(b => Rule(RuleKind.Barrier, b)));
        var together = kept && scope.Count(h => h != target && _plan[h].IsPlaced) > MaxKept;
        if (together) rules.Add(Rule(RuleKind.KeptPlaces, 0));
        rules.AddRange(scope.Where(h => h != target && !(together && _plan[h].IsPlaced)).Select(h => Rule(kept && _plan[h].IsPlaced ? RuleKind.KeptPlace : RuleKind.OtherHost, h)));
        return (background, rules);
    }

    private List<ConflictRule> Windows(IEnumerable<int> hosts) =>
        [.. hosts.SelectMany(h => _instance.Hosts[h].Windows).Distinct().Order().Select(w => Rule(RuleKind.WindowEnd, w))];

    private ConflictRule Rule(RuleKind kind, int index) => new(kind, index, kind switch
    {
        RuleKind.WindowEnd or RuleKind.WindowConcurrent or RuleKind.WindowHosts => _instance.Windows[index].Id,
        RuleKind.Freeze => _instance.Freezes[index].Id,
        RuleKind.Resource => _instance.Resources[index].Id,
        RuleKind.Group => _instance.Groups[index].Id,
        RuleKind.Barrier => _instance.Barriers[index].Id,
        RuleKind.Horizon => "the planning period",
        RuleKind.KeptPlaces => "the other hosts",
        _ => _instance.Hosts[index].Name,
    });
}
