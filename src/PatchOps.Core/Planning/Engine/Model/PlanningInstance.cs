using PatchOps.Domain;

namespace PatchOps.Core.Planning.Engine.Model;

/// <summary>All that the scheduling engine knows of an estate: plain numbers and indexes, validated once.</summary>
public sealed class PlanningInstance
{
    /// <param name="start">UTC seconds; nothing starts earlier, and objectives count from here.</param>
    /// <param name="end">UTC seconds, the horizon's end; nothing runs later.</param>
    /// <param name="hosts">Hosts; the lists below refer to them by index.</param>
    /// <param name="windows">Windows; hosts refer to them by index.</param>
    /// <param name="resources">Capacities shared across windows; hosts refer to them by index.</param>
    /// <param name="groups">Redundancy groups.</param>
    /// <param name="barriers">Dependencies, canaries and stages.</param>
    /// <param name="freezes">Times in which hosts may not run; windows are given uncut where the freeze is to be named in conflicts.</param>
    /// <exception cref="FailureException">Codes EmptyHorizon, InvalidWindow, InvalidDuration, InvalidRisk, InvalidCapacity,
    /// InvalidLag, UnknownIndex, DependencyCycle.</exception>
    public PlanningInstance(
        long start,
        long end,
        IReadOnlyList<PlanningHost> hosts,
        IReadOnlyList<PlanningWindow> windows,
        IReadOnlyList<PlanningResource>? resources = null,
        IReadOnlyList<PlanningGroup>? groups = null,
        IReadOnlyList<PlanningBarrier>? barriers = null,
        IReadOnlyList<PlanningFreeze>? freezes = null)
    {
        Start = start;
        End = end;
        Hosts = hosts;
        Windows = windows;
        Resources = resources ?? [];
        Groups = groups ?? [];
        Barriers = barriers ?? [];
        Freezes = freezes ?? [];
        PlanningValidation.Validate(this);
    }

    public long Start { get; }

    public long End { get; }

    public IReadOnlyList<PlanningHost> Hosts { get; }

    public IReadOnlyList<PlanningWindow> Windows { get; }

    public IReadOnlyList<PlanningResource> Resources { get; }

    public IReadOnlyList<PlanningGroup> Groups { get; }

    public IReadOnlyList<PlanningBarrier> Barriers { get; }

    public IReadOnlyList<PlanningFreeze> Freezes { get; }
}
