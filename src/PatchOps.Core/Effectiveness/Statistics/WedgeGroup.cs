using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PatchOps.Core.Effectiveness.Statistics;

/// <summary>Items with the same cells of a two-way layout: the likelihood, and so every estimate, depends on their sum alone; only residuals look at each.</summary>
/// <param name="cells">Those of one item.</param>
/// <param name="expected">About how many counts will come.</param>
internal sealed class WedgeGroup(WedgeCell[] cells, int expected)
{
    private readonly List<(int Cell, double Count)> _counts = new(expected);
    private readonly List<int> _ends = [];

    /// <summary>Exposure of one item; the count is that of all.</summary>
    public ReadOnlySpan<WedgeCell> Cells => cells;

    public int Items => _ends.Count;

    /// <summary>Cells of an item in which something happened.</summary>
    public ReadOnlySpan<(int Cell, double Count)> Counts(int item)
    {
        var from = item == 0 ? 0 : _ends[item - 1];
        return CollectionsMarshal.AsSpan(_counts)[from.._ends[item]];
    }

    /// <summary>Counts events in the item that is being added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int cell, double count)
    {
        cells[cell] = cells[cell] with { Count = cells[cell].Count + count };
        if (_counts.Count > (_ends.Count == 0 ? 0 : _ends[^1]) && _counts[^1].Cell == cell) _counts[^1] = (cell, _counts[^1].Count + count);
        else _counts.Add((cell, count));
    }

    /// <summary>Ends the item that is being added.</summary>
    public void End() => _ends.Add(_counts.Count);
}
