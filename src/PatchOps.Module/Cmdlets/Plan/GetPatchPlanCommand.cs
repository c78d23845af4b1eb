using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Plan;

/// <summary>Lists plans, newest first.</summary>
[Cmdlet(VerbsCommon.Get, "PatchPlan")]
[OutputType(typeof(PatchPlan))]
public sealed class GetPatchPlanCommand : OperationCmdlet
{
    /// <summary>Plan id or name; wildcards.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(PlanCompleter))]
    public string[] Id { get; set; } = [];

    protected override void ProcessRecord() => Pump(Bind<GetPlanRequest>());
}
