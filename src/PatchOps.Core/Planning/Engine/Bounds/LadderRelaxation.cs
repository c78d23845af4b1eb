using PatchOps.Core.Planning.Engine.Search;

namespace PatchOps.Core.Planning.Engine.Bounds;

/// <summary>
/// The priced problem on a <see cref="Ladder"/>, solved exactly by dynamic programming over the times at which levels open. Where there are
/// too many such times they are put into cells, which opens levels a little early and so only lowers the result.
/// </summary>
internal sealed class LadderRelaxation
{
    private const double Infinite = 1e300;
    private const int MaxCells = 256;
    private readonly Ladder _ladder;
    private readonly StartOptions _options;

    /// <summary>Per level: earliest and latest opening time of each cell. The first level opens at once.</summary>
    private readonly int[][] _low;
    private readonly int[][] _high;

    /// <summary>Per level and host of it: first option allowed per cell of the level.</summary>
    private readonly int[][][] _first;

    /// <summary>Per option: first cell of the next level that waits long enough for it.</summary>
    private readonly int[] _endCell;

    /// <summary>Per level and cell: first cell of the next level that is not before it.</summary>
    private readonly int[][] _leastNext;
    private readonly int[] _cheaper;
    private readonly double[][] _open;
    private readonly double[][] _total;
    private readonly int[] _chosen;

    public LadderRelaxation(CompiledInstance instance, StartOptions options, Ladder ladder)
    {
        _ladder = ladder;
        _options = options;
        var levels = ladder.Levels.Length;
        _low = new int[levels][];
        _high = new int[levels][];
        _first = new int[levels][][];
        _leastNext = new int[levels][];
        _open = new double[levels][];
        _total = new double[levels][];
        _chosen = new int[levels];
        _endCell = new int[options.Start.Length];
        _cheaper = new int[options.Start.Length];
        var cells = (int)Math.Clamp(4_000_000L / Math.Max(1, instance.Hosts), 12, MaxCells);
        (_low[0], _high[0]) = ([0], [0]);
        for (var l = 0; l + 1 < levels; l++) (_low[l + 1], _high[l + 1]) = Cells(instance, l, cells);
        for (var l = 0; l < levels; l++)
        {
            _first[l] = [.. ladder.Levels[l].Select(h => First(h, _low[l]))];
            Follow(instance, l);
            if (l + 1 == levels) break;
            _leastNext[l] = [.. _low[l].Select(t => CellOf(_high[l + 1], t))];
            foreach (var h in ladder.Levels[l]) Ends(instance, h, l);
        }
    }

    /// <summary>Latest end (lag included) of a level when the next opens in a cell; int.MaxValue where it never does.</summary>
    public int Deadline(int level, int cell) => cell < _high[level + 1].Length ? _high[level + 1][cell] : int.MaxValue;

    /// <summary>Cell of the next level after the one of some time, moved by a shift.</summary>
    public int CellAt(int level, int time, int shift) => time == int.MaxValue ? CellsAfter(level) : CellOf(_high[level + 1], time + shift);

    /// <summary>Cells between a level and the next; this many is the cell "never".</summary>
    public int CellsAfter(int level) => _high[level + 1].Length;

    /// <summary>Cell of the next level in the latest solution.</summary>
    public int ChosenCell(int level) => _chosen[level + 1];

    /// <param name="cost">Per option: reduced cost.</param>
    /// <param name="choice">Per host: the chosen option on return, for hosts of the ladder.</param>
    public double Solve(double[] cost, int[] choice)
    {
        var levels = _ladder.Levels.Length;
        foreach (var level in _ladder.Levels)
        {
            foreach (var h in level) LinkCheaper(h, cost);
        }
        for (var l = levels - 1; l >= 0; l--) SolveLevel(l, cost);
        _chosen[0] = 0;
        for (var l = 0; l < levels; l++)
        {
            var next = int.MaxValue;
            if (l + 1 < levels)
            {
                next = _chosen[l] >= _low[l].Length ? _low[l + 1].Length : Next(l, _chosen[l]);
                _chosen[l + 1] = next;
            }
            for (var i = 0; i < _ladder.Levels[l].Length; i++) choice[_ladder.Levels[l][i]] = Choose(l, i, _chosen[l], next, cost);
        }
        return _total[0][0];
    }

    /// <summary>Cost of level <paramref name="l"/> for every pair of its own opening and the next one's, then the best continuation.</summary>
    private void SolveLevel(int l, double[] cost)
    {
        var last = l + 1 == _ladder.Levels.Length;
        int rows = _low[l].Length, columns = last ? 1 : _low[l + 1].Length + 1;
        var open = _open[l] ??= new double[rows * columns];
        Array.Clear(open);
        Span<int> feasibleFrom = rows <= 512 ? stackalloc int[rows] : new int[rows];
        feasibleFrom.Clear();
        double never = 0;
        for (var i = 0; i < _ladder.Levels[l].Length; i++)
        {
            var h = _ladder.Levels[l][i];
            var leave = LeaveCost(h, cost);
            never = Math.Min(Infinite, never + leave);
            var alwaysLeft = last || !_ladder.HoldsBack[h];
            for (var k = 0; k < rows; k++)
            {
                var row = open.AsSpan(k * columns, columns);
                var best = Infinite;
                if (alwaysLeft && leave < Infinite) row[0] += best = leave;
                for (var o = _first[l][i][k]; o >= 0; o = _cheaper[o])
                {
                    if (cost[o] >= best) continue;
                    var at = last ? 0 : _endCell[o];
                    row[at] += best >= Infinite ? cost[o] : cost[o] - best;
                    if (best >= Infinite) feasibleFrom[k] = Math.Max(feasibleFrom[k], at);
                    best = cost[o];
                }
                if (!alwaysLeft && leave < best)
                {
                    row[columns - 1] += best >= Infinite ? leave : leave - best;
                    if (best >= Infinite) feasibleFrom[k] = Math.Max(feasibleFrom[k], columns - 1);
                    best = leave;
                }
                if (best >= Infinite) feasibleFrom[k] = columns;
            }
        }
        var total = _total[l] ??= new double[rows + 1];
        var behind = last ? null : _total[l + 1];
        for (var k = 0; k < rows; k++)
        {
            double running = 0, least = Infinite;
            for (var j = 0; j < columns; j++)
            {
                running += open[k * columns + j];
                open[k * columns + j] = j < feasibleFrom[k] || (!last && j < _leastNext[l][k]) ? Infinite : Math.Min(Infinite, running + (behind is null ? 0 : behind[j]));
                least = Math.Min(least, open[k * columns + j]);
            }
            total[k] = least;
        }
        // The level never opens: all of it and all behind it are left over.
        total[rows] = Math.Min(Infinite, never + (behind is null ? 0 : behind[^1]));
    }

    private int Next(int level, int cell)
    {
        var columns = _low[level + 1].Length + 1;
        var best = columns - 1;
        for (var j = columns - 1; j >= 0; j--)
        {
            if (_open[level][cell * columns + j] <= _open[level][cell * columns + best]) best = j;
        }
        return best;
    }

    private int Choose(int level, int index, int cell, int next, double[] cost)
    {
        var host = _ladder.Levels[level][index];
        var to = _options.From[host + 1];
        var last = level + 1 == _ladder.Levels.Length;
        var hasNever = _options.Start[to - 1] == StartOptions.Never;
        var pick = hasNever && (last || !_ladder.HoldsBack[host] || next >= _low[level + 1].Length || cell >= _low[level].Length) ? to - 1 : -1;
        if (cell >= _low[level].Length) return pick >= 0 ? pick : to - 1;
        for (var o = _first[level][index][cell]; o >= 0; o = _cheaper[o])
        {
            if ((last || _endCell[o] <= next) && (pick < 0 || cost[o] < cost[pick])) pick = o;
        }
        return pick >= 0 ? pick : to - 1;
    }

    private double LeaveCost(int host, double[] cost)
    {
        var o = _options.From[host + 1] - 1;
        return _options.Start[o] == StartOptions.Never ? cost[o] : Infinite;
    }

    /// <summary>Per option the next one that is cheaper; leaving over is not among them.</summary>
    private void LinkCheaper(int host, double[] cost)
    {
        int from = _options.From[host], to = Starts(host);
        for (var o = to - 1; o >= from; o--)
        {
            var next = o + 1 < to ? o + 1 : -1;
            while (next >= 0 && cost[next] >= cost[o]) next = _cheaper[next];
            _cheaper[o] = next;
        }
    }

    /// <summary>End of the host's options that are starts.</summary>
    private int Starts(int host) => _options.From[host + 1] - (_options.Start[_options.From[host + 1] - 1] == StartOptions.Never ? 1 : 0);

    private int[] First(int host, int[] low)
    {
        var first = new int[low.Length];
        int o = _options.From[host], to = Starts(host);
        for (var k = 0; k < low.Length; k++)
        {
            while (o < to && _options.Latest[o] < low[k]) o++;
            first[k] = o < to ? o : -1;
        }
        return first;
    }

    /// <summary>A host that needs another of its level starts after the earliest end that the other can have once the level is open.</summary>
    private void Follow(CompiledInstance instance, int level)
    {
        var at = new Dictionary<int, int>();
        for (var i = 0; i < _ladder.Levels[level].Length; i++) at[_ladder.Levels[level][i]] = i;
        var waits = new Dictionary<int, int>();
        foreach (var h in at.Keys) waits[h] = Needs(h).Count();
        var ready = new Queue<int>(_ladder.Levels[level].Where(h => waits[h] == 0));
        while (ready.TryDequeue(out var needed))
        {
            foreach (var b in instance.Precedes[needed])
            {
                if (Binds(b)) foreach (var host in instance.After[b]) if (at.ContainsKey(host)) Push(b, needed, host);
            }
        }

        void Push(int barrier, int needed, int host)
        {
            int[] before = _first[level][at[needed]], after = _first[level][at[host]];
            int lag = instance.Duration[needed] + instance.Lag[barrier], to = Starts(host);
            for (var k = 0; k < after.Length; k++)
            {
                if (before[k] < 0) after[k] = -1;
                while (after[k] >= 0 && _options.Latest[after[k]] < _options.Earliest[before[k]] + lag) after[k] = after[k] + 1 < to ? after[k] + 1 : -1;
            }
            if (--waits[host] == 0) ready.Enqueue(host);
        }

        IEnumerable<(int, int)> Needs(int host) => instance.Follows[host].Where(Binds).SelectMany(b => instance.Before[b].Where(at.ContainsKey).Select(n => (b, n)));

        bool Binds(int barrier) => !_ladder.IsRung[barrier] && !instance.IgnoresUnplaced[barrier];
    }

    private void Ends(CompiledInstance instance, int host, int level)
    {
        int from = _options.From[host], to = Starts(host), lag = _ladder.Lag[level] + instance.Duration[host];
        var cells = _low[level + 1].Length;
        for (var o = from; o < to; o++) _endCell[o] = Math.Min(cells, CellOf(_high[level + 1], _options.Earliest[o] + lag));
        // Overlapping windows can make ends fall; evening them out to the early side keeps the bound valid.
        for (var o = to - 2; o >= from; o--) _endCell[o] = Math.Min(_endCell[o], _endCell[o + 1]);
    }

    /// <summary>First cell whose latest time is not before a time; the number of cells where all are.</summary>
    private static int CellOf(int[] high, int time)
    {
        var at = Array.BinarySearch(high, time);
        return at >= 0 ? at : ~at;
    }

    /// <summary>A level can open where one before it can end; neighbouring times share a cell where there are too many.</summary>
    private (int[] Low, int[] High) Cells(CompiledInstance instance, int level, int most)
    {
        // The cells of the level before hold its times only by their ends, which is all that is kept of them here.
        var times = new HashSet<int>(_low[level].Concat(_high[level]));
        foreach (var h in _ladder.Levels[level])
        {
            var lag = _ladder.Lag[level] + instance.Duration[h];
            for (var o = _options.From[h]; o < Starts(h); o++) times.Add(_options.Earliest[o] + lag);
        }
        var sorted = times.ToArray();
        Array.Sort(sorted);
        if (sorted.Length <= most) return (sorted, sorted);
        // The widest cell is parted at its widest gap, or in the middle where its times lie evenly: times of one night stay together.
        var cells = new PriorityQueue<(int From, int To), (int, int)>();
        void Add(int from, int to) => cells.Enqueue((from, to), (sorted[from] - sorted[to], from));
        Add(0, sorted.Length - 1);
        while (cells.Count < most)
        {
            var (from, to) = cells.Dequeue();
            var cut = from + 1;
            for (var i = from + 2; i <= to; i++)
                if (sorted[i] - sorted[i - 1] > sorted[cut] - sorted[cut - 1]) cut = i;
            if ((sorted[cut] - sorted[cut - 1]) * 4L < sorted[to] - sorted[from])
            {
                cut = Array.BinarySearch(sorted, from, to - from + 1, sorted[from] + (sorted[to] - sorted[from]) / 2);
                cut = Math.Clamp(cut >= 0 ? cut : ~cut, from + 1, to);
            }
            Add(from, cut - 1);
            Add(cut, to);
        }
        var found = cells.UnorderedItems.Select(c => c.Element).OrderBy(c => c.From).ToList();
        return ([.. found.Select(c => sorted[c.From])], [.. found.Select(c => sorted[c.To])]);
    }
}
