using System.Management.Automation;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Module.Cmdlets.Plan;

/// <summary>Lists the approvals that plans need, who gave them, and reviews that are due or overdue.</summary>
[Cmdlet(VerbsCommon.Get, "PatchApproval")]
[OutputType(typeof(ApprovalStatus))]
public sealed class GetPatchApprovalCommand : OperationCmdlet
{
    /// <summary>Plan id or name; wildcards. Default: every plan.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true), Alias("Id")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(PlanCompleter))]
    public string[] PlanId { get; set; } = [];

    /// <summary>Only what is still to be done: missing or expired approvals and reviews that are due.</summary>
    [Parameter]
    public SwitchParameter Pending { get; set; }

    /// <summary>Only reviews after the fact whose time is over.</summary>
    [Parameter]
    public SwitchParameter Overdue { get; set; }

    /// <summary>Only approvals in these roles; wildcards.</summary>
    [Parameter]
    [SupportsWildcards]
    public string[] Role { get; set; } = [];

    protected override void ProcessRecord() => Pump(Bind<GetApprovalRequest>());
}
