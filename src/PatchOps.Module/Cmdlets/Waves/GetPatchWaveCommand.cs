using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Waves.State;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Waves;

/// <summary>Shows the waves of a plan, or the hosts of one.</summary>
[Cmdlet(VerbsCommon.Get, "PatchWave")]
[OutputType(typeof(WaveStatus), typeof(HostRun), typeof(TimelineEntry), typeof(HostEvidence))]
public sealed class GetPatchWaveCommand : OperationCmdlet
{
    /// <summary>Plan id.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true), Alias("Id")]
    [ArgumentCompleter(typeof(PlanCompleter))]
    public string PlanId { get; set; } = "";

    /// <summary>Number of the wave; 0 shows all waves.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    public int Wave { get; set; }

    /// <summary>One object per host instead of one per wave.</summary>
    [Parameter]
    public SwitchParameter Hosts { get; set; }

    /// <summary>The wave's timeline: every step with its outcome, as it became durable.</summary>
    [Parameter]
    public SwitchParameter Timeline { get; set; }

    /// <summary>What proves the hosts' runs, one object a piece: steps, commands, readings, versions before and after.</summary>
    [Parameter]
    public SwitchParameter Evidence { get; set; }

    /// <summary>Only these hosts, by id or name; wildcards allowed.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AssetCompleter))]
    public string[] Asset { get; set; } = [];

    protected override void ProcessRecord() => Pump(Bind<GetWaveRequest>());
}
