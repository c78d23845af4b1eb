namespace PatchOps.Domain;

/// <summary>How serious a finding about a plan or policy is; an error blocks.</summary>
public enum FindingSeverity { Information, Warning, Error }

/// <summary>Something in a plan that policy or the present contradicts.</summary>
public sealed record PlanFinding
{
    public required string PlanId { get; init; }

    public required FindingSeverity Severity { get; init; }

    public required string Code { get; init; }

    public required string Message { get; init; }

    public string? Asset { get; init; }

    /// <summary>Wave that it is about; null where it is about the plan.</summary>
    public int? Wave { get; init; }

    /// <summary>What to do about it.</summary>
    public string? Remedy { get; init; }

    public override string ToString() => $"{Severity}: {Message}";
}
