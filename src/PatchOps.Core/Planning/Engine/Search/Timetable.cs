namespace PatchOps.Core.Planning.Engine.Search;

/// <summary>A partial plan that can be changed host by host; every placement it accepts respects all rules.</summary>
internal sealed class Timetable
{
    /// <summary>Limits with more members than this get one counter per step.</summary>
    private const int SparseMembers = 24;

    private readonly CompiledInstance _instance;
    private readonly UsageMeter?[] _limits;
    private readonly UsageMeter?[] _windows;
    private readonly int[] _windowCount;
    private readonly int[] _latestEnd;
    private readonly int[] _earliestStart;
    private readonly int[] _missingBefore;
    private readonly double _leftOverPenalty;
    private readonly double _nothingPlaced;

    public Timetable(CompiledInstance instance)
    {
        _instance = instance;
        Start = new int[instance.Hosts];
        Slot = new int[instance.Hosts];
        Array.Fill(Slot, -1);
        _limits = new UsageMeter?[instance.LimitCapacity.Length];
        for (var l = 0; l < _limits.Length; l++)
        {
            var capacity = instance.LimitCapacity[l];
            if (capacity == int.MaxValue) continue;
            _limits[l] = instance.LimitMembers[l].Length <= SparseMembers ? new SparseMeter(capacity) : new DenseMeter(capacity, 0, instance.Horizon);
        }
        _windows = new UsageMeter?[instance.WindowLow.Length];
        _windowCount = new int[instance.WindowLow.Length];
        _latestEnd = new int[instance.Lag.Length];
        _earliestStart = new int[instance.Lag.Length];
        _missingBefore = new int[instance.Lag.Length];
        foreach (var cost in instance.UnplacedCost) _nothingPlaced += cost;
        _leftOverPenalty = 10 * _nothingPlaced + 1;
        Begin();
    }

    /// <summary>Step of each placed host.</summary>
    public int[] Start { get; }

    /// <summary>Index into the instance's slots, or -1.</summary>
    public int[] Slot { get; }

    public int Unplaced { get; private set; }

    /// <summary>Objective, hosts left over included.</summary>
    public double Cost { get; private set; }

    /// <summary>Cost, in which one host more placed is worth more than anything else.</summary>
    public double Ranked => Cost + Unplaced * _leftOverPenalty;

    /// <summary>Takes everything out: a table for one more plan costs less than a new one.</summary>
    public void Clear()
    {
        for (var h = 0; h < Slot.Length; h++)
        {
            if (Slot[h] < 0) continue;
            Change(h, Slot[h], Start[h], -1);
            Slot[h] = -1;
        }
        Begin();
    }

    /// <summary>True when everything that the host waits for is placed (or does not matter).</summary>
    public bool IsReady(int host)
    {
        foreach (var b in _instance.Follows[host])
        {
            if (_missingBefore[b] == 0) continue;
            if (!_instance.IgnoresUnplaced[b]) return false;
            if (_instance.Required[b] is not { } required) continue;
            foreach (var h in required) if (Slot[h] < 0) return false;
        }
        return true;
    }

    /// <summary>Earliest step that what is placed before allows.</summary>
    public int EarliestStart(int host)
    {
        var earliest = 0;
        foreach (var b in _instance.Follows[host])
        {
            var end = LatestEnd(b);
            if (end != int.MinValue) earliest = Math.Max(earliest, end + _instance.Lag[b]);
        }
        return earliest;
    }

    /// <summary>Latest step at which the host may start so that those placed after it need not move.</summary>
    public int LatestStart(int host)
    {
        var latest = int.MaxValue;
        foreach (var b in _instance.Precedes[host])
        {
            var start = EarliestAfter(b);
            if (start != int.MaxValue) latest = Math.Min(latest, start - _instance.Lag[b] - _instance.Duration[host]);
        }
        return latest;
    }

    /// <summary>First start in a slot within the bounds that fits every limit; -1 where there is none.</summary>
    public int FirstFit(int host, int slot, int earliest, int latest)
    {
        var (window, low, high) = _instance.Slots[slot];
        if (_windowCount[window] >= _instance.WindowHosts[window]) return -1;
        var start = Math.Max(low, earliest);
        high = Math.Min(high, latest);
        var duration = _instance.Duration[host];
        var own = _windows[window];
        var limits = _instance.LimitsOf[host];
    again:
        if (start > high) return -1;
        var end = start + duration;
        if (own is not null)
        {
            var retry = own.RetryAt(start, end, 1);
            if (retry >= 0)
            {
                start = retry;
                goto again;
            }
        }
        foreach (var l in limits)
        {
            var retry = _limits[l]!.RetryAt(start, end, 1);
            if (retry < 0) continue;
            start = retry;
            goto again;
        }
        return start;
    }

    /// <summary>Cheapest, which is earliest, place not after a step; slot -1 where there is none.</summary>
    public (int Slot, int Start) Earliest(int host, int notAfter = int.MaxValue)
    {
        if (!IsReady(host)) return (-1, 0);
        int earliest = EarliestStart(host), latest = Math.Min(notAfter, LatestStart(host));
        int best = -1, bestStart = int.MaxValue;
        for (var s = _instance.FirstSlot(host, earliest); s < _instance.SlotFrom[host + 1]; s++)
        {
            if (_instance.Slots[s].Low >= bestStart || _instance.Slots[s].Low > latest) break;
            if (_instance.Slots[s].High < earliest) continue;
            var start = FirstFit(host, s, earliest, Math.Min(latest, bestStart - 1));
            if (start < 0) continue;
            best = s;
            bestStart = start;
        }
        return (best, bestStart);
    }

    public void Place(int host, int slot, int start)
    {
        Change(host, slot, start, 1);
        Slot[host] = slot;
        Start[host] = start;
        Unplaced--;
        Cost += _instance.Cost(host, start) - _instance.UnplacedCost[host];
        foreach (var b in _instance.Precedes[host])
        {
            _missingBefore[b]--;
            if (_latestEnd[b] != Unknown) _latestEnd[b] = Math.Max(_latestEnd[b], start + _instance.Duration[host]);
        }
        foreach (var b in _instance.Follows[host])
        {
            if (_earliestStart[b] != Unknown) _earliestStart[b] = Math.Min(_earliestStart[b], start);
        }
    }

    public void Remove(int host)
    {
        var start = Start[host];
        Change(host, Slot[host], start, -1);
        Slot[host] = -1;
        Unplaced++;
        Cost += _instance.UnplacedCost[host] - _instance.Cost(host, start);
        foreach (var b in _instance.Precedes[host])
        {
            _missingBefore[b]++;
            if (_latestEnd[b] == start + _instance.Duration[host]) _latestEnd[b] = Unknown;
        }
        foreach (var b in _instance.Follows[host])
        {
            if (_earliestStart[b] == start) _earliestStart[b] = Unknown;
        }
    }

    /// <summary>Costs add up rounding errors over millions of moves; this counts anew.</summary>
    public void Recount()
    {
        double cost = 0;
        for (var h = 0; h < Slot.Length; h++) cost += Slot[h] < 0 ? _instance.UnplacedCost[h] : _instance.Cost(h, Start[h]);
        Cost = cost;
    }

    private const int Unknown = int.MinValue + 1;

    private void Begin()
    {
        for (var b = 0; b < _missingBefore.Length; b++)
        {
            _missingBefore[b] = _instance.Before[b].Length;
            _latestEnd[b] = int.MinValue;
            _earliestStart[b] = int.MaxValue;
        }
        Unplaced = Slot.Length;
        Cost = _nothingPlaced;
    }

    private int LatestEnd(int barrier)
    {
        if (_latestEnd[barrier] != Unknown) return _latestEnd[barrier];
        var end = int.MinValue;
        foreach (var h in _instance.Before[barrier])
        {
            if (Slot[h] >= 0) end = Math.Max(end, Start[h] + _instance.Duration[h]);
        }
        return _latestEnd[barrier] = end;
    }

    private int EarliestAfter(int barrier)
    {
        if (_earliestStart[barrier] != Unknown) return _earliestStart[barrier];
        var start = int.MaxValue;
        foreach (var h in _instance.After[barrier])
        {
            if (Slot[h] >= 0) start = Math.Min(start, Start[h]);
        }
        return _earliestStart[barrier] = start;
    }

    private void Change(int host, int slot, int start, int amount)
    {
        var end = start + _instance.Duration[host];
        foreach (var l in _instance.LimitsOf[host]) _limits[l]!.Add(start, end, amount);
        var window = _instance.Slots[slot].Window;
        _windowCount[window] += amount;
        if (_instance.WindowConcurrent[window] == int.MaxValue) return;
        (_windows[window] ??= new DenseMeter(_instance.WindowConcurrent[window], _instance.WindowLow[window], _instance.WindowHigh[window]))
            .Add(start, end, amount);
    }
}
