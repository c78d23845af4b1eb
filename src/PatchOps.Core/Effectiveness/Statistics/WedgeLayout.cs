using System.Runtime.CompilerServices;

namespace PatchOps.Core.Effectiveness.Statistics;

/// <summary>Makes the cells of a two-way layout fit to be fitted.</summary>
internal static class WedgeLayout
{
    /// <summary>
    /// Cells that say something, in order of item, period and treatment, with items and periods numbered without gaps. Items and free periods
    /// without incidents say nothing; a period tied to its neighbours says that the rate is low there.
    /// </summary>
    /// <returns>The cells, how many items there are, and the old numbers of the periods.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (WedgeCell[] Cells, int Items, int[] Periods) Of(ReadOnlySpan<WedgeCell> cells, bool tied)
    {
        int items = 0, periods = 0;
        foreach (ref readonly var cell in cells) (items, periods) = (Math.Max(items, cell.Item + 1), Math.Max(periods, cell.Period + 1));
        var (item, period) = (new int[items], new int[periods]);
        foreach (ref readonly var cell in cells)
            if (cell.Exposure > 0 && cell.Count > 0) item[cell.Item] = period[cell.Period] = 1;
        var kept = 0;
        // A cell with incidents stays in any case, so that one pass is enough.
        foreach (ref readonly var cell in cells)
        {
            if (!Stays(cell, item, period, tied)) continue;
            period[cell.Period] = 1;
            kept++;
        }
        var numbers = new int[period.AsSpan().Count(1)];
        for (int k = 0, at = 0; k < periods; k++)
        {
            if (period[k] == 0) continue;
            numbers[at] = k;
            period[k] = ++at;
        }
        var good = new WedgeCell[kept];
        (items, kept) = (0, 0);
        // From here on an item's number is one more than its place, so that 1 still stands for "not numbered yet".
        foreach (ref readonly var cell in cells)
        {
            if (!(cell.Exposure > 0) || item[cell.Item] == 0 || period[cell.Period] == 0) continue;
            if (item[cell.Item] == 1) item[cell.Item] = ++items + 1;
            good[kept++] = cell with { Item = item[cell.Item] - 2, Period = period[cell.Period] - 1 };
        }
        // Cells that were cut item by item are in order already.
        for (var c = 1; c < good.Length; c++)
        {
            if (Compare(good[c - 1], good[c]) <= 0) continue;
            Array.Sort(good, Compare);
            break;
        }
        return (good, items, numbers);
    }

    private static bool Stays(in WedgeCell cell, int[] item, int[] period, bool tied) => cell.Exposure > 0 && item[cell.Item] != 0 && (tied || period[cell.Period] != 0);

    private static int Compare(WedgeCell one, WedgeCell other) =>
        one.Item != other.Item ? one.Item.CompareTo(other.Item) : one.Period != other.Period ? one.Period.CompareTo(other.Period) : one.Treated.CompareTo(other.Treated);
}
