namespace PatchOps.Core.Operations.Requests;

[Operation("Invoke-PatchWave", "wave invoke", "Runs one approved wave of a plan, or resumes it.", Changes = true)]
public sealed record InvokeWaveRequest : OperationRequest
{
    [ParameterHelp("Plan id.", Position = 0)]
    public string PlanId { get; init; } = "";

    [ParameterHelp("Number of the wave.", Position = 1)]
    public int Wave { get; init; } = 1;

    [ParameterHelp("Hosts changed at the same time, 1–1024.")]
    public int ThrottleLimit { get; init; } = 10;

    [ParameterHelp("Simulates the wave with durations and failures from history; changes nothing.")]
    public bool Rehearse { get; init; }

    [ParameterHelp("Runs every approved wave whose time has come, of all plans; for schedulers.")]
    public bool Due { get; init; }

    [ParameterHelp("Runs although the planned window has not opened or has closed; recorded.")]
    public bool IgnoreWindow { get; init; }

    [ParameterHelp("Waits for hosts whose planned start lies ahead, instead of leaving them for a later run.")]
    public bool Wait { get; init; }

    [ParameterHelp("Works again on hosts that failed or were rolled back.")]
    public bool RetryFailed { get; init; }

    [ParameterHelp("Private key for SSH."), FilePath]
    public string? KeyFile { get; init; }

    [ParameterHelp("Known-hosts file for SSH; default: ssh's own."), FilePath]
    public string? KnownHostsFile { get; init; }

    public override void Validate()
    {
        if (!Due) Needs.Text(PlanId, nameof(PlanId));
        Needs.Between(Wave, 1, int.MaxValue, nameof(Wave));
        Needs.Between(ThrottleLimit, 1, 1024, nameof(ThrottleLimit));
    }
}

/// <summary>Names one wave of a plan.</summary>
public abstract record WaveRequest : OperationRequest
{
    [ParameterHelp("Plan id.", Position = 0)]
    public string PlanId { get; init; } = "";

    [ParameterHelp("Number of the wave; default: 1.", Position = 1)]
    public int Wave { get; init; } = 1;

    public override void Validate()
    {
        Needs.Text(PlanId, nameof(PlanId));
        Needs.Between(Wave, 1, int.MaxValue, nameof(Wave));
    }
}

[Operation("Suspend-PatchWave", "wave suspend", "Admits no more hosts until the wave is resumed; hosts in flight finish.", Changes = true)]
public sealed record SuspendWaveRequest : WaveRequest;

[Operation("Resume-PatchWave", "wave resume", "Lets a suspended wave go on.", Changes = true)]
public sealed record ResumeWaveRequest : WaveRequest;

[Operation("Undo-PatchWave", "wave undo", "Takes back what a wave changed, host by host, journaled and verified.", Changes = true)]
public sealed record UndoWaveRequest : WaveRequest
{
    [ParameterHelp("Hosts changed at the same time, 1–1024.")]
    public int ThrottleLimit { get; init; } = 10;

    [ParameterHelp("Private key for SSH."), FilePath]
    public string? KeyFile { get; init; }

    [ParameterHelp("Known-hosts file for SSH; default: ssh's own."), FilePath]
    public string? KnownHostsFile { get; init; }

    public override void Validate()
    {
        base.Validate();
        Needs.Between(ThrottleLimit, 1, 1024, nameof(ThrottleLimit));
    }
}

[Operation("Get-PatchWave", "wave get", "Shows the waves of a plan, or the hosts of one.")]
public sealed record GetWaveRequest : OperationRequest
{
    [ParameterHelp("Plan id.", Position = 0)]
    public string PlanId { get; init; } = "";

    [ParameterHelp("Number of the wave; 0 shows all waves.", Position = 1)]
    public int Wave { get; init; }

    [ParameterHelp("One object per host instead of one per wave.")]
    public bool Hosts { get; init; }

    [ParameterHelp("The wave's timeline: every step with its outcome, as it became durable.")]
    public bool Timeline { get; init; }

    public override void Validate() => Needs.Text(PlanId, nameof(PlanId));
}
