namespace PatchOps.Core.Effectiveness.Statistics;

/// <summary>Makes a two-way layout fit to be fitted.</summary>
internal static class WedgeLayout
{
    /// <summary>Items and free periods without incidents say nothing; a period tied to its neighbours says that the rate is low there.</summary>
    public static List<WedgeCell> Informative(IEnumerable<WedgeCell> cells, bool tied)
    {
        var kept = cells.Where(c => c.Exposure > 0).ToList();
        int items = 0, periods = 0;
        foreach (var cell in kept) (items, periods) = (Math.Max(items, cell.Item + 1), Math.Max(periods, cell.Period + 1));
        var (item, period) = (new bool[items], new bool[periods]);
        foreach (var cell in kept)
            if (cell.Count > 0) item[cell.Item] = period[cell.Period] = true;
        // A cell with incidents stays in any case, so that one pass is enough.
        kept.RemoveAll(c => !item[c.Item] || (!tied && !period[c.Period]));
        return kept;
    }

    /// <summary>Numbers items and periods without gaps; returns how many items there are and the old numbers of the periods.</summary>
    public static (int Items, int[] Periods) Renumber(List<WedgeCell> cells)
    {
        int items = 0, periods = 0;
        foreach (var cell in cells) (items, periods) = (Math.Max(items, cell.Item + 1), Math.Max(periods, cell.Period + 1));
        var (item, period) = (new int[items], new int[periods]);
        items = 0;
        foreach (var cell in cells)
        {
            if (item[cell.Item] == 0) item[cell.Item] = ++items;
            period[cell.Period] = 1;
        }
        var old = new List<int>();
        for (var k = 0; k < period.Length; k++)
        {
            if (period[k] == 0) continue;
            period[k] = old.Count;
            old.Add(k);
        }
        for (var c = 0; c < cells.Count; c++) cells[c] = cells[c] with { Item = item[cells[c].Item] - 1, Period = period[cells[c].Period] };
        return (items, [.. old]);
    }

    /// <summary>By item, then period, then treatment; cells that were cut item by item are in that order already.</summary>
    public static void Sort(List<WedgeCell> cells)
    {
        for (var c = 1; c < cells.Count; c++)
        {
            if (Compare(cells[c - 1], cells[c]) <= 0) continue;
            cells.Sort(Compare);
            return;
        }
    }

    private static int Compare(WedgeCell one, WedgeCell other) =>
        one.Item != other.Item ? one.Item.CompareTo(other.Item) : one.Period != other.Period ? one.Period.CompareTo(other.Period) : one.Treated.CompareTo(other.Treated);
}
