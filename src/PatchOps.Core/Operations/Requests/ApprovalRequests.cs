using PatchOps.Domain;

namespace PatchOps.Core.Operations.Requests;

/// <summary>A decision on a plan.</summary>
public abstract record DecidePlanRequest : OperationRequest, IFollowsPolicy
{
    [ParameterHelp("Plan id.", Position = 0)]
    public string PlanId { get; init; } = "";

    [ParameterHelp("Role to decide in, among those held.")]
    public string? As { get; init; }

    [ParameterHelp("Ground of the decision.")]
    public string? Comment { get; init; }

    [ParameterHelp("Certificate that signs the decision: a PEM file with its key, a PKCS #12 file, or the thumbprint of one in your own store."), FilePath]
    public string? Certificate { get; init; }

    [ParameterHelp("Password of the certificate's file."), PowerShellOnly("no secret on a command line; there it is read from $PATCHOPS_CERTIFICATE_PASSWORD")]
    public System.Security.SecureString? CertificatePassword { get; init; }

    [ParameterHelp("Detached CMS signature that was made elsewhere (a smart card, openssl cms), in place of -Certificate."), FilePath]
    public string? Signature { get; init; }

    [ParameterHelp("Policy file (YAML, JSON or psd1); default: $PATCHOPS_POLICY, then the built-in policy."), FilePath]
    public string? Policy { get; init; }

    public override void Validate()
    {
        Needs.Text(PlanId, nameof(PlanId));
        if (Certificate is not null && Signature is not null)
            throw new FailureException("ParametersExclusive", FailureKind.InvalidInput, "Certificate and Signature exclude each other.", nameof(Signature), "Give -Certificate to sign here, or -Signature for what was signed elsewhere.");
    }
}

[Operation("Approve-PatchPlan", "plan approve", "Approves a plan's hash.", Changes = true)]
public sealed record ApprovePlanRequest : DecidePlanRequest;

[Operation("Deny-PatchPlan", "plan deny", "Denies a plan's hash.", Changes = true)]
public sealed record DenyPlanRequest : DecidePlanRequest;

[Operation("Get-PatchApproval", "approval get", "Lists the approvals that plans need, who gave them, and reviews that are due or overdue.")]
public sealed record GetApprovalRequest : OperationRequest
{
    [ParameterHelp("Plan id or name; wildcards. Default: every plan.", Position = 0)]
    public IReadOnlyList<string> PlanId { get; init; } = [];

    [ParameterHelp("Only what is still to be done: missing or expired approvals and reviews that are due.")]
    public bool Pending { get; init; }

    [ParameterHelp("Only reviews after the fact whose time is over.")]
    public bool Overdue { get; init; }

    [ParameterHelp("Only approvals in these roles; wildcards.")]
    public IReadOnlyList<string> Role { get; init; } = [];
}
