namespace PatchOps.Core.Exposure.Supersedence;

/// <summary>What is wrong with the published chains at one place.</summary>
public enum SupersedenceGapKind
{
    /// <summary>The updates supersede each other in a ring, so that none of them is known to be the newer.</summary>
    Cycle,

    /// <summary>An update is named as superseded but has no record of its own: what it superseded in turn is not known.</summary>
    Hole,
}

/// <summary>A defect of the published chains: reported, and never bridged by a guess.</summary>
/// <param name="Kind">Cycle or hole.</param>
/// <param name="Articles">The updates concerned, sorted: a cycle's members, or the one without a record.</param>
/// <param name="NamedBy">For a hole, the updates that say they supersede it, sorted.</param>
public sealed record SupersedenceGap(SupersedenceGapKind Kind, IReadOnlyList<string> Articles, IReadOnlyList<string> NamedBy)
{
    public override string ToString() => Kind == SupersedenceGapKind.Cycle
        ? $"{string.Join(", ", Articles)} supersede each other"
        : $"{Articles[0]}, superseded by {string.Join(", ", NamedBy)}, has no record of its own";
}
