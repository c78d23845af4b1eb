using PatchOps.Core.Planning.Contents;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Planner;

/// <summary>One host that a plan should change: what it gets and what waiting costs.</summary>
public sealed record PlanItem
{
    public required Asset Asset { get; init; }

    public required IReadOnlyList<PlannedPatch> Patches { get; init; }

    /// <summary>Expected loss per day while it waits, in the policy's currency.</summary>
    public required double LossPerDay { get; init; }

    public DateTimeOffset? Due { get; init; }

    public required TimeSpan Median { get; init; }

    public required TimeSpan NinetiethPercentile { get; init; }

    /// <summary>Tests that its regulation waives, with the patch that is so urgent.</summary>
    public IReadOnlyList<WaivedTest> Waived { get; init; } = [];

    public WaveRing Ring { get; init; } = WaveRing.Broad;

    public AssetEnvironment Stage => Asset.Environment ?? AssetEnvironment.Production;
}
