using PatchOps.Core.Planning.Engine.Search;

namespace PatchOps.Core.Planning.Engine.Bounds;

/// <summary>
/// The starts at which a host's cost plus price can be least. Both are piecewise linear in the start, with corners only where the
/// start or the end lies on a bucket's border, so these and the ends of each slot are enough for an exact minimum.
/// </summary>
internal sealed class StartOptions
{
    /// <summary>Start and window of the option "left over".</summary>
    public const int Never = int.MaxValue;

    /// <param name="instance">The instance.</param>
    /// <param name="grid">Buckets, and how coarsely slots are looked at.</param>
    /// <param name="mayLeaveOver">True for an option "left over" of every host.</param>
    public StartOptions(CompiledInstance instance, OptionGrid grid, bool mayLeaveOver)
    {
        var bucket = grid.Bucket;
        From = new int[instance.Hosts + 1];
        var starts = new List<int>(grid.Options);
        var windows = new List<int>(grid.Options);
        var mine = new List<(int Start, int Window)>();
        for (var h = 0; h < instance.Hosts; h++)
        {
            if (bucket == 1) AddEvery(instance, h, starts, windows);
            else AddCorners(instance, h, grid, mine, starts, windows);
            if (mayLeaveOver || starts.Count == From[h])
            {
                starts.Add(Never);
                windows.Add(-1);
            }
            From[h + 1] = starts.Count;
        }
        Start = [.. starts];
        Window = [.. windows];
        Earliest = Start;
        Latest = Start;
        if (bucket > 1) (Earliest, Latest) = Spread();
    }

    public int[] From { get; }

    /// <summary>Ascending per host.</summary>
    public int[] Start { get; }

    public int[] Window { get; }

    /// <summary>
    /// A start between two corners costs at least as much as the cheaper of the two, so towards barriers each corner stands for all
    /// starts up to its neighbours: this is the earliest of them.
    /// </summary>
    public int[] Earliest { get; }

    /// <summary>The latest start that an option stands for.</summary>
    public int[] Latest { get; }

    private (int[] Earliest, int[] Latest) Spread()
    {
        int[] earliest = (int[])Start.Clone(), latest = (int[])Start.Clone();
        var previous = new Dictionary<int, int>();
        for (var h = 0; h + 1 < From.Length; h++)
        {
            previous.Clear();
            for (var o = From[h]; o < From[h + 1]; o++)
            {
                if (Window[o] < 0) continue;
                // Pieces of one window that a freeze has cut apart are bridged, which only lowers the bound.
                if (previous.TryGetValue(Window[o], out var p))
                {
                    earliest[o] = Start[p] + 1;
                    latest[p] = Start[o] - 1;
                }
                previous[Window[o]] = o;
            }
        }
        return (earliest, latest);
    }

    private static void AddEvery(CompiledInstance instance, int h, List<int> starts, List<int> windows)
    {
        var from = starts.Count;
        var ordered = true;
        for (var s = instance.SlotFrom[h]; s < instance.SlotFrom[h + 1]; s++)
        {
            var slot = instance.Slots[s];
            ordered &= starts.Count == from || slot.Low >= starts[^1];
            for (var t = slot.Low; t <= slot.High; t++)
            {
                starts.Add(t);
                windows.Add(slot.Window);
            }
        }
        if (ordered) return;
        var pairs = new (int Start, int Window)[starts.Count - from];
        for (var i = 0; i < pairs.Length; i++) pairs[i] = (starts[from + i], windows[from + i]);
        Array.Sort(pairs);
        for (var i = 0; i < pairs.Length; i++) (starts[from + i], windows[from + i]) = pairs[i];
    }

    private static void AddCorners(
        CompiledInstance instance, int h, OptionGrid grid, List<(int Start, int Window)> mine, List<int> starts, List<int> windows)
    {
        mine.Clear();
        var (duration, bucket) = (instance.Duration[h], grid.Bucket);
        foreach (var (window, low, high) in grid.SlotsOf(h))
        {
            mine.Add((low, window));
            mine.Add((high, window));
            for (var t = (low / bucket + 1) * bucket; t <= high; t += bucket) mine.Add((t, window));
            for (var t = ((low + duration) / bucket + 1) * bucket - duration; t <= high; t += bucket) mine.Add((t, window));
            // Lateness bends the cost upwards, which only adds a corner at the due date.
            var due = (int)Math.Clamp(Math.Floor(instance.DueStart[h]), low, high);
            if (instance.LateWeight[h] > 0)
            {
                mine.Add((due, window));
                if (due < high) mine.Add((due + 1, window));
            }
        }
        mine.Sort();
        for (var i = 0; i < mine.Count; i++)
        {
            if (i > 0 && mine[i] == mine[i - 1]) continue;
            starts.Add(mine[i].Start);
            windows.Add(mine[i].Window);
        }
    }
}
