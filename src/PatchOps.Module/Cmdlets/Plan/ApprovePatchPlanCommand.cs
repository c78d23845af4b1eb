using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Plan;

/// <summary>Approves a plan's hash.</summary>
[Cmdlet(VerbsLifecycle.Approve, "PatchPlan", SupportsShouldProcess = true)]
[OutputType(typeof(Approval))]
public sealed class ApprovePatchPlanCommand : OperationCmdlet
{
    /// <summary>Plan id.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true), Alias("Id")]
    [ArgumentCompleter(typeof(PlanCompleter))]
    public string PlanId { get; set; } = "";

    /// <summary>Role to decide in, among those held.</summary>
    [Parameter]
    public string? As { get; set; }

    /// <summary>Ground of the decision.</summary>
    [Parameter]
    public string? Comment { get; set; }

    /// <summary>Certificate that signs the decision: a PEM file with its key, a PKCS #12 file, or the thumbprint of one in your own store.</summary>
    [Parameter]
    public string? Certificate { get; set; }

    /// <summary>Password of the certificate's file.</summary>
    [Parameter]
    public System.Security.SecureString? CertificatePassword { get; set; }

    /// <summary>Detached CMS signature that was made elsewhere (a smart card, openssl cms), in place of -Certificate.</summary>
    [Parameter]
    public string? Signature { get; set; }

    /// <summary>Policy file (YAML, JSON or psd1); default: $PATCHOPS_POLICY, then the built-in policy.</summary>
    [Parameter]
    public string? Policy { get; set; }

    protected override void ProcessRecord() => Pump(Bind<ApprovePlanRequest>());
}
