namespace PatchOps.Core.Planning.Engine.Search;

/// <summary>Start options of every host: its windows less freezes, release and horizon, shortened by the reserved duration.</summary>
internal static class SlotBuilder
{
    public static (int[] From, CompiledInstance.Slot[] Slots) Build(CompiledInstance instance)
    {
        var source = instance.Source;
        var freezesOf = Freezes(instance);
        var from = new int[instance.Hosts + 1];
        var slots = new List<CompiledInstance.Slot>(instance.Hosts * 4);
        var mine = new List<CompiledInstance.Slot>();
        for (var h = 0; h < instance.Hosts; h++)
        {
            mine.Clear();
            var windows = source.Hosts[h].Windows;
            for (var i = 0; i < windows.Count; i++)
            {
                var window = source.Windows[windows[i]];
                var low = Math.Max(instance.Release[h], instance.CeilSteps(Math.Max(0, window.Start - instance.Origin)));
                var end = Math.Min(instance.Horizon, instance.FloorSteps(window.End - instance.Origin));
                AddPieces(instance, h, windows[i], low, end, freezesOf[h], mine);
            }
            mine.Sort(static (a, b) => a.Low != b.Low ? a.Low.CompareTo(b.Low) : a.Window.CompareTo(b.Window));
            for (var i = 0; i < mine.Count; i++)
            {
                if (i == 0 || mine[i] != mine[i - 1]) slots.Add(mine[i]);
            }
            from[h + 1] = slots.Count;
        }
        return (from, slots.ToArray());
    }

    private static void AddPieces(
        CompiledInstance instance, int host, int window, int low, int end, List<(int Start, int End)>? freezes, List<CompiledInstance.Slot> into)
    {
        var duration = instance.Duration[host];
        if (freezes is not null)
        {
            foreach (var (start, stop) in freezes)
            {
                if (stop <= low || start >= end) continue;
                if (start - duration >= low) into.Add(new(window, low, start - duration));
                low = Math.Max(low, stop);
            }
        }
        if (end - duration >= low) into.Add(new(window, low, end - duration));
    }

    /// <summary>Freezes of each host by start; hosts without one of their own share the list of those that bind all.</summary>
    private static List<(int Start, int End)>?[] Freezes(CompiledInstance instance)
    {
        var source = instance.Source;
        var result = new List<(int Start, int End)>?[instance.Hosts];
        var common = source.Freezes.Where(f => f.Hosts is null).Select(Steps).Order().ToList();
        if (common.Count > 0) Array.Fill(result, common);
        foreach (var freeze in source.Freezes)
        {
            if (freeze.Hosts is null) continue;
            foreach (var h in freeze.Hosts)
            {
                if (result[h] is null || ReferenceEquals(result[h], common)) result[h] = [.. common];
                result[h]!.Add(Steps(freeze));
            }
        }
        foreach (var list in result)
        {
            if (list is not null && !ReferenceEquals(list, common)) list.Sort();
        }
        return result;

        (int Start, int End) Steps(Model.PlanningFreeze freeze) =>
            (instance.FloorSteps(freeze.Start - instance.Origin), instance.CeilSteps(Math.Max(0, freeze.End - instance.Origin)));
    }
}
