using System.Globalization;
using System.Text;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Transports;

/// <summary>Reaches a host with the system's ssh over one multiplexed connection, which is opened with the first command.</summary>
/// <remarks>
/// Opening the connection is a call of its own, so that "never got through" (NotSent) and "got through and broke" (Unknown) are told
/// apart by which call failed, not by guessing. The user's login shell on the host must be a POSIX one.
/// </remarks>
public sealed class OpenSshTransport : ShellTransport
{
    /// <summary>Linux takes 128 KiB in one argument, and sshd hands the command to the login shell as one.</summary>
    private const int LongestCommand = 128 * 1024 - 64;

    private readonly SshEndpoint _endpoint;
    private readonly SshSettings _settings;
    private readonly string _config;
    private readonly string _socket;
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private SshShell? _shell;

    internal OpenSshTransport(SshEndpoint endpoint, SshSettings settings, string config, string socket) : base(endpoint.Host, settings.StateFolder)
    {
        _endpoint = endpoint;
        _settings = settings;
        _config = config;
        _socket = socket;
    }

    /// <summary>Closes the connection. Steps that run on the host go on.</summary>
    public override async ValueTask DisposeAsync() => await CloseAsync().ConfigureAwait(false);

    private protected override async Task<RawResult> ExecuteAsync(
        IReadOnlyList<string> arguments, ReadOnlyMemory<byte> input, CommandNature nature, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var sudo = nature.HasFlag(CommandNature.Elevated) && _endpoint.Elevation != Elevation.None;
        var mark = NewNonce();
        var sudoMark = sudo ? NewNonce() : "";
        string? password = null;
        if (sudo)
        {
            if (_endpoint.Elevation == Elevation.SudoWithPassword)
            {
                (password, var missing) = await SudoCommand.ResolveAsync(Host, _endpoint.SudoPassword, cancellationToken).ConfigureAwait(false);
                if (missing is not null) return NotSent(watch.Elapsed, missing);
            }
            (arguments, var bytes) = SudoCommand.Wrap(arguments, input.Span, sudoMark, password);
            input = bytes;
        }
        var text = PosixQuoting.Join(arguments);
        if (Encoding.UTF8.GetByteCount(text) > LongestCommand)
        {
            return NotSent(watch.Elapsed, new Failure("CommandTooLong", FailureKind.InvalidInput,
                $"A command for host '{Host}' is longer than 128 KiB.", Host, "Send large data through standard input."));
        }

        var (shell, connected) = await ConnectAsync(deadline, cancellationToken).ConfigureAwait(false);
        if (shell is null) return NotSent(watch.Elapsed, connected!);
        var left = deadline - watch.Elapsed;
        if (left <= TimeSpan.Zero) return NotSent(watch.Elapsed, Late(deadline));

        var outcome = nature.HasFlag(CommandNature.LeavesNothing) ? await shell.TryRunAsync(text, input, mark, left, cancellationToken).ConfigureAwait(false) : null;
        outcome ??= await RunAloneAsync(arguments, input, mark, deadline - watch.Elapsed, cancellationToken).ConfigureAwait(false);
        var error = outcome.Error;
        var let = !sudo || SudoCommand.TakeMark(sudoMark, ref error);
        switch (outcome.End)
        {
            case ProcessEnd.NotStarted:
                return NotSent(watch.Elapsed, NoProgram(error));
            case ProcessEnd.Deadline:
                return new RawResult(CommandFate.Unknown, -1, outcome.Output, error, watch.Elapsed, Late(deadline));
            case ProcessEnd.Lost:
                return new RawResult(CommandFate.Unknown, -1, outcome.Output, error, watch.Elapsed, SshFailure.Lost(Host, Encoding.UTF8.GetString(error)));
            case ProcessEnd.Exited when !let:
                return NotSent(watch.Elapsed, SudoCommand.Refused(Host, error, password));
            default:
                return new RawResult(CommandFate.Finished, outcome.ExitCode, outcome.Output, error, watch.Elapsed, null);
        }
    }

    /// <summary>Over a channel of the command's own: where what it leaves behind may still write, or the shell is busy.</summary>
    private async Task<ProcessOutcome> RunAloneAsync(IReadOnlyList<string> arguments, ReadOnlyMemory<byte> input, string mark, TimeSpan deadline, CancellationToken cancellationToken)
    {
        // ssh uses exit code 255 for its own failures. A command that ends so itself says it with the mark.
        const string Frame = "\"$@\"; c=$?; [ $c -ne 255 ] || printf %s \"$0\" >&2; exit $c";
        string[] call = [.. Client(), "-o", "ControlMaster=no", "-T", "--", _endpoint.Address, PosixQuoting.Join(["exec", "sh", "-c", Frame, mark, .. arguments])];
        var outcome = await LocalProcess.RunAsync(call, input, deadline > TimeSpan.Zero ? deadline : TimeSpan.FromMilliseconds(1), cancellationToken).ConfigureAwait(false);
        var error = outcome.Error;
        if (outcome.End != ProcessEnd.Exited || outcome.ExitCode != 255) return outcome;
        return TakeEnd(mark, ref error) ? outcome with { Error = error } : outcome with { End = ProcessEnd.Lost };
    }

    /// <summary>Opens the connection unless it is open: the shell, or why there is none.</summary>
    private async Task<(SshShell? Shell, Failure? Failure)> ConnectAsync(TimeSpan deadline, CancellationToken cancellationToken)
    {
        if (_shell is { Alive: true } open) return (open, null);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(deadline);
        try
        {
            await _connecting.WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, Late(deadline));
        }
        try
        {
            if (_shell is { Alive: true } meanwhile) return (meanwhile, null);
            await CloseAsync().ConfigureAwait(false);
            string[] master = [.. Client(), "-T", "-o", "ControlMaster=yes", "-o", "ControlPersist=no", "--", _endpoint.Address];
            // ssh's own limit counts for the connection only; a server that hangs during the login is ended by this one.
            var most = _settings.ConnectTimeout + TimeSpan.FromSeconds(5);
            (_shell, var failed) = await SshShell.OpenAsync(master, NewNonce(), deadline < most ? deadline : most, cancellationToken).ConfigureAwait(false);
            return failed?.End switch
            {
                null => (_shell, null),
                ProcessEnd.Exited => (null, SshFailure.NotConnected(Host, _endpoint.Address,
                    await ReasonAsync(failed.Error, deadline < most ? deadline : most, cancellationToken).ConfigureAwait(false))),
                ProcessEnd.NotStarted => (null, NoProgram(failed.Error)),
                _ => (null, SshFailure.NotConnected(Host, _endpoint.Address, "timed out")),
            };
        }
        finally
        {
            _connecting.Release();
        }
    }

    /// <summary>Ends what is left of a connection; a client that was killed leaves its socket behind, which would keep the next one from sharing.</summary>
    private async Task CloseAsync()
    {
        if (_shell is { } shell) await shell.DisposeAsync().ConfigureAwait(false);
        _shell = null;
        // The folder itself may be gone: a cleaner of temporary files takes what is old.
        if (File.Exists(_socket)) File.Delete(_socket);
    }

    /// <summary>
    /// A shared connection that stays open mutes the ssh processes that lead over the jump hosts; so there the same is tried once more
    /// without sharing, only to hear why it fails.
    /// </summary>
    private async Task<string> ReasonAsync(byte[] error, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var said = Encoding.UTF8.GetString(error);
        if (_endpoint.JumpHosts.Count == 0) return said;
        string[] plain = [.. Client(), "-S", "none", "-T", "--", _endpoint.Address, "exit"];
        var outcome = await LocalProcess.RunAsync(plain, default, deadline, cancellationToken).ConfigureAwait(false);
        return outcome.End == ProcessEnd.Exited && outcome.ExitCode == 255 ? Encoding.UTF8.GetString(outcome.Error) : said;
    }

    private IEnumerable<string> Client()
    {
        yield return _settings.Program;
        yield return "-F";
        yield return _config;
        yield return "-S";
        yield return _socket;
        if (_endpoint.Port is { } port)
        {
            yield return "-p";
            yield return port.ToString(CultureInfo.InvariantCulture);
        }
        if (_endpoint.User is { } user)
        {
            yield return "-l";
            yield return user;
        }
        if (_endpoint.JumpHosts.Count > 0)
        {
            yield return "-J";
            yield return string.Join(',', _endpoint.JumpHosts);
        }
    }

    private static bool TakeEnd(string mark, ref byte[] error)
    {
        var bytes = Encoding.ASCII.GetBytes(mark);
        if (!error.AsSpan().EndsWith(bytes)) return false;
        error = error[..^bytes.Length];
        return true;
    }

    private static RawResult NotSent(TimeSpan elapsed, Failure failure) => new(CommandFate.NotSent, -1, [], [], elapsed, failure);

    private Failure Late(TimeSpan deadline) =>
        new("DeadlinePassed", FailureKind.Timeout, FormattableString.Invariant($"Host '{Host}' did not finish within {deadline.TotalSeconds:0.#} s."), Host);

    private Failure NoProgram(byte[] error) =>
        new("SshMissing", FailureKind.NotFound, $"'{_settings.Program}' could not be started: {Encoding.UTF8.GetString(error)}", _settings.Program,
            "Install the OpenSSH client.");
}
