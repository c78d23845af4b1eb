namespace PatchOps.Domain;

/// <summary>One entry of the audit chain. The chain covers the payload's hash, so that retention can delete the payload.</summary>
public sealed record AuditEntry
{
    /// <summary>1, 2, 3 … without gaps.</summary>
    public required long Sequence { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string Actor { get; init; }

    public required string Action { get; init; }

    public required string Subject { get; init; }

    /// <summary>Canonical JSON; null where retention removed it.</summary>
    public string? Payload { get; init; }

    /// <summary>SHA-256 of the payload, lower-case hexadecimal.</summary>
    public required string PayloadHash { get; init; }

    /// <summary>Hash of the entry before; 64 zeros for the first.</summary>
    public required string PreviousHash { get; init; }

    /// <summary>SHA-256 over sequence, time, actor, action, subject, payload hash and previous hash.</summary>
    public required string Hash { get; init; }

    public override string ToString() => $"{Sequence} {Action} {Subject}";
}

/// <summary>Whether the audit chain holds, and the first entry where it does not.</summary>
public sealed record AuditVerdict
{
    public required bool Intact { get; init; }

    public required long Entries { get; init; }

    /// <summary>Sequence of the first broken entry; null where the chain holds.</summary>
    public long? FirstBroken { get; init; }

    public string? Reason { get; init; }

    public override string ToString() => Intact ? $"intact, {Entries} entries" : $"broken at entry {FirstBroken}: {Reason}";
}

/// <summary>An opened store.</summary>
public sealed record StoreInfo
{
    /// <summary>Path of the facts file, or a connection string without secrets.</summary>
    public required string Location { get; init; }

    public required string Engine { get; init; }

    public required int SchemaVersion { get; init; }

    public required bool Created { get; init; }

    public long Assets { get; init; }

    public long Vulnerabilities { get; init; }

    public long Problems { get; init; }

    public long Incidents { get; init; }

    public long Deployments { get; init; }

    public long Plans { get; init; }

    public override string ToString() => Location;
}
