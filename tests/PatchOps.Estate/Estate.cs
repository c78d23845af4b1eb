using PatchOps.Domain;

namespace PatchOps.Estate;

/// <summary>A made-up company's records. Only the facts about packages and vulnerabilities are real.</summary>
public sealed record Estate
{
    /// <summary>First instant of the incident history.</summary>
    public static DateTimeOffset From { get; } = new(2025, 9, 27, 0, 0, 0, TimeSpan.Zero);

    /// <summary>End of the history, exclusive: 400 days later.</summary>
    public static DateTimeOffset Until { get; } = From.AddDays(400);

    public required IReadOnlyList<Asset> Assets { get; init; }

    public required IReadOnlyList<Software> Software { get; init; }

    public required IReadOnlyList<Problem> Problems { get; init; }

    public required IReadOnlyList<Incident> Incidents { get; init; }

    public required IReadOnlyList<Change> Changes { get; init; }

    public required IReadOnlyList<Deployment> Deployments { get; init; }

    /// <summary>What was planted, by problem. For tests only: no file holds it.</summary>
    public required IReadOnlyDictionary<string, EffectivenessVerdict> Truths { get; init; }
}
