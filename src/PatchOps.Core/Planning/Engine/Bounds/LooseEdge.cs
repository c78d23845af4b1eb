namespace PatchOps.Core.Planning.Engine.Bounds;

/// <summary>
/// The order of a host and a barrier as priced inequalities, one per time k of the barrier: "the host is done after k" implies
/// "the barrier's time is after k" (for a host before it; the reverse for one after it).
/// </summary>
internal sealed class LooseEdge(int host, int barrier, bool isBefore, int[] rank, int times)
{
    private readonly double[] _direction = new double[times];
    private int _hostRank;
    private int _barrierRank;

    public int Host { get; } = host;

    public int Barrier { get; } = barrier;

    /// <summary>Zero or more, per time.</summary>
    public double[] Value { get; } = new double[times];

    /// <summary>Adds the prices to the host's options and, as jumps at their ranks, to the barrier.</summary>
    public void Charge(double[] cost, int from, double[] jumps)
    {
        var sign = isBefore ? 1 : -1;
        Span<double> paid = Value.Length < 512 ? stackalloc double[Value.Length + 1] : new double[Value.Length + 1];
        paid[0] = 0;
        for (var k = 0; k < Value.Length; k++)
        {
            paid[k + 1] = paid[k] + Value[k];
            if (k + 1 < jumps.Length) jumps[k + 1] -= sign * Value[k];
        }
        for (var i = 0; i < rank.Length; i++)
        {
            if (rank[i] >= 0) cost[from + i] += sign * paid[rank[i]];
            else cost[from + i] = 1e300;
        }
    }

    public void Observe(int option, int barrierRank)
    {
        _hostRank = rank[option];
        _barrierRank = barrierRank;
    }

    /// <summary>Sum of the prices.</summary>
    public double Weight() => Value.Sum();

    /// <summary>Turns the latest choices into a direction, deflected by the last; returns the squared lengths of both.</summary>
    public (double Direction, double Violation) Aim(double deflection)
    {
        double norm = 0, violation = 0;
        for (var k = 0; k < _direction.Length; k++)
        {
            double g = (_hostRank > k ? 1 : 0) - (_barrierRank > k ? 1 : 0);
            if (!isBefore) g = -g;
            if (Value[k] <= 0 && g <= 0)
            {
                _direction[k] = 0;
                continue;
            }
            violation += g * g;
            _direction[k] = g + deflection * _direction[k];
            norm += _direction[k] * _direction[k];
        }
        return (norm, violation);
    }

    public void Move(double step)
    {
        for (var k = 0; k < Value.Length; k++) Value[k] = Math.Max(0, Value[k] + step * _direction[k]);
    }
}
