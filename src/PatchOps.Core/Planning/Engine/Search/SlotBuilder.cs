using System.Runtime.InteropServices;
using PatchOps.Core.Planning.Engine.Model;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Engine.Search;

/// <summary>
/// Start options of every host: its windows less freezes, release and horizon, shortened by the reserved duration. Where windows without
/// limits of their own overlap, one slot holds the starts of all of them, and names the first.
/// </summary>
internal static class SlotBuilder
{
    /// <summary>More slots than this, hosts times windows that do not overlap, neither fit into memory nor end in time.</summary>
    private const int MostSlots = 40_000_000;

    /// <param name="instance">The instance, without its slots yet.</param>
    /// <param name="most">More slots than this are refused.</param>
    /// <exception cref="FailureException"><c>WindowsTooMany</c>.</exception>
    public static (int[] From, CompiledInstance.Slot[] Slots) Build(CompiledInstance instance, int most = MostSlots)
    {
        var source = instance.Source;
        var freezesOf = Freezes(instance);
        var from = new int[instance.Hosts + 1];
        var slots = new List<CompiledInstance.Slot>(instance.Hosts * 4);
        var mine = new List<CompiledInstance.Slot>();
        var alike = new Dictionary<(IReadOnlyList<int>, int, int, Closed?), int>(SameLists.Instance);
        for (var h = 0; h < instance.Hosts; h++)
        {
            var windows = source.Hosts[h].Windows;
            var key = (windows, instance.Duration[h], instance.Release[h], freezesOf[h]);
            if (alike.TryGetValue(key, out var twin))
            {
                slots.AddRange(CollectionsMarshal.AsSpan(slots)[from[twin]..from[twin + 1]].ToArray());
            }
            else
            {
                alike[key] = h;
                mine.Clear();
                for (var i = 0; i < windows.Count; i++)
                {
                    var window = source.Windows[windows[i]];
                    var low = Math.Max(instance.Release[h], instance.CeilSteps(Math.Max(0, window.Start - instance.Origin)));
                    var end = Math.Min(instance.Horizon, instance.FloorSteps(window.End - instance.Origin));
                    AddPieces(instance, h, windows[i], low, end, freezesOf[h], mine);
                }
                Join(source, mine, slots);
            }
            from[h + 1] = slots.Count;
            if (slots.Count > most)
            {
                throw new FailureException("WindowsTooMany", FailureKind.InvalidInput,
                    FormattableString.Invariant($"The hosts have more than {most:N0} windows in the planning period between them, such as '{source.Hosts[h].Name}' with {windows.Count}."),
                    source.Hosts[h].Id, "Give a shorter -Horizon, fewer hosts with -Asset, or windows that occur less often.");
            }
        }
        return (from, slots.ToArray());
    }

    /// <summary>Adds a host's slots by start, those of windows without limits that overlap or touch as one.</summary>
    private static void Join(PlanningInstance source, List<CompiledInstance.Slot> mine, List<CompiledInstance.Slot> into)
    {
        for (var i = 1; i < mine.Count; i++)
        {
            if (Compare(mine[i - 1], mine[i]) <= 0) continue;
            mine.Sort(Compare);
            break;
        }
        var first = into.Count;
        // The last slot that may grow: limited windows lie between and keep theirs.
        var open = -1;
        foreach (var slot in mine)
        {
            var window = source.Windows[slot.Window];
            var isFree = window.MaxConcurrent == int.MaxValue && window.MaxHosts == int.MaxValue;
            if (isFree && open >= 0 && slot.Low <= into[open].High + 1)
            {
                if (slot.High > into[open].High) into[open] = into[open] with { High = slot.High };
                continue;
            }
            if (into.Count > first && into[^1] == slot) continue;
            if (isFree) open = into.Count;
            into.Add(slot);
        }
    }

    private static int Compare(CompiledInstance.Slot a, CompiledInstance.Slot b) => a.Low != b.Low ? a.Low.CompareTo(b.Low) : a.Window.CompareTo(b.Window);

    private static void AddPieces(
        CompiledInstance instance, int host, int window, int low, int end, Closed? closed, List<CompiledInstance.Slot> into)
    {
        var duration = instance.Duration[host];
        if (closed is not null)
        {
            var freezes = closed.Whole;
            for (var f = FirstEndingAfter(freezes, low); f < freezes.Count && freezes[f].Start < end; f++)
            {
                AddStarts(new(window, low, freezes[f].Start - duration), closed.Starts, into);
                low = Math.Max(low, freezes[f].End);
            }
        }
        AddStarts(new(window, low, end - duration), closed?.Starts, into);
    }

    private static void AddStarts(CompiledInstance.Slot slot, List<(int Start, int End)>? closed, List<CompiledInstance.Slot> into)
    {
        var low = slot.Low;
        if (closed is not null)
        {
            for (var f = FirstEndingAfter(closed, low); f < closed.Count && closed[f].Start <= slot.High; f++)
            {
                if (closed[f].Start > low) into.Add(slot with { Low = low, High = closed[f].Start - 1 });
                low = Math.Max(low, closed[f].End);
            }
        }
        if (slot.High >= low) into.Add(slot with { Low = low });
    }

    private static int FirstEndingAfter(List<(int Start, int End)> freezes, int at)
    {
        var (low, high) = (0, freezes.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (freezes[middle].End > at) high = middle;
            else low = middle + 1;
        }
        return low;
    }

    /// <summary>What is frozen for each host, by start and apart from each other; hosts with the same freezes share one object.</summary>
    private static Closed?[] Freezes(CompiledInstance instance)
    {
        var source = instance.Source;
        var result = new Closed?[instance.Hosts];
        var common = Enumerable.Range(0, source.Freezes.Count).Where(f => source.Freezes[f].Hosts is null).ToList();
        var own = new List<int>?[instance.Hosts];
        for (var f = 0; f < source.Freezes.Count; f++)
            foreach (var h in source.Freezes[f].Hosts ?? []) (own[h] ??= []).Add(f);
        var shared = common.Count > 0 ? Close(common) : null;
        var known = new Dictionary<string, Closed>(StringComparer.Ordinal);
        for (var h = 0; h < result.Length; h++)
        {
            if (own[h] is not { } mine)
            {
                result[h] = shared;
                continue;
            }
            var key = string.Join(' ', mine);
            if (!known.TryGetValue(key, out var closed)) known[key] = closed = Close([.. common, .. mine]);
            result[h] = closed;
        }
        return result;

        Closed Close(List<int> freezes) => new(
            Apart([.. freezes.Select(f => source.Freezes[f]).Where(f => !f.StartsOnly).Select(f => (instance.FloorSteps(f.Start - instance.Origin), Ceil(f.End)))]),
            Apart([.. freezes.Select(f => source.Freezes[f]).Where(f => f.StartsOnly).Select(f => (Ceil(f.Start), Ceil(f.End)))]));

        int Ceil(long at) => instance.CeilSteps(Math.Max(0, at - instance.Origin));
    }

    private static List<(int Start, int End)> Apart(List<(int Start, int End)> freezes)
    {
        freezes.Sort();
        var apart = new List<(int Start, int End)>(freezes.Count);
        foreach (var freeze in freezes)
        {
            if (apart.Count > 0 && freeze.Start <= apart[^1].End) apart[^1] = (apart[^1].Start, Math.Max(apart[^1].End, freeze.End));
            else apart.Add(freeze);
        }
        return apart;
    }

    /// <param name="whole">Steps in which the host may not run.</param>
    /// <param name="starts">Steps in which it may not start.</param>
    private sealed class Closed(List<(int Start, int End)> whole, List<(int Start, int End)> starts)
    {
        public List<(int Start, int End)> Whole { get; } = whole;

        public List<(int Start, int End)> Starts { get; } = starts;
    }

    /// <summary>Lists of windows and freezes are the same where they are one object.</summary>
    private sealed class SameLists : IEqualityComparer<(IReadOnlyList<int> Windows, int Duration, int Release, Closed? Closed)>
    {
        public static SameLists Instance { get; } = new();

        public bool Equals((IReadOnlyList<int> Windows, int Duration, int Release, Closed? Closed) x, (IReadOnlyList<int> Windows, int Duration, int Release, Closed? Closed) y) =>
            ReferenceEquals(x.Windows, y.Windows) && ReferenceEquals(x.Closed, y.Closed) && x.Duration == y.Duration && x.Release == y.Release;

        public int GetHashCode((IReadOnlyList<int> Windows, int Duration, int Release, Closed? Closed) key) =>
            HashCode.Combine(System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(key.Windows), key.Closed, key.Duration, key.Release);
    }
}
