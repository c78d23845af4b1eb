using PatchOps.Domain;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Operations.Requests;

[Operation("Get-PatchExposure", "exposure get", "Lists findings: asset × package × vulnerability, with the statement that decided.")]
public sealed record GetExposureRequest : OperationRequest, IFollowsPolicy
{
    [ParameterHelp("Asset id or name; wildcards.", Position = 0)]
    public IReadOnlyList<string> Asset { get; init; } = [];

    [ParameterHelp("CVE; wildcards.")]
    public IReadOnlyList<string> Cve { get; init; } = [];

    [ParameterHelp("Package; wildcards.")]
    public IReadOnlyList<string> Package { get; init; } = [];

    [ParameterHelp("Only these statuses; default: all.")]
    public IReadOnlyList<FindingStatus> Status { get; init; } = [];

    [ParameterHelp("As known on this day; default: now.")]
    public DateTimeOffset? AsOf { get; init; }

    [ParameterHelp("Policy file (YAML, JSON or psd1), for the reasons: windows, freezes, what is left out."), FilePath]
    public string? Policy { get; init; }
}

/// <summary>What one row of the ranking stands for.</summary>
public enum RiskGrouping { Patch, Asset, Cve, Problem, Finding }

[Operation("Get-PatchRisk", "risk get", "Ranks what hurts most, as expected loss with its reasons.")]
public sealed record GetRiskRequest : OperationRequest, IFollowsPolicy
{
    [ParameterHelp("One row per patch, asset, CVE, problem or finding.")]
    public RiskGrouping By { get; init; } = RiskGrouping.Patch;

    [ParameterHelp("Only these assets (id or name); wildcards.")]
    public IReadOnlyList<string> Asset { get; init; } = [];

    [ParameterHelp("Only these CVEs; wildcards.")]
    public IReadOnlyList<string> Cve { get; init; } = [];

    [ParameterHelp("Only these problems; wildcards.")]
    public IReadOnlyList<string> Problem { get; init; } = [];

    [ParameterHelp("The n highest; 0 means all.")]
    public int Top { get; init; }

    [ParameterHelp("Policy file (YAML, JSON or psd1); default: $PATCHOPS_POLICY, then the built-in policy."), FilePath]
    public string? Policy { get; init; }

    [ParameterHelp("As known on this day; default: now.")]
    public DateTimeOffset? AsOf { get; init; }

    [ParameterHelp("Adds every term and the score without it.")]
    public bool Explain { get; init; }

    [ParameterHelp("Ranks also what an active acceptance, deferral or pin covers; the reasons name it.")]
    public bool IncludeExcepted { get; init; }

    public override void Validate() => Needs.Between(Top, 0, int.MaxValue, nameof(Top));
}

[Operation("Test-PatchPolicy", "policy test", "Checks a policy file; says every fault with its line. Backtests it on the store's history.")]
public sealed record TestPolicyRequest : OperationRequest
{
    [ParameterHelp("Policy file (YAML, JSON or psd1). With -Replay it may be left out: $PATCHOPS_POLICY, then the built-in policy.", Position = 0), FilePath]
    public string Path { get; init; } = "";

    [ParameterHelp("Replays the store's history and compares the policy with CVSS, EPSS and KEV thresholds.")]
    public bool Replay { get; init; }

    [ParameterHelp("First day of the replay.")]
    public DateTimeOffset? From { get; init; }

    [ParameterHelp("Day before which the replay ends; default: today.")]
    public DateTimeOffset? To { get; init; }

    [ParameterHelp("Assets of the store (id or name) on which the replayed policy judges; wildcards. Default: all of them; where the store has none, one as the policy's defaults describe it.")]
    public IReadOnlyList<string> Asset { get; init; } = [];

    [ParameterHelp("Judges on one asset of this criticality instead, 1–5.")]
    public int? Criticality { get; init; }

    [ParameterHelp("Judges on one asset of this exposure instead.")]
    public AssetExposure? Exposure { get; init; }

    [ParameterHelp("Decision from which the replayed policy acts.")]
    public PatchDecision AtLeast { get; init; } = PatchDecision.Schedule;

    [ParameterHelp("Replays vulnerabilities without CVSS score or EPSS as well; CVSS thresholds cannot choose those.")]
    public bool IncludeUnrated { get; init; }

    public override void Validate()
    {
        if (!Replay)
        {
            Needs.Text(Path, nameof(Path));
            if (From is null && To is null && Asset.Count == 0 && Criticality is null && Exposure is null && !IncludeUnrated) return;
            throw new FailureException("ReplayMissing", FailureKind.InvalidInput, "From, To, Asset, Criticality, Exposure and IncludeUnrated belong to a replay.", "Replay", "Add -Replay, or leave them out.");
        }
        if (From is null) throw new FailureException("ParameterMissing", FailureKind.InvalidInput, "From is needed.", nameof(From), "Give -From the first day of the replay.");
        if (To <= From) throw new FailureException("PeriodReversed", FailureKind.InvalidInput, FormattableString.Invariant($"The replay would end on {To:yyyy-MM-dd}, before it begins."), nameof(To), "Give -To a later day than -From.");
        if (Criticality is { } criticality) Needs.Between(criticality, 1, 5, nameof(Criticality));
        if (Asset.Count > 0 && (Criticality is not null || Exposure is not null))
            throw new FailureException("AssetAndKind", FailureKind.InvalidInput, "The replay judges either on assets of the store or on one of a given criticality and exposure.", nameof(Asset), "Give -Asset, or -Criticality and -Exposure.");
    }
}

[InputLine(nameof(Vector))]
[Operation("Get-CvssScore", "cvss score", "Scores CVSS vectors of version 2.0, 3.0, 3.1 or 4.0.")]
public sealed record GetCvssScoreRequest : OperationRequest
{
    [ParameterHelp("CVSS vectors.", Position = 0)]
    public IReadOnlyList<string> Vector { get; init; } = [];
}

[InputLine(nameof(Left), nameof(Right))]
[Operation("Compare-PatchVersion", "version compare", "Orders two versions exactly as the platform does.")]
public sealed record CompareVersionRequest : OperationRequest
{
    [ParameterHelp("Left version.", Position = 0)]
    public string Left { get; init; } = "";

    [ParameterHelp("Right version.", Position = 1)]
    public string Right { get; init; } = "";

    [ParameterHelp("Whose order.")]
    public VersionScheme Scheme { get; init; } = VersionScheme.Dpkg;
}
