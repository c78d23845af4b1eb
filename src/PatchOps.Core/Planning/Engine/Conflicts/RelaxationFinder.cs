using System.Globalization;
using PatchOps.Core.Planning.Engine.Model;

namespace PatchOps.Core.Planning.Engine.Conflicts;

/// <summary>
/// The smallest change of one rule of a conflict that lets the host in, all other rules kept. Sizes are compared as shares: one more of n
/// is 1/n, and time counts in days.
/// </summary>
internal sealed class RelaxationFinder(PlanningInstance instance, RuleSubset subset, long nodes)
{
    private const int MostUnits = 3;

    /// <summary>Changes in one remedy; who must change more than this rather plans anew.</summary>
    private const int MostTogether = 4;

    public PlanningRelaxation? Smallest(int host, List<ConflictRule> all, IEnumerable<ConflictRule> conflict) =>
        conflict.SelectMany(rule => Of(host, rule, all, [])).DefaultIfEmpty().MinBy(r => r.Size).Relaxation;

    /// <summary>Where each change alone leaves another conflict: one rule of each, and then the least change of every one.</summary>
    /// <param name="host">The host.</param>
    /// <param name="all">All rules.</param>
    /// <param name="conflict">A minimal conflict among them.</param>
    /// <param name="shrink">A minimal conflict among rules that are infeasible together.</param>
    public IReadOnlyList<PlanningRelaxation> Together(int host, List<ConflictRule> all, List<ConflictRule> conflict, Func<List<ConflictRule>, List<ConflictRule>> shrink)
    {
        var (rest, dropped) = (all.ToList(), new List<ConflictRule>());
        while (true)
        {
            var pick = conflict.Where(IsElastic).OrderBy(Preference).FirstOrDefault();
            if (pick is null || dropped.Count == MostTogether) return [];
            dropped.Add(pick);
            rest.Remove(pick);
            var verdict = subset.IsFeasible(rest, nodes);
            if (verdict is null) return [];
            if (verdict.Value) break;
            conflict = shrink(rest);
        }
        foreach (var rule in dropped.ToList())
        {
            if (dropped.Count == 1 || subset.IsFeasible([.. rest, rule], nodes) != true) continue;
            dropped.Remove(rule);
            rest.Add(rule);
        }
        var (found, changes) = (new List<PlanningRelaxation>(), new List<RuleSubset.Change>());
        foreach (var rule in dropped)
        {
            rest.Add(rule);
            if (Of(host, rule, rest, changes).DefaultIfEmpty().MinBy(r => r.Size) is not { Relaxation: { } least } chosen) return [];
            found.Add(least);
            changes.Add(chosen.Change);
        }
        return found;
    }

    private bool IsElastic(ConflictRule rule) => rule.Kind switch
    {
        RuleKind.Freeze or RuleKind.WindowEnd or RuleKind.Horizon or RuleKind.Release or RuleKind.WindowConcurrent or RuleKind.WindowHosts or RuleKind.Resource or RuleKind.Group => true,
        RuleKind.Barrier => instance.Barriers[rule.Index].LagSeconds > 0,
        _ => false,
    };

    private static int Preference(ConflictRule rule) => rule.Kind switch { RuleKind.Freeze => 0, RuleKind.Release => 1, RuleKind.Horizon => 3, _ => 2 };

    private IEnumerable<(PlanningRelaxation? Relaxation, double Size, RuleSubset.Change Change)> Of(int host, ConflictRule rule, List<ConflictRule> all, IReadOnlyList<RuleSubset.Change> also)
    {
        switch (rule.Kind)
        {
            case RuleKind.Freeze:
                var freeze = instance.Freezes[rule.Index];
                foreach (var atEnd in (bool[])[false, true])
                {
                    if (LeastTime(rule, all, also, freeze.End - freeze.Start, atEnd) is { } shift)
                        yield return Time(rule, shift, atEnd, freeze.StartsOnly
                            ? $"fits if {freeze.What} '{freeze.Series}' {(atEnd ? $"runs {Span(shift)} earlier" : $"may be {Span(shift)} older")}"
                            : $"fits if {freeze.What} '{rule.Id}' {(atEnd ? "ends" : "starts")} {Span(shift)} {(atEnd ? "earlier" : "later")}");
                }
                break;
            case RuleKind.WindowEnd:
                if (LeastTime(rule, all, also, instance.Hosts[host].P90Seconds, false) is { } longer) yield return Time(rule, longer, false, $"fits if window '{rule.Id}' ends {Span(longer)} later");
                break;
            case RuleKind.Horizon:
                var most = instance.Windows.Count == 0 ? 0 : instance.Windows.Max(w => w.End) - instance.End;
                if (LeastTime(rule, all, also, most, false) is { } further) yield return Time(rule, further, false, $"fits if the planning period (-Horizon) is {Span((further + 3_599) / 3_600 * 3_600)} longer");
                break;
            case RuleKind.Release:
                if (LeastTime(rule, all, also, instance.Hosts[rule.Index].Release!.Value - instance.Start, false) is { } earlier) yield return Time(rule, earlier, false, $"fits if '{rule.Id}' may start {Span(earlier)} earlier");
                break;
            case RuleKind.Barrier when instance.Barriers[rule.Index].LagSeconds > 0:
                if (LeastTime(rule, all, also, instance.Barriers[rule.Index].LagSeconds, false) is { } shorter) yield return Time(rule, shorter, false, $"fits if the {instance.Barriers[rule.Index].LagName} of '{rule.Id}' is {Span(shorter)} shorter");
                break;
            case RuleKind.WindowConcurrent:
                if (LeastUnits(rule, all, also) is { } slots) yield return More(rule, slots, (double)slots / instance.Windows[rule.Index].MaxConcurrent, Text($"fits if window '{rule.Id}' takes {slots} more at a time"));
                break;
            case RuleKind.WindowHosts:
                if (LeastUnits(rule, all, also) is { } hosts) yield return More(rule, hosts, (double)hosts / instance.Windows[rule.Index].MaxHosts, Text($"fits if window '{rule.Id}' takes {hosts} more in all"));
                break;
            case RuleKind.Resource:
                if (LeastUnits(rule, all, also) is { } units) yield return More(rule, units, (double)units / instance.Resources[rule.Index].Capacity, Text($"fits if '{rule.Id}' takes {units} more at a time"));
                break;
            case RuleKind.Group:
                if (LeastUnits(rule, all, also) is { } peers) yield return More(rule, peers, 1.0 + peers, Text($"fits if '{rule.Id}' allows {peers} more down at a time"));
                break;
        }
    }

    private static (PlanningRelaxation?, double, RuleSubset.Change) Time(ConflictRule rule, long seconds, bool atEnd, string text) =>
        (new(rule, 0, seconds, text), seconds / 86_400.0, new(rule.Kind, rule.Index, 0, seconds, atEnd));

    private static (PlanningRelaxation?, double, RuleSubset.Change) More(ConflictRule rule, int units, double size, string text) =>
        (new(rule, units, 0, text), size, new(rule.Kind, rule.Index, units, 0, false));

    private int? LeastUnits(ConflictRule rule, List<ConflictRule> all, IReadOnlyList<RuleSubset.Change> also)
    {
        for (var units = 1; units <= MostUnits; units++)
        {
            if (subset.IsFeasible(all, nodes, [.. also, new(rule.Kind, rule.Index, units, 0, false)]) == true) return units;
        }
        return null;
    }

    /// <summary>More of a shift never hurts, so halving finds the least, to the minute (to the second below ten minutes).</summary>
    private long? LeastTime(ConflictRule rule, List<ConflictRule> all, IReadOnlyList<RuleSubset.Change> also, long most, bool atEnd)
    {
        bool Fits(long seconds) => subset.IsFeasible(all, nodes, [.. also, new(rule.Kind, rule.Index, 0, seconds, atEnd)]) == true;
        if (most <= 0 || !Fits(most)) return null;
        var unit = most >= 600 ? 60 : 1;
        long low = 0, high = (most + unit - 1) / unit;
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            if (Fits(Math.Min(most, middle * unit))) high = middle;
            else low = middle;
        }
        return Math.Min(most, high * unit);
    }

    /// <summary>The two largest units that say it, rounded up: 1 day 2 hours.</summary>
    internal static string Span(long seconds)
    {
        (long Length, string Name)[] units = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
        var first = Array.FindIndex(units, u => seconds >= u.Length);
        if (first < 0) return "0 seconds";
        var finest = units[Math.Min(first + 1, units.Length - 1)].Length;
        var rest = (seconds + finest - 1) / finest * finest;
        var words = new List<string>();
        foreach (var (length, name) in units)
        {
            var value = rest / length;
            rest -= value * length;
            if (value > 0) words.Add(Text($"{value} {name}{(value == 1 ? "" : "s")}"));
        }
        return string.Join(' ', words);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
