namespace PatchOps.Core.Waves.State;

/// <summary>The steps of a host's run, as the journal names them.</summary>
public enum HostStep
{
    /// <summary>The host was admitted: its failure budget is reserved and a round begins. Detail: the kind of round.</summary>
    Admit,
    PreCheck,
    Stage,
    Quiesce,
    Snapshot,
    TestBefore,

    /// <summary>What probes compare with later was read: a log's length, the time before the change.</summary>
    Baseline,

    /// <summary>The host was told to revert by itself unless it is confirmed.</summary>
    Arm,
    Apply,
    Verify,
    Restart,
    Probe,
    TestAfter,
    Confirm,
    Unquiesce,
    Bake,
    Revert,

    /// <summary>The restart that a revert asks for.</summary>
    RestartReverted,
    VerifyReverted,

    /// <summary>Health after a revert; recorded, and decides nothing.</summary>
    ProbeReverted,

    /// <summary>Snapshots were removed after their retention.</summary>
    Release,

    /// <summary>The host was let go without a change: its window cannot hold it any more.</summary>
    Skip,

    /// <summary>The round is over; the state stands.</summary>
    Finish,
}

/// <summary>What came of a step.</summary>
public enum StepOutcome
{
    Succeeded,

    /// <summary>The host is right already.</summary>
    NotNeeded,

    /// <summary>Verified as approved, but a restart is needed before it counts.</summary>
    RestartNeeded,

    /// <summary>Verified: the host is exactly as before.</summary>
    Unchanged,

    /// <summary>The provider or the host would not do it: nothing was changed.</summary>
    Refused,

    /// <summary>The host was not reached, so nothing was started.</summary>
    NotSent,
    Failed,

    /// <summary>The effect may have happened and the host did not tell.</summary>
    Unknown,
}

/// <summary>Why a host is worked on.</summary>
public enum RoundKind
{
    /// <summary>To change it.</summary>
    Patch,

    /// <summary>To look again at a host that did not answer, and to put back into service what was left quiesced.</summary>
    Recover,

    /// <summary>To take an applied change back.</summary>
    Undo,

    /// <summary>To remove the snapshots that were taken; the host's state stays what it is.</summary>
    Release,
}

/// <summary>Entries about the wave itself.</summary>
public enum WaveStep { Started, Suspended, Resumed, Halted, Undone, Stopped, Completed }
