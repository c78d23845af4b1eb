namespace PatchOps.Core.Intake;

/// <summary>A publication by a vendor or distribution: RHSA, DSA, ALSA, KB, a VEX document. One item of its feed.</summary>
public sealed record AdvisoryRecord : FeedRecord
{
    public AdvisoryRecord(string source, string id, string? key = null) : base(source, key ?? id)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        Id = id;
    }

    public string Id { get; }

    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Revision as published (<c>3</c>, <c>1.2.0</c>); of two revisions the newer <see cref="Modified"/> wins, then the higher revision.</summary>
    public string? Revision { get; init; }

    public bool Withdrawn { get; init; }

    public DateTimeOffset? Published { get; init; }

    public DateTimeOffset? Modified { get; init; }

    public string? Title { get; init; }

    public string? Description { get; init; }

    public string? Severity { get; init; }

    public string? Publisher { get; init; }

    public IReadOnlyList<Reference> References { get; init; } = [];

    /// <summary>Vulnerabilities it concerns, each with what is said about products. Their source and trust are this record's.</summary>
    public IReadOnlyList<VulnerabilityRecord> Vulnerabilities { get; init; } = [];

    /// <summary>Packages that it updates, whichever vulnerability is meant.</summary>
    public IReadOnlyList<AffectedProduct> Affected { get; init; } = [];

    public IReadOnlyList<PatchFact> Patches { get; init; } = [];
}
