using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PatchOps.Domain;

namespace PatchOps.Core.Seams;

/// <summary>A million incidents in some 40 MB, for those who count all of them: rows in order of opening, each text once. Safe to ask from several threads.</summary>
public class IncidentTable
{
    /// <summary>Stands where a row has no text, and for texts that are unknown.</summary>
    public const int None = -1;

    private readonly IncidentRow[] rows;
    private readonly TextCodes items;
    private readonly TextCodes categories;
    private readonly TextCodes problems;

    /// <param name="parts">Rows that opened at the same time stay in this order. The parts are used up.</param>
    public IncidentTable(params IReadOnlyList<IncidentRows> parts)
        : this(parts, Order(parts))
    {
    }

    private protected IncidentTable(IReadOnlyList<IncidentRows> parts, int[] order)
    {
        (items, categories, problems) = (new(), new(), new());
        foreach (var part in parts)
        {
            var (item, category, problem) = (items.Take(part.Items), categories.Take(part.Categories), problems.Take(part.Problems));
            if (item is null && category is null && problem is null) continue;
            foreach (ref var row in CollectionsMarshal.AsSpan(part.Rows))
                row = row with { Item = Recoded(row.Item, item), Category = Recoded(row.Category, category), Problem = Recoded(row.Problem, problem) };
        }
        rows = Permute(order, parts, p => p.Rows);
    }

    private IncidentTable(IncidentTable of, int count) => (rows, items, categories, problems) = (of.rows[..count], of.items, of.categories, of.problems);

    public static IncidentTable Empty { get; } = new([]);

    public ReadOnlySpan<IncidentRow> Rows => rows;

    public int Count => rows.Length;

    /// <summary>Asset ids by number.</summary>
    public IReadOnlyList<string> Items => items.Texts;

    /// <summary>Texts by number.</summary>
    public IReadOnlyList<string> Categories => categories.Texts;

    /// <inheritdoc cref="Categories"/>
    public IReadOnlyList<string> Problems => problems.Texts;

    /// <summary>When the first one opened; null where there is none.</summary>
    public DateTimeOffset? First => rows.Length == 0 ? null : Time(rows[0].Opened);

    /// <summary>When the last one opened; null where there is none.</summary>
    public DateTimeOffset? Last => rows.Length == 0 ? null : Time(rows[^1].Opened);

    public static IncidentTable Of(IEnumerable<Incident> incidents) => new(IncidentRows.Of(incidents));

    public static DateTimeOffset Time(long ticks) => new(ticks, TimeSpan.Zero);

    /// <summary>Number of a text; <see cref="None"/> where no incident has it.</summary>
    public int ItemOf(string text) => items.Find(text);

    /// <inheritdoc cref="ItemOf"/>
    public int CategoryOf(string text) => categories.Find(text);

    /// <inheritdoc cref="ItemOf"/>
    public int ProblemOf(string text) => problems.Find(text);

    /// <summary>Incidents opened in the half-open time [from, to).</summary>
    public ReadOnlySpan<IncidentRow> Between(DateTimeOffset from, DateTimeOffset to)
    {
        var (low, high) = (FirstFrom(from.UtcTicks), FirstFrom(to.UtcTicks));
        return low < high ? rows.AsSpan(low, high - low) : [];
    }

    /// <summary>Those opened by then.</summary>
    public IncidentTable UpTo(DateTimeOffset last) => !(Last > last) ? this : new IncidentTable(this, FirstFrom(last.UtcTicks + 1));

    private int FirstFrom(long at)
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

    /// <summary>Rows of all parts by time; digit by digit, which keeps the order of equal times.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected static int[] Order(IReadOnlyList<IncidentRows> parts)
    {
        const int bits = 11;
        var count = parts.Sum(p => p.Count);
        var (keys, order) = (new ulong[count], new int[count]);
        var (at, last, inOrder) = (0, long.MinValue, true);
        foreach (var part in parts)
        {
            foreach (ref readonly var row in CollectionsMarshal.AsSpan(part.Rows))
            {
                inOrder &= last <= row.Opened;
                (keys[at], order[at]) = ((ulong)(last = row.Opened), at);
                at++;
            }
        }
        if (inOrder) return order;
        var (least, range) = (keys.Min(), keys.Max() - keys.Min());
        var (nextKeys, next) = (new ulong[count], new int[count]);
        for (var shift = 0; shift < 64 && range >> shift > 0; shift += bits)
        {
            var starts = new int[(1 << bits) + 1];
            foreach (var key in keys) starts[(int)((key - least) >> shift & ((1 << bits) - 1)) + 1]++;
            for (var k = 0; k < 1 << bits; k++) starts[k + 1] += starts[k];
            for (var i = 0; i < keys.Length; i++)
            {
                var place = starts[(int)((keys[i] - least) >> shift & ((1 << bits) - 1))]++;
                (nextKeys[place], next[place]) = (keys[i], order[i]);
            }
            (keys, order, nextKeys, next) = (nextKeys, next, keys, order);
        }
        return order;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected static T[] Permute<T>(int[] order, IReadOnlyList<IncidentRows> parts, Func<IncidentRows, List<T>> column)
    {
        List<T>[] columns = [.. parts.Select(column)];
        var sorted = new T[order.Length];
        for (var i = 0; i < sorted.Length; i++)
        {
            var (part, row) = (0, order[i]);
            while (row >= columns[part].Count) row -= columns[part++].Count;
            sorted[i] = columns[part][row];
        }
        return sorted;
    }

    /// <param name="number">In a part.</param>
    /// <param name="numbers">What <see cref="TextCodes.Take"/> said.</param>
    private protected static int Recoded(int number, int[]? numbers) => number < 0 || numbers is null ? number : numbers[number];

    /// <summary>Texts of all parts by number; they are only looked up where that is asked for.</summary>
    private protected sealed class TextCodes
    {
        private readonly List<string> texts = [];
        private readonly Lazy<Dictionary<string, int>> codes;
        private IReadOnlyList<string>? first;

        public TextCodes() => codes = new(() =>
        {
            var known = new Dictionary<string, int>(texts.Count, StringComparer.Ordinal);
            for (var i = 0; i < texts.Count; i++) known.Add(texts[i], i);
            return known;
        });

        public IReadOnlyList<string> Texts => texts;

        public int Find(string text) => codes.Value.TryGetValue(text, out var code) ? code : None;

        /// <returns>Number here of each text of a part; null where they are the same.</returns>
        public int[]? Take(IReadOnlyList<string> more)
        {
            if (first is null) texts.AddRange(first = more);
            return ReferenceEquals(first, more) ? null : [.. more.Select(Of)];
        }

        private int Of(string text)
        {
            ref var code = ref CollectionsMarshal.GetValueRefOrAddDefault(codes.Value, text, out var known);
            if (known) return code;
            code = texts.Count;
            texts.Add(text);
            return code;
        }
    }
}
