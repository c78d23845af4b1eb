using System.Text;

namespace PatchOps.Adapters.Transports;

/// <summary>A stream that carries the output of one command after the other, each between lines that begin with a mark nobody else knows.</summary>
internal sealed class MarkedStream(Stream stream)
{
    /// <summary>What follows a mark on its line: a blank, an exit code and the end of the line.</summary>
    private const int LongestRest = 16;

    private readonly byte[] _buffer = new byte[16 * 1024];
    private byte[] _ahead = [];

    /// <summary>Reads up to and with the next line that begins with the mark, wherever on its line that stands.</summary>
    /// <returns>What came before it, at most <see cref="LocalProcess.StreamLimit"/> bytes of it, and the rest of its line; null where the stream ended before.</returns>
    public async Task<(byte[] Before, string? After)> ReadToAsync(byte[] mark, CancellationToken cancellationToken)
    {
        using var kept = new MemoryStream();
        var window = _ahead;
        _ahead = [];
        while (true)
        {
            var at = window.AsSpan().IndexOf(mark);
            var end = at < 0 ? -1 : window.AsSpan(at).IndexOf((byte)'\n');
            if (end >= 0)
            {
                Keep(kept, window.AsSpan(0, at));
                _ahead = window[(at + end + 1)..];
                return (kept.ToArray(), Encoding.ASCII.GetString(window, at + mark.Length, end - mark.Length).Trim());
            }
            // The mark may have begun in what was read last.
            var certain = at >= 0 ? at : Math.Max(0, window.Length - mark.Length - LongestRest);
            Keep(kept, window.AsSpan(0, certain));
            var read = await stream.ReadAsync(_buffer, cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                Keep(kept, window.AsSpan(certain));
                return (kept.ToArray(), null);
            }
            window = [.. window.AsSpan(certain), .. _buffer.AsSpan(0, read)];
        }
    }

    private static void Keep(MemoryStream kept, ReadOnlySpan<byte> bytes) => kept.Write(bytes[..(int)Math.Min(bytes.Length, LocalProcess.StreamLimit - kept.Length)]);
}
