namespace PatchOps.Core.Planning.Planner;

/// <summary>Stretches of time by start, UTC seconds, half-open; they may overlap. There may be a million of them, and questions take logarithmic time.</summary>
internal sealed class OpenTimes
{
    private readonly (long Start, long End)[] times;

    /// <summary>The latest end of all stretches up to each.</summary>
    private readonly long[] ends;

    public OpenTimes(IEnumerable<(long Start, long End)> times)
    {
        this.times = [.. times];
        if (!InOrder()) Array.Sort(this.times);
        ends = new long[this.times.Length];
        for (var i = 0; i < ends.Length; i++) ends[i] = i == 0 ? this.times[i].End : Math.Max(ends[i - 1], this.times[i].End);
    }

    public static OpenTimes None { get; } = new([]);

    public int Count => times.Length;

    public (long Start, long End) this[int index] => times[index];

    /// <summary>Index before which every stretch ends before a time; <see cref="Count"/> where all do.</summary>
    public int FirstEndingAt(long at)
    {
        int low = 0, high = ends.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (ends[middle] >= at) high = middle;
            else low = middle + 1;
        }
        return low;
    }

    public bool Overlap(long from, long to)
    {
        for (var i = FirstEndingAt(from + 1); i < times.Length && times[i].Start < to; i++)
            if (times[i].End > from) return true;
        return false;
    }

    /// <summary>End of the first chance for something of a length at or after a time; null where there is none.</summary>
    public long? FirstEnd(long from, long length)
    {
        var best = long.MaxValue;
        for (var i = FirstEndingAt(from + length); i < times.Length && times[i].Start < best; i++)
        {
            var ends = Math.Max(from, times[i].Start) + length;
            if (ends <= times[i].End && ends < best) best = ends;
        }
        return best == long.MaxValue ? null : best;
    }

    /// <summary>A time itself where a stretch holds it, otherwise the start of the next stretch; null where there is none.</summary>
    public long? NextIn(long at)
    {
        if (ClosesAfter(at) is not null) return at;
        var next = After(at);
        return next < times.Length ? times[next].Start : null;
    }

    /// <summary>The latest end among the stretches around a time; null where none is.</summary>
    public long? ClosesAfter(long at)
    {
        var next = After(at);
        return next > 0 && ends[next - 1] > at ? ends[next - 1] : null;
    }

    /// <summary>Index of the first stretch that starts after a time.</summary>
    private int After(long at)
    {
        int low = 0, high = times.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (times[middle].Start > at) high = middle;
            else low = middle + 1;
        }
        return low;
    }

    private bool InOrder()
    {
        for (var i = 1; i < times.Length; i++)
            if (times[i - 1].CompareTo(times[i]) > 0) return false;
        return true;
    }
}
