using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Transports;

/// <summary>What is the same for every way to a POSIX host: files and detached steps, made of plain commands.</summary>
public abstract class ShellTransport : IHostTransport
{
    /// <summary>Time for the way back after what the host was asked to wait.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>What the transport itself runs: as root, and nothing of it is left behind that writes to its streams.</summary>
    private const CommandNature Own = CommandNature.Elevated | CommandNature.LeavesNothing;

    private readonly string _stateFolder;

    private protected ShellTransport(string host, string stateFolder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(host);
        if (!stateFolder.StartsWith('/')) throw new ArgumentException("The state folder is an absolute path on the host.", nameof(stateFolder));
        Host = host;
        _stateFolder = stateFolder;
    }

    public string Host { get; }

    public abstract ValueTask DisposeAsync();

    /// <summary>Runs a program on the host. The only thing that differs between transports.</summary>
    private protected abstract Task<RawResult> ExecuteAsync(
        IReadOnlyList<string> arguments, ReadOnlyMemory<byte> input, CommandNature nature, TimeSpan deadline, CancellationToken cancellationToken);

    public async Task<CommandResult> RunAsync(HostCommand command, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        var nature = (command.Elevated ? CommandNature.Elevated : CommandNature.Plain) | (command.LeavesNothing ? CommandNature.LeavesNothing : CommandNature.Plain);
        var raw = await ExecuteAsync(command.Arguments, Bytes(command.StandardInput), nature, command.Deadline, cancellationToken).ConfigureAwait(false);
        return raw.ToResult() with { CommandLine = PosixQuoting.Join(command.Arguments) };
    }

    public async Task<StepReport> StartStepAsync(StepKey key, HostCommand command, TimeSpan wait, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(command);
        var nonce = NewNonce();
        var input = Bytes(command.StandardInput);
        string[] arguments =
        [
            "sh", "-c", StepScripts.Start, "patchops-start", _stateFolder, nonce, key.Id, key.Fence.Scope,
            key.Fence.Value.ToString(CultureInfo.InvariantCulture), Seconds(key.TimeLimit), Seconds(wait),
            input.Length.ToString(CultureInfo.InvariantCulture), .. command.Arguments,
        ];
        var raw = await ExecuteAsync(arguments, input, Own, Add(command.Deadline, wait), cancellationToken).ConfigureAwait(false);
        return Read(key.Id, nonce, raw) with { CommandLine = PosixQuoting.Join(command.Arguments) };
    }

    public async Task<StepReport> CollectStepAsync(string stepId, TimeSpan wait, TimeSpan deadline, CancellationToken cancellationToken)
    {
        _ = new StepReport(stepId, StepState.Missing);
        var nonce = NewNonce();
        string[] arguments = ["sh", "-c", StepScripts.Collect, "patchops-collect", _stateFolder, nonce, stepId, Seconds(wait)];
        var raw = await ExecuteAsync(arguments, default, Own, Add(deadline, wait), cancellationToken).ConfigureAwait(false);
        return Read(stepId, nonce, raw);
    }

    public async Task<CommandResult> PutFileAsync(string path, ReadOnlyMemory<byte> content, TimeSpan deadline, CancellationToken cancellationToken)
    {
        CheckPath(path);
        // The length travels along: input that ends early because the connection broke must not become the file.
        const string Script = """
            umask 077
            t=$1.patchops.$$
            trap 'rm -f -- "$t"' EXIT
            cat >"$t" || exit 71
            [ "$(wc -c <"$t")" -eq "$2" ] || exit 74
            if [ -e "$1" ]; then chmod --reference="$1" -- "$t" && chown --reference="$1" -- "$t" || exit 71; fi
            mv -f -- "$t" "$1"
            """;
        string[] arguments = ["sh", "-c", Script, "patchops-put", path, content.Length.ToString(CultureInfo.InvariantCulture)];
        return (await ExecuteAsync(arguments, content, Own, deadline, cancellationToken).ConfigureAwait(false)).ToResult();
    }

    public async Task<FileResult> GetFileAsync(string path, TimeSpan deadline, CancellationToken cancellationToken)
    {
        CheckPath(path);
        var raw = await ExecuteAsync(["cat", "--", path], default, Own, deadline, cancellationToken).ConfigureAwait(false);
        if (raw.Fate != CommandFate.Finished) return new FileResult(raw.Fate, null, raw.Failure);
        if (raw.ExitCode == 0 && raw.Output.Length < LocalProcess.StreamLimit) return new FileResult(CommandFate.Finished, raw.Output, null);
        var why = raw.ExitCode == 0 ? "it is too long" : Encoding.UTF8.GetString(raw.Error).Trim();
        return new FileResult(CommandFate.Finished, null, new Failure("HostFileNotRead", FailureKind.NotFound, $"'{path}' on host '{Host}' was not read: {why}", path));
    }

    private StepReport Read(string stepId, string nonce, RawResult raw)
    {
        if (raw.Fate == CommandFate.NotSent) return new StepReport(stepId, StepState.NotSent) { Failure = raw.Failure, Elapsed = raw.Elapsed };
        var mark = Encoding.ASCII.GetBytes(nonce + " ");
        var start = raw.Output.AsSpan().IndexOf(mark);
        var end = start < 0 ? -1 : raw.Output.AsSpan(start).IndexOf((byte)'\n');
        if (end < 0) return NoAnswer(stepId, raw);
        var fields = Encoding.ASCII.GetString(raw.Output, start, end).Split(' ');
        var body = raw.Output.AsMemory(start + end + 1);
        var outBytes = int.Parse(fields[5], CultureInfo.InvariantCulture);
        var errBytes = int.Parse(fields[6], CultureInfo.InvariantCulture);
        if (body.Length < outBytes + errBytes) return NoAnswer(stepId, raw);
        var state = fields[1] switch
        {
            "fenced" => StepState.Fenced,
            "missing" => StepState.Missing,
            "running" => StepState.Running,
            "finished" => StepState.Finished,
            "timedout" => StepState.TimedOut,
            _ => StepState.Lost,
        };
        return new StepReport(stepId, state)
        {
            FoundEarlier = fields[2] == "1",
            ExitCode = fields[3] == "-" ? null : int.Parse(fields[3], CultureInfo.InvariantCulture),
            HighestToken = fields[4] == "-" ? null : long.Parse(fields[4], CultureInfo.InvariantCulture),
            StandardOutput = Encoding.UTF8.GetString(body.Span[..outBytes]),
            StandardError = Encoding.UTF8.GetString(body.Span.Slice(outBytes, errBytes)),
            Elapsed = raw.Elapsed,
            Failure = state switch
            {
                StepState.Fenced => new Failure("StepFenced", FailureKind.Refused,
                    $"Host '{Host}' has seen lease {fields[4]} and refuses an older one.", Host, "Another runner has taken over; look with Get-PatchWave."),
                StepState.TimedOut => new Failure("StepTimedOut", FailureKind.Timeout, $"Host '{Host}' ended step '{stepId}' at its time limit.", Host,
                    "Its output in the evidence shows where it hung; the limit is the policy's conduct.stepTimeLimit."),
                StepState.Lost => new Failure("StepLost", FailureKind.Failed, $"Step '{stepId}' on host '{Host}' was killed or the host restarted before it ended.", Host),
                _ => null,
            },
        };
    }

    private StepReport NoAnswer(string stepId, RawResult raw)
    {
        // The connection may have been lost after the host began; the scripts' own refusals come before anything is started.
        var refused = raw is { Fate: CommandFate.Finished, ExitCode: 71 or 74 or 75 or 126 or 127 };
        var said = Encoding.UTF8.GetString(raw.Error).Trim();
        var (code, remedy) =
            said.Contains("No space left", StringComparison.Ordinal) ? ("DiskFull", "Make room on the host.")
            : said.Contains("Read-only file system", StringComparison.Ordinal) ? ("ReadOnlyFileSystem", "See the kernel's log on the host: a disk may be failing.")
            : ("StepNotStarted", $"See that {_stateFolder} can be written by root and that flock, setsid and timeout are installed.");
        return new StepReport(stepId, refused ? StepState.NotSent : StepState.Unknown)
        {
            Elapsed = raw.Elapsed,
            Failure = raw.Failure ?? new Failure(code, FailureKind.Failed,
                FormattableString.Invariant($"Host '{Host}' could not handle step '{stepId}' (exit code {raw.ExitCode}): {said}"), Host, remedy),
        };
    }

    private static void CheckPath(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (path.Contains('\0', StringComparison.Ordinal)) throw new ArgumentException("A path holds no NUL character.", nameof(path));
    }

    private static ReadOnlyMemory<byte> Bytes(string? text) => text is null ? default : Encoding.UTF8.GetBytes(text);

    private static string Seconds(TimeSpan time) => Math.Max(0, time.TotalSeconds).ToString("0.###", CultureInfo.InvariantCulture);

    private static TimeSpan Add(TimeSpan deadline, TimeSpan wait) => wait > TimeSpan.Zero ? deadline + wait + Grace : deadline;

    private protected static string NewNonce() => "po" + Convert.ToHexString(RandomNumberGenerator.GetBytes(12));

    [Flags]
    private protected enum CommandNature
    {
        Plain = 0,
        Elevated = 1,
        LeavesNothing = 2,
    }

    /// <summary>A command's outcome in bytes.</summary>
    private protected sealed record RawResult(CommandFate Fate, int ExitCode, byte[] Output, byte[] Error, TimeSpan Elapsed, Failure? Failure)
    {
        public CommandResult ToResult() => Fate switch
        {
            CommandFate.Finished => CommandResult.Finished(ExitCode, Encoding.UTF8.GetString(Output), Encoding.UTF8.GetString(Error), Elapsed),
            CommandFate.NotSent => CommandResult.NotSent(Failure!, Elapsed),
            _ => CommandResult.Unknown(Failure!, Elapsed, Encoding.UTF8.GetString(Output), Encoding.UTF8.GetString(Error)),
        };
    }
}
