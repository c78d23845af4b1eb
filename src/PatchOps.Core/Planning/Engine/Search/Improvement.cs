namespace PatchOps.Core.Planning.Engine.Search;

/// <summary>
/// Bounded improvement: takes a few related hosts out and puts them back in another order, each into the cheapest place left
/// (ruin and recreate), accepting slightly worse plans while it is warm (simulated annealing).
/// </summary>
internal sealed class Improvement
{
    private const int MaxRuin = 40;
    private readonly CompiledInstance _instance;
    private readonly Timetable _table;
    private readonly SeededRandom _random;
    private readonly WindowMembers _members;
    private readonly int[] _ruined = new int[MaxRuin];
    private readonly int[] _oldSlot = new int[MaxRuin];
    private readonly int[] _oldStart = new int[MaxRuin];
    private readonly double[] _keys = new double[MaxRuin];
    private readonly bool[] _isRuined;
    private readonly double[] _scores;
    private readonly double[] _leastScore;
    private readonly double[] _secondScore;
    private readonly List<int> _left = [];
    private readonly int[] _bestSlot;
    private readonly int[] _bestStart;
    private double _bestRanked;
    private bool _bestIsCurrent = true;
    private int _count;

    /// <param name="instance">The instance.</param>
    /// <param name="table">The plan to improve, in place.</param>
    /// <param name="scores">Cost plus price per slot: guidance only.</param>
    /// <param name="random">Source of choices.</param>
    public Improvement(CompiledInstance instance, Timetable table, double[] scores, SeededRandom random)
    {
        _scores = scores;
        _leastScore = new double[instance.Hosts];
        _secondScore = new double[instance.Hosts];
        for (var h = 0; h < instance.Hosts; h++)
        {
            double least = double.MaxValue, second = double.MaxValue;
            for (var s = instance.SlotFrom[h]; s < instance.SlotFrom[h + 1]; s++)
            {
                if (scores[s] < least) (least, second) = (scores[s], least);
                else if (scores[s] < second) second = scores[s];
            }
            _leastScore[h] = least;
            _secondScore[h] = second;
        }
        _instance = instance;
        _table = table;
        _random = random;
        _members = new WindowMembers(instance, table);
        _isRuined = new bool[instance.Hosts];
        _bestSlot = (int[])table.Slot.Clone();
        _bestStart = (int[])table.Start.Clone();
        _bestRanked = table.Ranked;
        for (var h = 0; h < instance.Hosts; h++)
        {
            if (table.Slot[h] < 0) _left.Add(h);
        }
    }

    /// <summary>The best plan's cost, hosts left over counted as in <see cref="Timetable.Ranked"/>.</summary>
    public double BestRanked => _bestRanked;

    /// <summary>One step; <paramref name="temperature"/> is in units of the objective.</summary>
    public void Step(double temperature)
    {
        var host = _left.Count > 0 && _random.Next(4) == 0 ? _left[_random.Next(_left.Count)] : Culprit();
        _count = 0;
        Choose(host);
        if (_count == 0) return;
        var before = _table.Ranked;
        for (var i = 0; i < _count; i++)
        {
            var h = _ruined[i];
            _oldSlot[i] = _table.Slot[h];
            _oldStart[i] = _table.Start[h];
            if (_oldSlot[i] >= 0) Take(h);
        }
        Recreate();
        var after = _table.Ranked;
        var accept = after <= before + 1e-9 || (temperature > 0 && after < before - temperature * Math.Log(Math.Max(1e-300, _random.NextDouble())));
        if (accept && LeavesNoGap())
        {
            Settle(before, after);
        }
        else
        {
            Undo();
        }
        for (var i = 0; i < _count; i++) _isRuined[_ruined[i]] = false;
    }

    /// <summary>Puts the best plan seen back into the timetable.</summary>
    public void Restore()
    {
        if (!_bestIsCurrent)
        {
            for (var h = 0; h < _instance.Hosts; h++)
            {
                if (_table.Slot[h] >= 0) _table.Remove(h);
            }
            for (var h = 0; h < _instance.Hosts; h++)
            {
                if (_bestSlot[h] >= 0) _table.Place(h, _bestSlot[h], _bestStart[h]);
            }
            _bestIsCurrent = true;
        }
        _table.Recount();
    }

    /// <summary>Of a few random hosts, the one whose place is worst against the prices: what is lost to the bound is lost there.</summary>
    private int Culprit()
    {
        var best = _random.Next(_instance.Hosts);
        var bestExcess = Excess(best);
        for (var i = _random.Next(4); i > 0; i--)
        {
            var other = _random.Next(_instance.Hosts);
            var excess = Excess(other);
            if (excess <= bestExcess) continue;
            best = other;
            bestExcess = excess;
        }
        return best;
    }

    private double Excess(int host) => _table.Slot[host] < 0 ? 0 : _scores[_table.Slot[host]] - _leastScore[host];

    private void Settle(double before, double after)
    {
        if (_bestIsCurrent && after > before + 1e-9)
        {
            // Leaving the best plan: remember it. What changed is known, so only at this moment is a whole copy taken.
            Array.Copy(_table.Slot, _bestSlot, _bestSlot.Length);
            Array.Copy(_table.Start, _bestStart, _bestStart.Length);
            for (var i = 0; i < _count; i++)
            {
                _bestSlot[_ruined[i]] = _oldSlot[i];
                _bestStart[_ruined[i]] = _oldStart[i];
            }
            _bestRanked = before;
            _bestIsCurrent = false;
        }
        else if (!_bestIsCurrent && after < _bestRanked - 1e-9)
        {
            _bestIsCurrent = true;
        }
        if (_bestIsCurrent) _bestRanked = after;
        for (var i = 0; i < _count; i++)
        {
            var h = _ruined[i];
            if (_oldSlot[i] < 0 && _table.Slot[h] >= 0) _left.Remove(h);
            if (_oldSlot[i] >= 0 && _table.Slot[h] < 0) _left.Add(h);
        }
    }

    private void Undo()
    {
        for (var i = 0; i < _count; i++)
        {
            if (_table.Slot[_ruined[i]] >= 0) Take(_ruined[i]);
        }
        for (var i = 0; i < _count; i++)
        {
            if (_oldSlot[i] >= 0) Put(_ruined[i], _oldSlot[i], _oldStart[i]);
        }
    }

    /// <summary>A host left over must not have placed hosts that wait for it.</summary>
    private bool LeavesNoGap()
    {
        for (var i = 0; i < _count; i++)
        {
            var h = _ruined[i];
            if (_table.Slot[h] >= 0 || _oldSlot[i] < 0) continue;
            foreach (var b in _instance.Precedes[h])
            {
                if (!_instance.HoldsBack(h, b)) continue;
                foreach (var after in _instance.After[b])
                {
                    if (_table.Slot[after] >= 0) return false;
                }
            }
        }
        return true;
    }

    private void Choose(int host)
    {
        if (_random.Next(10) < 7)
        {
            Chain(host);
            return;
        }
        Ruin(host);
        int from = _instance.SlotFrom[host], count = _instance.SlotFrom[host + 1] - from;
        if (count == 0) return;
        var current = _table.Slot[host];
        // Aim at a window before the host's own (any, for a host left over) and make room there.
        var earlier = current < 0 ? count : current - from;
        var kind = _random.Next(4);
        var window = _instance.Slots[from + _random.Next(kind > 0 && earlier > 0 ? earlier : count)].Window;
        var size = 1 + _random.Next(kind == 0 ? 8 : 3);
        for (var i = 0; i < size; i++)
        {
            var other = _members.Pick(window, _random);
            if (other < 0) break;
            Ruin(other);
        }
        if (kind < 2) ChooseNeighbours(host);
    }

    /// <summary>
    /// An ejection chain along the prices: the host aims at a slot that suits it better, a host there that loses little makes room and
    /// aims in turn. Where a dependency holds the host back, those it waits for are moved first and those that wait beside it follow.
    /// </summary>
    private void Chain(int host)
    {
        var depth = 1 + _random.Next(4);
        for (var i = 0; i < depth && host >= 0; i++)
        {
            Ruin(host);
            var target = Aim(host);
            if (target < 0) return;
            var slot = _instance.Slots[target];
            foreach (var b in _instance.Follows[host]) Unblock(b, slot.High);
            foreach (var b in _instance.Precedes[host]) Postpone(b, slot.Low + _instance.Duration[host] + _instance.Lag[b]);
            foreach (var l in _instance.LimitsOf[host]) UnblockPeers(l, host, slot);
            host = Weakest(slot.Window);
        }
        if (host >= 0) Ruin(host);
    }

    /// <summary>The better of a few random slots, any but the present one.</summary>
    private int Aim(int host)
    {
        int from = _instance.SlotFrom[host], count = _instance.SlotFrom[host + 1] - from, current = _table.Slot[host];
        var best = -1;
        for (var i = 0; i < 3 && count > 0; i++)
        {
            var s = from + _random.Next(count);
            if (s != current && (best < 0 || _scores[s] < _scores[best])) best = s;
        }
        return best;
    }

    /// <summary>Among a few hosts in the window, the one that would lose least elsewhere.</summary>
    private int Weakest(int window)
    {
        int best = -1;
        var bestLoss = double.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var other = _members.Pick(window, _random);
            if (other < 0 || _isRuined[other]) continue;
            var loss = _secondScore[other] - _scores[_table.Slot[other]];
            if (loss >= bestLoss) continue;
            bestLoss = loss;
            best = other;
        }
        return best;
    }

    /// <summary>Those that wait for the host and start too early for it to come at its target.</summary>
    private void Postpone(int barrier, int earliest)
    {
        foreach (var h in _instance.After[barrier])
        {
            if (_count == MaxRuin) return;
            if (_table.Slot[h] < 0 || _table.Start[h] >= earliest) continue;
            Ruin(h);
            var target = Aim(h);
            var other = target < 0 ? -1 : Weakest(_instance.Slots[target].Window);
            if (other >= 0) Ruin(other);
        }
    }

    private void Unblock(int barrier, int latest)
    {
        var blocked = false;
        foreach (var h in _instance.Before[barrier])
        {
            if (_count == MaxRuin) return;
            if (_table.Slot[h] < 0 || _table.Start[h] + _instance.Duration[h] + _instance.Lag[barrier] <= latest) continue;
            blocked = true;
            Ruin(h);
            var target = Aim(h);
            if (target < 0) continue;
            var other = Weakest(_instance.Slots[target].Window);
            if (other >= 0) Ruin(other);
        }
        if (!blocked) return;
        var after = _instance.After[barrier];
        if (after.Length <= MaxRuin) foreach (var h in after) Ruin(h);
    }

    private void UnblockPeers(int limit, int host, CompiledInstance.Slot slot)
    {
        var members = _instance.LimitMembers[limit];
        if (members.Length > 32) return;
        foreach (var h in members)
        {
            if (h != host && _table.Slot[h] >= 0 && _instance.Slots[_table.Slot[h]].Window == slot.Window) Ruin(h);
        }
    }

    private void ChooseNeighbours(int host)
    {
        foreach (var b in _instance.Precedes[host])
        {
            var after = _instance.After[b];
            for (var i = 0; i < Math.Min(4, after.Length); i++) Ruin(after[_random.Next(after.Length)]);
        }
        foreach (var b in _instance.Follows[host])
        {
            var before = _instance.Before[b];
            for (var i = 0; i < Math.Min(4, before.Length); i++) Ruin(before[_random.Next(before.Length)]);
        }
        foreach (var l in _instance.LimitsOf[host])
        {
            var members = _instance.LimitMembers[l];
            if (members.Length > 64) continue;
            for (var i = 0; i < 2; i++) Ruin(members[_random.Next(members.Length)]);
        }
    }

    private void Ruin(int host)
    {
        if (_count == MaxRuin || _isRuined[host]) return;
        _isRuined[host] = true;
        _ruined[_count++] = host;
    }

    private void Recreate()
    {
        var kind = _random.Next(8);
        for (var i = 0; i < _count; i++)
        {
            var h = _ruined[i];
            var weight = _instance.Weight[h] / _instance.Duration[h];
            _keys[i] = kind switch
            {
                0 => -_random.NextDouble(),
                1 or 4 => i,
                2 => _instance.SlotFrom[h + 1] - _instance.SlotFrom[h],
                3 => -weight,
                _ => -weight * (0.5 + _random.NextDouble()),
            };
        }
        // The host that the step is about goes first more often than not.
        if (_random.Next(3) > 0) _keys[0] = double.NegativeInfinity;
        SortWithOld();
        var remaining = _count;
        Span<bool> done = stackalloc bool[MaxRuin];
        while (remaining > 0)
        {
            var progressed = false;
            for (var i = 0; i < _count; i++)
            {
                if (done[i]) continue;
                if (!_table.IsReady(_ruined[i])) continue;
                done[i] = true;
                remaining--;
                progressed = true;
                var (slot, start) = _table.Earliest(_ruined[i]);
                if (slot >= 0) Put(_ruined[i], slot, start);
                else if (_left.Count == 0 && _oldSlot[i] >= 0) return;
                if (_instance.Precedes[_ruined[i]].Length > 0) break;
            }
            if (!progressed) return;
        }
    }

    private void SortWithOld()
    {
        for (var i = 1; i < _count; i++)
        {
            for (var j = i; j > 0 && _keys[j] < _keys[j - 1]; j--)
            {
                (_keys[j], _keys[j - 1]) = (_keys[j - 1], _keys[j]);
                (_ruined[j], _ruined[j - 1]) = (_ruined[j - 1], _ruined[j]);
                (_oldSlot[j], _oldSlot[j - 1]) = (_oldSlot[j - 1], _oldSlot[j]);
                (_oldStart[j], _oldStart[j - 1]) = (_oldStart[j - 1], _oldStart[j]);
            }
        }
    }

    private void Take(int host)
    {
        _members.Remove(host, _instance.Slots[_table.Slot[host]].Window);
        _table.Remove(host);
    }

    private void Put(int host, int slot, int start)
    {
        _table.Place(host, slot, start);
        _members.Add(host, _instance.Slots[slot].Window);
    }
}
