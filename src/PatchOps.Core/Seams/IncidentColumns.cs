using System.Runtime.InteropServices;
using PatchOps.Domain;

namespace PatchOps.Core.Seams;

/// <summary>What counting needs of one incident: times in UTC ticks, texts as places in the lists of <see cref="IncidentColumns"/>.</summary>
/// <param name="Resolved"><see cref="NotResolved"/> while it is open.</param>
/// <param name="Item">Place of its asset; <see cref="IncidentColumns.None"/> where it names none.</param>
/// <param name="Caused">It names the change that caused it.</param>
/// <param name="Flagged">It points to a vulnerability that was open on its item.</param>
public readonly record struct IncidentRow(long Opened, long Resolved, int Item, int Category, int Problem, bool Caused, bool Flagged)
{
    public const long NotResolved = long.MinValue;
}

/// <summary>A million incidents in some 40 MB, for those who count all of them: rows in order of opening, each text once.</summary>
public sealed class IncidentColumns
{
    /// <summary>Place of a text that a row does not have.</summary>
    public const int None = -1;

    private readonly IncidentRow[] rows;
    private readonly Lazy<Dictionary<string, int>> places;

    /// <param name="rows">Those of one time keep the order given.</param>
    /// <param name="items">Asset ids.</param>
    public IncidentColumns(IncidentRow[] rows, IReadOnlyList<string> items, IReadOnlyList<string> categories, IReadOnlyList<string> problems)
    {
        this.rows = InOrder(rows);
        (Items, Categories, Problems) = (items, categories, problems);
        places = new(() =>
        {
            var found = new Dictionary<string, int>(items.Count, StringComparer.Ordinal);
            for (var i = 0; i < items.Count; i++) found[items[i]] = i;
            return found;
        });
    }

    public static IncidentColumns Empty { get; } = new([], [], [], []);

    public ReadOnlySpan<IncidentRow> Rows => rows;

    public int Count => rows.Length;

    public IReadOnlyList<string> Items { get; }

    public IReadOnlyList<string> Categories { get; }

    public IReadOnlyList<string> Problems { get; }

    /// <summary>When the first one opened; null where there is none.</summary>
    public DateTimeOffset? First => rows.Length == 0 ? null : Time(rows[0].Opened);

    /// <summary>Place of an asset; <see cref="None"/> where no incident names it.</summary>
    public int Place(string item) => places.Value.TryGetValue(item, out var place) ? place : None;

    /// <summary>Incidents opened in the half-open time [from, to).</summary>
    public ReadOnlySpan<IncidentRow> Between(DateTimeOffset from, DateTimeOffset to)
    {
        var (low, high) = (First(from.UtcTicks), First(to.UtcTicks));
        return low < high ? rows.AsSpan(low, high - low) : [];

        int First(long at)
        {
            var (below, above) = (0, rows.Length);
            while (below < above)
            {
                var middle = (below + above) / 2;
                if (rows[middle].Opened < at) below = middle + 1;
                else above = middle;
            }
            return below;
        }
    }

    /// <summary>Those opened by then.</summary>
    public IncidentColumns UpTo(DateTimeOffset last) =>
        rows.Length == 0 || rows[^1].Opened <= last.UtcTicks ? this : new IncidentColumns(Between(DateTimeOffset.MinValue, last.AddTicks(1)).ToArray(), Items, Categories, Problems);

    public static DateTimeOffset Time(long ticks) => new(ticks, TimeSpan.Zero);

    public static IncidentColumns Of(IEnumerable<Incident> incidents)
    {
        Texts items = new(), categories = new(), problems = new();
        return new IncidentColumns(
            [.. incidents.Select(i => new IncidentRow(i.Opened.UtcTicks, i.Resolved?.UtcTicks ?? IncidentRow.NotResolved, items.Place(i.ConfigurationItem), categories.Place(i.Category), problems.Place(i.Problem), i.CausedBy is not null, i.Vulnerabilities.Count > 0))],
            items.All, categories.All, problems.All);
    }

    /// <summary>In order of opening; those of one time keep theirs.</summary>
    public static IncidentRow[] InOrder(IncidentRow[] rows)
    {
        var sorted = true;
        for (var i = 1; i < rows.Length && sorted; i++) sorted = rows[i - 1].Opened <= rows[i].Opened;
        if (sorted) return rows;
        var (times, order) = (new long[rows.Length], new int[rows.Length]);
        for (var i = 0; i < rows.Length; i++) (times[i], order[i]) = (rows[i].Opened, i);
        Array.Sort(times, order);
        for (int from = 0, until; from < times.Length; from = until)
        {
            for (until = from + 1; until < times.Length && times[until] == times[from];) until++;
            if (until - from > 1) Array.Sort(order, from, until - from);
        }
        return Array.ConvertAll(order, i => rows[i]);
    }

    /// <summary>Both in order of opening; of those of one time the first go before the others.</summary>
    public static IncidentRow[] Merge(IncidentRow[] first, IncidentRow[] others)
    {
        if (first.Length == 0 || others.Length == 0) return first.Length == 0 ? others : first;
        var all = new IncidentRow[first.Length + others.Length];
        for (int i = 0, j = 0, at = 0; at < all.Length; at++)
            all[at] = j == others.Length || (i < first.Length && first[i].Opened <= others[j].Opened) ? first[i++] : others[j++];
        return all;
    }

    private sealed class Texts
    {
        private readonly Dictionary<string, int> places = new(StringComparer.Ordinal);

        public List<string> All { get; } = [];

        public int Place(string? text)
        {
            if (text is null) return None;
            ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(places, text, out var known);
            if (known) return place;
            place = All.Count;
            All.Add(text);
            return place;
        }
    }
}
