using System.Runtime.InteropServices;
using PatchOps.Domain;

namespace PatchOps.Core.Effectiveness;

/// <summary>A million incidents by item, by problem, and by category among items of one kind; built in one pass, then only read.</summary>
internal sealed class IncidentIndex
{
    private readonly Numbering items = new();
    private readonly Numbering problems = new();
    private readonly Numbering categories = new();
    private readonly List<List<Incident>?> byItem = [];
    private readonly List<List<(int Item, Incident Incident)>> byProblem = [];
    private readonly Dictionary<long, List<(int Item, Incident Incident)>> byCategory = [];
    private readonly Dictionary<string, List<Incident>> homeless = new(StringComparer.Ordinal);
    private readonly Dictionary<int, string> symptoms = [];

    /// <param name="all">In order of opening.</param>
    /// <param name="assets">Ids with the kind that they are compared within; an item's number is its place.</param>
    public IncidentIndex(IReadOnlyList<Incident> all, IReadOnlyList<(string Id, int Kind)> assets)
    {
        foreach (var (id, _) in assets) items.Of(id);
        var counts = new Dictionary<long, int>();
        foreach (var incident in all)
        {
            var problem = incident.Problem is { } linked ? problems.Of(linked) : -1;
            var category = incident.Category is { } named ? categories.Of(named) : -1;
            if (problem >= 0 && category >= 0) CollectionsMarshal.GetValueRefOrAddDefault(counts, Key(problem, category), out _)++;
            if (incident.ConfigurationItem is not { } item)
            {
                if (problem >= 0) Add(homeless, incident.Problem!, incident);
                continue;
            }
            var number = items.Of(item);
            while (byItem.Count <= number) byItem.Add(null);
            (byItem[number] ??= []).Add(incident);
            if (number >= assets.Count) continue;
            if (category >= 0) Add(byCategory, Key(category, assets[number].Kind), (number, incident));
            if (problem < 0) continue;
            while (byProblem.Count <= problem) byProblem.Add([]);
            byProblem[problem].Add((number, incident));
        }
        // A problem's symptom is the category most of its incidents have.
        foreach (var of in counts.GroupBy(c => (int)(c.Key >> 32)))
            symptoms[of.Key] = of.Select(c => (c.Value, Name: categories[(int)(c.Key & uint.MaxValue)])).Max().Name;
    }

    public IReadOnlyList<Incident> On(string item) => items.Find(item) is { } number && number < byItem.Count ? byItem[number] ?? [] : [];

    /// <summary>Incidents of a problem that name no item.</summary>
    public IReadOnlyList<Incident> Homeless(string problem) => homeless.TryGetValue(problem, out var list) ? list : [];

    /// <summary>Null where none of a problem's incidents has a category.</summary>
    public string? Symptom(string problem) => problems.Find(problem) is { } number ? symptoms.GetValueOrDefault(number) : null;

    /// <summary>Incidents that are linked to a problem, on known assets.</summary>
    public ReadOnlySpan<(int Item, Incident Incident)> Linked(string problem) =>
        problems.Find(problem) is { } number && number < byProblem.Count ? CollectionsMarshal.AsSpan(byProblem[number]) : [];

    /// <summary>Incidents of a category on known assets of a kind.</summary>
    public ReadOnlySpan<(int Item, Incident Incident)> Showing(string category, int kind) =>
        categories.Find(category) is { } number ? CollectionsMarshal.AsSpan(byCategory.GetValueOrDefault(Key(number, kind))) : [];

    private static long Key(int high, int low) => ((long)high << 32) | (uint)low;

    private static void Add<TKey, TValue>(Dictionary<TKey, List<TValue>> lists, TKey key, TValue value) where TKey : notnull =>
        (CollectionsMarshal.GetValueRefOrAddDefault(lists, key, out _) ??= []).Add(value);

    /// <summary>Numbers for texts. One that comes as the same object again is found without reading it, which is most of the time.</summary>
    private sealed class Numbering
    {
        private readonly Dictionary<object, int> objects = new(ReferenceEqualityComparer.Instance);
        private readonly Dictionary<string, int> texts = new(StringComparer.Ordinal);
        private readonly List<string> names = [];

        public string this[int number] => names[number];

        public int Of(string text)
        {
            if (objects.TryGetValue(text, out var number)) return number;
            if (!texts.TryGetValue(text, out number))
            {
                texts.Add(text, number = texts.Count);
                names.Add(text);
            }
            objects.Add(text, number);
            return number;
        }

        public int? Find(string text) => texts.TryGetValue(text, out var number) ? number : null;
    }
}
