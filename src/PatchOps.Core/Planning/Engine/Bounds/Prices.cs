using PatchOps.Core.Planning.Engine.Search;

namespace PatchOps.Core.Planning.Engine.Bounds;

/// <summary>
/// Prices of capacity (Lagrange multipliers, zero or more) per limit and per window, constant within buckets of steps,
/// and the count prices of windows. A host pays for every step that it occupies.
/// </summary>
internal sealed class Prices
{
    private const long MaxBuckets = 6_000_000;
    private readonly CompiledInstance _instance;
    private readonly int[] _limitAt;
    private readonly int[] _windowAt;
    private readonly int[] _countAt;
    private readonly double[] _paid;
    private readonly int[] _limitOrigin;
    private readonly int[] _limitLength;

    /// <summary>Binary logarithm of <see cref="Bucket"/>: this is asked for every start of every host, and division is slow.</summary>
    private readonly int _shift;

    /// <param name="instance">The instance.</param>
    /// <param name="bucket">Steps in a bucket; a power of two.</param>
    public Prices(CompiledInstance instance, int bucket)
    {
        _instance = instance;
        Bucket = bucket;
        _shift = System.Numerics.BitOperations.Log2((uint)bucket);
        var size = 0;
        _windowAt = new int[instance.WindowLow.Length];
        _countAt = new int[instance.WindowLow.Length];
        for (var w = 0; w < _windowAt.Length; w++)
        {
            _windowAt[w] = _countAt[w] = -1;
            if (instance.WindowHigh[w] <= instance.WindowLow[w]) continue;
            if (instance.WindowHosts[w] != int.MaxValue) _countAt[w] = size++;
            if (instance.WindowConcurrent[w] == int.MaxValue) continue;
            _windowAt[w] = size;
            size += Buckets(instance.WindowLow[w], instance.WindowHigh[w]);
        }
        _limitAt = new int[instance.LimitCapacity.Length];
        _limitOrigin = new int[_limitAt.Length];
        _limitLength = new int[_limitAt.Length];
        Array.Fill(_limitAt, -1);
        // Large limits first: where memory is short, thousands of small clusters go without prices, which keeps the bound valid.
        foreach (var l in Enumerable.Range(0, _limitAt.Length).OrderByDescending(l => instance.LimitMembers[l].Length).ThenBy(l => l))
        {
            if (instance.LimitCapacity[l] == int.MaxValue) continue;
            int low = int.MaxValue, high = 0;
            foreach (var h in instance.LimitMembers[l])
            {
                for (var s = instance.SlotFrom[h]; s < instance.SlotFrom[h + 1]; s++)
                {
                    low = Math.Min(low, instance.Slots[s].Low);
                    high = Math.Max(high, instance.Slots[s].High + instance.Duration[h]);
                }
            }
            if (low > high || size + (long)Buckets(low, high) > MaxBuckets) continue;
            _limitAt[l] = size;
            _limitOrigin[l] = low / bucket;
            _limitLength[l] = Buckets(low, high);
            size += _limitLength[l];
        }
        Value = new double[size];
        Usage = new double[size];
        Room = new double[size];
        _paid = new double[size];
        FillRoom();
    }

    /// <summary>Steps in a bucket.</summary>
    public int Bucket { get; }

    /// <summary>Price of one step (or of one host, for counts) per bucket.</summary>
    public double[] Value { get; }

    /// <summary>What the hosts' present choices use.</summary>
    public double[] Usage { get; }

    /// <summary>What there is.</summary>
    public double[] Room { get; }

    /// <summary>Sum of prices times room.</summary>
    public double Income()
    {
        double sum = 0;
        for (var i = 0; i < Value.Length; i++) sum += Value[i] * Room[i];
        return sum;
    }

    /// <summary>Call after changing <see cref="Value"/>: prepares <see cref="Of"/>.</summary>
    public void Refresh()
    {
        // Running sums over the whole array; only differences within one limit's range are ever taken.
        double sum = 0;
        for (var i = 0; i < _paid.Length; i++)
        {
            _paid[i] = sum;
            sum += Value[i] * Bucket;
        }
    }

    /// <summary>What a host pays for starting at a step in a window.</summary>
    public double Of(int host, int window, int start)
    {
        var end = start + _instance.Duration[host];
        double sum = 0;
        if (_countAt[window] >= 0) sum += Value[_countAt[window]];
        if (_windowAt[window] >= 0) sum += Between(_windowAt[window], _instance.WindowLow[window] >> _shift, start, end);
        foreach (var l in _instance.LimitsOf[host])
        {
            if (_limitAt[l] >= 0) sum += Between(_limitAt[l], _limitOrigin[l], start, end);
        }
        return sum;
    }

    public void Use(int host, int window, int start)
    {
        var end = start + _instance.Duration[host];
        if (_countAt[window] >= 0) Usage[_countAt[window]]++;
        if (_windowAt[window] >= 0) Occupy(_windowAt[window], _instance.WindowLow[window] >> _shift, start, end);
        foreach (var l in _instance.LimitsOf[host])
        {
            if (_limitAt[l] >= 0) Occupy(_limitAt[l], _limitOrigin[l], start, end);
        }
    }

    private double Between(int at, int origin, int start, int end)
    {
        int a = start >> _shift, b = (end - 1) >> _shift;
        int i = at + a - origin, j = at + b - origin;
        // Whole buckets from a up to b, less the head of a, plus the used part of b.
        return _paid[j] - _paid[i] - Value[i] * (start - (a << _shift)) + Value[j] * (end - (b << _shift));
    }

    private void Occupy(int at, int origin, int start, int end)
    {
        for (var bucket = start >> _shift; bucket << _shift < end; bucket++)
        {
            Usage[at + bucket - origin] += Math.Min(end, (bucket + 1) * Bucket) - Math.Max(start, bucket * Bucket);
        }
    }

    private int Buckets(int low, int high) => (high - 1) / Bucket - low / Bucket + 1;

    private void FillRoom()
    {
        for (var w = 0; w < _windowAt.Length; w++)
        {
            if (_countAt[w] >= 0) Room[_countAt[w]] = _instance.WindowHosts[w];
            if (_windowAt[w] < 0) continue;
            int low = _instance.WindowLow[w], high = _instance.WindowHigh[w];
            for (var b = low / Bucket; b * Bucket < high; b++)
            {
                Room[_windowAt[w] + b - low / Bucket] =
                    (double)_instance.WindowConcurrent[w] * (Math.Min(high, (b + 1) * Bucket) - Math.Max(low, b * Bucket));
            }
        }
        for (var l = 0; l < _limitAt.Length; l++)
        {
            if (_limitAt[l] >= 0) Array.Fill(Room, (double)_instance.LimitCapacity[l] * Bucket, _limitAt[l], _limitLength[l]);
        }
    }
}
