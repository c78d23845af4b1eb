using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Waves;

/// <summary>Runs one approved wave of a plan, or resumes it.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "PatchWave", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(HostRun))]
public sealed class InvokePatchWaveCommand : OperationCmdlet
{
    /// <summary>Plan id.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true), Alias("Id")]
    [ArgumentCompleter(typeof(PlanCompleter))]
    public string PlanId { get; set; } = "";

    /// <summary>Number of the wave.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    public int Wave { get; set; }

    /// <summary>Hosts changed at the same time, 1–1024.</summary>
    [Parameter]
    public int ThrottleLimit { get; set; }

    /// <summary>Simulates the wave with durations and failures from history; changes nothing.</summary>
    [Parameter]
    public SwitchParameter Rehearse { get; set; }

    /// <summary>Runs every approved wave whose time has come, of all plans; for schedulers.</summary>
    [Parameter]
    public SwitchParameter Due { get; set; }

    /// <summary>Runs although the planned window has not opened or has closed; recorded.</summary>
    [Parameter]
    public SwitchParameter IgnoreWindow { get; set; }

    /// <summary>Waits for hosts whose planned start lies ahead, instead of leaving them for a later run.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>Works again on hosts that failed or were rolled back.</summary>
    [Parameter]
    public SwitchParameter RetryFailed { get; set; }

    /// <summary>Private key for SSH.</summary>
    [Parameter]
    public string? KeyFile { get; set; }

    /// <summary>Known-hosts file for SSH; default: ssh's own.</summary>
    [Parameter]
    public string? KnownHostsFile { get; set; }

    protected override void ProcessRecord() => Pump(Bind<InvokeWaveRequest>());
}
