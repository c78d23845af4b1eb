using System.Runtime.CompilerServices;

namespace PatchOps.Core.Effectiveness;

/// <summary>Rows by a number that each of them has: one array, group after group, each in the order of the rows.</summary>
internal sealed class RowGroups
{
    private readonly int[] rows;
    private readonly int[] starts;

    /// <param name="keys">Group of each row, from 0; a negative one leaves the row out.</param>
    /// <param name="groups">How many groups there are.</param>
    /// <param name="order">Rows in another order than their own, and only these.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public RowGroups(ReadOnlySpan<int> keys, int groups, int[]? order = null)
    {
        starts = new int[groups + 1];
        if (order is null)
        {
            foreach (var key in keys)
                if (key >= 0) starts[key + 1]++;
        }
        else
        {
            foreach (var row in order)
                if (keys[row] >= 0) starts[keys[row] + 1]++;
        }
        for (var k = 0; k < groups; k++) starts[k + 1] += starts[k];
        rows = new int[starts[groups]];
        var next = starts.AsSpan(0, groups).ToArray();
        for (var i = 0; i < (order?.Length ?? keys.Length); i++)
        {
            var row = order is null ? i : order[i];
            if (keys[row] >= 0) rows[next[keys[row]]++] = row;
        }
    }

    /// <summary>All rows that are in a group, group after group.</summary>
    public int[] Rows => rows;

    /// <summary>None for a negative number.</summary>
    public ReadOnlySpan<int> this[int group] => rows.AsSpan(Range(group));

    /// <summary>Where a group's rows are in <see cref="Rows"/>.</summary>
    public Range Range(int group) => group < 0 ? default : starts[group]..starts[group + 1];
}
