using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Waves;

/// <summary>Takes back what a wave changed, host by host, journaled and verified.</summary>
[Cmdlet(VerbsCommon.Undo, "PatchWave", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(HostRun))]
public sealed class UndoPatchWaveCommand : HostAccessCmdlet
{
    /// <summary>Plan id.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true), Alias("Id")]
    [ArgumentCompleter(typeof(PlanCompleter))]
    public string PlanId { get; set; } = "";

    /// <summary>Number of the wave; default: 1.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    public int Wave { get; set; }

    /// <summary>Hosts changed at the same time, 1–1024.</summary>
    [Parameter]
    public int ThrottleLimit { get; set; }

    protected override void ProcessRecord() => Pump(Bind<UndoWaveRequest>());
}
