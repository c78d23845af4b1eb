using PatchOps.Domain;

namespace PatchOps.Core.Planning.Engine.Projects;

/// <summary>A resource-constrained project (RCPSP): activities with durations, demands on renewable resources, and precedence; minimise makespan.</summary>
public sealed class ProjectInstance
{
    /// <param name="durations">Whole time units per activity, zero or more.</param>
    /// <param name="demands">Per activity: units of each resource while it runs.</param>
    /// <param name="capacities">Units of each resource.</param>
    /// <param name="successors">Per activity: indexes of those that start after it ends.</param>
    /// <exception cref="FailureException">InvalidDuration, InvalidCapacity (a demand above the capacity), DependencyCycle.</exception>
    public ProjectInstance(int[] durations, int[][] demands, int[] capacities, int[][] successors)
    {
        Durations = durations;
        Demands = demands;
        Capacities = capacities;
        Successors = successors;
        for (var a = 0; a < durations.Length; a++)
        {
            if (durations[a] < 0) throw new FailureException("InvalidDuration", FailureKind.InvalidInput, $"Activity {a} has a negative duration.");
            for (var r = 0; r < capacities.Length; r++)
            {
                if (demands[a][r] > capacities[r])
                    throw new FailureException("InvalidCapacity", FailureKind.InvalidInput, $"Activity {a} needs more of resource {r} than there is.");
            }
        }
        Predecessors = Search.Lists.Invert(successors, durations.Length);
        Order = Sort();
        CriticalPath = Longest();
    }

    public int Count => Durations.Length;

    public int[] Durations { get; }

    public int[][] Demands { get; }

    public int[] Capacities { get; }

    public int[][] Successors { get; }

    public int[][] Predecessors { get; }

    /// <summary>Length of the longest chain: no schedule is shorter.</summary>
    public int CriticalPath { get; }

    /// <summary>One order that respects precedence.</summary>
    internal int[] Order { get; }

    /// <summary>Latest start of each activity in a schedule as long as the critical path.</summary>
    internal int[] LatestStart()
    {
        var latest = new int[Count];
        for (var i = Count - 1; i >= 0; i--)
        {
            var a = Order[i];
            var end = CriticalPath;
            foreach (var s in Successors[a]) end = Math.Min(end, latest[s]);
            latest[a] = end - Durations[a];
        }
        return latest;
    }

    private int[] Sort()
    {
        var waits = Predecessors.Select(p => p.Length).ToArray();
        var order = new List<int>(Count);
        for (var a = 0; a < Count; a++)
        {
            if (waits[a] == 0) order.Add(a);
        }
        for (var i = 0; i < order.Count; i++)
        {
            foreach (var s in Successors[order[i]])
            {
                if (--waits[s] == 0) order.Add(s);
            }
        }
        if (order.Count < Count) throw new FailureException("DependencyCycle", FailureKind.InvalidInput, "Activities form a cycle.");
        return [.. order];
    }

    private int Longest()
    {
        var end = new int[Count];
        var longest = 0;
        foreach (var a in Order)
        {
            foreach (var p in Predecessors[a]) end[a] = Math.Max(end[a], end[p]);
            end[a] += Durations[a];
            longest = Math.Max(longest, end[a]);
        }
        return longest;
    }
}
