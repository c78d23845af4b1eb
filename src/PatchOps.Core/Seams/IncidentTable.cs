using System.Collections;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using PatchOps.Core.Problems.Matching;
using PatchOps.Domain;

namespace PatchOps.Core.Seams;

/// <summary>
/// Incidents in order of opening, kept in columns: a million take some 60 MB and no object each, and texts are numbers. Rows become records
/// only where one asks for them: without description and priority.
/// </summary>
public sealed class IncidentTable : IReadOnlyList<Incident>
{
    /// <summary>Stands where a row has no text, and for texts that are unknown.</summary>
    public const int None = -1;

    private readonly long[] opened;
    private readonly long[] resolved;
    private readonly int[] item;
    private readonly int[] category;
    private readonly int[] problem;
    private readonly int[] change;
    private readonly (byte[] Bytes, int From, int Length)[] ids;
    private readonly Dictionary<int, string> reasons;
    private readonly Dictionary<int, IncidentMatch> matches;
    private readonly HashSet<int> backwards = [];
    private readonly TextCodes items = new();
    private readonly TextCodes categories = new();
    private readonly TextCodes problems = new();
    private readonly TextCodes changes = new();

    /// <param name="parts">Rows that opened at the same time stay in this order. The parts are used up.</param>
    public IncidentTable(params IReadOnlyList<IncidentRows> parts)
    {
        var order = Order(parts);
        opened = Permute(order, parts, p => p.Opened);
        resolved = Permute(order, parts, p => p.Resolved);
        item = Permute(order, parts, p => Recode(p.Item, p.Items, items));
        category = Permute(order, parts, p => Recode(p.Category, p.Categories, categories));
        problem = Permute(order, parts, p => Recode(p.Problem, p.Problems, problems));
        change = Permute(order, parts, p => Recode(p.Change, p.Changes, changes));
        ids = Permute(order, parts, p => p.Ids);
        (reasons, matches) = Notes(order, parts);
        for (var row = 0; row < opened.Length; row++)
            if (resolved[row] < opened[row] && resolved[row] != long.MinValue) backwards.Add(row);
    }

    public int Count => opened.Length;

    /// <summary>Texts by number.</summary>
    public IReadOnlyList<string> Items => items.Texts;

    /// <inheritdoc cref="Items"/>
    public IReadOnlyList<string> Categories => categories.Texts;

    /// <inheritdoc cref="Items"/>
    public IReadOnlyList<string> Problems => problems.Texts;

    /// <summary>UTC ticks of each row.</summary>
    public ReadOnlySpan<long> Opened => opened;

    /// <summary>Number in <see cref="Items"/> of each row, or <see cref="None"/>.</summary>
    public ReadOnlySpan<int> OnItem => item;

    /// <summary>Number in <see cref="Categories"/> of each row, or <see cref="None"/>.</summary>
    public ReadOnlySpan<int> InCategory => category;

    /// <summary>Number in <see cref="Problems"/> of each row, or <see cref="None"/>.</summary>
    public ReadOnlySpan<int> OfProblem => problem;

    /// <summary>The record of a row.</summary>
    public Incident this[int index]
    {
        get
        {
            var incident = new Incident
            {
                Id = Id(index), Opened = Time(opened[index]), Resolved = resolved[index] == long.MinValue ? null : Time(resolved[index]),
                ConfigurationItem = items[item[index]], Category = categories[category[index]], Problem = problems[problem[index]], CausedBy = changes[change[index]],
                LinkedBecause = reasons.GetValueOrDefault(index),
            };
            return matches.TryGetValue(index, out var match) ? incident with { Vulnerabilities = match.Vulnerabilities, Flag = match.Reason } : incident;
        }
    }

    public static DateTimeOffset Time(long ticks) => new(ticks, TimeSpan.Zero);

    public string Id(int row) => Encoding.UTF8.GetString(ids[row].Bytes, ids[row].From, ids[row].Length);

    /// <summary>Resolved before it opened.</summary>
    public bool Backwards(int row) => backwards.Count > 0 && backwards.Contains(row);

    /// <summary>Linked to its problem by PatchOps, not by its source.</summary>
    public bool LinkedHere(int row) => reasons.Count > 0 && reasons.ContainsKey(row);

    public int CategoryOf(string text) => categories.Find(text);

    public int ProblemOf(string text) => problems.Find(text);

    public IEnumerator<Incident> GetEnumerator()
    {
        for (var row = 0; row < opened.Length; row++) yield return this[row];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Rows of all parts by time; digit by digit, which keeps the order of equal times.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int[] Order(IReadOnlyList<IncidentRows> parts)
    {
        const int bits = 11;
        var keys = new ulong[parts.Sum(p => p.Count)];
        var at = 0;
        foreach (var part in parts)
            foreach (var time in part.Opened) keys[at++] = (ulong)time;
        var order = new int[keys.Length];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        if (keys.Length == 0) return order;
        var (least, range) = (keys.Min(), keys.Max() - keys.Min());
        var next = new int[order.Length];
        for (var shift = 0; shift < 64 && range >> shift > 0; shift += bits)
        {
            var starts = new int[(1 << bits) + 1];
            foreach (var key in keys) starts[(int)((key - least) >> shift & ((1 << bits) - 1)) + 1]++;
            for (var k = 0; k < 1 << bits; k++) starts[k + 1] += starts[k];
            foreach (var row in order) next[starts[(int)((keys[row] - least) >> shift & ((1 << bits) - 1))]++] = row;
            (order, next) = (next, order);
        }
        return order;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T[] Permute<T>(int[] order, IReadOnlyList<IncidentRows> parts, Func<IncidentRows, List<T>> column)
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

    private static List<int> Recode(List<int> codes, IReadOnlyList<string> texts, TextCodes common)
    {
        var numbers = new int[texts.Count];
        for (var k = 0; k < numbers.Length; k++) numbers[k] = common.Of(texts[k]);
        foreach (ref var code in CollectionsMarshal.AsSpan(codes))
            if (code != None) code = numbers[code];
        return codes;
    }

    private static (Dictionary<int, string>, Dictionary<int, IncidentMatch>) Notes(int[] order, IReadOnlyList<IncidentRows> parts)
    {
        var (reasons, matches) = (new Dictionary<int, string>(), new Dictionary<int, IncidentMatch>());
        if (parts.Sum(p => p.Reasons.Count + p.Matches.Count) == 0) return (reasons, matches);
        var places = new int[order.Length];
        for (var i = 0; i < order.Length; i++) places[order[i]] = i;
        var before = 0;
        foreach (var part in parts)
        {
            foreach (var (row, reason) in part.Reasons) reasons[places[before + row]] = reason;
            foreach (var (row, match) in part.Matches) matches[places[before + row]] = match;
            before += part.Count;
        }
        return (reasons, matches);
    }

    /// <summary>Numbers for texts, from 0.</summary>
    private sealed class TextCodes
    {
        private readonly Dictionary<string, int> codes = new(StringComparer.Ordinal);
        private readonly List<string> texts = [];

        public IReadOnlyList<string> Texts => texts;

        public string? this[int code] => code == None ? null : texts[code];

        public int Of(string text)
        {
            if (codes.TryGetValue(text, out var code)) return code;
            codes.Add(text, code = texts.Count);
            texts.Add(text);
            return code;
        }

        public int Find(string text) => codes.TryGetValue(text, out var code) ? code : None;
    }
}
