using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Plan;

/// <summary>Makes a plan of waves: inside windows, canary first, in dependency order.</summary>
[Cmdlet(VerbsCommon.New, "PatchPlan", SupportsShouldProcess = true)]
[OutputType(typeof(PatchPlan))]
public sealed class NewPatchPlanCommand : CollectingCmdlet
{
    /// <summary>Name of the plan; default with -Replaces: the other plan's.</summary>
    [Parameter]
    public string Name { get; set; } = "";

    /// <summary>Risks from Get-PatchRisk.</summary>
    [Parameter(ValueFromPipeline = true)]
    public object[] InputObject { get; set; } = [];

    /// <summary>Patch ids; wildcards. Default: the highest risks.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string[] Patch { get; set; } = [];

    /// <summary>Only these assets (id or name); wildcards.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AssetCompleter))]
    public string[] Asset { get; set; } = [];

    /// <summary>Without risks from the pipeline: plan the n highest.</summary>
    [Parameter]
    public int Top { get; set; }

    /// <summary>Policy file (YAML, JSON or psd1); default: the built-in policy.</summary>
    [Parameter]
    public string? Policy { get; set; }

    /// <summary>Nothing starts before; default: now.</summary>
    [Parameter]
    public DateTimeOffset? Start { get; set; }

    /// <summary>Length of the planning period; default: 14 days.</summary>
    [Parameter]
    public TimeSpan Horizon { get; set; }

    /// <summary>Takes the emergency path of the policy: windows may be left, approval follows its rule.</summary>
    [Parameter]
    public SwitchParameter Emergency { get; set; }

    /// <summary>Ends the search early; default: a number of steps by the size of the plan, and the same input then always gives the same plan.</summary>
    [Parameter]
    public TimeSpan TimeLimit { get; set; }

    /// <summary>Id of a plan that this one replaces: what it has changed stays, its patches are planned anew, and every difference is explained.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(PlanCompleter))]
    public string? Replaces { get; set; }

    /// <summary>Rehearses the plan so many times with failures and durations from history; the forecasts follow the plan.</summary>
    [Parameter]
    public int Rehearse { get; set; }

    protected override void ProcessRecord() => Collect(InputObject);

    protected override void EndProcessing() => PumpCollected<NewPlanRequest>(always: true);
}
