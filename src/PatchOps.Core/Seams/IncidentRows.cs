using System.Runtime.InteropServices;
using System.Text;
using PatchOps.Core.Problems.Matching;
using PatchOps.Domain;

namespace PatchOps.Core.Seams;

/// <summary>Part of an <see cref="IncidentTable"/> while it is read: rows in the order of the source.</summary>
/// <param name="items">Texts of the numbers in rows, each of them once; they may still grow.</param>
/// <param name="categories">Likewise.</param>
/// <param name="problems">Likewise.</param>
/// <param name="changes">Likewise, where <see cref="IncidentRecords"/> are wanted; null for a table without records.</param>
/// <param name="expected">About how many rows will come.</param>
public sealed class IncidentRows(IReadOnlyList<string> items, IReadOnlyList<string> categories, IReadOnlyList<string> problems, IReadOnlyList<string>? changes = null, int expected = 0)
{
    private byte[] block = [];
    private int used;

    public int Count => Rows.Count;

    internal List<IncidentRow> Rows { get; } = new(expected);

    internal List<int> Change { get; } = new(changes is null ? 0 : expected);

    internal List<(byte[] Bytes, int From, int Length)> Ids { get; } = new(changes is null ? 0 : expected);

    internal Dictionary<int, string> Reasons { get; } = [];

    internal Dictionary<int, IncidentMatch> Matches { get; } = [];

    internal IReadOnlyList<string> Items => items;

    internal IReadOnlyList<string> Categories => categories;

    internal IReadOnlyList<string> Problems => problems;

    internal IReadOnlyList<string> Changes => changes ?? [];

    public static IncidentRows Of(IEnumerable<Incident> incidents)
    {
        Texts items = new(), categories = new(), problems = new(), changes = new();
        var rows = new IncidentRows(items.All, categories.All, problems.All, changes.All);
        foreach (var i in incidents)
        {
            rows.Add(
                new IncidentRow(i.Opened.UtcTicks, i.Resolved?.UtcTicks ?? IncidentRow.NotResolved, items.Number(i.ConfigurationItem), categories.Number(i.Category), problems.Number(i.Problem), i.CausedBy is not null, i.Vulnerabilities.Count > 0),
                Encoding.UTF8.GetBytes(i.Id), changes.Number(i.CausedBy), i.LinkedBecause, i.Flag is null ? null : new IncidentMatch(i.Id, i.Vulnerabilities, [], i.Flag));
        }
        return rows;
    }

    /// <summary>For a table without records.</summary>
    public void Add(in IncidentRow row) => Rows.Add(row);

    /// <param name="row">What counts.</param>
    /// <param name="id">UTF-8.</param>
    /// <param name="change">Number of the change that caused it, or <see cref="IncidentTable.None"/>.</param>
    /// <param name="reason">Why PatchOps linked it to the problem; null where it did not.</param>
    /// <param name="match">What it was flagged for.</param>
    public void Add(in IncidentRow row, ReadOnlySpan<byte> id, int change, string? reason, IncidentMatch? match)
    {
        // Ids stand one after another in blocks, which none of a million strings would.
        if (block.Length - used < id.Length) (block, used) = (new byte[Math.Max(1 << 16, id.Length)], 0);
        id.CopyTo(block.AsSpan(used));
        if (reason is not null) Reasons.Add(Count, reason);
        if (match is not null) Matches.Add(Count, match);
        Ids.Add((block, used, id.Length));
        used += id.Length;
        Change.Add(change);
        Rows.Add(row);
    }

    private sealed class Texts
    {
        private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);

        public List<string> All { get; } = [];

        public int Number(string? text)
        {
            if (text is null) return IncidentTable.None;
            ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(numbers, text, out var known);
            if (known) return number;
            number = All.Count;
            All.Add(text);
            return number;
        }
    }
}
