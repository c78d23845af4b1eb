using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace PatchOps.Adapters.Transports.Ssh;

/// <summary>
/// One ssh process that holds a connection open and a shell at its end that runs one command after the other: a command over it costs neither a
/// process here nor a login there. It ends with this process, whatever ends that: its standard input closes then.
/// </summary>
internal sealed class SshShell : IAsyncDisposable
{
    /// <summary>Argument: the mark that says that it is ready. Then, for each command: a line of mark, length of its text and of its input, then both.</summary>
    /// <remarks>
    /// The text is a program and its arguments, quoted for a shell. The begin of each command is marked too, on both streams, so that what came
    /// unasked before (a login's greeting) is nobody's. What a command leaves of its input is read to its end, or the next command would be taken from it.
    /// </remarks>
    private const string Loop = """
        printf '%s\n' "$1"
        while read -r mark length input; do
            text=$(head -c "$length"; echo .)
            text=${text%.}
            printf '%s\n' "$mark"
            printf '%s\n' "$mark" >&2
            if [ "$input" -gt 0 ]; then
                head -c "$input" | { (eval "exec $text"); code=$?; cat >/dev/null; exit "$code"; }
            else
                (eval "exec $text") </dev/null
            fi
            printf '%s %s\n' "$mark" "$?"
            printf '%s\n' "$mark" >&2
        done
        """;

    private static readonly TimeSpan GoodBye = TimeSpan.FromSeconds(2);

    private readonly Process _process;
    private readonly MarkedStream _output;
    private readonly MarkedStream _error;
    private readonly SemaphoreSlim _free = new(1, 1);
    private bool _given;

    private SshShell(Process process)
    {
        _process = process;
        _output = new MarkedStream(process.StandardOutput.BaseStream);
        _error = new MarkedStream(process.StandardError.BaseStream);
    }

    /// <summary>Whether the connection is there, as far as is known.</summary>
    public bool Alive => !_process.HasExited;

    /// <summary>Connects.</summary>
    /// <param name="client">The ssh client with its options and the host, without a command.</param>
    /// <param name="ready">A mark nobody else knows.</param>
    /// <returns>The shell, or how the client ended and what it said.</returns>
    public static async Task<(SshShell? Shell, ProcessOutcome? Failed)> OpenAsync(IReadOnlyList<string> client, string ready, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var start = new ProcessStartInfo(client[0]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in client.Skip(1).Append(PosixQuoting.Join(["exec", "sh", "-c", Loop, "patchops-shell", ready]))) start.ArgumentList.Add(argument);
        var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception error)
        {
            process.Dispose();
            return (null, new ProcessOutcome(ProcessEnd.NotStarted, -1, [], Encoding.UTF8.GetBytes(error.Message), watch.Elapsed));
        }
        var shell = new SshShell(process);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(deadline);
        try
        {
            var (said, rest) = await shell._output.ReadToAsync(Encoding.ASCII.GetBytes(ready), limit.Token).ConfigureAwait(false);
            if (rest is not null) return (shell, null);
            var (error, _) = await shell._error.ReadToAsync(Encoding.ASCII.GetBytes(ready), limit.Token).ConfigureAwait(false);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            var code = process.ExitCode;
            await shell.DisposeAsync().ConfigureAwait(false);
            return (null, new ProcessOutcome(ProcessEnd.Exited, code, said, error, watch.Elapsed));
        }
        catch (OperationCanceledException)
        {
            shell.Kill();
            await shell.DisposeAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            return (null, new ProcessOutcome(ProcessEnd.Deadline, -1, [], [], watch.Elapsed));
        }
    }

    /// <summary>Runs a command where the shell has nothing else to do.</summary>
    /// <param name="text">The program and its arguments, quoted for a shell.</param>
    /// <param name="mark">A mark nobody else knows, new for each command.</param>
    /// <returns>Null where it is busy, or was given up on earlier: then nothing was sent.</returns>
    public async Task<ProcessOutcome?> TryRunAsync(string text, ReadOnlyMemory<byte> input, string mark, TimeSpan deadline, CancellationToken cancellationToken)
    {
        if (!await _free.WaitAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false)) return null;
        // Looked at only by whoever holds it: the one before may have given it up.
        if (_given)
        {
            _free.Release();
            return null;
        }
        var watch = Stopwatch.StartNew();
        // Whoever stops listening in the middle cannot know where the next answer begins.
        _given = true;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(deadline);
            try
            {
                var line = Encoding.ASCII.GetBytes(mark);
                var output = TakeAsync(_output, line, limit.Token);
                var error = TakeAsync(_error, line, limit.Token);
                await SendAsync(text, input, mark, limit.Token).ConfigureAwait(false);
                await Task.WhenAll(output, error).ConfigureAwait(false);
                var (outBytes, code) = await output.ConfigureAwait(false);
                var (errBytes, end) = await error.ConfigureAwait(false);
                if (code is null || end is null || !int.TryParse(code, CultureInfo.InvariantCulture, out var exit))
                {
                    // Its streams have ended, so it is about to; nobody must take the connection for a living one meanwhile.
                    Kill();
                    await _process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
                    return new ProcessOutcome(ProcessEnd.Lost, -1, outBytes, errBytes, watch.Elapsed);
                }
                _given = false;
                return new ProcessOutcome(ProcessEnd.Exited, exit, outBytes, errBytes, watch.Elapsed);
            }
            catch (OperationCanceledException)
            {
                cancellationToken.ThrowIfCancellationRequested();
                return new ProcessOutcome(ProcessEnd.Deadline, -1, [], [], watch.Elapsed);
            }
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>Ends the connection. What runs on the host detached goes on.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended by itself.
        }
        using var limit = new CancellationTokenSource(_given ? TimeSpan.Zero : GoodBye);
        try
        {
            await _process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Kill();
        }
        _process.Dispose();
    }

    private static async Task<(byte[] Output, string? After)> TakeAsync(MarkedStream stream, byte[] mark, CancellationToken cancellationToken)
    {
        var (before, begun) = await stream.ReadToAsync(mark, cancellationToken).ConfigureAwait(false);
        return begun is null ? (before, null) : await stream.ReadToAsync(mark, cancellationToken).ConfigureAwait(false);
    }

    private async Task SendAsync(string text, ReadOnlyMemory<byte> input, string mark, CancellationToken cancellationToken)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var head = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{mark} {bytes.Length} {input.Length}\n"));
        var stream = _process.StandardInput.BaseStream;
        try
        {
            await stream.WriteAsync((byte[])[.. head, .. bytes, .. input.Span], cancellationToken).ConfigureAwait(false);
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // ssh has ended; that the streams end tells it.
        }
    }

    private void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception)
        {
            // It ended by itself in the meantime.
        }
    }
}
