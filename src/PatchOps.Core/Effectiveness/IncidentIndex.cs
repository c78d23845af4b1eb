using PatchOps.Core.Seams;

namespace PatchOps.Core.Effectiveness;

/// <summary>A million incidents by item, by problem, and by category among items of one kind; built in one pass, then only read.</summary>
internal sealed class IncidentIndex
{
    private readonly RowGroups byItem;
    private readonly RowGroups byProblem;
    private readonly RowGroups byCategory;
    private readonly int[] kinds;

    /// <param name="table">The incidents.</param>
    /// <param name="itemOf">Number of each of the table's items as an item of the estate.</param>
    /// <param name="kindOf">Kind that each item of the estate is compared within; negative for what is no asset.</param>
    public IncidentIndex(IncidentTable table, int[] itemOf, IReadOnlyList<int> kindOf)
    {
        Table = table;
        Items = new int[table.Count];
        kinds = new int[table.Count];
        for (var row = 0; row < Items.Length; row++)
        {
            var item = table.OnItem[row];
            Items[row] = item < 0 ? IncidentTable.None : itemOf[item];
            kinds[row] = item < 0 ? -1 : kindOf[Items[row]];
        }
        var categories = Task.Run(() => new RowGroups(table.InCategory, table.Categories.Count, new RowGroups(kinds, kindOf.Count == 0 ? 0 : kindOf.Max() + 1).Rows));
        byItem = new RowGroups(Items, kindOf.Count);
        byProblem = new RowGroups(table.OfProblem, table.Problems.Count);
        byCategory = categories.GetAwaiter().GetResult();
    }

    public IncidentTable Table { get; }

    /// <summary>Number in the estate of each row's item, negative where it names none.</summary>
    public int[] Items { get; }

    public ReadOnlySpan<int> On(int item) => byItem[item];

    /// <summary>Incidents that are linked to a problem, those without an item too.</summary>
    public ReadOnlySpan<int> Linked(int problem) => byProblem[problem];

    public int Kind(int row) => kinds[row];

    /// <summary>Incidents of a category on assets of a kind.</summary>
    public ReadOnlySpan<int> Showing(int category, int kind)
    {
        var rows = byCategory[category];
        var from = First(rows, kind);
        return rows[from..First(rows, kind + 1)];
    }

    /// <summary>A problem's symptom: the category that most of its incidents have; negative where none has one.</summary>
    public int Symptom(int problem)
    {
        var counts = new Dictionary<int, int>();
        foreach (var row in byProblem[problem])
            if (Table.InCategory[row] is >= 0 and var category) counts[category] = counts.GetValueOrDefault(category) + 1;
        var best = IncidentTable.None;
        foreach (var (category, count) in counts)
            if (best < 0 || count > counts[best] || (count == counts[best] && string.CompareOrdinal(Table.Categories[category], Table.Categories[best]) > 0)) best = category;
        return best;
    }

    private int First(ReadOnlySpan<int> rows, int kind)
    {
        int low = 0, high = rows.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (kinds[rows[middle]] < kind) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
