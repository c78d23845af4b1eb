using System.Globalization;

namespace PatchOps.Core.Planning.Checking;

/// <summary>Verifies a plan against its rules, each by its definition. Shares no code with the engine, on purpose.</summary>
public static class PlanChecker
{
    /// <returns>Every rule that is broken; empty: the plan is valid.</returns>
    public static IReadOnlyList<PlanViolation> Check(PlanDescription plan)
    {
        var violations = new List<PlanViolation>();
        var windows = plan.Windows.ToDictionary(w => w.Id, StringComparer.Ordinal);
        var hosts = plan.Hosts.ToDictionary(h => h.Id, StringComparer.Ordinal);
        var placed = plan.Hosts.Where(h => h.Window is not null).ToList();
        foreach (var host in placed) CheckHost(plan, host, windows, violations);
        foreach (var group in placed.GroupBy(h => h.Window!, StringComparer.Ordinal))
        {
            if (windows.TryGetValue(group.Key, out var window)) CheckWindow(window, [.. group], violations);
        }
        foreach (var limit in plan.Limits)
        {
            var members = limit.Members.Distinct(StringComparer.Ordinal).Select(m => hosts.GetValueOrDefault(m)).OfType<DescribedHost>().Where(h => h.Window is not null).ToList();
            var crowd = FirstCrowd(members, limit.MaxConcurrent);
            if (crowd.Count > 0)
                violations.Add(new("Limit", limit.Id, crowd, Text($"'{limit.Id}' allows {limit.MaxConcurrent} at a time, but {crowd.Count} overlap.")));
        }
        foreach (var order in plan.Orders) CheckOrder(order, hosts, violations);
        foreach (var freeze in plan.Freezes) CheckFreeze(freeze, placed, violations);
        return violations;
    }

    private static void CheckHost(PlanDescription plan, DescribedHost host, Dictionary<string, DescribedWindow> windows, List<PlanViolation> violations)
    {
        var end = host.Start + host.ReservedSeconds;
        if (host.Start < plan.Start || end > plan.End)
            violations.Add(new("Horizon", "", [host.Id], $"'{host.Id}' runs outside the plan's horizon."));
        if (!windows.TryGetValue(host.Window!, out var window) || !host.AllowedWindows.Contains(host.Window!))
            violations.Add(new("Unknown", host.Window!, [host.Id], $"'{host.Id}' may not use window '{host.Window}'."));
        else if (host.Start < window.Start || end > window.End)
            violations.Add(new("Window", window.Id, [host.Id], $"'{host.Id}' does not fit into window '{window.Id}' at its start."));
        if (host.NotBefore is { } earliest && host.Start < earliest)
            violations.Add(new("NotBefore", "", [host.Id], $"'{host.Id}' starts before it may."));
    }

    private static void CheckWindow(DescribedWindow window, List<DescribedHost> members, List<PlanViolation> violations)
    {
        if (members.Count > window.MaxHosts)
            violations.Add(new("WindowHosts", window.Id, [.. members.Select(m => m.Id)], Text($"Window '{window.Id}' takes {window.MaxHosts} hosts, but has {members.Count}.")));
        var crowd = FirstCrowd(members, window.MaxConcurrent);
        if (crowd.Count > 0)
            violations.Add(new("WindowConcurrent", window.Id, crowd, Text($"Window '{window.Id}' takes {window.MaxConcurrent} at a time, but {crowd.Count} overlap.")));
    }

    private static void CheckOrder(DescribedOrder order, Dictionary<string, DescribedHost> hosts, List<PlanViolation> violations)
    {
        var before = order.Before.Select(id => hosts[id]).ToList();
        var after = order.After.Select(id => hosts[id]).Where(h => h.Window is not null).ToList();
        if (after.Count == 0 || before.Count == 0) return;
        var first = after.MinBy(h => h.Start)!;
        foreach (var host in before)
        {
            if (host.Window is null)
            {
                if (!order.IgnoresUnplaced || order.Required.Contains(host.Id))
                    violations.Add(new("Order", order.Id, [host.Id, first.Id], $"'{first.Id}' is planned, but waits for '{host.Id}', which is not."));
            }
            else if (host.Start + host.ReservedSeconds + order.LagSeconds > first.Start)
            {
                violations.Add(new("Order", order.Id, [host.Id, first.Id], $"'{first.Id}' starts before '{host.Id}' has ended and settled."));
            }
        }
    }

    private static void CheckFreeze(DescribedFreeze freeze, List<DescribedHost> placed, List<PlanViolation> violations)
    {
        var members = freeze.Members is null ? null : new HashSet<string>(freeze.Members, StringComparer.Ordinal);
        foreach (var host in placed)
        {
            if (members is not null && !members.Contains(host.Id)) continue;
            if (freeze.StartsOnly)
            {
                if (host.Start >= freeze.Start && host.Start < freeze.End)
                    violations.Add(new("Freeze", freeze.Id, [host.Id], $"'{host.Id}' starts in '{freeze.Id}'."));
            }
            else if (host.Start < freeze.End && host.Start + host.ReservedSeconds > freeze.Start)
                violations.Add(new("Freeze", freeze.Id, [host.Id], $"'{host.Id}' runs in freeze '{freeze.Id}'."));
        }
    }

    /// <summary>Sweep over starts and ends, ends first: the first set that is larger than allowed, or nothing.</summary>
    private static List<string> FirstCrowd(List<DescribedHost> members, int most)
    {
        if (members.Count <= most) return [];
        var events = new List<(long Time, bool IsStart, string Host)>(members.Count * 2);
        foreach (var m in members)
        {
            events.Add((m.Start, true, m.Id));
            events.Add((m.Start + m.ReservedSeconds, false, m.Id));
        }
        events.Sort(static (a, b) => a.Time != b.Time ? a.Time.CompareTo(b.Time) : a.IsStart.CompareTo(b.IsStart));
        var running = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (_, isStart, host) in events)
        {
            if (!isStart) running.Remove(host);
            else if (running.Add(host) && running.Count > most) return [.. running.Order(StringComparer.Ordinal)];
        }
        return [];
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
