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

    /// <summary>Names of the virtual machines that run on it, whether or not they are in the plan.</summary>
    public IReadOnlyList<string> Guests { get; init; } = [];

    /// <summary>Assets of the plan that must have been changed before it, beyond those that it depends on.</summary>
    public IReadOnlyList<PlanPredecessor> After { get; init; } = [];

    /// <summary>Lead times allow no earlier start; null where none binds.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>What asks for <see cref="NotBefore"/>.</summary>
    public string? NotBeforeBecause { get; init; }

    public AssetEnvironment Stage => Asset.Environment ?? AssetEnvironment.Production;
}

/// <summary>An asset that must have been changed before another.</summary>
/// <param name="Asset">Asset id.</param>
/// <param name="Because">The rule that asks for it.</param>
public sealed record PlanPredecessor(string Asset, string Because);
