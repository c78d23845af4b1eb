using PatchOps.Core.Planning.Engine.Search;

namespace PatchOps.Core.Planning.Engine.Projects;

/// <summary>
/// Schedule generation schemes on the engine's usage meters, forwards and (on the mirrored project) backwards. Every pass counts as one schedule.
/// </summary>
internal sealed class ScheduleGenerator
{
    private readonly ProjectInstance _project;
    private readonly DenseMeter[] _meters;
    private readonly int[][] _needs;

    public ScheduleGenerator(ProjectInstance project)
    {
        _project = project;
        var horizon = project.Durations.Sum() + 1;
        _meters = [.. project.Capacities.Select(c => new DenseMeter(c, 0, horizon))];
        _needs = [.. project.Demands.Select(d => Enumerable.Range(0, d.Length).Where(r => d[r] > 0).ToArray())];
    }

    /// <summary>Schedules generated so far.</summary>
    public int Generated { get; private set; }

    /// <summary>Serial scheme: each activity of the list at its earliest feasible start.</summary>
    /// <param name="list">Every activity after its predecessors (after its successors when <paramref name="mirrored"/>).</param>
    /// <param name="start">Filled with starts; when mirrored, times run backwards from the project's end.</param>
    /// <param name="mirrored">Swaps predecessors and successors.</param>
    /// <returns>Makespan.</returns>
    public int Serial(int[] list, int[] start, bool mirrored = false)
    {
        Generated++;
        foreach (var meter in _meters) meter.Clear();
        var before = mirrored ? _project.Successors : _project.Predecessors;
        var makespan = 0;
        foreach (var a in list)
        {
            var t = 0;
            foreach (var p in before[a]) t = Math.Max(t, start[p] + _project.Durations[p]);
            start[a] = t = Fit(a, t);
            makespan = Math.Max(makespan, t + _project.Durations[a]);
        }
        return makespan;
    }

    /// <summary>Parallel scheme: at each decision time, starts whatever fits, lowest key first.</summary>
    public int Parallel(double[] keys, int[] start)
    {
        Generated++;
        foreach (var meter in _meters) meter.Clear();
        var waits = _project.Predecessors.Select(p => p.Length).ToArray();
        var eligible = new List<int>();
        var running = new PriorityQueue<int, int>();
        for (var a = 0; a < waits.Length; a++)
        {
            if (waits[a] == 0) eligible.Add(a);
        }
        int time = 0, makespan = 0;
        while (eligible.Count > 0 || running.Count > 0)
        {
            eligible.Sort((x, y) => keys[x] != keys[y] ? keys[x].CompareTo(keys[y]) : x.CompareTo(y));
            for (var i = 0; i < eligible.Count;)
            {
                var a = eligible[i];
                if (!Fits(a, time))
                {
                    i++;
                    continue;
                }
                Occupy(a, time);
                start[a] = time;
                running.Enqueue(a, time + _project.Durations[a]);
                eligible.RemoveAt(i);
            }
            if (!running.TryPeek(out _, out var next)) break;
            time = next;
            makespan = Math.Max(makespan, time);
            while (running.TryPeek(out var a, out var end) && end <= time)
            {
                running.Dequeue();
                foreach (var s in _project.Successors[a])
                {
                    if (--waits[s] == 0) eligible.Add(s);
                }
            }
        }
        return makespan;
    }

    /// <summary>
    /// Forward–backward improvement (double justification, Valls, Ballestín and Quintanilla 2005): shifts all to the right in order of
    /// their ends, then to the left in order of their starts. Two schedules; never longer than what it started from.
    /// </summary>
    public int Justify(int[] list, int[] start, int[] scratch)
    {
        OrderByEnd(list, start);
        var makespan = Serial(list, scratch, mirrored: true);
        for (var a = 0; a < scratch.Length; a++) scratch[a] = makespan - scratch[a] - _project.Durations[a];
        OrderByStart(list, scratch);
        return Serial(list, start);
    }

    /// <summary>Turns starts into a list that gives the same schedule or a better one.</summary>
    public void OrderByStart(int[] list, int[] start)
    {
        Array.Copy(_project.Order, list, list.Length);
        var keys = new long[list.Length];
        for (var i = 0; i < keys.Length; i++) keys[i] = ((long)start[list[i]] << 32) | (uint)i;
        Array.Sort(keys, list);
    }

    private void OrderByEnd(int[] list, int[] start)
    {
        Array.Copy(_project.Order, list, list.Length);
        var keys = new long[list.Length];
        for (var i = 0; i < keys.Length; i++) keys[i] = -(((long)(start[list[i]] + _project.Durations[list[i]]) << 32) | (uint)i);
        Array.Sort(keys, list);
    }

    private int Fit(int a, int t)
    {
        var duration = _project.Durations[a];
        var demands = _project.Demands[a];
        if (duration == 0) return t;
    again:
        foreach (var r in _needs[a])
        {
            var retry = _meters[r].RetryAt(t, t + duration, demands[r]);
            if (retry < 0) continue;
            t = retry;
            goto again;
        }
        Occupy(a, t);
        return t;
    }

    private bool Fits(int a, int t)
    {
        foreach (var r in _needs[a])
        {
            if (_meters[r].RetryAt(t, t + _project.Durations[a], _project.Demands[a][r]) >= 0) return false;
        }
        return true;
    }

    private void Occupy(int a, int t)
    {
        foreach (var r in _needs[a]) _meters[r].Add(t, t + _project.Durations[a], _project.Demands[a][r]);
    }
}
