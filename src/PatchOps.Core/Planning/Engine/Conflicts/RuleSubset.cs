using PatchOps.Core.Planning.Engine.Model;

namespace PatchOps.Core.Planning.Engine.Conflicts;

/// <summary>Builds the small instance in which only some rules about some hosts hold.</summary>
internal sealed class RuleSubset(PlanningInstance source, int target, IReadOnlyList<Placement> plan, long allowance)
{
    /// <summary>Whom <see cref="RuleKind.KeptPlaces"/> is about.</summary>
    public IReadOnlyList<int> Others { get; set; } = [];

    /// <summary>A change of one rule, tried by the search for relaxations.</summary>
    internal readonly record struct Change(RuleKind Kind, int Index, int Units, long Seconds, bool AtEnd);

    /// <summary>Decides whether the target and all other hosts named by the rules can be placed when exactly these rules hold.</summary>
    public bool? IsFeasible(IEnumerable<ConflictRule> rules, long nodes, params IReadOnlyList<Change> changes)
    {
        if (Work >= allowance) return null;
        var verdict = ExactFeasibility.Decide(Build(rules, changes), nodes, out var work);
        Work += work;
        return verdict;
    }

    /// <summary>True where decisions were refused, because all together may take no longer.</summary>
    public bool IsExhausted => Work >= allowance;

    /// <summary>What all decisions took, roughly in microseconds, and the same on every machine.</summary>
    public long Work { get; private set; }

    /// <summary>The instance in which exactly these rules hold, some of them changed.</summary>
    private PlanningInstance Build(IEnumerable<ConflictRule> rules, IReadOnlyList<Change> changes)
    {
        var on = rules.Select(r => (r.Kind, r.Index)).ToHashSet();
        bool On(RuleKind kind, int index) => on.Contains((kind, index));
        HashSet<int> keeping = [.. on.Where(r => r.Kind == RuleKind.KeptPlace).Select(r => r.Index), .. On(RuleKind.KeptPlaces, 0) ? Others : []];
        int Units(RuleKind kind, int index) => changes.Where(c => c.Kind == kind && c.Index == index).Sum(c => c.Units);
        long Seconds(RuleKind kind, int index) => changes.Where(c => c.Kind == kind && c.Index == index).Sum(c => c.Seconds);
        var hosts = new List<int> { target };
        hosts.AddRange(on.Where(r => r.Kind == RuleKind.OtherHost).Select(r => r.Index).Concat(keeping).Distinct().Where(h => h != target).Order());
        var position = hosts.Select((h, i) => (h, i)).ToDictionary(p => p.h, p => p.i);
        var windows = new List<PlanningWindow>();
        var windowAt = new Dictionary<int, int>();
        var longest = hosts.Max(h => source.Hosts[h].P90Seconds);
        int Window(int w)
        {
            if (windowAt.TryGetValue(w, out var known)) return known;
            var window = source.Windows[w];
            var concurrent = On(RuleKind.WindowConcurrent, w) ? Raised(window.MaxConcurrent, Units(RuleKind.WindowConcurrent, w)) : int.MaxValue;
            var total = On(RuleKind.WindowHosts, w) ? Raised(window.MaxHosts, Units(RuleKind.WindowHosts, w)) : int.MaxValue;
            var closes = window.End + Seconds(RuleKind.WindowEnd, w);
            if (!On(RuleKind.WindowEnd, w)) closes += longest;
            windows.Add(new(window.Id, window.Start, closes, concurrent, total));
            return windowAt[w] = windows.Count - 1;
        }
        var built = new List<PlanningHost>();
        foreach (var h in hosts)
        {
            var host = source.Hosts[h];
            var mine = host.Windows.Select(Window).ToList();
            var release = On(RuleKind.Release, h) ? host.Release - Seconds(RuleKind.Release, h) : null;
            if (keeping.Contains(h))
            {
                mine = [Window(plan[h].Window)];
                release = plan[h].Start;
            }
            else if (h == target && !On(RuleKind.HostWindows, h))
            {
                windows.Add(new("any time", source.Start, source.End + longest));
                mine = [windows.Count - 1];
            }
            built.Add(new(host.Id, 0, Math.Min(host.MedianSeconds, host.P90Seconds), host.P90Seconds, mine)
            {
                Release = release,
                Resources = [.. host.Resources.Where(r => On(RuleKind.Resource, r))],
            });
        }
        var resources = source.Resources.Select((r, i) => r with { Capacity = Raised(r.Capacity, Units(RuleKind.Resource, i)) }).ToList();
        int[] Members(IReadOnlyList<int> all) => [.. all.Where(position.ContainsKey).Select(h => position[h])];
        var groups = on.Where(r => r.Kind == RuleKind.Group).Select(r => r.Index).Order().Select(g => new PlanningGroup(
            source.Groups[g].Id, Raised(source.Groups[g].MaxConcurrent, Units(RuleKind.Group, g)), Members(source.Groups[g].Members))).ToList();
        var barriers = on.Where(r => r.Kind == RuleKind.Barrier).Select(r => r.Index).Order().Select(b => new PlanningBarrier(
            source.Barriers[b].Id, Members(source.Barriers[b].Before), Members(source.Barriers[b].After), Math.Max(0, source.Barriers[b].LagSeconds - Seconds(RuleKind.Barrier, b)))).ToList();
        var freezes = on.Where(r => r.Kind == RuleKind.Freeze).Select(r => r.Index).Order().Select(f => Shift(source.Freezes[f], changes.Where(c => c.Kind == RuleKind.Freeze && c.Index == f)))
            .OfType<PlanningFreeze>().Select(f => f with { Hosts = f.Hosts is null ? null : Members(f.Hosts) }).ToList();
        var last = windows.Count == 0 ? source.End : Math.Max(source.End, windows.Max(w => w.End));
        var end = On(RuleKind.Horizon, 0) ? Math.Min(Math.Max(last, source.End + 1), source.End + Seconds(RuleKind.Horizon, 0)) : last;
        // A kept host is released at its start; a freeze of its own takes every later start away.
        foreach (var h in hosts.Where(keeping.Contains))
            freezes.Add(new("kept " + source.Hosts[h].Id, plan[h].Start + source.Hosts[h].P90Seconds, end + longest, [position[h]]));
        return new PlanningInstance(source.Start, end, built, windows, resources, groups, barriers, freezes);
    }

    private static int Raised(int capacity, int units) => (int)Math.Min(int.MaxValue, (long)capacity + units);

    private static PlanningFreeze? Shift(PlanningFreeze freeze, IEnumerable<Change> changes)
    {
        foreach (var c in changes) freeze = c.AtEnd ? freeze with { End = freeze.End - c.Seconds } : freeze with { Start = freeze.Start + c.Seconds };
        return freeze.End <= freeze.Start ? null : freeze;
    }
}
