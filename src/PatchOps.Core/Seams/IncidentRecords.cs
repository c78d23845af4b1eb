using System.Collections;
using System.Runtime.InteropServices;
using System.Text;
using PatchOps.Core.Problems.Matching;
using PatchOps.Domain;

namespace PatchOps.Core.Seams;

/// <summary>
/// The same with what a record says beside, in half as much memory again and no object for each: rows become records only where one asks for them,
/// without description and priority.
/// </summary>
public sealed class IncidentRecords : IncidentTable, IReadOnlyList<Incident>
{
    private readonly int[] change;
    private readonly (byte[] Bytes, int From, int Length)[] ids;
    private readonly Dictionary<int, string> reasons = [];
    private readonly Dictionary<int, IncidentMatch> matches = [];
    private readonly HashSet<int> backwards = [];
    private readonly TextCodes changes = new();

    /// <inheritdoc cref="IncidentTable(IReadOnlyList{IncidentRows})"/>
    public IncidentRecords(params IReadOnlyList<IncidentRows> parts)
        : this(parts, Order(parts))
    {
    }

    private IncidentRecords(IReadOnlyList<IncidentRows> parts, int[] order)
        : base(parts, order)
    {
        foreach (var part in parts)
        {
            var numbers = changes.Take(part.Changes);
            foreach (ref var number in CollectionsMarshal.AsSpan(part.Change)) number = Recoded(number, numbers);
        }
        change = Permute(order, parts, p => p.Change);
        ids = Permute(order, parts, p => p.Ids);
        ReadNotes(parts, order);
        // Few are: to look at the row of each that is asked for would cost more.
        for (var row = 0; row < Count; row++)
            if (Rows[row].Resolved < Rows[row].Opened && Rows[row].Resolved != IncidentRow.NotResolved) backwards.Add(row);
    }

    /// <summary>The record of a row.</summary>
    public Incident this[int index]
    {
        get
        {
            ref readonly var row = ref Rows[index];
            var incident = new Incident
            {
                Id = Id(index), Opened = Time(row.Opened), Resolved = row.Resolved == IncidentRow.NotResolved ? null : Time(row.Resolved), ConfigurationItem = Text(Items, row.Item),
                Category = Text(Categories, row.Category), Problem = Text(Problems, row.Problem), CausedBy = Text(changes.Texts, change[index]), LinkedBecause = reasons.GetValueOrDefault(index),
            };
            return matches.TryGetValue(index, out var match) ? incident with { Vulnerabilities = match.Vulnerabilities, Flag = match.Reason } : incident;
        }
    }

    public string Id(int row) => Encoding.UTF8.GetString(ids[row].Bytes, ids[row].From, ids[row].Length);

    /// <summary>Resolved before it opened.</summary>
    public bool Backwards(int row) => backwards.Count > 0 && backwards.Contains(row);

    /// <summary>Linked to its problem by PatchOps, not by its source.</summary>
    public bool LinkedHere(int row) => reasons.Count > 0 && reasons.ContainsKey(row);

    public IEnumerator<Incident> GetEnumerator()
    {
        for (var row = 0; row < Count; row++) yield return this[row];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static string? Text(IReadOnlyList<string> texts, int number) => number == None ? null : texts[number];

    private void ReadNotes(IReadOnlyList<IncidentRows> parts, int[] order)
    {
        if (parts.Sum(p => p.Reasons.Count + p.Matches.Count) == 0) return;
        var places = new int[order.Length];
        for (var i = 0; i < order.Length; i++) places[order[i]] = i;
        var before = 0;
        foreach (var part in parts)
        {
            foreach (var (row, reason) in part.Reasons) reasons[places[before + row]] = reason;
            foreach (var (row, match) in part.Matches) matches[places[before + row]] = match;
            before += part.Count;
        }
    }
}
