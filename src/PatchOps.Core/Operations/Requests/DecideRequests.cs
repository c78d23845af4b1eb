using PatchOps.Domain;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Operations.Requests;

[Operation("Get-PatchExposure", "exposure get", "Lists findings: asset × package × vulnerability, with the statement that decided.")]
public sealed record GetExposureRequest : OperationRequest
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

    [ParameterHelp("Policy file (YAML or JSON); default: $PATCHOPS_POLICY, then the built-in policy."), FilePath]
    public string? Policy { get; init; }

    [ParameterHelp("As known on this day; default: now.")]
    public DateTimeOffset? AsOf { get; init; }

    [ParameterHelp("Adds every term and the score without it.")]
    public bool Explain { get; init; }

    [ParameterHelp("Ranks also what an active acceptance, deferral or pin covers; the reasons name it.")]
    public bool IncludeExcepted { get; init; }

    public override void Validate() => Needs.Between(Top, 0, int.MaxValue, nameof(Top));
}

[Operation("Test-PatchPolicy", "policy test", "Checks a policy file; says every fault with its line.")]
public sealed record TestPolicyRequest : OperationRequest
{
    [ParameterHelp("Policy file (YAML or JSON).", Position = 0), FilePath]
    public string Path { get; init; } = "";

    public override void Validate() => Needs.Text(Path, nameof(Path));
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
