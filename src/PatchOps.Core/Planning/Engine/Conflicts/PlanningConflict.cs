namespace PatchOps.Core.Planning.Engine.Conflicts;

/// <summary>Sorts of rules that can stand in a host's way.</summary>
public enum RuleKind
{
    /// <summary>The host is bound to its own windows.</summary>
    HostWindows,

    /// <summary>The host's reserved duration must end inside its window.</summary>
    WindowEnd,

    /// <summary>Nothing runs after the end of the planning period.</summary>
    Horizon,

    /// <summary>The host may not start before its release.</summary>
    Release,

    /// <summary>A freeze.</summary>
    Freeze,

    /// <summary>What a window holds at the same time.</summary>
    WindowConcurrent,

    /// <summary>What a window holds in all.</summary>
    WindowHosts,

    /// <summary>A resource's capacity.</summary>
    Resource,

    /// <summary>A redundancy group's minimum available.</summary>
    Group,

    /// <summary>A dependency, canary or stage.</summary>
    Barrier,

    /// <summary>Another host must be placed too.</summary>
    OtherHost,

    /// <summary>Another host keeps the place that it has in the plan.</summary>
    KeptPlace,

    /// <summary>All others keep the places that they have in the plan: one rule where there are too many to tell them apart.</summary>
    KeptPlaces,
}

/// <summary>One rule of a conflict.</summary>
/// <param name="Kind">What sort of rule.</param>
/// <param name="Index">Index of the window, freeze, resource, group, barrier or host in the instance.</param>
/// <param name="Id">Its id.</param>
public sealed record ConflictRule(RuleKind Kind, int Index, string Id);

/// <summary>One change of one rule after which the host can be placed.</summary>
/// <param name="Rule">What changes.</param>
/// <param name="Units">Capacity to add; 0 for a change in time.</param>
/// <param name="Seconds">Time by which a freeze starts later (or ends earlier), a window or the horizon ends later, a release comes earlier or a lag is shorter.</param>
/// <param name="Text">For people, such as "fits if freeze 'Year end' starts 1 day later".</param>
public sealed record PlanningRelaxation(ConflictRule Rule, int Units, long Seconds, string Text);

/// <summary>Why a host is left over.</summary>
public sealed record PlanningConflict
{
    /// <summary>Index of the host that cannot be placed.</summary>
    public required int Host { get; init; }

    /// <summary>
    /// Rules that together leave no place; without any one of them there is one. That hosts stay inside their windows is taken for
    /// granted and named only where the windows alone already leave no place.
    /// </summary>
    public required IReadOnlyList<ConflictRule> Rules { get; init; }

    /// <summary>
    /// True when both were proven by exact search: these rules are infeasible together, and feasible after deleting any one of them.
    /// False only where the search ran out of its budget, or the rules allow a place that the plan did not find.
    /// </summary>
    public required bool IsProven { get; init; }

    /// <summary>True when other hosts were held in their planned places, not only asked to be placed somewhere.</summary>
    public required bool GivenPlan { get; init; }

    /// <summary>The smallest single change that places the host with all else kept; null when no single one does.</summary>
    public required PlanningRelaxation? Relaxation { get; init; }

    /// <summary>Where no single change helps: changes that place the host together, none of which could be left out; empty when none were found.</summary>
    public IReadOnlyList<PlanningRelaxation> Together { get; init; } = [];
}
