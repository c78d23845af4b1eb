using PatchOps.Core.Planning.Engine.Model;

namespace PatchOps.Core.Planning.Engine.Conflicts;

/// <summary>Builds the small instance in which only some rules about some hosts hold.</summary>
internal sealed class RuleSubset(PlanningInstance source, int target, IReadOnlyList<Placement> plan)
{
    /// <summary>A change of one rule, tried by the search for relaxations.</summary>
    internal readonly record struct Change(RuleKind Kind, int Index, int Units, long Seconds, bool AtEnd);

    /// <summary>Decides whether the target and all other hosts named by the rules can be placed when exactly these rules hold.</summary>
    public bool? IsFeasible(IEnumerable<ConflictRule> rules, long nodes, Change? change = null)
    {
        var on = rules.Select(r => (r.Kind, r.Index)).ToHashSet();
        bool On(RuleKind kind, int index) => on.Contains((kind, index));
        var hosts = new List<int> { target };
        hosts.AddRange(on.Where(r => r.Kind is RuleKind.OtherHost or RuleKind.KeptPlace).Select(r => r.Index).Distinct().Where(h => h != target).Order());
        var position = hosts.Select((h, i) => (h, i)).ToDictionary(p => p.h, p => p.i);
        var windows = new List<PlanningWindow>();
        var windowAt = new Dictionary<int, int>();
        var longest = hosts.Max(h => source.Hosts[h].P90Seconds);
        int Window(int w)
        {
            if (windowAt.TryGetValue(w, out var known)) return known;
            var window = source.Windows[w];
            var concurrent = On(RuleKind.WindowConcurrent, w) ? window.MaxConcurrent : int.MaxValue;
            var total = On(RuleKind.WindowHosts, w) ? window.MaxHosts : int.MaxValue;
            var end = window.End;
            if (change is { } c && c.Index == w)
            {
                if (c.Kind == RuleKind.WindowConcurrent && concurrent != int.MaxValue) concurrent += c.Units;
                if (c.Kind == RuleKind.WindowHosts && total != int.MaxValue) total += c.Units;
                if (c.Kind == RuleKind.WindowEnd) end += c.Seconds;
            }
            if (!On(RuleKind.WindowEnd, w)) end += longest;
            windows.Add(new(window.Id, window.Start, end, concurrent, total));
            return windowAt[w] = windows.Count - 1;
        }
        var built = new List<PlanningHost>();
        var end = source.End;
        foreach (var h in hosts)
        {
            var host = source.Hosts[h];
            var mine = host.Windows.Select(Window).ToList();
            var release = On(RuleKind.Release, h) ? host.Release - (change is { Kind: RuleKind.Release } r && r.Index == h ? r.Seconds : 0) : null;
            if (On(RuleKind.KeptPlace, h))
            {
                mine = [Window(plan[h].Window)];
                release = plan[h].Start;
            }
            else if (h == target && !On(RuleKind.HostWindows, h))
            {
                windows.Add(new("any time", source.Start, source.End + longest));
                mine = [windows.Count - 1];
                end = Math.Max(end, source.End + longest);
            }
            built.Add(new(host.Id, 0, Math.Min(host.MedianSeconds, host.P90Seconds), host.P90Seconds, mine)
            {
                Release = release,
                Resources = [.. host.Resources.Where(r => On(RuleKind.Resource, r))],
            });
        }
        var resources = source.Resources.Select((r, i) =>
            r with { Capacity = r.Capacity + (change is { Kind: RuleKind.Resource } c && c.Index == i ? c.Units : 0) }).ToList();
        int[] Members(IReadOnlyList<int> all) => [.. all.Where(position.ContainsKey).Select(h => position[h])];
        var groups = source.Groups.Select((g, i) => (g, i)).Where(p => On(RuleKind.Group, p.i)).Select(p => new PlanningGroup(
            p.g.Id, p.g.MaxConcurrent + (change is { Kind: RuleKind.Group } c && c.Index == p.i ? c.Units : 0), Members(p.g.Members))).ToList();
        var barriers = source.Barriers.Select((b, i) => (b, i)).Where(p => On(RuleKind.Barrier, p.i)).Select(p => new PlanningBarrier(
            p.b.Id, Members(p.b.Before), Members(p.b.After),
            Math.Max(0, p.b.LagSeconds - (change is { Kind: RuleKind.Barrier } c && c.Index == p.i ? c.Seconds : 0)))).ToList();
        var freezes = source.Freezes.Select((f, i) => (f, i)).Where(p => On(RuleKind.Freeze, p.i)).Select(p => Shift(p.f, p.i, change))
            .OfType<PlanningFreeze>().Select(f => f with { Hosts = f.Hosts is null ? null : Members(f.Hosts) }).ToList();
        // Where a window may be overrun, so may the horizon that cuts it.
        if (windows.Count > 0 && hosts.Any(h => source.Hosts[h].Windows.Any(w => !On(RuleKind.WindowEnd, w))) || change is { Kind: RuleKind.WindowEnd })
            end += longest + (change?.Seconds ?? 0);
        // A kept host is released at its start; a freeze of its own takes every later start away.
        foreach (var h in hosts.Where(h => On(RuleKind.KeptPlace, h)))
            freezes.Add(new("kept " + source.Hosts[h].Id, plan[h].Start + source.Hosts[h].P90Seconds, end + longest, [position[h]]));
        return ExactFeasibility.Decide(new PlanningInstance(source.Start, end, built, windows, resources, groups, barriers, freezes), nodes);
    }

    private static PlanningFreeze? Shift(PlanningFreeze freeze, int index, Change? change)
    {
        if (change is not { Kind: RuleKind.Freeze } c || c.Index != index) return freeze;
        var moved = c.AtEnd ? freeze with { End = freeze.End - c.Seconds } : freeze with { Start = freeze.Start + c.Seconds };
        return moved.End <= moved.Start ? null : moved;
    }
}
