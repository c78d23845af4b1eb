using PatchOps.Core.Planning.Engine.Search;

namespace PatchOps.Core.Planning.Engine.Bounds;

/// <summary>
/// A spanning forest of the graph of hosts and barriers, on which the priced problem is solved exactly by dynamic programming.
/// Edges that would close a circle are priced instead (<see cref="LooseEdge"/>).
/// </summary>
internal sealed class BarrierForest
{
    private const double Infinite = 1e300;
    private readonly StartOptions _options;
    private readonly int _hosts;

    /// <summary>Nodes of trees, parents before children. Hosts are 0…n-1, barriers n….</summary>
    private readonly List<int> _order = [];
    private readonly int[] _parentEdge;
    private readonly List<Edge> _edges = [];
    private readonly List<LooseEdge> _loose = [];
    private readonly List<int>[] _children;
    private readonly double[][] _sums;
    private readonly double[][] _prefix;
    private readonly double[][] _suffix;
    private readonly int[] _least;
    private readonly int[] _most;
    private readonly Ladder? _ladder;

    private sealed record Edge(int Host, int Barrier, bool IsBefore, int[] Rank);

    public BarrierForest(CompiledInstance instance, StartOptions options)
    {
        _options = options;
        _hosts = instance.Hosts;
        _ladder = instance.Ladder;
        var barriers = instance.Lag.Length;
        IsInTree = new bool[_hosts];
        _parentEdge = new int[_hosts + barriers];
        Array.Fill(_parentEdge, -1);
        _children = new List<int>[_hosts + barriers];
        _sums = new double[barriers][];
        _prefix = new double[barriers][];
        _suffix = new double[barriers][];
        _least = new int[barriers];
        _most = new int[barriers];
        Connect(instance, barriers);
        if (_ladder is null) return;
        Levels = new LadderRelaxation(instance, options, _ladder);
        foreach (var level in _ladder.Levels)
        {
            foreach (var h in level) IsInTree[h] = true;
        }
    }

    /// <summary>Decides the hosts on the instance's ladder; null where there is none.</summary>
    public LadderRelaxation? Levels { get; }

    /// <summary>Edges whose order is priced, not enforced.</summary>
    public IReadOnlyList<LooseEdge> Loose => _loose;

    /// <summary>Hosts whose choice the forest decides.</summary>
    public bool[] IsInTree { get; }

    /// <param name="cost">Per option: reduced cost on entry; changed.</param>
    /// <param name="choice">Per host: the chosen option on return, for hosts in trees.</param>
    /// <returns>Least total of all trees.</returns>
    public double Solve(double[] cost, int[] choice)
    {
        foreach (var node in _order)
        {
            if (node < _hosts) continue;
            var b = node - _hosts;
            Array.Clear(_sums[b]);
            _least[b] = 0;
            _most[b] = _sums[b].Length - 1;
        }
        foreach (var edge in _loose) edge.Charge(cost, _options.From[edge.Host], _sums[edge.Barrier]);
        for (var i = _order.Count - 1; i >= 0; i--)
        {
            if (_order[i] < _hosts) PassHost(_order[i], cost);
            else PassBarrier(_order[i] - _hosts, cost);
        }
        var total = Levels?.Solve(cost, choice) ?? 0;
        var chosen = new int[_sums.Length];
        foreach (var node in _order) total += Trace(node, cost, choice, chosen);
        foreach (var edge in _loose) edge.Observe(choice[edge.Host] - _options.From[edge.Host], chosen[edge.Barrier]);
        return total;
    }

    private void Connect(CompiledInstance instance, int barriers)
    {
        var ranks = new Ranks(instance, _options);
        var seen = new bool[_hosts + barriers];
        var queue = new Queue<int>();
        for (var root = 0; root < barriers; root++)
        {
            if (seen[_hosts + root] || IsIdle(root)) continue;
            seen[_hosts + root] = true;
            queue.Enqueue(_hosts + root);
            while (queue.TryDequeue(out var node))
            {
                _order.Add(node);
                if (node >= _hosts)
                {
                    var b = node - _hosts;
                    var size = ranks.Prepare(b);
                    _sums[b] = new double[size];
                    _prefix[b] = new double[size];
                    _suffix[b] = new double[size];
                    foreach (var h in instance.Before[b]) Join(h, b, true, node, h);
                    foreach (var h in instance.After[b]) Join(h, b, false, node, h);
                }
                else
                {
                    IsInTree[node] = true;
                    foreach (var b in instance.Precedes[node]) Join(node, b, true, node, _hosts + b);
                    foreach (var b in instance.Follows[node]) Join(node, b, false, node, _hosts + b);
                }
            }
        }

        foreach (var b in Enumerable.Range(0, barriers).Where(b => _sums[b] is not null))
        {
            foreach (var h in instance.Before[b]) Loosen(h, b, true);
            foreach (var h in instance.After[b]) Loosen(h, b, false);
        }

        // Rungs of a ladder are the ladder's; its hosts meet their other barriers by price.
        bool IsIdle(int barrier) => instance.Before[barrier].Length == 0 || instance.After[barrier].Length == 0 || _ladder?.IsRung[barrier] == true;

        void Loosen(int host, int barrier, bool isBefore)
        {
            foreach (var node in (int[])[host, _hosts + barrier])
            {
                if (_parentEdge[node] >= 0 && _edges[_parentEdge[node]] is var e && e.Host == host && e.Barrier == barrier) return;
            }
            _loose.Add(new LooseEdge(host, barrier, isBefore, ranks.Of(host, barrier, isBefore), _sums[barrier].Length));
        }

        void Join(int host, int barrier, bool isBefore, int parent, int child)
        {
            if (seen[child] || IsIdle(barrier) || _ladder?.LevelOf(host) >= 0) return;
            seen[child] = true;
            ranks.Prepare(barrier);
            _parentEdge[child] = _edges.Count;
            (_children[parent] ??= []).Add(_edges.Count);
            _edges.Add(new Edge(host, barrier, isBefore, ranks.Of(host, barrier, isBefore)));
            queue.Enqueue(child);
        }
    }

    /// <summary>Adds what the host's own barriers below it cost, then tells the barrier above.</summary>
    private void PassHost(int host, double[] cost)
    {
        int from = _options.From[host], to = _options.From[host + 1];
        if (_children[host] is { } children)
        {
            foreach (var e in children)
            {
                var edge = _edges[e];
                var table = edge.IsBefore ? _suffix[edge.Barrier] : _prefix[edge.Barrier];
                for (var o = from; o < to; o++)
                {
                    var rank = edge.Rank[o - from];
                    cost[o] = rank < 0 || rank >= table.Length ? Infinite : Math.Min(Infinite, cost[o] + table[rank]);
                }
            }
        }
        if (_parentEdge[host] >= 0) Tell(_edges[_parentEdge[host]], cost, from, to);
    }

    /// <summary>The cheapest option given the barrier's time is a step function of it; only the jumps are added, and summed up later.</summary>
    private void Tell(Edge edge, double[] cost, int from, int to)
    {
        var sums = _sums[edge.Barrier];
        var best = Infinite;
        if (edge.IsBefore)
        {
            var first = true;
            if (_options.Start[to - 1] == StartOptions.Never && edge.Rank[to - 1 - from] == 0 && cost[to - 1] < best)
            {
                // Left over and ignored by the barrier: allowed whatever its time.
                sums[0] += cost[to - 1];
                best = cost[to - 1];
                first = false;
            }
            for (var o = from; o < to; o++)
            {
                if (cost[o] >= best) continue;
                var rank = edge.Rank[o - from];
                sums[rank] += first ? cost[o] : cost[o] - best;
                if (first) _least[edge.Barrier] = Math.Max(_least[edge.Barrier], rank);
                first = false;
                best = cost[o];
            }
            if (first) _least[edge.Barrier] = sums.Length;
            return;
        }
        var last = -1;
        for (var o = to - 1; o >= from; o--)
        {
            var rank = edge.Rank[o - from];
            if (rank < 0 || cost[o] >= best) continue;
            if (last < 0)
            {
                // Holds from rank 0 up to this rank; beyond it no option is left.
                sums[0] += cost[o];
                last = rank;
                _most[edge.Barrier] = Math.Min(_most[edge.Barrier], rank);
            }
            else
            {
                sums[0] += cost[o] - best;
                if (rank + 1 < sums.Length) sums[rank + 1] -= cost[o] - best;
            }
            best = cost[o];
        }
        if (last < 0) _most[edge.Barrier] = -1;
    }

    private void PassBarrier(int barrier, double[] cost)
    {
        var sums = _sums[barrier];
        double running = 0;
        for (var k = 0; k < sums.Length; k++)
        {
            running += sums[k];
            sums[k] = k < _least[barrier] || k > _most[barrier] ? Infinite : running;
        }
        double[] prefix = _prefix[barrier], suffix = _suffix[barrier];
        var least = Infinite;
        for (var k = 0; k < sums.Length; k++) prefix[k] = least = Math.Min(least, sums[k]);
        least = Infinite;
        for (var k = sums.Length - 1; k >= 0; k--) suffix[k] = least = Math.Min(least, sums[k]);
    }

    /// <summary>From the roots down: each node takes its cheapest option given its parent's.</summary>
    private double Trace(int node, double[] cost, int[] choice, int[] chosen)
    {
        var parent = _parentEdge[node] >= 0 ? _edges[_parentEdge[node]] : null;
        if (node >= _hosts)
        {
            var b = node - _hosts;
            int low = 0, high = _sums[b].Length - 1;
            if (parent is not null)
            {
                var rank = parent.Rank[choice[parent.Host] - _options.From[parent.Host]];
                if (parent.IsBefore) low = rank;
                else high = rank;
            }
            var best = -1;
            for (var k = low; k <= high; k++)
            {
                if (best < 0 || _sums[b][k] < _sums[b][best]) best = k;
            }
            chosen[b] = best;
            return parent is null ? _sums[b][best] : 0;
        }
        var pick = -1;
        int from = _options.From[node], to = _options.From[node + 1];
        for (var o = from; o < to; o++)
        {
            if (parent is not null)
            {
                var rank = parent.Rank[o - from];
                if (parent.IsBefore ? rank > chosen[parent.Barrier] : rank < chosen[parent.Barrier]) continue;
            }
            if (pick < 0 || cost[o] < cost[pick]) pick = o;
        }
        choice[node] = pick;
        return 0;
    }
}
