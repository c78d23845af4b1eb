namespace PatchOps.Core.Exposure.Ranges;

/// <summary>What a range says of a version. Unknown is an answer: the range, or the version, cannot be read under its scheme.</summary>
public enum RangeStatus
{
    NotAffected,
    Affected,
    Unknown,
}
