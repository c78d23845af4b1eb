namespace PatchOps.Domain.Facts;

/// <summary>What a source says about one product and one vulnerability.</summary>
public enum ProductStatus
{
    /// <summary>Affected: all versions, or those in the ranges and lists that come with the statement.</summary>
    Affected,

    /// <summary>Contains the fix.</summary>
    Fixed,

    /// <summary>Not affected; see the justification.</summary>
    NotAffected,

    /// <summary>Being looked into.</summary>
    UnderInvestigation,

    /// <summary>The source does not know.</summary>
    Unknown,
}
