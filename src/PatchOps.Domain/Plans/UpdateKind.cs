namespace PatchOps.Domain;

/// <summary>What an update is for; policy maps it to a change category.</summary>
public enum UpdateKind
{
    /// <summary>Nothing that it closes is known.</summary>
    Feature,

    /// <summary>A problem record names it.</summary>
    BugFix,

    /// <summary>It closes a vulnerability.</summary>
    Security,
}
