using PatchOps.Core.Waves.State;
using PatchOps.Domain;

namespace PatchOps.Core.Waves;

/// <summary>What a running wave tells its reader. Nothing is told before it is durable.</summary>
public abstract record WaveEvent(DateTimeOffset At);

/// <summary>A host was admitted, or taken up again after a crash.</summary>
public sealed record HostStarted(DateTimeOffset At, string Asset, string Name, RoundKind Round) : WaveEvent(At);

/// <summary>A step of a host ended.</summary>
public sealed record HostStepped(DateTimeOffset At, string Asset, string Name, HostStep Step, StepOutcome Outcome, HostState State, string? Summary) : WaveEvent(At)
{
    /// <summary>The step that begins now; null where the host's round ends.</summary>
    public HostStep? Next { get; init; }
}

/// <summary>A host is finished; one for every host of the wave, those that were not admitted last.</summary>
public sealed record HostFinished(DateTimeOffset At, HostRun Run) : WaveEvent(At);

/// <summary>The wave as a whole moved.</summary>
public sealed record WaveMoved(DateTimeOffset At, WaveStatus Status) : WaveEvent(At);

/// <summary>A decision of the runner and its ground.</summary>
public sealed record WaveDecided(DateTimeOffset At, string Message) : WaveEvent(At);

/// <summary>Something that the administrator should know although the work goes on.</summary>
public sealed record WaveWarned(DateTimeOffset At, Failure Failure) : WaveEvent(At);
