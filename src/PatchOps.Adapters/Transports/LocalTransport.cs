using System.Text;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Transports;

/// <summary>How to run commands on this machine, or in a root folder on it.</summary>
public sealed record LocalSettings
{
    /// <summary>Entered by chroot before each command; null is the machine itself. Needs root.</summary>
    public string? Root { get; init; }

    /// <summary>A program with arguments that runs the command that follows it somewhere else: <c>nsenter …</c>, <c>docker exec -i NAME</c>.</summary>
    public IReadOnlyList<string> Prefix { get; init; } = [];

    public Elevation Elevation { get; init; } = Environment.IsPrivilegedProcess ? Elevation.None : Elevation.Sudo;

    /// <summary>Asked each time when <see cref="Transports.Elevation.SudoWithPassword"/>.</summary>
    public Func<CancellationToken, ValueTask<string>>? SudoPassword { get; init; }

    /// <summary>Where steps and fences live.</summary>
    public string StateFolder { get; init; } = "/var/lib/patchops";
}

/// <summary>Runs commands on this machine.</summary>
public sealed class LocalTransport(string host, LocalSettings? settings = null)
    : ShellTransport(host, (settings ?? new LocalSettings()).StateFolder)
{
    private readonly LocalSettings _settings = settings ?? new LocalSettings();

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private protected override async Task<RawResult> ExecuteAsync(
        IReadOnlyList<string> arguments, ReadOnlyMemory<byte> input, CommandNature nature, TimeSpan deadline, CancellationToken cancellationToken)
    {
        // A shell looks the program up and turns "not there" into exit code 127, as it does behind SSH.
        string[] command = ["sh", "-c", "exec \"$@\"", "patchops", .. arguments];
        IReadOnlyList<string> entered = _settings.Root is null ? [.. _settings.Prefix, .. command] : [.. _settings.Prefix, "chroot", _settings.Root, .. command];
        var sudo = nature.HasFlag(CommandNature.Elevated) && _settings.Elevation != Elevation.None;
        var mark = sudo ? NewNonce() : "";
        string? password = null;
        if (sudo)
        {
            if (_settings.Elevation == Elevation.SudoWithPassword)
            {
                (password, var missing) = await SudoCommand.ResolveAsync(Host, _settings.SudoPassword, cancellationToken).ConfigureAwait(false);
                if (missing is not null) return new RawResult(CommandFate.NotSent, -1, [], [], TimeSpan.Zero, missing);
            }
            (entered, var bytes) = SudoCommand.Wrap(entered, input.Span, mark, password);
            input = bytes;
        }
        var outcome = await LocalProcess.RunAsync(entered, input, deadline, cancellationToken).ConfigureAwait(false);
        var error = outcome.Error;
        if (outcome.End == ProcessEnd.NotStarted)
        {
            return new RawResult(CommandFate.NotSent, -1, [], [], outcome.Elapsed,
                new Failure("CommandNotStarted", FailureKind.Failed, $"'{entered[0]}' could not be started: {Encoding.UTF8.GetString(error)}", Host));
        }
        if (sudo && !SudoCommand.TakeMark(mark, ref error) && outcome.End == ProcessEnd.Exited)
            return new RawResult(CommandFate.NotSent, -1, [], [], outcome.Elapsed, SudoCommand.Refused(Host, error, password));
        return outcome.End == ProcessEnd.Exited
            ? new RawResult(CommandFate.Finished, outcome.ExitCode, outcome.Output, error, outcome.Elapsed, null)
            : new RawResult(CommandFate.Unknown, -1, outcome.Output, error, outcome.Elapsed,
                new Failure("DeadlinePassed", FailureKind.Timeout,
                    FormattableString.Invariant($"'{arguments[0]}' on '{Host}' did not end within {deadline.TotalSeconds:0.#} s."), Host));
    }
}
