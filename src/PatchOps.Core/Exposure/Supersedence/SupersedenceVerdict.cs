namespace PatchOps.Core.Exposure.Supersedence;

/// <summary>Whether an installed update brings a fix, and through which chain.</summary>
/// <param name="IsFixed">An update at or above a fixing one is installed.</param>
/// <param name="Chain">From the fixing update up to the installed one, each superseding the one before it; empty when not fixed.</param>
/// <param name="Gaps">Defects of the chains above the fixing updates: where not fixed, the answer may be for want of data.</param>
public sealed record SupersedenceVerdict(bool IsFixed, IReadOnlyList<string> Chain, IReadOnlyList<SupersedenceGap> Gaps)
{
    /// <summary>The installed update that brings the fix, or null.</summary>
    public string? InstalledBy => Chain.Count == 0 ? null : Chain[^1];

    public override string ToString() => IsFixed
        ? Chain.Count == 1 ? $"{Chain[0]} is installed" : $"{Chain[^1]} is installed and supersedes {string.Join(", ", Chain.Take(Chain.Count - 1).Reverse())}"
        : "no update at or above a fixing one is installed";
}
