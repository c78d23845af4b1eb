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

    internal OpenSshTransport(SshEndpoint endpoint, SshSettings settings, string config, string socket) : base(endpoint.Host, settings.StateFolder)
    {
        _endpoint = endpoint;
        _settings = settings;
        _config = config;
        _socket = socket;
    }

    /// <summary>Closes the connection. Steps that run on the host go on.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (!File.Exists(_socket)) return;
        string[] arguments = [.. Client(), "-O", "exit", "--", _endpoint.Address];
        await LocalProcess.RunAsync(arguments, default, TimeSpan.FromSeconds(5), CancellationToken.None).ConfigureAwait(false);
    }

    private protected override async Task<RawResult> ExecuteAsync(
        IReadOnlyList<string> arguments, ReadOnlyMemory<byte> input, bool elevated, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var sudo = elevated && _endpoint.Elevation != Elevation.None;
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
        // ssh uses exit code 255 for its own failures. A command that ends so itself says it with the mark.
        const string Frame = "\"$@\"; c=$?; [ $c -ne 255 ] || printf %s \"$0\" >&2; exit $c";
        var text = PosixQuoting.Join(["exec", "sh", "-c", Frame, mark, .. arguments]);
        if (Encoding.UTF8.GetByteCount(text) > LongestCommand)
        {
            return NotSent(watch.Elapsed, new Failure("CommandTooLong", FailureKind.InvalidInput,
                $"A command for host '{Host}' is longer than 128 KiB.", Host, "Send large data through standard input."));
        }

        var connected = await ConnectAsync(deadline, cancellationToken).ConfigureAwait(false);
        if (connected is not null) return NotSent(watch.Elapsed, connected);
        var left = deadline - watch.Elapsed;
        if (left <= TimeSpan.Zero) return NotSent(watch.Elapsed, Late(deadline));

        string[] call = [.. Client(), "-o", "ControlMaster=no", "-T", "--", _endpoint.Address, text];
        var outcome = await LocalProcess.RunAsync(call, input, left, cancellationToken).ConfigureAwait(false);
        var error = outcome.Error;
        var let = !sudo || SudoCommand.TakeMark(sudoMark, ref error);
        switch (outcome.End)
        {
            case ProcessEnd.NotStarted:
                return NotSent(watch.Elapsed, NoProgram(error));
            case ProcessEnd.Deadline:
                return new RawResult(CommandFate.Unknown, -1, outcome.Output, error, watch.Elapsed, Late(deadline));
            case ProcessEnd.Exited when outcome.ExitCode == 255 && !TakeEnd(mark, ref error):
                await ForgetDeadConnectionAsync().ConfigureAwait(false);
                return new RawResult(CommandFate.Unknown, -1, outcome.Output, error, watch.Elapsed, SshFailure.Lost(Host, Encoding.UTF8.GetString(error)));
            case ProcessEnd.Exited when !let:
                return NotSent(watch.Elapsed, SudoCommand.Refused(Host, error, password));
            default:
                return new RawResult(CommandFate.Finished, outcome.ExitCode, outcome.Output, error, watch.Elapsed, null);
        }
    }

    /// <summary>Opens the connection unless it is open. Null when it is.</summary>
    private async Task<Failure?> ConnectAsync(TimeSpan deadline, CancellationToken cancellationToken)
    {
        if (File.Exists(_socket)) return null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(deadline);
        try
        {
            await _connecting.WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Late(deadline);
        }
        try
        {
            if (File.Exists(_socket)) return null;
            var persist = ((int)_settings.Persist.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            string[] master = [.. Client(), "-f", "-N", "-T", "-o", "ControlMaster=yes", "-o", "ControlPersist=" + persist, "--", _endpoint.Address];
            // ssh's own limit counts for the connection only; a server that hangs during the login is ended by this one.
            var most = _settings.ConnectTimeout + TimeSpan.FromSeconds(5);
            var outcome = await LocalProcess.RunAsync(master, default, deadline < most ? deadline : most, cancellationToken).ConfigureAwait(false);
            return outcome.End switch
            {
                ProcessEnd.Exited when outcome.ExitCode == 0 => null,
                ProcessEnd.Exited => SshFailure.NotConnected(Host, _endpoint.Address,
                    await ReasonAsync(outcome.Error, deadline < most ? deadline : most, cancellationToken).ConfigureAwait(false)),
                ProcessEnd.NotStarted => NoProgram(outcome.Error),
                _ => SshFailure.NotConnected(Host, _endpoint.Address, "timed out"),
            };
        }
        finally
        {
            _connecting.Release();
        }
    }

    /// <summary>A master that was killed leaves its socket behind, and with it there every command would connect anew by itself.</summary>
    private async Task ForgetDeadConnectionAsync()
    {
        if (!File.Exists(_socket)) return;
        string[] check = [.. Client(), "-O", "check", "--", _endpoint.Address];
        var outcome = await LocalProcess.RunAsync(check, default, TimeSpan.FromSeconds(5), CancellationToken.None).ConfigureAwait(false);
        if (outcome.End == ProcessEnd.Exited && outcome.ExitCode != 0) File.Delete(_socket);
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
