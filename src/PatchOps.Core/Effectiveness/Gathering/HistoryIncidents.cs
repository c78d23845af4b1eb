using System.Collections;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Effectiveness.Gathering;

/// <summary>Incidents of one history as rows of the store's table, item by item and each of them once; records only for those who ask for them.</summary>
/// <param name="index">The store's incidents.</param>
/// <param name="items">Items of the history: those of which every incident counts, then the controls.</param>
/// <param name="watched">Numbers in the estate of the former.</param>
/// <param name="others">The problem's incidents on the first control, on the second …; at last those that name no item.</param>
/// <param name="starts">Where those of each control start, and where those without an item do.</param>
internal sealed class HistoryIncidents(IncidentIndex index, IReadOnlyList<ObservedItem> items, int[] watched, (long Opened, int Row)[] others, int[] starts) : IReadOnlyList<Incident>
{
    private int[]? all;

    public IncidentRecords Table => index.Table;

    public IReadOnlyList<ObservedItem> Items => items;

    /// <summary>How many items are no controls.</summary>
    public int Watched => watched.Length;

    public int Homeless => others.Length - starts[^1];

    /// <summary>Incidents of controls and those without an item.</summary>
    public int OnControls => others.Length;

    public int Count => All.Length;

    private int[] All => all ??= [.. watched.SelectMany(w => index.On(w).ToArray().Select(i => i.Row)), .. others.Select(o => o.Row)];

    public Incident this[int row] => Table[All[row]];

    /// <summary>Every incident on an item that is no control.</summary>
    public ReadOnlySpan<IndexedIncident> On(int item) => index.On(watched[item]);

    /// <summary>The problem's incidents on a control.</summary>
    public ReadOnlySpan<(long Opened, int Row)> OnControl(int item) => others.AsSpan(starts[item - watched.Length]..starts[item - watched.Length + 1]);

    public IEnumerator<Incident> GetEnumerator()
    {
        foreach (var row in All) yield return Table[row];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
