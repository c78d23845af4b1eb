namespace PatchOps.Core.Planning.Engine.Search;

/// <summary>How much of one renewable capacity is used in every time step; the engine's only notion of "at the same time".</summary>
internal abstract class UsageMeter(int capacity)
{
    public int Capacity { get; } = capacity;

    /// <summary>Adds (or with a negative amount takes away) usage in [start, end).</summary>
    public abstract void Add(int start, int end, int amount);

    /// <summary>
    /// Earliest start that is worth trying next when <paramref name="amount"/> does not fit in [start, end); -1 when it fits.
    /// No start between <paramref name="start"/> and the returned one fits either.
    /// </summary>
    public abstract int RetryAt(int start, int end, int amount);

    /// <summary>Usage in one step.</summary>
    public abstract int At(int step);
}

/// <summary>One counter per step: for capacities that many share.</summary>
internal sealed class DenseMeter(int capacity, int from, int to) : UsageMeter(capacity)
{
    private readonly int[] _used = new int[Math.Max(0, to - from)];

    public override void Add(int start, int end, int amount)
    {
        var used = _used;
        for (var s = start - from; s < end - from; s++) used[s] += amount;
    }

    public override int RetryAt(int start, int end, int amount)
    {
        var used = _used;
        var room = Capacity - amount;
        for (var s = end - 1 - from; s >= start - from; s--)
        {
            if (used[s] > room) return s + from + 1;
        }
        return -1;
    }

    public override int At(int step) => step < from || step >= to ? 0 : _used[step - from];

    public void Clear() => Array.Clear(_used);
}

/// <summary>A short list of intervals: for clusters, of which there are thousands with a few members each.</summary>
internal sealed class SparseMeter(int capacity) : UsageMeter(capacity)
{
    private readonly List<(int Start, int End, int Amount)> _held = [];

    public override void Add(int start, int end, int amount)
    {
        if (amount > 0)
        {
            _held.Add((start, end, amount));
            return;
        }
        var at = _held.IndexOf((start, end, -amount));
        _held[at] = _held[^1];
        _held.RemoveAt(_held.Count - 1);
    }

    public override int RetryAt(int start, int end, int amount)
    {
        var retry = -1;
        foreach (var (s, e, _) in _held)
        {
            if (s >= end || e <= start) continue;
            // The level changes upwards only where an interval starts, so these points (and the start itself) are enough.
            var point = Math.Max(s, start);
            int level = 0, freed = int.MaxValue;
            foreach (var (s2, e2, a2) in _held)
            {
                if (s2 > point || e2 <= point) continue;
                level += a2;
                if (e2 < freed) freed = e2;
            }
            if (level + amount > Capacity && freed > retry) retry = freed;
        }
        return retry;
    }

    public override int At(int step)
    {
        var level = 0;
        foreach (var (s, e, a) in _held)
        {
            if (s <= step && step < e) level += a;
        }
        return level;
    }
}
