using PatchOps.Core.Operations;
using PatchOps.Domain;

namespace PatchOps.Core.Problems.Triggers;

/// <summary>When a problem, or a group of incidents, asks for a patch request, a workaround or a configuration change. What a rule leaves out does not matter to it.</summary>
public sealed record TriggerRule
{
    /// <summary>Shown beside the decision.</summary>
    public required string Name { get; init => field = string.IsNullOrWhiteSpace(value) ? throw new ArgumentException("A rule of problems.triggers needs a name.") : value.Trim(); }

    public required ProblemResponse Response { get; init => field = Enum.IsDefined(value) ? value : throw new ArgumentException($"'{value}' is no response of problems.triggers."); }

    /// <summary>Whether a patch must be there, or must not.</summary>
    public bool? PatchAvailable { get; init; }

    /// <summary>Whether one of its vulnerabilities must be in KEV, or none.</summary>
    public bool? Kev { get; init; }

    /// <summary>Categories of the incidents; wildcards. Empty for any.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>Priorities of the problem record as the ticket system writes them; wildcards. Empty for any.</summary>
    public IReadOnlyList<string> Priorities { get; init; } = [];

    /// <summary>Least incidents per 30 days.</summary>
    public double? MinimumIncidents { get; init => field = Amount(value); }

    /// <summary>Least expected incidents avoided per 30 days.</summary>
    public double? MinimumAvoided { get; init => field = Amount(value); }

    /// <summary>Least chance that the patch removes the cause, 0–1.</summary>
    public double? MinimumConfidence { get; init => field = Amount(value); }

    /// <summary>Least chance that an install of the patch fails, 0–1.</summary>
    public double? MinimumFailure { get; init => field = Amount(value); }

    /// <summary>Greatest chance that an install of the patch fails, 0–1.</summary>
    public double? MaximumFailure { get; init => field = Amount(value); }

    internal bool Fits(in TriggerFacts facts) =>
        (PatchAvailable is not { } available || available == facts.Candidate.Patch is not null)
        && (Kev is not { } kev || kev == facts.Kev)
        && (Categories.Count == 0 || (facts.Candidate.Category is { } category && new Wildcard(Categories).Matches(category)))
        && (Priorities.Count == 0 || (facts.Priority is { } priority && new Wildcard(Priorities).Matches(priority)))
        && !(facts.Candidate.IncidentsPerMonth < MinimumIncidents)
        && !(facts.Candidate.IncidentsAvoided < MinimumAvoided)
        && !(facts.Candidate.Confidence < MinimumConfidence)
        && !(facts.Failure < MinimumFailure)
        && !(facts.Failure > MaximumFailure);

    private static double? Amount(double? value) =>
        value is null || (value >= 0 && double.IsFinite(value.Value)) ? value : throw new ArgumentException("A threshold of problems.triggers must be a number, 0 or more.");
}

/// <summary>What rules look at.</summary>
internal readonly record struct TriggerFacts(PatchCandidate Candidate, string? Priority, bool Kev, double Failure);

/// <summary>Applies the rules in order: the first that fits decides.</summary>
internal static class TriggerRules
{
    public static IReadOnlyList<TriggerRule> Default { get; } =
    [
        new() { Name = "Exploited vulnerability", Response = ProblemResponse.PatchRequest, PatchAvailable = true, Kev = true },
        new() { Name = "Unstable patch", Response = ProblemResponse.Workaround, PatchAvailable = true, MinimumFailure = 0.3 },
        new() { Name = "Patch avoids incidents", Response = ProblemResponse.PatchRequest, PatchAvailable = true, MinimumAvoided = 0.25 },
        new() { Name = "Configuration", Response = ProblemResponse.ConfigurationChange, PatchAvailable = false, Categories = ["*config*"] },
        new() { Name = "No patch", Response = ProblemResponse.Workaround, PatchAvailable = false, MinimumIncidents = 1 },
    ];

    public static PatchCandidate Apply(IReadOnlyList<TriggerRule> rules, in TriggerFacts facts)
    {
        foreach (var rule in rules)
        {
            if (!rule.Fits(facts)) continue;
            return facts.Candidate with { Response = rule.Response, Rule = rule.Name, Reasons = [.. facts.Candidate.Reasons, $"The policy's rule '{rule.Name}' asks for a {Words(rule.Response)}."] };
        }
        return facts.Candidate with { Reasons = [.. facts.Candidate.Reasons, "No rule of the policy asks for anything."] };
    }

    private static string Words(ProblemResponse response) => response switch
    {
        ProblemResponse.PatchRequest => "patch request",
        ProblemResponse.ConfigurationChange => "configuration change",
        _ => response.ToString().ToLowerInvariant(),
    };
}
