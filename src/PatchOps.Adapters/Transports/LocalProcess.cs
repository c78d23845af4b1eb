using System.ComponentModel;
using System.Diagnostics;

namespace PatchOps.Adapters.Transports;

/// <summary>How a process on this machine ended.</summary>
internal enum ProcessEnd
{
    /// <summary>The program could not be started.</summary>
    NotStarted,
    Exited,

    /// <summary>It was killed at its deadline.</summary>
    Deadline,

    /// <summary>The way to it broke while it ran.</summary>
    Lost,
}

internal sealed record ProcessOutcome(ProcessEnd End, int ExitCode, byte[] Output, byte[] Error, TimeSpan Elapsed);

/// <summary>Runs one program on this machine to its end or its deadline. Never throws for what the program does.</summary>
internal static class LocalProcess
{
    /// <summary>More than this of one stream is not kept: a host that prints without end must not fill the runner's memory.</summary>
    internal const int StreamLimit = 16 * 1024 * 1024;

    // After the program's end a child that it left behind may keep the pipes open; what has arrived by then is its output.
    private static readonly TimeSpan DrainAfterExit = TimeSpan.FromMilliseconds(300);

    public static async Task<ProcessOutcome> RunAsync(
        IReadOnlyList<string> arguments, ReadOnlyMemory<byte> input, TimeSpan deadline, CancellationToken cancellationToken,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var watch = Stopwatch.StartNew();
        var start = new ProcessStartInfo(arguments[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in arguments.Skip(1)) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal)) start.Environment[name] = value;
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception error)
        {
            return new ProcessOutcome(ProcessEnd.NotStarted, -1, [], System.Text.Encoding.UTF8.GetBytes(error.Message), watch.Elapsed);
        }
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(deadline);
        var output = new StreamTail();
        var error2 = new StreamTail();
        using var reading = new CancellationTokenSource();
        var reads = Task.WhenAll(
            output.ReadAsync(process.StandardOutput.BaseStream, reading.Token),
            error2.ReadAsync(process.StandardError.BaseStream, reading.Token));
        var end = ProcessEnd.Exited;
        try
        {
            await WriteAsync(process.StandardInput.BaseStream, input, limit.Token).ConfigureAwait(false);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Kill(process);
            if (cancellationToken.IsCancellationRequested)
            {
                await reading.CancelAsync().ConfigureAwait(false);
                await reads.ConfigureAwait(false);
                throw;
            }
            end = ProcessEnd.Deadline;
        }
        reading.CancelAfter(DrainAfterExit);
        await reads.ConfigureAwait(false);
        return new ProcessOutcome(end, end == ProcessEnd.Exited ? process.ExitCode : -1, output.ToArray(), error2.ToArray(), watch.Elapsed);
    }

    private static async Task WriteAsync(Stream stream, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        try
        {
            await using (stream.ConfigureAwait(false))
            {
                if (!input.IsEmpty) await stream.WriteAsync(input, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (IOException)
        {
            // The program ended or closed its input without reading all of it, as `true` does: its own exit code tells the rest.
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It ended by itself in the meantime.
        }
    }

    private sealed class StreamTail
    {
        private readonly MemoryStream _kept = new();

        public async Task ReadAsync(Stream stream, CancellationToken cancellationToken)
        {
            var buffer = new byte[16 * 1024];
            try
            {
                int read;
                while ((read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
                {
                    Keep(buffer.AsSpan(0, read));
                }
            }
            catch (OperationCanceledException)
            {
                // Asked to stop: what was read so far is kept.
            }
        }

        public byte[] ToArray() => _kept.ToArray();

        private void Keep(ReadOnlySpan<byte> bytes) => _kept.Write(bytes[..(int)Math.Min(bytes.Length, StreamLimit - _kept.Length)]);
    }
}
