using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Waves;

/// <summary>Runs one approved wave of a plan, or resumes it.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "PatchWave", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(HostRun), typeof(WaveForecast), typeof(WaveStatus))]
public sealed class InvokePatchWaveCommand : HostAccessCmdlet
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

    /// <summary>Fixed, or Evidence: batches grow only as fast as the evidence allows.</summary>
    [Parameter]
    public WavePace Pace { get; set; }

    /// <summary>With -Pace Evidence: hosts that may be harmed at most.</summary>
    [Parameter]
    public int MaxHarm { get; set; }

    /// <summary>With -Pace Evidence: probability with which -MaxHarm is kept.</summary>
    [Parameter]
    public double Confidence { get; set; }

    /// <summary>Leads a person through the installation, with the same checks and evidence.</summary>
    [Parameter]
    public SwitchParameter Manual { get; set; }

    /// <summary>How long the wave stays with this runner when it falls silent.</summary>
    [Parameter]
    public TimeSpan LeaseDuration { get; set; }

    /// <summary>Goes on although the comparison with unpatched peers found harm or too little data; recorded.</summary>
    [Parameter]
    public SwitchParameter AcceptCanary { get; set; }

    /// <summary>Also gives where the wave stands at the end.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void ProcessRecord() => Pump(Bind<InvokeWaveRequest>());
}
