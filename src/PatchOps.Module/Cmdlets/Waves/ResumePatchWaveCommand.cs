using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Waves;

/// <summary>Lets a suspended wave go on.</summary>
[Cmdlet(VerbsLifecycle.Resume, "PatchWave", SupportsShouldProcess = true)]
[OutputType(typeof(WaveStatus))]
public sealed class ResumePatchWaveCommand : OperationCmdlet
{
    /// <summary>Plan id.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true), Alias("Id")]
    [ArgumentCompleter(typeof(PlanCompleter))]
    public string PlanId { get; set; } = "";

    /// <summary>Number of the wave; default: 1.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    public int Wave { get; set; }

    protected override void ProcessRecord() => Pump(Bind<ResumeWaveRequest>());
}
