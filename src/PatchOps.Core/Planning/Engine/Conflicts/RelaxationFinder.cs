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

    public PlanningRelaxation? Smallest(int host, List<ConflictRule> all, List<ConflictRule> conflict)
    {
        PlanningRelaxation? best = null;
        var bestSize = double.MaxValue;
        foreach (var rule in conflict)
        {
            foreach (var (relaxation, size) in Of(host, rule, all))
            {
                if (size >= bestSize) continue;
                best = relaxation;
                bestSize = size;
            }
        }
        return best;
    }

    private IEnumerable<(PlanningRelaxation Relaxation, double Size)> Of(int host, ConflictRule rule, List<ConflictRule> all)
    {
        switch (rule.Kind)
        {
            case RuleKind.Freeze:
                var freeze = instance.Freezes[rule.Index];
                foreach (var atEnd in (bool[])[false, true])
                {
                    if (LeastTime(rule, all, freeze.End - freeze.Start, atEnd) is not { } shift) continue;
                    yield return (new(rule, 0, shift, $"fits if freeze '{rule.Id}' {(atEnd ? "ends" : "starts")} {Span(shift)} {(atEnd ? "earlier" : "later")}"), Days(shift));
                }
                break;
            case RuleKind.WindowEnd when instance.Windows[rule.Index].End <= instance.End:
                if (LeastTime(rule, all, instance.Hosts[host].P90Seconds, false) is { } longer)
                    yield return (new(rule, 0, longer, $"fits if window '{rule.Id}' ends {Span(longer)} later"), Days(longer));
                break;
            case RuleKind.Release:
                if (LeastTime(rule, all, instance.Hosts[rule.Index].Release!.Value - instance.Start, false) is { } earlier)
                    yield return (new(rule, 0, earlier, $"fits if '{rule.Id}' may start {Span(earlier)} earlier"), Days(earlier));
                break;
            case RuleKind.Barrier when instance.Barriers[rule.Index].LagSeconds > 0:
                if (LeastTime(rule, all, instance.Barriers[rule.Index].LagSeconds, false) is { } shorter)
                    yield return (new(rule, 0, shorter, $"fits if the bake time of '{rule.Id}' is {Span(shorter)} shorter"), Days(shorter));
                break;
            case RuleKind.WindowConcurrent:
                if (LeastUnits(rule, all) is { } slots)
                    yield return (new(rule, slots, 0, Text($"fits if window '{rule.Id}' takes {slots} more at a time")), (double)slots / instance.Windows[rule.Index].MaxConcurrent);
                break;
            case RuleKind.WindowHosts:
                if (LeastUnits(rule, all) is { } hosts)
                    yield return (new(rule, hosts, 0, Text($"fits if window '{rule.Id}' takes {hosts} more in all")), (double)hosts / instance.Windows[rule.Index].MaxHosts);
                break;
            case RuleKind.Resource:
                if (LeastUnits(rule, all) is { } units)
                    yield return (new(rule, units, 0, Text($"fits if '{rule.Id}' takes {units} more at a time")), (double)units / instance.Resources[rule.Index].Capacity);
                break;
            case RuleKind.Group:
                if (LeastUnits(rule, all) is { } peers)
                    yield return (new(rule, peers, 0, Text($"fits if '{rule.Id}' allows {peers} more down at a time")), 1.0 + peers);
                break;
        }
    }

    private int? LeastUnits(ConflictRule rule, List<ConflictRule> all)
    {
        for (var units = 1; units <= MostUnits; units++)
        {
            if (subset.IsFeasible(all, nodes, new(rule.Kind, rule.Index, units, 0, false)) == true) return units;
        }
        return null;
    }

    /// <summary>More of a shift never hurts, so halving finds the least, to the minute (to the second below ten minutes).</summary>
    private long? LeastTime(ConflictRule rule, List<ConflictRule> all, long most, bool atEnd)
    {
        bool Fits(long seconds) => subset.IsFeasible(all, nodes, new(rule.Kind, rule.Index, 0, seconds, atEnd)) == true;
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

    private static double Days(long seconds) => seconds / 86_400.0;

    private static string Span(long seconds)
    {
        var (value, unit) = seconds % 86_400 == 0 ? (seconds / 86_400, "day") : seconds % 3_600 == 0 ? (seconds / 3_600, "hour")
            : seconds % 60 == 0 ? (seconds / 60, "minute") : (seconds, "second");
        return Text($"{value} {unit}{(value == 1 ? "" : "s")}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
