using System.Runtime.InteropServices;
using PatchOps.Domain;

namespace PatchOps.Core.Risk;

/// <summary>
/// Gathers findings by group without holding them: a group keeps one number for each asset and patch. The number stands for the list of
/// vulnerabilities that the patch closes there, and assets that are open to the same list share it.
/// </summary>
internal sealed class FindingGroups
{
    // A list of vulnerabilities is its last one and the list before; list 0 is empty. Adding the same vulnerability to the same list is asked once.
    private readonly List<(int Before, int Vulnerability)> lists = [(-1, -1)];
    private readonly Dictionary<(int List, int Vulnerability), int> longer = [];
    private readonly Dictionary<string, int> numbers = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> vulnerabilities = [];
    private readonly Dictionary<int, IReadOnlyList<string>> unfolded = [];
    private readonly Dictionary<string, Dictionary<(string Asset, string? Patch), Gathered>> groups = new(StringComparer.Ordinal);

    /// <summary>Every vulnerability that came.</summary>
    public IReadOnlyCollection<string> Vulnerabilities => vulnerabilities;

    /// <summary>Keys of the groups, in order.</summary>
    public IEnumerable<string> Keys => groups.Keys.Order(StringComparer.Ordinal);

    /// <summary>Assets and patches of a group, in the order in which they came.</summary>
    public IEnumerable<KeyValuePair<(string Asset, string? Patch), Gathered>> this[string key] => groups[key];

    /// <param name="vulnerability">Null where the finding names none and none stands for it.</param>
    /// <param name="notes">What exceptions say of it; null for nothing.</param>
    public void Add(string key, Finding finding, string? vulnerability, IReadOnlyList<string>? notes)
    {
        ref var group = ref CollectionsMarshal.GetValueRefOrAddDefault(groups, key, out _);
        ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(group ??= [], (finding.Asset, finding.Patch), out _);
        if (finding.FixAvailable is { } fix && (place.FixAvailable is null || fix < place.FixAvailable)) place.FixAvailable = fix;
        if (vulnerability is not null) place.List = With(place.List, Number(vulnerability));
        if (notes is not null) place.Notes = place.Notes is null ? notes : [.. place.Notes.Union(notes, StringComparer.Ordinal)];
    }

    /// <summary>The vulnerabilities of a list, each once, in the order in which they came.</summary>
    public IReadOnlyList<string> Of(int list)
    {
        if (unfolded.TryGetValue(list, out var known)) return known;
        var names = new List<string>();
        for (var at = list; at > 0; at = lists[at].Before) names.Add(vulnerabilities[lists[at].Vulnerability]);
        names.Reverse();
        return unfolded[list] = names;
    }

    private int Number(string vulnerability)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(numbers, vulnerability, out var exists);
        if (exists) return number;
        number = vulnerabilities.Count;
        vulnerabilities.Add(vulnerability);
        return number;
    }

    private int With(int list, int vulnerability)
    {
        ref var next = ref CollectionsMarshal.GetValueRefOrAddDefault(longer, (list, vulnerability), out var exists);
        if (exists) return next;
        for (var at = list; at > 0; at = lists[at].Before)
            if (lists[at].Vulnerability == vulnerability) return next = list;
        lists.Add((list, vulnerability));
        return next = lists.Count - 1;
    }

    /// <summary>What is kept of one asset and patch.</summary>
    public struct Gathered
    {
        /// <summary>For <see cref="Of"/>.</summary>
        public int List;

        /// <summary>Earliest day on which a fix could be had.</summary>
        public DateTimeOffset? FixAvailable;

        public IReadOnlyList<string>? Notes;
    }
}
