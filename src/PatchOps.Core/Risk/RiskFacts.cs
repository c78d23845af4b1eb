using PatchOps.Core.Risk.Rules;
using PatchOps.Core.Scoring.Cvss;
using PatchOps.Core.Scoring.Ssvc;
using PatchOps.Domain;

namespace PatchOps.Core.Risk;

/// <summary>What is known of one vulnerability. Make one per CVE and share it among its findings.</summary>
public sealed record CveFacts
{
    public required string Id { get; init; }

    /// <summary>Parsed once; the default value stands for "no vector".</summary>
    public CvssVector Cvss { get; init; }

    /// <summary>Published score where there is no vector; 0–10.</summary>
    public double? CvssScore { get; init => field = RiskCheck.Between(value, 0, 10, "A CVSS score"); }

    /// <summary>Chance of exploitation somewhere within 30 days, 0–1; null where FIRST gives none.</summary>
    public double? Epss { get; init => field = RiskCheck.Between(value, 0, 1, "An EPSS probability"); }

    /// <summary>Day of the KEV entry. An entry later than the day that is asked for counts as none.</summary>
    public DateOnly? KevAdded { get; init; }

    /// <summary>KEV says that ransomware campaigns use it.</summary>
    public bool Ransomware { get; init; }

    /// <summary>SSVC options of the CVE record.</summary>
    public SsvcOptions Ssvc { get; init; }

    public override string ToString() => Id;
}

/// <summary>What is known of the asset. Null stands for unknown: the policy's default is used, and the reasons say so.</summary>
public sealed record AssetFacts
{
    public required string Id { get; init; }

    /// <summary>1–5, 5 the most critical.</summary>
    public int? Criticality { get; init => field = (int?)RiskCheck.Between(value, 1, 5, "Criticality"); }

    public AssetExposure? Exposure { get; init; }

    /// <summary>Name of the policy's tier that the exposure comes from; null where the asset states it.</summary>
    public string? Tier { get; init; }

    public DataSensitivity? Sensitivity { get; init; }

    public AssetEnvironment? Environment { get; init; }

    public IReadOnlyList<string> Regulations { get; init; } = [];

    /// <summary>What its complete loss costs, in the policy's currency; the policy's table by criticality where null.</summary>
    public double? Value { get; init => field = RiskCheck.Between(value, 0, 1e15, "An asset's value"); }

    /// <param name="policy">Gives the exposure of assets that state none, by its tiers; null: none.</param>
    public static AssetFacts From(Asset asset, double? value = null, RiskPolicy? policy = null)
    {
        var tier = asset.Exposure is null ? policy?.Tiers.FirstOrDefault(t => t.For.Matches(asset)) : null;
        return Of(asset, value, tier);
    }

    private static AssetFacts Of(Asset asset, double? value, ExposureTier? tier) => new()
    {
        Id = asset.Id,
        Criticality = asset.Criticality,
        Exposure = asset.Exposure ?? tier?.Exposure,
        Tier = tier?.Name,
        Sensitivity = asset.DataSensitivity,
        Environment = asset.Environment,
        Regulations = asset.Regulations,
        Value = value,
    };

    public override string ToString() => Id;
}

/// <summary>One problem on one configuration item that the patch is expected to solve.</summary>
public sealed record ProblemFacts
{
    public required string Id { get; init; }

    /// <summary>Incidents on this configuration item, weighed by age: <see cref="Risk.Recurrence.Weigh"/>.</summary>
    public RecurrenceEvidence Recurrence
    {
        get;
        init
        {
            RiskCheck.Between(value.Incidents, 0, 1e9, "A count of incidents");
            RiskCheck.Between(value.Days, 0, 1e9, "An observed time");
            field = value;
        }
    }

    /// <summary>How often patches that were to solve their problem did: hits are verdicts Effective, trials all final verdicts.</summary>
    public OutcomeHistory Fixes { get; init; }

    /// <summary>1–5 as the ticket system has it, 1 the most urgent; selects the policy's cost of an incident.</summary>
    public int? Priority { get; init; }

    /// <summary>Cost of one incident, in the policy's currency; the policy's table by priority where null.</summary>
    public double? IncidentCost { get; init => field = RiskCheck.Between(value, 0, 1e12, "The cost of an incident"); }

    public override string ToString() => Id;
}

/// <summary>
/// What one score is about: the vulnerabilities that one patch closes on one asset (one vulnerability for a finding), the problems it is
/// to solve there, and how such patches fared.
/// </summary>
public readonly record struct RiskInput
{
    public required AssetFacts Asset { get; init; }

    /// <summary>The one vulnerability of a finding; saves a list. Used besides <see cref="Cves"/>.</summary>
    public CveFacts? Cve { get; init; }

    public IReadOnlyList<CveFacts>? Cves { get; init; }

    public IReadOnlyList<ProblemFacts>? Problems { get; init; }

    /// <summary>Installs (trials) that failed or were rolled back (hits).</summary>
    public OutcomeHistory Installs { get; init; }

    /// <summary>When the fix could first be had; service levels count from here. Null: from the day that is asked for.</summary>
    public DateTimeOffset? FixAvailable { get; init; }

    /// <summary>Planned downtime of one install in minutes; the policy's default where null.</summary>
    public double? DowntimeMinutes { get; init => field = RiskCheck.Between(value, 0, 1e6, "Planned downtime"); }

    /// <summary>What the reasons add: an exception that holds, or why one ended. Enters no number.</summary>
    public IReadOnlyList<string>? Notes { get; init; }

    /// <summary>What kind of update it is, where it closes no vulnerability; null: a bug fix where a problem names it, a feature otherwise.</summary>
    public UpdateKind? Kind { get; init; }

    internal int CveCount => (Cve is null ? 0 : 1) + (Cves?.Count ?? 0);

    internal CveFacts CveAt(int index) => Cve is null ? Cves![index] : index == 0 ? Cve : Cves![index - 1];
}

internal static class RiskCheck
{
    public static double? Between(double? value, double low, double high, string what) =>
        value is null || (value >= low && value <= high)
            ? value
            : throw new FailureException(
                "RiskInputInvalid", FailureKind.InvalidInput, FormattableString.Invariant($"{what} cannot be {value}."), null,
                double.IsInfinity(high) || high == double.MaxValue
                    ? FormattableString.Invariant($"Give a finite number from {low}.")
                    : FormattableString.Invariant($"Give a number from {low} to {high}."));
}
