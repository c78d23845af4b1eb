using System.Text;
using PatchOps.Core.Problems.Matching;
using PatchOps.Domain;

namespace PatchOps.Core.Seams;

/// <summary>Part of an <see cref="IncidentTable"/> while it is read: columns that grow, in the order of the source.</summary>
/// <param name="items">Texts of the numbers given to <see cref="Add"/>; they may still grow.</param>
/// <param name="categories">Likewise.</param>
/// <param name="problems">Likewise.</param>
/// <param name="changes">Likewise.</param>
/// <param name="expected">About how many rows will come.</param>
public sealed class IncidentRows(IReadOnlyList<string> items, IReadOnlyList<string> categories, IReadOnlyList<string> problems, IReadOnlyList<string> changes, int expected = 0)
{
    private byte[] block = [];
    private int used;

    public int Count => Opened.Count;

    internal List<long> Opened { get; } = new(expected);

    internal List<long> Resolved { get; } = new(expected);

    internal List<int> Item { get; } = new(expected);

    internal List<int> Category { get; } = new(expected);

    internal List<int> Problem { get; } = new(expected);

    internal List<int> Change { get; } = new(expected);

    internal List<(byte[] Bytes, int From, int Length)> Ids { get; } = new(expected);

    internal Dictionary<int, string> Reasons { get; } = [];

    internal Dictionary<int, IncidentMatch> Matches { get; } = [];

    internal IReadOnlyList<string> Items => items;

    internal IReadOnlyList<string> Categories => categories;

    internal IReadOnlyList<string> Problems => problems;

    internal IReadOnlyList<string> Changes => changes;

    public static IncidentRows Of(IEnumerable<Incident> incidents)
    {
        var texts = new List<string>();
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        int Number(string? text)
        {
            if (text is null) return IncidentTable.None;
            if (numbers.TryGetValue(text, out var known)) return known;
            numbers.Add(text, texts.Count);
            texts.Add(text);
            return texts.Count - 1;
        }
        var rows = new IncidentRows(texts, texts, texts, texts);
        foreach (var i in incidents)
        {
            rows.Add(Encoding.UTF8.GetBytes(i.Id), i.Opened.UtcTicks, i.Resolved?.UtcTicks, Number(i.ConfigurationItem), Number(i.Category), Number(i.Problem), Number(i.CausedBy), i.LinkedBecause,
                i.Flag is null ? null : new IncidentMatch(i.Id, i.Vulnerabilities, [], i.Flag));
        }
        return rows;
    }

    /// <param name="id">UTF-8.</param>
    /// <param name="opened">UTC ticks.</param>
    /// <param name="resolved">UTC ticks; null where it is open.</param>
    /// <param name="item">Number, or <see cref="IncidentTable.None"/>; likewise the others.</param>
    /// <param name="reason">Why PatchOps linked it to the problem; null where it did not.</param>
    /// <param name="match">What it was flagged for.</param>
    public void Add(ReadOnlySpan<byte> id, long opened, long? resolved, int item, int category, int problem, int change, string? reason = null, IncidentMatch? match = null)
    {
        // Ids stand one after another in blocks, which none of a million strings would.
        if (block.Length - used < id.Length) (block, used) = (new byte[Math.Max(1 << 16, id.Length)], 0);
        id.CopyTo(block.AsSpan(used));
        if (reason is not null) Reasons.Add(Count, reason);
        if (match is not null) Matches.Add(Count, match);
        Ids.Add((block, used, id.Length));
        used += id.Length;
        Opened.Add(opened);
        Resolved.Add(resolved ?? long.MinValue);
        Item.Add(item);
        Category.Add(category);
        Problem.Add(problem);
        Change.Add(change);
    }
}
