using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Query;

/// <summary>Lists past deployments in order of start.</summary>
[Cmdlet(VerbsCommon.Get, "PatchDeployment")]
[OutputType(typeof(Deployment))]
public sealed class GetPatchDeploymentCommand : OperationCmdlet
{
    /// <summary>Patch id; wildcards.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    public string[] Patch { get; set; } = [];

    /// <summary>Asset id; wildcards.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AssetCompleter))]
    public string[] Asset { get; set; } = [];

    /// <summary>Outcomes.</summary>
    [Parameter]
    public DeploymentOutcome[] Outcome { get; set; } = [];

    protected override void ProcessRecord() => Pump(Bind<GetDeploymentRequest>());
}
