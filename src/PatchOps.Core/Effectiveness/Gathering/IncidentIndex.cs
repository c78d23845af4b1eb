using System.Runtime.CompilerServices;
using PatchOps.Core.Seams;

namespace PatchOps.Core.Effectiveness.Gathering;

/// <summary>What counts of an incident, in one piece: a million are looked at in three orders, and memory is read in lines.</summary>
/// <param name="Opened">UTC ticks.</param>
/// <param name="Item">Number in the estate; negative where it names none.</param>
/// <param name="Category">Number in the table; negative where it has none.</param>
/// <param name="Problem">Likewise.</param>
/// <param name="Row">Of the table.</param>
internal readonly record struct IndexedIncident(long Opened, int Item, int Category, int Problem, int Row);

/// <summary>A million incidents by item, by problem, and by category among items of one kind; built in one pass, then only read.</summary>
internal sealed class IncidentIndex
{
    private readonly RowGroups byItem;
    private readonly RowGroups byProblem;
    private readonly RowGroups byCategory;
    private readonly IndexedIncident[] onItems;
    private readonly IndexedIncident[] ofProblems;
    private readonly IndexedIncident[] inCategories;
    private readonly IReadOnlyList<int> kinds;

    /// <param name="table">The incidents.</param>
    /// <param name="itemOf">Number of each of the table's items as an item of the estate.</param>
    /// <param name="kindOf">Kind that each item of the estate is compared within; negative for what is no asset.</param>
    public IncidentIndex(IncidentRecords table, int[] itemOf, IReadOnlyList<int> kindOf)
    {
        Table = table;
        kinds = kindOf;
        var all = All(table, itemOf);
        var items = Array.ConvertAll(all, i => i.Item);
        var categories = Task.Run(() => new RowGroups(Array.ConvertAll(all, i => i.Category), table.Categories.Count,
            new RowGroups(Array.ConvertAll(items, i => i < 0 ? -1 : kindOf[i]), kindOf.Count == 0 ? 0 : kindOf.Max() + 1).Rows));
        byItem = new RowGroups(items, kindOf.Count);
        byProblem = new RowGroups(Array.ConvertAll(all, i => i.Problem), table.Problems.Count);
        onItems = Array.ConvertAll(byItem.Rows, row => all[row]);
        ofProblems = Array.ConvertAll(byProblem.Rows, row => all[row]);
        byCategory = categories.GetAwaiter().GetResult();
        inCategories = Array.ConvertAll(byCategory.Rows, row => all[row]);
    }

    public IncidentRecords Table { get; }

    /// <summary>In order of opening.</summary>
    public ReadOnlySpan<IndexedIncident> On(int item) => onItems.AsSpan(byItem.Range(item));

    /// <summary>Incidents that are linked to a problem, those without an item too.</summary>
    public ReadOnlySpan<IndexedIncident> Linked(int problem) => ofProblems.AsSpan(byProblem.Range(problem));

    /// <summary>Incidents of a category on assets of a kind.</summary>
    public ReadOnlySpan<IndexedIncident> Showing(int category, int kind)
    {
        ReadOnlySpan<IndexedIncident> all = inCategories.AsSpan(byCategory.Range(category));
        return all[First(all, kind)..First(all, kind + 1)];
    }

    /// <summary>A problem's symptom: the category that most of its incidents have; negative where none has one.</summary>
    public int Symptom(int problem)
    {
        var counts = new Dictionary<int, int>();
        foreach (ref readonly var incident in Linked(problem))
            if (incident.Category >= 0) counts[incident.Category] = counts.GetValueOrDefault(incident.Category) + 1;
        var best = IncidentTable.None;
        foreach (var (category, count) in counts)
            if (best < 0 || count > counts[best] || (count == counts[best] && string.CompareOrdinal(Table.Categories[category], Table.Categories[best]) > 0)) best = category;
        return best;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static IndexedIncident[] All(IncidentTable table, int[] itemOf)
    {
        var all = new IndexedIncident[table.Count];
        var rows = table.Rows;
        for (var i = 0; i < all.Length; i++)
        {
            ref readonly var row = ref rows[i];
            all[i] = new IndexedIncident(row.Opened, row.Item < 0 ? IncidentTable.None : itemOf[row.Item], row.Category, row.Problem, i);
        }
        return all;
    }

    private int First(ReadOnlySpan<IndexedIncident> incidents, int kind)
    {
        int low = 0, high = incidents.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (kinds[incidents[middle].Item] < kind) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
