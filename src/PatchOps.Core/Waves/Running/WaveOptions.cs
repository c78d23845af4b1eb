using PatchOps.Domain;
using PatchOps.Core.Waves.Halting;
using PatchOps.Core.Waves.Pacing;

namespace PatchOps.Core.Waves;

/// <summary>What a run of a wave is for.</summary>
public enum WaveMode
{
    /// <summary>Bring the hosts to the approved versions.</summary>
    Patch,

    /// <summary>Take back what the wave changed.</summary>
    Undo,

    /// <summary>Remove the snapshots that the wave took; changes nothing else.</summary>
    Release,
}

/// <summary>How a wave is run. Times are generous defaults; every wait in a wave is one of these.</summary>
public sealed record WaveOptions
{
    public WaveMode Mode { get; init; } = WaveMode.Patch;

    /// <summary>Who asked for the run; stands in the journal.</summary>
    public string Actor { get; init; } = "";

    /// <summary>Where the run happens, such as machine and process; the lease and whoever is refused name it.</summary>
    public string Runner { get; init; } = "runner";

    /// <summary>Hosts at once, 1 or more. The halt rule may allow fewer.</summary>
    public int Throttle { get; init => field = Positive(value); } = 10;

    /// <summary>What to do when the halt rule trips.</summary>
    public HaltAction OnHalt { get; init; } = HaltAction.RollBackFailed;

    /// <summary>What to do when a gate is not healthy; null for <see cref="OnHalt"/>.</summary>
    public HaltAction? OnGate { get; init; }

    /// <summary>What to do when hosts fail in a row; null for <see cref="OnHalt"/>.</summary>
    public HaltAction? OnConsecutive { get; init; }

    /// <summary>Failed hosts in a row that halt the wave; null for no such rule.</summary>
    public int? MaxConsecutiveFailures { get; init; }

    /// <summary>Asked before hosts are admitted; anything but healthy halts or pauses.</summary>
    public IReadOnlyList<IWaveGate> Gates { get; init; } = [];

    /// <summary>Limits how many hosts may be at risk; null for throttle and halt rule alone.</summary>
    public IPace? Pace { get; init; }

    /// <summary>Download before the host is taken out of service.</summary>
    public bool Stage { get; init; } = true;

    /// <summary>Work again on hosts that failed or were rolled back in an earlier run.</summary>
    public bool RetryFailed { get; init; }

    /// <summary>Wait for hosts whose planned start lies ahead; otherwise they are left for a later run.</summary>
    public bool WaitForStart { get; init; } = true;

    /// <summary>End instead of waiting when a person has suspended the wave or its rule has paused it.</summary>
    public bool EndWhenSuspended { get; init; }

    /// <summary>Time to watch one host after it is back in service; probes are repeated meanwhile. Zero for none.</summary>
    public TimeSpan HostBake { get; init; } = TimeSpan.Zero;

    /// <summary>Pause between two looks at a host that is watched in service.</summary>
    public TimeSpan BakeInterval { get; init => field = Above(value); } = TimeSpan.FromSeconds(10);

    /// <summary>Events that may wait for the reader before admission waits too.</summary>
    public int MaxUnread { get; init => field = Positive(value); } = 2000;

    public TimeSpan LeaseDuration { get; init => field = Above(value); } = TimeSpan.FromSeconds(30);

    /// <summary>How often a person's wishes and gates are read.</summary>
    public TimeSpan ControlInterval { get; init => field = Above(value); } = TimeSpan.FromSeconds(1);

    /// <summary>How often gates are asked.</summary>
    public TimeSpan GateInterval { get; init => field = Above(value); } = TimeSpan.FromSeconds(15);

    /// <summary>Bound of one reading call to a host.</summary>
    public TimeSpan CallDeadline { get; init => field = Above(value); } = TimeSpan.FromSeconds(60);

    /// <summary>After this the host itself ends a step that changes it.</summary>
    public TimeSpan StepTimeLimit { get; init => field = Above(value); } = TimeSpan.FromMinutes(60);

    /// <summary>How long a host with a step in flight may stay silent before its outcome is unknown.</summary>
    public TimeSpan ReconnectTimeout { get; init => field = Above(value); } = TimeSpan.FromMinutes(5);

    /// <summary>How long a restarting host may stay away.</summary>
    public TimeSpan RestartTimeout { get; init => field = Above(value); } = TimeSpan.FromMinutes(15);

    /// <summary>Time that services get to become healthy after a change.</summary>
    public TimeSpan ProbeGrace { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Pause between two looks at the same thing.</summary>
    public TimeSpan PollInterval { get; init => field = Above(value); } = TimeSpan.FromSeconds(2);

    /// <summary>Tries for what certainly did not arrive, 1 or more.</summary>
    public int Tries { get; init => field = Positive(value); } = 3;

    /// <summary>How long hosts in flight may take after a stop.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long an unavailable journal is tried again before the run gives up.</summary>
    public TimeSpan JournalPatience { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Time in which a host that reverts by itself must be confirmed.</summary>
    public TimeSpan ConfirmWithin { get; init => field = Above(value); } = TimeSpan.FromMinutes(10);

    private static int Positive(int value) => value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Must be 1 or more.");

    private static TimeSpan Above(TimeSpan value) => value > TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Must be longer than zero.");
}
