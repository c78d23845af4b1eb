using System.Globalization;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Engine.Model;

internal static class PlanningValidation
{
    public static void Validate(PlanningInstance instance)
    {
        if (instance.End <= instance.Start)
            throw Fail("EmptyHorizon", "The planning horizon ends before it starts.", null, "Give a horizon after the start.");
        foreach (var window in instance.Windows)
        {
            if (window.End <= window.Start)
                throw Fail("InvalidWindow", $"Window '{window.Id}' ends before it starts.", window.Id, "Correct the window's times.");
            if (window.MaxConcurrent < 1 || window.MaxHosts < 1) throw Capacity("Window", window.Id);
        }
        foreach (var resource in instance.Resources)
        {
            if (resource.Capacity < 1) throw Capacity("Resource", resource.Id);
        }
        var checkedLists = new HashSet<IReadOnlyList<int>>(ReferenceEqualityComparer.Instance);
        foreach (var host in instance.Hosts) ValidateHost(instance, host, checkedLists);
        foreach (var group in instance.Groups)
        {
            if (group.MaxConcurrent < 1)
                throw Fail("InvalidCapacity", $"Group '{group.Id}' lets no member go down: its minimum available is its size or more.",
                    group.Id, "Lower the minimum available of the cluster.");
            Indexes(group.Members, instance.Hosts.Count, "Group", group.Id);
        }
        foreach (var freeze in instance.Freezes)
        {
            if (freeze.End <= freeze.Start)
                throw Fail("InvalidWindow", $"Freeze '{freeze.Id}' ends before it starts.", freeze.Id, "Correct the freeze's times.");
            if (freeze.Hosts is not null) Indexes(freeze.Hosts, instance.Hosts.Count, "Freeze", freeze.Id);
        }
        foreach (var barrier in instance.Barriers)
        {
            if (barrier.LagSeconds < 0)
                throw Fail("InvalidLag", $"Dependency '{barrier.Id}' has a negative bake time.", barrier.Id, "Give zero or more.");
            Indexes(barrier.Before, instance.Hosts.Count, "Dependency", barrier.Id);
            Indexes(barrier.After, instance.Hosts.Count, "Dependency", barrier.Id);
            Indexes(barrier.Required, instance.Hosts.Count, "Dependency", barrier.Id);
        }
        var cycle = DependencyCycle.Find(instance);
        if (cycle is not null)
            throw Fail("DependencyCycle", $"Dependencies form a cycle: {string.Join(" → ", cycle.Select(h => instance.Hosts[h].Name))}.",
                instance.Hosts[cycle[0]].Id, "Remove one of these dependencies with Set-PatchAsset.");
    }

    private static void ValidateHost(PlanningInstance instance, PlanningHost host, HashSet<IReadOnlyList<int>> checkedLists)
    {
        if (host.P90Seconds <= 0 || host.MedianSeconds < 0 || host.MedianSeconds > host.P90Seconds)
        {
            throw Fail("InvalidDuration", string.Create(CultureInfo.InvariantCulture,
                $"Host '{host.Id}' has a median of {host.MedianSeconds} s and a 90th percentile of {host.P90Seconds} s."),
                host.Id, "Durations are positive and the median is not above the 90th percentile.");
        }
        if (!double.IsFinite(host.RiskPerDay) || host.RiskPerDay < 0 || !double.IsFinite(host.LatenessPerDay) || host.LatenessPerDay < 0)
            throw Fail("InvalidRisk", $"Host '{host.Id}' has a risk or lateness cost that is negative or no number.", host.Id, null);
        if (checkedLists.Add(host.Windows)) Indexes(host.Windows, instance.Windows.Count, "Host", host.Id);
        Indexes(host.Resources, instance.Resources.Count, "Host", host.Id);
    }

    private static void Indexes(IReadOnlyList<int> indexes, int count, string what, string id)
    {
        foreach (var index in indexes)
        {
            if ((uint)index >= (uint)count)
                throw Fail("UnknownIndex", string.Create(CultureInfo.InvariantCulture, $"{what} '{id}' refers to {index}, but there are {count}."), id, null);
        }
    }

    private static FailureException Capacity(string what, string id) =>
        Fail("InvalidCapacity", $"{what} '{id}' has a capacity below one.", id, "Give a capacity of at least one, or take it out.");

    private static FailureException Fail(string code, string message, string? target, string? remedy) =>
        new(new Failure(code, FailureKind.InvalidInput, message, target, remedy));
}
