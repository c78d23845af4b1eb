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
        for (var i = 0; i < windows.Count; i++)
        {
            var window = windows[i];
            var at = window.Start;
            for (var s = FirstEndingAfter(stretches, window.Start); s < stretches.Count && stretches[s].Slot.Start < window.End; s++)
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
        var bounds = new List<(Instant At, bool Opens, int Freeze)>(freezes.Count * 2);
        for (var i = 0; i < freezes.Count; i++)
        {
            bounds.Add((freezes[i].Slot.Start, true, i));
            bounds.Add((freezes[i].Slot.End, false, i));
        }
        bounds.Sort((x, y) => x.At.CompareTo(y.At));

        var stretches = new List<(TimeSlot Slot, string[] Names)>();
        var active = new SortedSet<int>();
        for (var b = 0; b < bounds.Count;)
        {
            var at = bounds[b].At;
            for (; b < bounds.Count && bounds[b].At == at; b++)
            {
                if (bounds[b].Opens) active.Add(bounds[b].Freeze);
                else active.Remove(bounds[b].Freeze);
            }
            if (active.Count == 0) continue;
            var names = active.Take(MaximumNames).Select(i => freezes[i].Freeze).Distinct(StringComparer.Ordinal).ToArray();
            var slot = new TimeSlot(at, bounds[b].At);
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
    }

    private static int FirstEndingAfter(List<(TimeSlot Slot, string[] Names)> stretches, Instant start)
    {
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
