using PatchOps.Core.Planning.Checking;
using PatchOps.Core.Planning.Engine.Conflicts;
using PatchOps.Core.Planning.Engine.Model;
using PatchOps.Core.Planning.Engine.Search;

namespace PatchOps.Core.Tests.Planning.Engine;

/// <summary>Conflicts against trying every plan: the set alone leaves none, and dropping any member leaves one.</summary>
public sealed class ConflictOracleTests
{
    private const long Hour = SmallInstances.Hour, Day = SmallInstances.Day;

    [Fact]
    public void Named_rules_are_infeasible_together_and_feasible_without_any_one_of_them()
    {
        var kinds = new Dictionary<RuleKind, int>();
        var (conflicts, helped) = (0, 0);
        for (var seed = 1; seed <= 240; seed++)
        {
            var instance = Random(seed);
            var plan = PatchScheduler.Solve(instance, new() { MaxSteps = 500, BoundIterations = 10 });
            foreach (var host in plan.Unplaced)
            {
                var conflict = new ConflictFinder(instance, plan.Placements).Explain(host);
                Assert.True(conflict.IsProven, $"seed {seed}, host {host}: not proven");
                Assert.False(Feasible(instance, conflict, plan.Placements, null), $"seed {seed}, host {host}: {Text(conflict)} leaves a place");
                foreach (var rule in conflict.Rules)
                {
                    Assert.True(Feasible(instance, conflict, plan.Placements, rule), $"seed {seed}, host {host}: {Text(conflict)} does not need {rule.Kind} {rule.Id}");
                    kinds[rule.Kind] = kinds.GetValueOrDefault(rule.Kind) + 1;
                }
                conflicts++;
                if (conflict.Relaxation is not null || conflict.Together.Count > 0) helped++;
            }
        }
        Assert.True(conflicts > 150, $"{conflicts} conflicts");
        // Hosts without any window, and what waits for them, have none.
        Assert.True(helped > conflicts / 3, $"{helped} of {conflicts} have a remedy");
        foreach (var kind in (RuleKind[])[RuleKind.HostWindows, RuleKind.WindowEnd, RuleKind.Horizon, RuleKind.Release, RuleKind.Freeze, RuleKind.WindowConcurrent, RuleKind.WindowHosts, RuleKind.Resource, RuleKind.Group, RuleKind.Barrier, RuleKind.OtherHost])
            Assert.True(kinds.GetValueOrDefault(kind) >= 3, $"{kind}: {kinds.GetValueOrDefault(kind)}");
    }

    [Fact]
    public void The_smallest_shift_of_a_freeze_places_the_host_and_a_minute_less_does_not()
    {
        var moved = 0;
        for (var seed = 1; seed <= 80; seed++)
        {
            var instance = Random(seed);
            var plan = PatchScheduler.Solve(instance, new() { MaxSteps = 500, BoundIterations = 10 });
            foreach (var host in plan.Unplaced)
            {
                if (new ConflictFinder(instance, plan.Placements).Explain(host).Relaxation is not { Rule.Kind: RuleKind.Freeze } relaxation) continue;
                var atEnd = relaxation.Text.Contains(" ends ", StringComparison.Ordinal);
                if (!Fits(Shifted(instance, relaxation.Rule.Index, relaxation.Seconds, atEnd), plan.Placements, host)) continue;
                Assert.False(Fits(Shifted(instance, relaxation.Rule.Index, relaxation.Seconds - 60, atEnd), plan.Placements, host), $"seed {seed}: less than {relaxation.Text}");
                moved++;
            }
        }
        Assert.True(moved >= 8, $"{moved} freezes were moved");
    }

    /// <summary>Whether the host has a place, to the minute, with all others where they are.</summary>
    private static bool Fits(PlanningInstance instance, IReadOnlyList<Placement> plan, int host) => instance.Hosts[host].Windows.Any(w =>
    {
        for (var start = instance.Windows[w].Start; start < instance.Windows[w].End; start += 60)
            if (PlanChecker.Check(PlanTranslation.Describe(instance, [.. plan.Select(p => p.Host == host ? new Placement(host, w, start) : p)])).Count == 0) return true;
        return false;
    });

    [Fact]
    public void Two_freezes_that_both_cover_the_window_are_moved_together()
    {
        var instance = new PlanningInstance(0, 10 * Day, [new("a", 1, Hour / 2, Hour, [0])], [new("sunday", 3 * Day, 3 * Day + 2 * Hour, 4)],
            freezes: [new("Year end", 3 * Day, 9 * Day), new("Audit", 2 * Day, 3 * Day + 90 * 60)]);
        var conflict = new ConflictFinder(instance, [new(0, -1, 0)]).Explain(0);
        Assert.Null(conflict.Relaxation);
        Assert.Equal(2, conflict.Together.Count);
        Assert.Equal(["Audit", "Year end"], conflict.Together.Select(r => r.Rule.Id).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_window_past_the_planning_period_asks_for_a_longer_one()
    {
        var instance = new PlanningInstance(0, 7 * Day, [new("a", 1, Hour / 2, Hour, [0])], [new("sunday", 9 * Day, 9 * Day + 2 * Hour, 4)]);
        var conflict = new ConflictFinder(instance, [new(0, -1, 0)]).Explain(0);
        Assert.Contains(conflict.Rules, r => r.Kind == RuleKind.Horizon);
        Assert.True(conflict.IsProven);
        Assert.Equal("fits if the planning period (-Horizon) is 2 days 1 hour longer", conflict.Relaxation!.Text);
    }

    /// <summary>Small enough to try everything, with every kind of rule; some windows lie past the horizon, some are too short.</summary>
    private static PlanningInstance Random(int seed)
    {
        var random = new Random(seed);
        const int count = 3;
        var windows = Enumerable.Range(0, count).Select(w => new PlanningWindow($"w{w}", w * Day, w * Day + random.Next(1, 3) * Hour, random.Next(1, 5), random.Next(3) == 0 ? random.Next(1, 3) : int.MaxValue)).ToArray();
        var end = random.Next(3) == 0 ? 2 * Day : count * Day;
        var hosts = Enumerable.Range(0, 5).Select(h => new PlanningHost($"h{h}", random.Next(1, 50), Hour / 2, random.Next(4) == 0 ? 2 * Hour : Hour, [.. Enumerable.Range(0, count).Where(_ => random.Next(5) < 2)])
        {
            Release = random.Next(4) == 0 ? Day : null,
            Resources = random.Next(3) == 0 ? [0] : [],
        }).ToArray();
        PlanningBarrier[] barriers = [new("db first", [2], [0], random.Next(2) * Hour), new("canary", [3], [1, 4], random.Next(2) * Day, random.Next(3) == 0)];
        var freezes = Enumerable.Range(0, random.Next(3)).Select(f => new PlanningFreeze($"f{f}", random.Next(count) * Day, 0, random.Next(2) == 0 ? null : [0, 1]))
            .Select(f => f with { End = f.Start + random.Next(1, 30) * Hour }).ToArray();
        return new(0, end, hosts, windows, [new("site", 1)], [new("pair", 1, [0, 1]), new("trio", 1, [1, 2, 4])], barriers, freezes);
    }

    private static PlanningInstance Shifted(PlanningInstance source, int freeze, long seconds, bool atEnd)
    {
        var freezes = source.Freezes.Select((f, i) => i != freeze ? f : atEnd ? f with { End = f.End - seconds } : f with { Start = f.Start + seconds }).Where(f => f.End > f.Start).ToList();
        // Keeps indexes of the others: one that is shifted away is at a time when nothing happens.
        if (freezes.Count < source.Freezes.Count) freezes.Insert(freeze, new(source.Freezes[freeze].Id, -2, -1));
        return new(source.Start, source.End, source.Hosts, source.Windows, source.Resources, source.Groups, source.Barriers, freezes);
    }

    /// <summary>Tries every start on the grid for the hosts that the rules name, and asks the checker about the rules alone.</summary>
    private static bool Feasible(PlanningInstance instance, PlanningConflict conflict, IReadOnlyList<Placement> plan, ConflictRule? without, long grid = Hour)
    {
        var rules = conflict.Rules.Where(r => r != without).ToList();
        bool On(RuleKind kind, int index) => rules.Any(r => r.Kind == kind && r.Index == index);
        // Windows are taken for granted where the conflict is not about them alone.
        var aboutWindows = conflict.Rules.Any(r => r.Kind is RuleKind.HostWindows or RuleKind.WindowEnd);
        var hosts = rules.Where(r => r.Kind is RuleKind.OtherHost or RuleKind.KeptPlace).Select(r => r.Index).Prepend(conflict.Host).Distinct().ToList();
        var last = instance.Windows.Max(w => w.End) + 4 * Hour;
        var end = On(RuleKind.Horizon, 0) ? instance.End : last + Day;
        bool Runs(int w) => aboutWindows && !On(RuleKind.WindowEnd, w);
        var windows = instance.Windows.Select((w, i) => new DescribedWindow(w.Id, w.Start, Runs(i) ? w.End + 2 * Hour : w.End, On(RuleKind.WindowConcurrent, i) ? w.MaxConcurrent : int.MaxValue, On(RuleKind.WindowHosts, i) ? w.MaxHosts : int.MaxValue))
            .Append(new DescribedWindow("any time", 0, last + Day)).ToList();
        var options = hosts.Select(h =>
        {
            var host = instance.Hosts[h];
            if (rules.Any(r => r.Kind == RuleKind.KeptPlace && r.Index == h)) return [(windows[plan[h].Window], plan[h].Start)];
            var mine = h == conflict.Host && aboutWindows && !On(RuleKind.HostWindows, h) ? [windows[^1]] : host.Windows.Select(w => windows[w]).ToList();
            return mine.SelectMany(w => Starts(w, host.P90Seconds).Select(s => (w, s))).ToList();
        }).ToList();
        var chosen = new (DescribedWindow Window, long Start)[hosts.Count];
        string Name(int h) => instance.Hosts[h].Id;
        string[] Known(IEnumerable<int> all) => [.. all.Where(hosts.Contains).Select(Name)];
        DescribedLimit[] limits =
        [
            .. instance.Resources.Select((r, i) => (r, i)).Where(p => On(RuleKind.Resource, p.i)).Select(p => new DescribedLimit(p.r.Id, p.r.Capacity, Known(hosts.Where(h => instance.Hosts[h].Resources.Contains(p.i))))),
            .. instance.Groups.Select((g, i) => (g, i)).Where(p => On(RuleKind.Group, p.i)).Select(p => new DescribedLimit(p.g.Id, p.g.MaxConcurrent, Known(p.g.Members))),
        ];
        var orders = instance.Barriers.Select((b, i) => (b, i)).Where(p => On(RuleKind.Barrier, p.i)).Select(p => new DescribedOrder(p.b.Id, Known(p.b.Before), Known(p.b.After), p.b.LagSeconds, false)).ToList();
        var freezes = instance.Freezes.Select((f, i) => (f, i)).Where(p => On(RuleKind.Freeze, p.i)).Select(p => new DescribedFreeze(p.f.Id, p.f.Start, p.f.End, p.f.Hosts is null ? null : Known(p.f.Hosts))).ToList();
        return Try(0);

        IEnumerable<long> Starts(DescribedWindow window, long length)
        {
            for (var s = Math.Max(window.Start, instance.Start); s + length <= window.End; s += grid) yield return s;
        }

        bool Try(int at)
        {
            if (at == hosts.Count)
            {
                var described = hosts.Select((h, i) => new DescribedHost(Name(h), instance.Hosts[h].P90Seconds, [chosen[i].Window.Id], chosen[i].Window.Id, chosen[i].Start, On(RuleKind.Release, h) ? instance.Hosts[h].Release : null)).ToList();
                return PlanChecker.Check(new(instance.Start, end, described, windows, limits, orders, freezes)).Count == 0;
            }
            foreach (var option in options[at])
            {
                chosen[at] = option;
                if (Try(at + 1)) return true;
            }
            return false;
        }
    }

    private static string Text(PlanningConflict conflict) => string.Join(", ", conflict.Rules.Select(r => $"{r.Kind} {r.Id}"));
}
