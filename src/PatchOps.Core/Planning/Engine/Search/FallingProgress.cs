using PatchOps.Core.Planning.Engine.Model;

namespace PatchOps.Core.Planning.Engine.Search;

/// <summary>Tells of searches that start several times over what is better than all before: fewer hosts left over, or a lower objective, or a smaller gap, and none of them worse.</summary>
internal sealed class FallingProgress(Action<PlanningProgress> tell)
{
    private PlanningProgress? best;

    /// <summary>Hosts that no plan could hold, in the search that is told of.</summary>
    public int Refused { get; set; }

    public void Tell(PlanningProgress next)
    {
        // Without a bound there is no gap to speak of yet.
        if (next.LowerBound <= 0) return;
        next = next with { Unplaced = next.Unplaced + Refused };
        if (best is not null && next.Unplaced >= best.Unplaced && (next.Unplaced > best.Unplaced || next.Objective > best.Objective || next.Gap > best.Gap || (next.Objective >= best.Objective && next.Gap >= best.Gap))) return;
        best = next;
        tell(next);
    }

    /// <summary>Tells what became of it all.</summary>
    public void End(PlanningSolution solution) => tell(new PlanningProgress("Plan", solution.Objective, solution.LowerBound, solution.Unplaced.Count + Refused));
}
