using System.Globalization;
using PatchOps.Core.Intake;
using PatchOps.Domain;

namespace PatchOps.Adapters.Feeds.Input;

/// <summary>Uncompressed content with a bound on its size and on how far it may outgrow the compressed bytes: stops a gzip bomb.</summary>
internal sealed class BoundedStream : Stream
{
    /// <summary>Up to here any ratio is harmless.</summary>
    private const long AlwaysAllowed = 16 << 20;

    private readonly Stream _content;
    private readonly Func<long> _compressedBytes;
    private readonly FeedLimits _limits;
    private readonly string _name;
    private readonly IDisposable? _owned;
    private readonly Action<long>? _atEnd;
    private long _read;

    /// <param name="content">Uncompressed content.</param>
    /// <param name="compressedBytes">Compressed bytes taken so far.</param>
    /// <param name="limits">The bounds.</param>
    /// <param name="name">For the message.</param>
    /// <param name="owned">Disposed with this stream, after the content.</param>
    /// <param name="atEnd">Told the number of bytes at the end; may refuse it.</param>
    public BoundedStream(Stream content, Func<long> compressedBytes, FeedLimits limits, string name, IDisposable? owned = null, Action<long>? atEnd = null)
    {
        _content = content;
        _compressedBytes = compressedBytes;
        _limits = limits;
        _name = name;
        _owned = owned;
        _atEnd = atEnd;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _read; set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var read = _content.Read(buffer);
        _read += read;
        if (read == 0 && buffer.Length > 0) _atEnd?.Invoke(_read);
        if (_read > _limits.DocumentBytes) throw TooLarge($"more than {_limits.DocumentBytes} bytes");
        if (_read > AlwaysAllowed && _read > _limits.ExpansionRatio * Math.Max(1, _compressedBytes()))
        {
            throw TooLarge($"more than {_limits.ExpansionRatio} times its compressed size");
        }
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _content.Dispose();
            _owned?.Dispose();
        }
        base.Dispose(disposing);
    }

    private FailureException TooLarge(string how) => new(
        "FeedTooLarge",
        FailureKind.InvalidInput,
        string.Create(CultureInfo.InvariantCulture, $"'{_name}' unpacks to {how}; reading stopped at byte {_read}."),
        _name,
        "Check where the file is from; unpack it yourself if it is sound.");
}
