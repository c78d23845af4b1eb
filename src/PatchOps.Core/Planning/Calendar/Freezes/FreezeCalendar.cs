using System.Runtime.InteropServices;
using NodaTime;
using PatchOps.Core.Planning.Calendar.Windows;

namespace PatchOps.Core.Planning.Calendar.Freezes;

/// <summary>A frozen stretch and the freeze's name.</summary>
public readonly record struct FrozenSlot(TimeSlot Slot, string Freeze);

/// <summary>A stretch of a window that stays usable; <paramref name="Window"/> is the window's index.</summary>
public readonly record struct OpenPiece(int Window, TimeSlot Slot);

/// <summary>A stretch of a window that freezes take, with their names (at most sixteen).</summary>
public readonly record struct FrozenPiece(int Window, TimeSlot Slot, IReadOnlyList<string> Freezes);

/// <summary>What is left of windows and what is not; together the pieces of a window are exactly the window.</summary>
public sealed record Subtraction(IReadOnlyList<OpenPiece> Open, IReadOnlyList<FrozenPiece> Frozen);

/// <summary>Takes freezes out of windows.</summary>
public static class FreezeCalendar
{
    private const int MaximumNames = 16;

    /// <summary>Windows minus freezes. Both may be unsorted and may overlap among themselves; windows are not merged with each other.</summary>
    /// <remarks>O((W + F) log(W + F) + pieces): freezes become disjoint stretches in one sweep, and each window finds its first by bisection.</remarks>
    /// <returns>Pieces ordered by start, then end, then window.</returns>
    public static Subtraction Subtract(IReadOnlyList<TimeSlot> windows, IReadOnlyList<FrozenSlot> freezes)
    {
        ArgumentNullException.ThrowIfNull(windows);
        ArgumentNullException.ThrowIfNull(freezes);
        var stretches = Disjoint(freezes);
        var open = new List<OpenPiece>(windows.Count);
        var frozen = new List<FrozenPiece>();
        var first = 0;
        for (var i = 0; i < windows.Count; i++)
        {
            var window = windows[i];
            var at = window.Start;
            // Windows usually come in order too: the first stretch is then the last one's, or a neighbour.
            first = FirstEndingAfter(stretches, window.Start, first);
            for (var s = first; s < stretches.Count && stretches[s].Slot.Start < window.End; s++)
            {
                var (slot, names) = stretches[s];
                if (slot.Start > at) open.Add(new(i, new(at, slot.Start)));
                at = Instant.Min(slot.End, window.End);
                frozen.Add(new(i, new(Instant.Max(slot.Start, window.Start), at), names));
            }
            if (at < window.End) open.Add(new(i, new(at, window.End)));
        }
        Sort(open, p => (p.Slot, p.Window));
        Sort(frozen, p => (p.Slot, p.Window));
        return new(open, frozen);
    }

    private static List<(TimeSlot Slot, string[] Names)> Disjoint(IReadOnlyList<FrozenSlot> freezes)
    {
        // Starts and ends, each in order; freezes usually come in order, and then nothing is sorted.
        var opens = Order(freezes, f => f.Slot.Start);
        var ends = Order(freezes, f => f.Slot.End);
        var alone = new Dictionary<string, string[]>(StringComparer.Ordinal);
        var stretches = new List<(TimeSlot Slot, string[] Names)>();
        var active = new SortedSet<int>();
        for (int o = 0, e = 0; e < ends.Length;)
        {
            var at = Next(o, e);
            for (; o < opens.Length && freezes[opens[o]].Slot.Start == at; o++) active.Add(opens[o]);
            for (; e < ends.Length && freezes[ends[e]].Slot.End == at; e++) active.Remove(ends[e]);
            if (active.Count == 0) continue;
            var names = active.Count == 1 ? Alone(freezes[active.Min].Freeze) : [.. active.Take(MaximumNames).Select(i => freezes[i].Freeze).Distinct(StringComparer.Ordinal)];
            var slot = new TimeSlot(at, Next(o, e));
            // A bound of the same freezes (two slots of one freeze that touch) is no bound.
            if (stretches.Count > 0 && stretches[^1].Slot.End == at && stretches[^1].Names.AsSpan().SequenceEqual(names))
            {
                stretches[^1] = (new(stretches[^1].Slot.Start, slot.End), names);
            }
            else
            {
                stretches.Add((slot, names));
            }
        }
        return stretches;

        Instant Next(int o, int e) => o < opens.Length && freezes[opens[o]].Slot.Start < freezes[ends[e]].Slot.End ? freezes[opens[o]].Slot.Start : freezes[ends[e]].Slot.End;

        string[] Alone(string name) => alone.TryGetValue(name, out var known) ? known : alone[name] = [name];
    }

    private static int[] Order(IReadOnlyList<FrozenSlot> freezes, Func<FrozenSlot, Instant> key)
    {
        var keys = new Instant[freezes.Count];
        var order = new int[freezes.Count];
        var sorted = true;
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = key(freezes[i]);
            order[i] = i;
            sorted &= i == 0 || keys[i - 1] <= keys[i];
        }
        if (!sorted) Array.Sort(keys, order);
        return order;
    }

    /// <param name="stretches">In order, disjoint.</param>
    /// <param name="start">What they must end after.</param>
    /// <param name="guess">Looked at first, with its next two.</param>
    private static int FirstEndingAfter(List<(TimeSlot Slot, string[] Names)> stretches, Instant start, int guess)
    {
        for (var s = guess; s < Math.Min(stretches.Count, guess + 3); s++)
        {
            if (stretches[s].Slot.End > start && (s == 0 || stretches[s - 1].Slot.End <= start)) return s;
        }
        var (low, high) = (0, stretches.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (stretches[middle].Slot.End > start) high = middle;
            else low = middle + 1;
        }
        return low;
    }

    private static void Sort<T>(List<T> pieces, Func<T, (TimeSlot Slot, int Window)> key)
    {
        // Windows usually come in order; then there is nothing to do.
        var span = CollectionsMarshal.AsSpan(pieces);
        for (var i = 1; i < span.Length; i++)
        {
            if (key(span[i - 1]).CompareTo(key(span[i])) <= 0) continue;
            pieces.Sort((x, y) => key(x).CompareTo(key(y)));
            return;
        }
    }
}
