using PatchOps.Domain;

namespace PatchOps.Core.Seams;

/// <summary>The way to one host.</summary>
/// <remarks>
/// Laws, each a contract test: a host that cannot be reached is a result, not an exception; the result says whether the command may
/// have run; arguments arrive as they were given; no call outlives its own deadline by more than a moment; a second start of a step
/// finds the first; a lower fencing token starts nothing; a step outlives the connection. Cancellation throws
/// <see cref="OperationCanceledException"/> and then the command may have run.
/// </remarks>
public interface IHostTransport : IAsyncDisposable
{
    /// <summary>The asset's id, for messages and evidence.</summary>
    string Host { get; }

    /// <summary>Runs a command and waits for its end. For reading; what changes a host goes through <see cref="StartStepAsync"/>.</summary>
    Task<CommandResult> RunAsync(HostCommand command, CancellationToken cancellationToken);

    /// <summary>Starts a command detached from the connection, or finds the one started earlier under the same id, and waits up to <paramref name="wait"/> for its end.</summary>
    /// <remarks>
    /// The command runs as root. Its deadline bounds this call without the wait; the step itself is bounded by the key's time limit,
    /// at which the host ends it. A wait of zero returns as soon as the step runs.
    /// </remarks>
    Task<StepReport> StartStepAsync(StepKey key, HostCommand command, TimeSpan wait, CancellationToken cancellationToken);

    /// <summary>What became of a step, also after a lost connection or a crash of the runner; waits up to <paramref name="wait"/> for its end.</summary>
    Task<StepReport> CollectStepAsync(string stepId, TimeSpan wait, TimeSpan deadline, CancellationToken cancellationToken);

    /// <summary>Writes a whole file as root: complete under its name, or not there (a temporary file, then a rename).</summary>
    Task<CommandResult> PutFileAsync(string path, ReadOnlyMemory<byte> content, TimeSpan deadline, CancellationToken cancellationToken);

    /// <summary>Reads a whole file as root.</summary>
    Task<FileResult> GetFileAsync(string path, TimeSpan deadline, CancellationToken cancellationToken);
}

/// <summary>A file's bytes, or why there are none.</summary>
public sealed record FileResult(CommandFate Fate, ReadOnlyMemory<byte>? Content, Failure? Failure)
{
    public bool Succeeded => Fate == CommandFate.Finished && Content is not null;
}
