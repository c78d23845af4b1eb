namespace PatchOps.Core.Planning.Engine.Model;

/// <summary>One host to be placed. Times are UTC seconds on any common epoch; risk is money (or any other unit) per day of 86 400 s.</summary>
/// <param name="Id">Unique in an instance.</param>
/// <param name="RiskPerDay">Expected loss per day while the host waits; zero or more.</param>
/// <param name="MedianSeconds">Expected duration; the objective counts the host as done at start + median.</param>
/// <param name="P90Seconds">Reserved duration; the window must hold it and every limit is kept for as long. At least the median, above zero.</param>
/// <param name="Windows">Indexes of the windows in which the host may be patched.</param>
public sealed record PlanningHost(string Id, double RiskPerDay, long MedianSeconds, long P90Seconds, IReadOnlyList<int> Windows)
{
    /// <summary>Name in messages.</summary>
    public string Name { get; init; } = Id;

    /// <summary>Earliest start; null: the instance's start.</summary>
    public long? Release { get; init; }

    /// <summary>Due date of the host's risk decision; null: none.</summary>
    public long? Due { get; init; }

    /// <summary>Cost per day of finishing after <see cref="Due"/>, on top of the risk.</summary>
    public double LatenessPerDay { get; init; }

    /// <summary>Indexes of the resources that the host occupies, one unit each, from its start for the reserved duration.</summary>
    public IReadOnlyList<int> Resources { get; init; } = [];
}

/// <summary>A concrete maintenance window: half-open [Start, End), UTC seconds.</summary>
/// <param name="Id">Name in messages; unique in an instance.</param>
/// <param name="Start">First second.</param>
/// <param name="End">First second after the window.</param>
/// <param name="MaxConcurrent">Hosts that may run at the same time inside this window.</param>
/// <param name="MaxHosts">Hosts that may be placed in this window in all.</param>
public sealed record PlanningWindow(string Id, long Start, long End, int MaxConcurrent = int.MaxValue, int MaxHosts = int.MaxValue);

/// <summary>Something that hosts share across windows: the whole estate, a site, a team, a network segment.</summary>
/// <param name="Id">Name in messages; unique among resources.</param>
/// <param name="Capacity">Hosts that may occupy it at the same time; at least one.</param>
public sealed record PlanningResource(string Id, int Capacity);

/// <summary>A redundancy group: its members never run with more than <paramref name="MaxConcurrent"/> at the same time.</summary>
/// <param name="Id">Name in messages; unique among groups.</param>
/// <param name="MaxConcurrent">Size minus the minimum available; at least one.</param>
/// <param name="Members">Indexes of hosts.</param>
public sealed record PlanningGroup(string Id, int MaxConcurrent, IReadOnlyList<int> Members);

/// <summary>
/// Every host of <paramref name="Before"/> ends (reserved duration) at least <paramref name="LagSeconds"/> before any host of
/// <paramref name="After"/> starts. A single dependency, "canaries, then bake, then the rest" and "stage, soak, next stage" are all barriers.
/// </summary>
/// <param name="Id">Name in messages; unique among barriers.</param>
/// <param name="Before">Indexes of hosts.</param>
/// <param name="After">Indexes of hosts.</param>
/// <param name="LagSeconds">Bake or soak time; zero or more.</param>
/// <param name="IgnoresUnplaced">True: hosts of Before that could not be placed do not hold back those after. False: they do.</param>
public sealed record PlanningBarrier(
    string Id, IReadOnlyList<int> Before, IReadOnlyList<int> After, long LagSeconds = 0, bool IgnoresUnplaced = false)
{
    /// <summary>What policy calls the lag.</summary>
    public string LagName { get; init; } = "bake time";

    /// <summary>Indexes of those of Before that must be placed all the same where others may be missing.</summary>
    public IReadOnlyList<int> Required { get; init; } = [];
}

/// <summary>A time in which hosts may not run: half-open [Start, End), UTC seconds.</summary>
/// <param name="Id">Name in messages; each stretch of a recurring freeze is one of its own.</param>
/// <param name="Start">First second.</param>
/// <param name="End">First second after the freeze.</param>
/// <param name="Hosts">Indexes of the hosts it binds; null: all.</param>
public sealed record PlanningFreeze(string Id, long Start, long End, IReadOnlyList<int>? Hosts = null)
{
    /// <summary>What it is, for people: a change freeze, or time in which those who are needed do not work.</summary>
    public string What { get; init; } = "freeze";

    /// <summary>True: only no host may start in it, and what began before goes on.</summary>
    public bool StartsOnly { get; init; }

    /// <summary>Name that all stretches of a recurring one share; null: <see cref="Id"/>.</summary>
    public string? Series { get; init; }
}

/// <summary>Where one host was put. <see cref="Window"/> is -1 and <see cref="Start"/> meaningless for a host left over.</summary>
/// <param name="Host">Index of the host.</param>
/// <param name="Window">Index of the window, or -1.</param>
/// <param name="Start">UTC seconds.</param>
public readonly record struct Placement(int Host, int Window, long Start)
{
    public bool IsPlaced => Window >= 0;
}

/// <summary>A plan with its quality.</summary>
public sealed record PlanningSolution
{
    /// <summary>One per host, in the instance's order.</summary>
    public required IReadOnlyList<Placement> Placements { get; init; }

    /// <summary>Indexes of the hosts left over.</summary>
    public required IReadOnlyList<int> Unplaced { get; init; }

    /// <summary>
    /// Sum over hosts of risk per day × days from the instance's start to start + median, plus lateness. A host left over counts
    /// as done one whole horizon after the horizon's end.
    /// </summary>
    public required double Objective { get; init; }

    /// <summary>No plan that leaves no more hosts over has a lower objective.</summary>
    public required double LowerBound { get; init; }

    /// <summary>(Objective − LowerBound) ÷ Objective; 0 where the objective is 0.</summary>
    public double Gap => Objective <= 0 ? 0 : Math.Max(0, (Objective - LowerBound) / Objective);

    /// <summary>Objective of plain ranking: highest risk first, each into the earliest place left.</summary>
    public required double GreedyObjective { get; init; }

    /// <summary>Improvement steps tried.</summary>
    public required long Steps { get; init; }

    /// <summary>Length of a time step: starts lie on multiples of it and reservations are whole steps.</summary>
    public required int StepSeconds { get; init; }
}

/// <summary>What the search tells while it runs.</summary>
/// <param name="Phase">Ranking, Bound or Improvement.</param>
/// <param name="Objective">Best so far.</param>
/// <param name="LowerBound">Best so far; 0 before the first.</param>
/// <param name="Unplaced">Hosts left over in the best plan so far.</param>
public sealed record PlanningProgress(string Phase, double Objective, double LowerBound, int Unplaced)
{
    public double Gap => Objective <= 0 ? 0 : Math.Max(0, (Objective - LowerBound) / Objective);
}
