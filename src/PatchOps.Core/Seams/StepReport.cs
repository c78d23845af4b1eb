using PatchOps.Domain;

namespace PatchOps.Core.Seams;

/// <summary>What the caller knows of a detached step.</summary>
public enum StepState
{
    /// <summary>The host was not reached and nothing was started by this call.</summary>
    NotSent,

    /// <summary>The connection broke or the deadline passed: it may be running. Collect it again.</summary>
    Unknown,

    /// <summary>The host has seen a higher token in this scope and started nothing.</summary>
    Fenced,

    /// <summary>The host knows no step of this id: it never started.</summary>
    Missing,

    /// <summary>It runs on the host.</summary>
    Running,

    /// <summary>It ended and left its exit code.</summary>
    Finished,

    /// <summary>The host ended it at its time limit. What it had done by then stays done.</summary>
    TimedOut,

    /// <summary>It started, runs no more and left no exit code: the host restarted or somebody killed it. Observe.</summary>
    Lost,
}

/// <summary>The answer to starting or collecting a detached step.</summary>
public sealed record StepReport
{
    public StepReport(string stepId, StepState state)
    {
        StepKey.CheckName(stepId, nameof(stepId));
        StepId = stepId;
        State = state;
    }

    public string StepId { get; }

    public StepState State { get; init; }

    /// <summary>True when this start found an earlier one of the same id instead of running anything.</summary>
    public bool FoundEarlier { get; init; }

    /// <summary>Set when <see cref="StepState.Finished"/>.</summary>
    public int? ExitCode { get; init; }

    public string StandardOutput { get; init; } = "";

    public string StandardError { get; init; } = "";

    /// <summary>Highest token the host has seen in the scope, when <see cref="StepState.Fenced"/>.</summary>
    public long? HighestToken { get; init; }

    /// <summary>Why the state is not Running or Finished; always set for NotSent, Unknown and Fenced.</summary>
    public Failure? Failure { get; init; }

    public TimeSpan Elapsed { get; init; }

    /// <summary>The program and arguments that were sent, for the journal and evidence; empty when only collected.</summary>
    public string CommandLine { get; init; } = "";

    /// <summary>True when nothing more will happen under this id: Finished, TimedOut, Lost.</summary>
    public bool Ended => State is StepState.Finished or StepState.TimedOut or StepState.Lost;
}
