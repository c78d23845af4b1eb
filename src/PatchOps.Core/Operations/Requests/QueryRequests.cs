using PatchOps.Domain;

namespace PatchOps.Core.Operations.Requests;

[Operation("Get-PatchAsset", "asset get", "Lists assets.")]
public sealed record GetAssetRequest : OperationRequest
{
    [ParameterHelp("Id or name; wildcards.", Position = 0)]
    public IReadOnlyList<string> Id { get; init; } = [];

    [ParameterHelp("Environments.")]
    public IReadOnlyList<AssetEnvironment> Environment { get; init; } = [];

    [ParameterHelp("Tags; wildcards.")]
    public IReadOnlyList<string> Tag { get; init; } = [];

    [ParameterHelp("Also assets that no inventory lists any more.")]
    public bool IncludeRetired { get; init; }

    [ParameterHelp("What imports and people changed of them and of their packages, instead of the assets; retired ones included.")]
    public bool History { get; init; }
}

[Operation("Get-PatchProblem", "problem get", "Lists problem records.")]
public sealed record GetProblemRequest : OperationRequest
{
    [ParameterHelp("Id; wildcards.", Position = 0)]
    public IReadOnlyList<string> Id { get; init; } = [];

    [ParameterHelp("Only open problems.")]
    public bool Open { get; init; }

    [ParameterHelp("Only known errors: with workaround, fixed versions and where they are deployed.")]
    public bool KnownError { get; init; }
}

[Operation("Get-PatchIncident", "incident get", "Lists incidents in order of opening.")]
public sealed record GetIncidentRequest : OperationRequest
{
    [ParameterHelp("Id; wildcards.", Position = 0)]
    public IReadOnlyList<string> Id { get; init; } = [];

    [ParameterHelp("Opened at or after.")]
    public DateTimeOffset? From { get; init; }

    [ParameterHelp("Opened before.")]
    public DateTimeOffset? To { get; init; }

    [ParameterHelp("Linked problem; wildcards.")]
    public IReadOnlyList<string> Problem { get; init; } = [];

    [ParameterHelp("Asset id; wildcards.")]
    public IReadOnlyList<string> Asset { get; init; } = [];

    [ParameterHelp("Only those that matched a known vulnerability, open on their item, when they were imported.")]
    public bool Flagged { get; init; }
}

[Operation("Get-PatchChange", "change get", "Lists change records.")]
public sealed record GetChangeRequest : OperationRequest
{
    [ParameterHelp("Id; wildcards.", Position = 0)]
    public IReadOnlyList<string> Id { get; init; } = [];
}

[Operation("Get-PatchDeployment", "deployment get", "Lists past deployments in order of start.")]
public sealed record GetDeploymentRequest : OperationRequest
{
    [ParameterHelp("Patch id; wildcards.", Position = 0)]
    public IReadOnlyList<string> Patch { get; init; } = [];

    [ParameterHelp("Asset id; wildcards.")]
    public IReadOnlyList<string> Asset { get; init; } = [];

    [ParameterHelp("Outcomes.")]
    public IReadOnlyList<DeploymentOutcome> Outcome { get; init; } = [];
}

[Operation("Get-PatchAdvisory", "advisory get", "Shows what each source says about a vulnerability, trusted sources first; or an article (KB) with what it fixes and replaces.")]
public sealed record GetAdvisoryRequest : OperationRequest
{
    [ParameterHelp("CVE or other id, or an article such as KB5034441; wildcards.", Position = 0)]
    public IReadOnlyList<string> Id { get; init; } = [];
}

[Operation("Get-PatchAudit", "audit get", "Lists the audit trail.")]
public sealed record GetAuditRequest : OperationRequest
{
    [ParameterHelp("Entries at or after.")]
    public DateTimeOffset? Since { get; init; }

    [ParameterHelp("Subject, such as a plan id; wildcards.", Position = 0)]
    public string? Subject { get; init; }
}

[Operation("Test-PatchAudit", "audit test", "Verifies the audit chain and names the first broken entry.")]
public sealed record TestAuditRequest : OperationRequest;
