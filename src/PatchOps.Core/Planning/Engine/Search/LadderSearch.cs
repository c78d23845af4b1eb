using PatchOps.Core.Planning.Engine.Bounds;

namespace PatchOps.Core.Planning.Engine.Search;

/// <summary>
/// Searches for the times at which stages and rings close: a host that misses its level's closing is put in last or left over, and
/// everybody behind goes earlier. Starts from the times that the relaxation chooses.
/// </summary>
internal sealed class LadderSearch(CompiledInstance instance, Ladder ladder, LadderRelaxation relaxation)
{
    private readonly int[] _latest = new int[instance.Hosts];
    private readonly double[] _urged = new double[instance.Hosts];

    /// <summary>Tables of plans that were no better, to be used again.</summary>
    private readonly Stack<Timetable> _spare = [];

    /// <summary>The plan that keeps to the relaxation's present closing times.</summary>
    public Timetable Build(double[] keys) => Build(Cells(), keys);

    /// <summary>Moves one closing time at a time, alone or with those behind it, as long as that helps.</summary>
    /// <param name="keys">Order inside a level, lowest first.</param>
    /// <param name="plans">Plans to build at most.</param>
    /// <param name="isOver">True when time is up.</param>
    public Timetable Climb(double[] keys, int plans, Func<bool> isOver)
    {
        var cells = Cells();
        var best = Build(cells, keys);
        for (var improved = true; improved;)
        {
            improved = false;
            for (var l = 0; l < cells.Length; l++)
            {
                foreach (var next in Neighbours(cells, l))
                {
                    if (plans-- <= 0 || isOver()) return best;
                    var table = Build(next, keys);
                    var better = table.Ranked < best.Ranked - 1e-9;
                    _spare.Push(better ? best : table);
                    if (better) (best, cells, improved) = (table, next, true);
                }
            }
        }
        return best;
    }

    private int[] Cells() => [.. Enumerable.Range(0, ladder.Lag.Length).Select(relaxation.ChosenCell)];

    private IEnumerable<int[]> Neighbours(int[] cells, int level)
    {
        var count = relaxation.CellsAfter(level);
        for (var step = 1; step <= count; step *= 2)
        {
            foreach (var cell in (int[])[cells[level] - step, cells[level] + step])
            {
                if (cell < 0 || cell > count) continue;
                var alone = (int[])cells.Clone();
                alone[level] = cell;
                yield return alone;
                if (cell == count || cells[level] == count || level + 1 == cells.Length) continue;
                var along = (int[])alone.Clone();
                var shift = relaxation.Deadline(level, cell) - relaxation.Deadline(level, cells[level]);
                for (var l = level + 1; l < cells.Length; l++) along[l] = relaxation.CellAt(l, relaxation.Deadline(l, cells[l]), shift);
                yield return along;
            }
        }
    }

    private Timetable Build(int[] cells, double[] keys)
    {
        Urge(keys);
        Array.Fill(_latest, int.MaxValue);
        for (var l = 0; l < cells.Length; l++)
        {
            var closes = relaxation.Deadline(l, cells[l]);
            if (closes == int.MaxValue) continue;
            foreach (var h in ladder.Levels[l])
            {
                // Without some nothing may follow: they take the time that they need.
                if (!ladder.HoldsBack[h]) _latest[h] = closes - ladder.Lag[l] - instance.Duration[h];
            }
        }
        if (_spare.TryPop(out var table)) table.Clear();
        return Construction.Build(instance, _urged, _latest, table);
    }

    /// <summary>Those without whom nothing may follow come before the others of their level, whatever they weigh: everybody behind waits for them.</summary>
    private void Urge(double[] keys)
    {
        if (keys.Length == 0) return;
        var span = keys.Max() - keys.Min() + 1;
        for (var h = 0; h < keys.Length; h++) _urged[h] = ladder.HoldsBack[h] ? keys[h] - span : keys[h];
    }
}
