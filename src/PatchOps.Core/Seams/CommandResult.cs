using PatchOps.Domain;

namespace PatchOps.Core.Seams;

/// <summary>Whether a command may have run: the one thing a caller must know before it decides to repeat it.</summary>
public enum CommandFate
{
    /// <summary>It certainly did not run: no connection, refused login, unknown host key. Repeating is safe.</summary>
    NotSent,

    /// <summary>It may have run, wholly or in part: the connection broke or the deadline passed. Observe, never repeat blindly.</summary>
    Unknown,

    /// <summary>It ran and ended; the exit code is its own.</summary>
    Finished,
}

/// <summary>What is known of one command after the call returned.</summary>
public sealed record CommandResult
{
    private CommandResult(CommandFate fate, int? exitCode, string output, string error, TimeSpan elapsed, Failure? failure)
    {
        Fate = fate;
        ExitCode = exitCode;
        StandardOutput = output;
        StandardError = error;
        Elapsed = elapsed;
        Failure = failure;
    }

    public CommandFate Fate { get; }

    /// <summary>The command's exit code; null unless <see cref="CommandFate.Finished"/>.</summary>
    public int? ExitCode { get; }

    /// <summary>What arrived; may be cut short unless the command finished.</summary>
    public string StandardOutput { get; }

    public string StandardError { get; }

    /// <summary>Time spent by the caller, connection included.</summary>
    public TimeSpan Elapsed { get; }

    /// <summary>Why the command did not finish; null when it did, whatever its exit code.</summary>
    public Failure? Failure { get; }

    /// <summary>The program and arguments that were sent, for the journal and evidence; empty where the transport does not tell.</summary>
    public string CommandLine { get; init; } = "";

    /// <summary>True only when it finished with exit code 0.</summary>
    public bool Succeeded => Fate == CommandFate.Finished && ExitCode == 0;

    public static CommandResult Finished(int exitCode, string output, string error, TimeSpan elapsed) =>
        new(CommandFate.Finished, exitCode, output, error, elapsed, null);

    public static CommandResult NotSent(Failure failure, TimeSpan elapsed) =>
        new(CommandFate.NotSent, null, "", "", elapsed, failure ?? throw new ArgumentNullException(nameof(failure)));

    public static CommandResult Unknown(Failure failure, TimeSpan elapsed, string output = "", string error = "") =>
        new(CommandFate.Unknown, null, output, error, elapsed, failure ?? throw new ArgumentNullException(nameof(failure)));
}
