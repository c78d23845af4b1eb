using PatchOps.Core.Planning.Engine.Search;

namespace PatchOps.Core.Planning.Engine.Bounds;

/// <summary>
/// The times that matter to a barrier are the ends (plus lag) of the options of those before it; options refer to them by rank.
/// </summary>
internal sealed class Ranks(CompiledInstance instance, StartOptions options)
{
    private readonly int[]?[] _times = new int[]?[instance.Lag.Length];

    /// <returns>Number of times.</returns>
    public int Prepare(int barrier)
    {
        if (_times[barrier] is { } known) return known.Length;
        var times = new HashSet<int>();
        if (instance.IgnoresUnplaced[barrier]) times.Add(int.MinValue);
        foreach (var h in instance.Before[barrier])
        {
            for (var o = options.From[h]; o < options.From[h + 1]; o++) times.Add(Time(h, barrier, options.Earliest[o]));
        }
        var sorted = times.ToArray();
        Array.Sort(sorted);
        _times[barrier] = sorted;
        return sorted.Length;
    }

    /// <summary>
    /// Per option of the host: before the barrier, the lowest rank that it allows; after the barrier, the highest rank that allows it (-1: none).
    /// </summary>
    public int[] Of(int host, int barrier, bool isBefore)
    {
        var times = _times[barrier]!;
        var from = options.From[host];
        var ranks = new int[options.From[host + 1] - from];
        for (var i = 0; i < ranks.Length; i++)
        {
            var at = Array.BinarySearch(times, isBefore ? Time(host, barrier, options.Earliest[from + i]) : options.Latest[from + i]);
            ranks[i] = at >= 0 ? at : ~at - 1;
        }
        // Overlapping windows can make ranks of options fall; evening them out to the generous side keeps the bound valid.
        var last = ranks.Length - 1;
        if (isBefore && last >= 0 && options.Start[from + last] == StartOptions.Never) last--;
        for (var i = last - 1; i >= 0 && isBefore; i--) ranks[i] = Math.Min(ranks[i], ranks[i + 1]);
        for (var i = 1; i < ranks.Length && !isBefore; i++) ranks[i] = Math.Max(ranks[i], ranks[i - 1]);
        return ranks;
    }

    private int Time(int host, int barrier, int start)
    {
        if (start == StartOptions.Never) return instance.HoldsBack(host, barrier) ? StartOptions.Never : int.MinValue;
        return start + instance.Duration[host] + instance.Lag[barrier];
    }
}
