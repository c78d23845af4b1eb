using System.Collections;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Effectiveness;

/// <summary>Incidents of one history as rows of the store's table, item by item; records only for those who ask for them.</summary>
/// <param name="table">The store's incidents, each of them once.</param>
/// <param name="items">Items of the history.</param>
/// <param name="rows">Those on the first item, then on the second …; at last those that name no item.</param>
/// <param name="starts">Where the rows of each item start, and where those without an item do.</param>
internal sealed class HistoryIncidents(IncidentTable table, IReadOnlyList<ObservedItem> items, int[] rows, int[] starts) : IReadOnlyList<Incident>
{
    public IncidentTable Table => table;

    public IReadOnlyList<ObservedItem> Items => items;

    public int Count => rows.Length;

    public int Homeless => rows.Length - starts[items.Count];

    public Incident this[int index] => table[rows[index]];

    /// <summary>Rows of the table on an item of the history.</summary>
    public ReadOnlySpan<int> On(int item) => rows.AsSpan(starts[item], starts[item + 1] - starts[item]);

    public IEnumerator<Incident> GetEnumerator()
    {
        foreach (var row in rows) yield return table[row];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
