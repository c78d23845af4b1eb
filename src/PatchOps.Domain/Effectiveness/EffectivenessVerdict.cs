namespace PatchOps.Domain;

/// <summary>What the data say about a patch and its problem.</summary>
public enum EffectivenessVerdict
{
    /// <summary>The data carry no verdict yet; <see cref="EffectivenessResult.DaysNeeded"/> says when they may.</summary>
    Inconclusive,

    /// <summary>The rate fell, and by a useful amount with high probability.</summary>
    Effective,

    /// <summary>The interval excludes a useful reduction.</summary>
    NotEffective,

    /// <summary>The rate rose.</summary>
    Worse,

    /// <summary>The symptom fell, and other incidents on the same items rose to match.</summary>
    Masked,

    /// <summary>The rate fell, then came back.</summary>
    Recurred,
}

/// <summary>Where the comparison comes from.</summary>
public enum EffectivenessDesign
{
    /// <summary>Two counts and two exposure times, no more.</summary>
    Counts,

    /// <summary>Each item before against after its own deployment, no controls: trend and regression to the mean are not excluded.</summary>
    BeforeAfter,

    /// <summary>Items that were never patched serve as controls over the same time.</summary>
    Controlled,

    /// <summary>Items that were patched later serve as controls for those patched earlier.</summary>
    SteppedWedge,
}

/// <summary>Distribution that the counts were judged by.</summary>
public enum CountModel
{
    /// <summary>Independent incidents at a constant rate.</summary>
    Poisson,

    /// <summary>Variance proportional to the mean: incidents come in bursts.</summary>
    QuasiPoisson,

    /// <summary>Variance grows with the square of the mean: items differ in how their rates move.</summary>
    NegativeBinomial,
}
