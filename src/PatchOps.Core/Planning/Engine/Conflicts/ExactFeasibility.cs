using PatchOps.Core.Planning.Engine.Model;
using PatchOps.Core.Planning.Engine.Search;

namespace PatchOps.Core.Planning.Engine.Conflicts;

/// <summary>Decides by complete search whether all hosts of a small instance can be placed.</summary>
internal sealed class ExactFeasibility
{
    private readonly CompiledInstance _instance;
    private readonly Timetable _table;
    private readonly int[] _order;
    private readonly bool[] _likePrevious;
    private long _nodes;

    private ExactFeasibility(CompiledInstance instance, long nodes)
    {
        _instance = instance;
        _nodes = nodes;
        _table = new Timetable(instance);
        _order = Order(instance);
        _likePrevious = new bool[_order.Length];
        for (var i = 1; i < _order.Length; i++) _likePrevious[i] = Alike(_order[i - 1], _order[i]);
    }

    /// <param name="source">The instance.</param>
    /// <param name="nodes">Search nodes at most.</param>
    /// <param name="work">What it took, roughly in microseconds, and the same on every machine.</param>
    /// <returns>True or false where proven; null when the budget of search nodes ran out.</returns>
    public static bool? Decide(PlanningInstance source, long nodes, out long work)
    {
        var instance = new CompiledInstance(source);
        work = 50 + (30L * instance.Hosts) + instance.Slots.Length + ((long)instance.LimitCapacity.Count(c => c < int.MaxValue) * instance.Horizon / 500);
        for (var h = 0; h < instance.Hosts; h++)
        {
            if (instance.SlotFrom[h] == instance.SlotFrom[h + 1]) return false;
        }
        if (Construction.Ranking(instance).Unplaced == 0) return true;
        if (LacksRoom(instance) || !CountsMatch(instance)) return false;
        var search = new ExactFeasibility(instance, nodes);
        var found = search.Place(0);
        work += nodes - search._nodes;
        return !found && search._nodes <= 0 ? null : found;
    }

    private bool Place(int depth)
    {
        if (depth == _order.Length) return true;
        var host = _order[depth];
        var earliest = _table.EarliestStart(host);
        // Hosts that no rule tells apart need not be tried in both orders.
        int firstSlot = _instance.SlotFrom[host], firstStart = int.MinValue;
        if (_likePrevious[depth])
        {
            var twin = _order[depth - 1];
            firstSlot += _table.Slot[twin] - _instance.SlotFrom[twin];
            firstStart = _table.Start[twin];
        }
        for (var s = firstSlot; s < _instance.SlotFrom[host + 1]; s++)
        {
            var from = s == firstSlot ? Math.Max(earliest, firstStart) : earliest;
            for (var start = _table.FirstFit(host, s, from, int.MaxValue); start >= 0; start = _table.FirstFit(host, s, start + 1, int.MaxValue))
            {
                if (--_nodes <= 0) return false;
                _table.Place(host, s, start);
                if (Place(depth + 1)) return true;
                _table.Remove(host);
                if (_nodes <= 0) return false;
            }
        }
        return false;
    }

    /// <summary>Those waited for come first; among the ready, those with least choice, and twins side by side.</summary>
    private static int[] Order(CompiledInstance instance)
    {
        var pending = instance.Before.Select(b => b.Length).ToArray();
        var waits = new int[instance.Hosts];
        for (var b = 0; b < pending.Length; b++)
        {
            if (pending[b] == 0) continue;
            foreach (var h in instance.After[b]) waits[h]++;
        }
        var ready = new PriorityQueue<int, (int, int, int)>();
        void Add(int h)
        {
            var choices = 0;
            for (var s = instance.SlotFrom[h]; s < instance.SlotFrom[h + 1]; s++) choices += instance.Slots[s].High - instance.Slots[s].Low + 1;
            ready.Enqueue(h, (choices, instance.SlotFrom[h] < instance.SlotFrom[h + 1] ? instance.Slots[instance.SlotFrom[h]].Window : -1, h));
        }
        for (var h = 0; h < instance.Hosts; h++)
        {
            if (waits[h] == 0) Add(h);
        }
        var order = new List<int>();
        while (ready.TryDequeue(out var h, out _))
        {
            order.Add(h);
            foreach (var b in instance.Precedes[h])
            {
                if (--pending[b] > 0) continue;
                foreach (var a in instance.After[b])
                {
                    if (--waits[a] == 0) Add(a);
                }
            }
        }
        return [.. order];
    }

    private bool Alike(int a, int b) =>
        _instance.Duration[a] == _instance.Duration[b]
        && _instance.Follows[a].SequenceEqual(_instance.Follows[b]) && _instance.Precedes[a].SequenceEqual(_instance.Precedes[b])
        && _instance.LimitsOf[a].SequenceEqual(_instance.LimitsOf[b])
        && _instance.Slots.AsSpan(_instance.SlotFrom[a].._instance.SlotFrom[a + 1]).SequenceEqual(_instance.Slots.AsSpan(_instance.SlotFrom[b].._instance.SlotFrom[b + 1]));

    /// <summary>A limit whose members need more steps than all their windows together offer.</summary>
    private static bool LacksRoom(CompiledInstance instance)
    {
        for (var l = 0; l < instance.LimitCapacity.Length; l++)
        {
            if (instance.LimitCapacity[l] == int.MaxValue) continue;
            long needed = 0;
            var covered = new bool[instance.Horizon];
            foreach (var h in instance.LimitMembers[l])
            {
                needed += instance.Duration[h];
                for (var s = instance.SlotFrom[h]; s < instance.SlotFrom[h + 1]; s++)
                    Array.Fill(covered, true, instance.Slots[s].Low, instance.Slots[s].High + instance.Duration[h] - instance.Slots[s].Low);
            }
            if (needed > (long)instance.LimitCapacity[l] * covered.Count(c => c)) return true;
        }
        return false;
    }

    /// <summary>Hosts to windows by augmenting paths, windows holding as many as their capacity allows of the shortest host.</summary>
    private static bool CountsMatch(CompiledInstance instance)
    {
        var shortest = instance.Duration.Min();
        var room = new long[instance.WindowLow.Length];
        var holds = new List<int>[room.Length];
        for (var w = 0; w < room.Length; w++)
        {
            holds[w] = [];
            room[w] = Math.Min(instance.WindowHosts[w], instance.WindowConcurrent[w] == int.MaxValue
                ? int.MaxValue : (long)instance.WindowConcurrent[w] * ((instance.WindowHigh[w] - instance.WindowLow[w]) / shortest));
        }
        for (var h = 0; h < instance.Hosts; h++)
        {
            if (!Augment(h, new bool[room.Length])) return false;
        }
        return true;

        bool Augment(int h, bool[] seen)
        {
            for (var s = instance.SlotFrom[h]; s < instance.SlotFrom[h + 1]; s++)
            {
                var w = instance.Slots[s].Window;
                if (seen[w]) continue;
                seen[w] = true;
                if (holds[w].Count < room[w])
                {
                    holds[w].Add(h);
                    return true;
                }
                for (var i = 0; i < holds[w].Count; i++)
                {
                    if (!Augment(holds[w][i], seen)) continue;
                    holds[w][i] = h;
                    return true;
                }
            }
            return false;
        }
    }
}
