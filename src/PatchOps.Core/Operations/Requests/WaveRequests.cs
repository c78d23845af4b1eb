using PatchOps.Domain;

namespace PatchOps.Core.Operations.Requests;

/// <summary>How fast a wave takes hosts in.</summary>
public enum WavePace
{
    /// <summary>As many at a time as throttle and halt rule allow.</summary>
    Fixed,

    /// <summary>Batches grow only as fast as the evidence allows.</summary>
    Evidence,
}

/// <summary>A request that reaches hosts.</summary>
public abstract record HostAccessRequest : OperationRequest
{
    [ParameterHelp("Private key for SSH."), FilePath]
    public string? KeyFile { get; init; }

    [ParameterHelp("Known-hosts file for SSH; default: ssh's own."), FilePath]
    public string? KnownHostsFile { get; init; }

    [ParameterHelp("Longest wait for a connection; default: 10 seconds. A host that is off costs three times that.")]
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    [ParameterHelp("Account: for sudo over SSH, and for PowerShell sessions."), PowerShellOnly("credentials are PowerShell's own; the command line uses keys, the agent, and sudo without a password")]
    public HostCredential? Credential { get; init; }

    public override void Validate() => Needs.Between(ConnectTimeout.TotalSeconds, 1, 300, nameof(ConnectTimeout) + " (in seconds)");
}

[Operation("Invoke-PatchWave", "wave invoke", "Runs one approved wave of a plan, or resumes it.", Changes = true)]
public sealed record InvokeWaveRequest : HostAccessRequest
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

    [ParameterHelp("Fixed: as many hosts at a time as -ThrottleLimit and the halt rule allow. Evidence: batches grow only as fast as the evidence allows.")]
    public WavePace Pace { get; init; }

    [ParameterHelp("With -Pace Evidence: hosts that may be harmed at most, 1 or more.")]
    public int MaxHarm { get; init; } = 3;

    [ParameterHelp("With -Pace Evidence: probability with which -MaxHarm is kept, above 0 and below 1.")]
    public double Confidence { get; init; } = 0.95;

    [ParameterHelp("Leads a person through the installation: the same checks, probes and evidence; a person does what a provider would.")]
    public bool Manual { get; init; }

    [ParameterHelp("How long the wave stays with this runner when it falls silent; 5 seconds to 10 minutes.")]
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(30);

    [ParameterHelp("Goes on although the comparison with unpatched peers found harm or too little data; recorded.")]
    public bool AcceptCanary { get; init; }

    [ParameterHelp("Also gives where the wave stands at the end.")]
    public bool PassThru { get; init; }

    public override void Validate()
    {
        base.Validate();
        if (!Due) Needs.Text(PlanId, nameof(PlanId));
        if (Due && PlanId.Length > 0)
            throw new FailureException("ParameterAmbiguous", FailureKind.InvalidInput, "-Due runs whatever is due, of all plans; a plan was named as well.", PlanId, "Leave out one of both.");
        if (Due && (Manual || Rehearse || IgnoreWindow || Wait))
            throw new FailureException("ParameterAmbiguous", FailureKind.InvalidInput, "-Due is for schedulers: it goes with none of -Manual, -Rehearse, -IgnoreWindow and -Wait.", nameof(Due), "Name the plan and the wave instead.");
        Needs.Between(MaxHarm, 1, 100_000, nameof(MaxHarm));
        if (Confidence is not (> 0 and < 1)) Needs.Between(Confidence, 0.000001, 0.999999, nameof(Confidence));
        Needs.Between(LeaseDuration.TotalSeconds, 5, 600, nameof(LeaseDuration) + " (in seconds)");
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
public sealed record UndoWaveRequest : HostAccessRequest
{
    [ParameterHelp("Plan id.", Position = 0)]
    public string PlanId { get; init; } = "";

    [ParameterHelp("Number of the wave; default: 1.", Position = 1)]
    public int Wave { get; init; } = 1;

    [ParameterHelp("Hosts changed at the same time, 1–1024.")]
    public int ThrottleLimit { get; init; } = 10;

    public override void Validate()
    {
        base.Validate();
        Needs.Text(PlanId, nameof(PlanId));
        Needs.Between(Wave, 1, int.MaxValue, nameof(Wave));
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

    [ParameterHelp("What proves the hosts' runs, one object a piece: steps, commands with exit code and output, readings of checks and probes, versions before and after.")]
    public bool Evidence { get; init; }

    [ParameterHelp("Only these hosts, by id or name; wildcards allowed. With -Hosts, -Timeline or -Evidence; alone it shows hosts.")]
    public IReadOnlyList<string> Asset { get; init; } = [];

    public override void Validate()
    {
        Needs.Text(PlanId, nameof(PlanId));
        if ((Hosts ? 1 : 0) + (Timeline ? 1 : 0) + (Evidence ? 1 : 0) > 1)
            throw new FailureException("ParameterAmbiguous", FailureKind.InvalidInput, "-Hosts, -Timeline and -Evidence show different things; more than one was given.", PlanId, "Ask for one at a time.");
    }
}
