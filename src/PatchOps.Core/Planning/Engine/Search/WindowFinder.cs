using PatchOps.Core.Planning.Engine.Model;

namespace PatchOps.Core.Planning.Engine.Search;

/// <summary>Finds the window that holds a start: slots may join windows that overlap. Hosts with the same list of windows share one order.</summary>
internal sealed class WindowFinder(PlanningInstance instance)
{
    private readonly Dictionary<IReadOnlyList<int>, (long[] Starts, int[] Widest)> known = new(ReferenceEqualityComparer.Instance);

    /// <returns>Index of a window of the host that holds its reserved duration from a start on; -1 where there is none.</returns>
    public int Find(int host, long start)
    {
        var windows = instance.Hosts[host].Windows;
        if (!known.TryGetValue(windows, out var order)) known[windows] = order = Order(windows);
        int low = 0, high = order.Starts.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (order.Starts[middle] > start) high = middle;
            else low = middle + 1;
        }
        if (low == 0) return -1;
        var widest = order.Widest[low - 1];
        return instance.Windows[widest].End >= start + instance.Hosts[host].P90Seconds ? widest : -1;
    }

    /// <summary>Starts in order, and of all windows up to each the one that ends last.</summary>
    private (long[] Starts, int[] Widest) Order(IReadOnlyList<int> windows)
    {
        var widest = windows.ToArray();
        for (var i = 1; i < widest.Length; i++)
        {
            if (instance.Windows[widest[i - 1]].Start <= instance.Windows[widest[i]].Start) continue;
            Array.Sort(widest, (a, b) => (instance.Windows[a].Start, a).CompareTo((instance.Windows[b].Start, b)));
            break;
        }
        var starts = Array.ConvertAll(widest, w => instance.Windows[w].Start);
        for (var i = 1; i < widest.Length; i++)
            if (instance.Windows[widest[i]].End < instance.Windows[widest[i - 1]].End) widest[i] = widest[i - 1];
        return (starts, widest);
    }
}
