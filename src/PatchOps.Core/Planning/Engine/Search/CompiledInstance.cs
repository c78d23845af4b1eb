using PatchOps.Core.Planning.Engine.Model;

namespace PatchOps.Core.Planning.Engine.Search;

/// <summary>An instance on a grid of whole time steps, as flat arrays. Rounding is conservative: windows shrink, the rest grows.</summary>
internal sealed class CompiledInstance
{
    private const int MaxSteps = 131_072;

    /// <summary>A grid coarser than this, in seconds, loses windows of half an hour; memory permitting, longer horizons get more steps instead.</summary>
    private const long CoarseStep = 300;

    /// <summary>Counters of usage, one per step and shared limit, that such a longer grid may take.</summary>
    private const long MaxCounters = 16_000_000;

    /// <summary>Above so many slots of a host it pays to search among them.</summary>
    private const int ManySlots = 24;

    private readonly bool[] _endInOrder;

    /// <summary>Start option: the host may start in this window at any step from Low to High, both included.</summary>
    internal readonly record struct Slot(int Window, int Low, int High);

    public CompiledInstance(PlanningInstance source)
    {
        Source = source;
        Hosts = source.Hosts.Count;
        Step = ChooseStep(source);
        Origin = FloorDivide(source.Start, Step) * Step;
        Horizon = (int)((source.End - Origin) / Step);
        Duration = new int[Hosts];
        Release = new int[Hosts];
        Weight = new double[Hosts];
        LateWeight = new double[Hosts];
        DueStart = new double[Hosts];
        Constant = new double[Hosts];
        UnplacedCost = new double[Hosts];
        for (var h = 0; h < Hosts; h++) CompileHost(h, source.Hosts[h]);
        (SlotFrom, Slots) = SlotBuilder.Build(this);
        _endInOrder = [.. Enumerable.Range(0, Hosts).Select(EndsInOrder)];
        WindowLow = new int[source.Windows.Count];
        WindowHigh = new int[source.Windows.Count];
        WindowConcurrent = new int[source.Windows.Count];
        WindowHosts = new int[source.Windows.Count];
        CompileWindows();
        (LimitCapacity, LimitMembers) = CompileLimits();
        LimitsOf = Lists.Invert(LimitMembers, Hosts);
        var barriers = source.Barriers;
        Lag = [.. barriers.Select(b => CeilSteps(b.LagSeconds))];
        IgnoresUnplaced = [.. barriers.Select(b => b.IgnoresUnplaced)];
        Required = [.. barriers.Select(b => b.IgnoresUnplaced && b.Required.Count > 0 ? b.Required.ToHashSet() : null)];
        Before = [.. barriers.Select(b => b.Before.Distinct().ToArray())];
        After = [.. barriers.Select(b => b.After.Distinct().ToArray())];
        Precedes = Lists.Invert(Before, Hosts);
        Follows = Lists.Invert(After, Hosts);
        Ladder = Ladder.Find(this);
    }

    public PlanningInstance Source { get; }

    public int Hosts { get; }

    /// <summary>Seconds.</summary>
    public int Step { get; }

    /// <summary>Seconds at step 0: the instance's start, rounded down to a multiple of the step, so that starts lie on round clock times.</summary>
    public long Origin { get; }

    public int Horizon { get; }

    public int[] Duration { get; }

    public int[] Release { get; }

    /// <summary>Cost of one more step of waiting.</summary>
    public double[] Weight { get; }

    public double[] LateWeight { get; }

    /// <summary>Starting after this (fractional) step is late.</summary>
    public double[] DueStart { get; }

    public double[] Constant { get; }

    public double[] UnplacedCost { get; }

    public int[] SlotFrom { get; }

    public Slot[] Slots { get; }

    public int[] WindowLow { get; }

    public int[] WindowHigh { get; }

    /// <summary>int.MaxValue where it cannot bind.</summary>
    public int[] WindowConcurrent { get; }

    /// <summary>int.MaxValue where it cannot bind.</summary>
    public int[] WindowHosts { get; }

    /// <summary>Resources first, then groups; int.MaxValue where it cannot bind.</summary>
    public int[] LimitCapacity { get; }

    public int[][] LimitMembers { get; }

    /// <summary>Limits that can bind, per host.</summary>
    public int[][] LimitsOf { get; }

    public int[] Lag { get; }

    public bool[] IgnoresUnplaced { get; }

    /// <summary>Per barrier that ignores who is left over: those whom it does not ignore; null: none.</summary>
    public HashSet<int>?[] Required { get; }

    public int[][] Before { get; }

    public int[][] After { get; }

    /// <summary>Barriers that wait for a host.</summary>
    public int[][] Precedes { get; }

    /// <summary>Barriers that a host waits for.</summary>
    public int[][] Follows { get; }

    /// <summary>Stages and rings, where there are any.</summary>
    public Ladder? Ladder { get; }

    /// <summary>True when the host holds back those behind the barrier as long as it is not placed.</summary>
    public bool HoldsBack(int host, int barrier) => !IgnoresUnplaced[barrier] || Required[barrier]?.Contains(host) == true;

    /// <summary>Cost of starting at a step; never decreases with it.</summary>
    public double Cost(int host, int start)
    {
        var cost = Constant[host] + Weight[host] * start;
        if (LateWeight[host] > 0 && start > DueStart[host]) cost += LateWeight[host] * (start - DueStart[host]);
        return cost;
    }

    /// <summary>The window of a slot; null where the slot may hold the starts of several.</summary>
    public int? WindowOf(int slot) => Source.Windows[Slots[slot].Window] is { MaxConcurrent: int.MaxValue, MaxHosts: int.MaxValue } ? null : Slots[slot].Window;

    /// <summary>The host's first slot that is open at a step or later; where its slots end out of order, its first.</summary>
    public int FirstSlot(int host, int earliest)
    {
        int low = SlotFrom[host], high = SlotFrom[host + 1];
        if (high - low <= ManySlots || !_endInOrder[host]) return low;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Slots[middle].High >= earliest) high = middle;
            else low = middle + 1;
        }
        return low;
    }

    public int CeilSteps(long seconds) => (int)Math.Min(int.MaxValue / 4, (seconds + Step - 1) / Step);

    public int FloorSteps(long seconds) => (int)Math.Clamp(FloorDivide(seconds, Step), -int.MaxValue / 4, int.MaxValue / 4);

    public long Seconds(int step) => Origin + (long)step * Step;

    private void CompileHost(int h, PlanningHost host)
    {
        Duration[h] = CeilSteps(host.P90Seconds);
        Release[h] = CeilSteps(Math.Max(host.Release ?? Source.Start, Source.Start) - Origin);
        Weight[h] = host.RiskPerDay * Step / 86_400.0;
        Constant[h] = host.RiskPerDay * (host.MedianSeconds + Origin - Source.Start) / 86_400.0;
        UnplacedCost[h] = host.RiskPerDay * 2 * (Source.End - Source.Start) / 86_400.0;
        if (host.Due is not { } due || host.LatenessPerDay <= 0) return;
        LateWeight[h] = host.LatenessPerDay * Step / 86_400.0;
        DueStart[h] = (due - Origin - host.MedianSeconds) / (double)Step;
        UnplacedCost[h] += host.LatenessPerDay * Math.Max(0, 2 * (Source.End - Source.Start) - (due - Source.Start)) / 86_400.0;
        if (DueStart[h] >= 0) return;
        // Late whatever is done: the unavoidable part is a constant and the rest is linear from step 0.
        Constant[h] -= LateWeight[h] * DueStart[h];
        DueStart[h] = 0;
    }

    private bool EndsInOrder(int host)
    {
        for (var s = SlotFrom[host] + 1; s < SlotFrom[host + 1]; s++)
            if (Slots[s].High < Slots[s - 1].High) return false;
        return true;
    }

    private void CompileWindows()
    {
        var users = new int[WindowLow.Length];
        for (var h = 0; h < Hosts; h++)
        {
            var last = -1;
            for (var s = SlotFrom[h]; s < SlotFrom[h + 1]; s++)
            {
                if (Slots[s].Window != last) users[last = Slots[s].Window]++;
            }
        }
        for (var w = 0; w < users.Length; w++)
        {
            var window = Source.Windows[w];
            WindowLow[w] = Math.Max(0, CeilSteps(Math.Max(0, window.Start - Origin)));
            WindowHigh[w] = Math.Min(Horizon, FloorSteps(window.End - Origin));
            WindowConcurrent[w] = window.MaxConcurrent >= users[w] ? int.MaxValue : window.MaxConcurrent;
            WindowHosts[w] = window.MaxHosts >= users[w] ? int.MaxValue : window.MaxHosts;
        }
    }

    private (int[] Capacity, int[][] Members) CompileLimits()
    {
        var resourceMembers = Enumerable.Range(0, Source.Resources.Count).Select(_ => new List<int>()).ToArray();
        for (var h = 0; h < Hosts; h++)
        {
            foreach (var r in Source.Hosts[h].Resources.Distinct()) resourceMembers[r].Add(h);
        }
        var members = resourceMembers.Select(m => m.ToArray())
            .Concat(Source.Groups.Select(g => g.Members.Distinct().ToArray())).ToArray();
        var capacity = Source.Resources.Select(r => r.Capacity).Concat(Source.Groups.Select(g => g.MaxConcurrent)).ToArray();
        for (var l = 0; l < capacity.Length; l++)
        {
            if (capacity[l] < members[l].Length) continue;
            capacity[l] = int.MaxValue;
            members[l] = [];
        }
        return (capacity, members);
    }

    /// <summary>The coarsest step that represents all times exactly; where that is too fine for the horizon, whole minutes or more.</summary>
    private static int ChooseStep(PlanningInstance source)
    {
        var span = source.End - source.Start;
        long step = 0;
        void Take(long value) => step = Gcd(step, Math.Abs(value));
        foreach (var window in source.Windows)
        {
            Take(window.Start);
            Take(window.End);
        }
        foreach (var freeze in source.Freezes)
        {
            Take(freeze.Start);
            Take(freeze.End);
        }
        foreach (var barrier in source.Barriers) Take(barrier.LagSeconds);
        foreach (var host in source.Hosts)
        {
            Take(host.P90Seconds);
            if (host.Release is { } release && release > source.Start) Take(release);
        }
        if (step == 0) step = 60;
        // Whole minutes are kept where memory permits: an explanation holds hosts in their exact places over a long time.
        if (span / step > MaxSteps && (step < 60 || span / step * (source.Resources.Count + source.Groups.Count) > MaxCounters))
        {
            // Round parts of an hour or a day keep windows whole; hardly any window starts at another time.
            var least = (span + MaxSteps - 1) / MaxSteps;
            long[] round = [60, 300, 900, 1_800, 3_600, 14_400, 86_400];
            step = Array.Find(round, r => r >= least);
            if (step == 0) step = (least + 86_399) / 86_400 * 86_400;
            if (step > CoarseStep && span / CoarseStep * (source.Resources.Count + source.Groups.Count) <= MaxCounters) step = CoarseStep;
        }
        return (int)Math.Min(step, int.MaxValue / 4);
    }

    private static long FloorDivide(long value, long by) => value / by - (value % by < 0 ? 1 : 0);

    private static long Gcd(long a, long b)
    {
        while (b != 0) (a, b) = (b, a % b);
        return a;
    }
}
