using System.Globalization;
using System.Runtime.CompilerServices;
using PatchOps.Core.Seams;

namespace PatchOps.Core.Effectiveness.Gathering;

/// <summary>
/// Finds the items that a problem's items are compared with, and the incidents of both. Half of the work of a large store is done here: numbers
/// instead of names, no look at a record, and working memory that serves one problem after another (one thread at a time).
/// </summary>
internal sealed class ControlSearch(IncidentIndex incidents, EstateItems items)
{
    /// <summary>So many times the patched items as controls: more make no verdict surer, since the patched items' own scatter remains.</summary>
    private const int ControlsPerItem = 10;

    private const int FewestControls = 60;

    /// <summary>The problem's own.</summary>
    private const int Own = 1;

    /// <summary>Got the patch, though not one of the problem's.</summary>
    private const int Patched = 2;

    private const int First = 3;

    /// <summary>What is known of each item of the estate; from <see cref="First"/> on its place in <see cref="found"/>.</summary>
    private readonly int[] marks = new int[items.Count];
    private readonly List<int> marked = [];
    private readonly List<int> found = [];
    private readonly List<(long Opened, int Row, int Place)> shown = [];
    private readonly List<int> chosen = [];
    private bool[] picked = [];
    private int problem;
    private int symptom;

    public IReadOnlyList<int> Chosen => chosen;

    /// <summary>Category that is the problem's symptom; null where none of its incidents has one.</summary>
    public string? Symptom => symptom < 0 ? null : incidents.Table.Categories[symptom];

    public void Begin(IReadOnlyList<int> affected, int number)
    {
        problem = number;
        symptom = incidents.Symptom(number);
        foreach (var item in affected) Mark(item, Own);
    }

    /// <summary>Forgets the problem.</summary>
    public void End()
    {
        foreach (var item in marked) marks[item] = 0;
        marked.Clear();
        found.Clear();
        shown.Clear();
        chosen.Clear();
    }

    /// <summary>One of the problem's own items: no control.</summary>
    public bool Leaves(int item) => marks[item] == Own;

    public bool Chose(int item) => marks[item] >= First && picked[marks[item] - First];

    /// <summary>Takes the controls that the user names.</summary>
    public void Ask(IEnumerable<int> controls)
    {
        foreach (var item in controls)
        {
            if (marks[item] != 0) continue;
            var place = Find(item);
            foreach (var incident in incidents.On(item))
                if ((problem >= 0 && incident.Problem == problem) || (symptom >= 0 && incident.Category == symptom)) shown.Add((incident.Opened, incident.Row, place));
        }
        Pick(found.Count);
    }

    /// <summary>Items of the same role and environment that show the symptom and did not get the patch, or only later. Without an incident of it an item says nothing about how the rate moved.</summary>
    /// <param name="affected">The problem's own items.</param>
    /// <param name="got">Items that got the patch.</param>
    /// <param name="later">Those of them that got it later than the first of the problem's own, and when.</param>
    /// <returns>What there is to say of the choice.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public string? Choose(IReadOnlyList<int> affected, IReadOnlyList<int> got, IReadOnlyDictionary<int, DateTimeOffset> later)
    {
        foreach (var item in got)
            if (!later.ContainsKey(item)) Mark(item, Patched);
        foreach (var kind in affected.Where(a => a >= 0 && items.Kinds[a] >= 0).Select(a => items.Kinds[a]).Distinct())
        {
            foreach (ref readonly var incident in incidents.Linked(problem))
                if (incident.Item >= 0 && items.Kinds[incident.Item] == kind) Take(incident);
            if (symptom < 0) continue;
            foreach (ref readonly var incident in incidents.Showing(symptom, kind))
                if (incident.Problem != problem || problem < 0) Take(incident);
        }
        var most = Math.Max(FewestControls, ControlsPerItem * affected.Count);
        Pick(most);
        return found.Count <= most ? null
            : string.Create(CultureInfo.InvariantCulture, $"{found.Count} comparable items show the problem; {most} of them, evenly chosen, serve as controls.");
    }

    /// <summary>Incidents by item: of the problem's own and of those that depend on them all, of a control only the problem itself; those without an item go along to be named.</summary>
    /// <param name="observed">The items watched, then the controls.</param>
    /// <param name="watched">Numbers of the former.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public HistoryIncidents Gather(IReadOnlyList<ObservedItem> observed, int[] watched)
    {
        var places = new int[found.Count];
        foreach (var (_, _, place) in shown) places[place]++;
        var starts = new int[chosen.Count + 1];
        var at = 0;
        for (var k = 0; k < chosen.Count; k++)
        {
            var place = marks[chosen[k]] - First;
            starts[k] = at;
            at += places[place];
            places[place] = starts[k];
        }
        starts[^1] = at;
        var homeless = 0;
        foreach (ref readonly var incident in incidents.Linked(problem))
            if (incident.Item < 0) homeless++;
        var others = new (long Opened, int Row)[at + homeless];
        foreach (var (opened, row, place) in shown)
            if (picked[place]) others[places[place]++] = (opened, row);
        if (homeless > 0)
        {
            foreach (ref readonly var incident in incidents.Linked(problem))
                if (incident.Item < 0) others[at++] = (incident.Opened, incident.Row);
        }
        return new HistoryIncidents(incidents, observed, watched, others, starts);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Take(in IndexedIncident incident)
    {
        var item = incident.Item;
        var mark = marks[item];
        if (mark is Own or Patched) return;
        if (mark == 0)
        {
            if (items.Retired(item)) return;
            mark = Find(item) + First;
        }
        shown.Add((incident.Opened, incident.Row, mark - First));
    }

    /// <summary>Evenly over the ids where there are more than enough.</summary>
    private void Pick(int most)
    {
        if (picked.Length < found.Count) picked = new bool[Math.Max(256, 2 * found.Count)];
        Array.Clear(picked, 0, found.Count);
        if (found.Count <= most) chosen.AddRange(found);
        else
        {
            var sorted = found.ToArray();
            Array.Sort(Array.ConvertAll(sorted, items.Rank), sorted);
            for (var k = 0; k < most; k++) chosen.Add(sorted[(int)((long)k * sorted.Length / most)]);
        }
        foreach (var item in chosen) picked[marks[item] - First] = true;
    }

    private int Find(int item)
    {
        Mark(item, found.Count + First);
        found.Add(item);
        return found.Count - 1;
    }

    private void Mark(int item, int mark)
    {
        if (item < 0 || marks[item] != 0) return;
        marks[item] = mark;
        marked.Add(item);
    }
}
