namespace PatchOps.Adapters.Feeds.Json;

/// <summary>What came of asking for more bytes.</summary>
internal enum Refill
{
    More,
    End,
    Full,
}

/// <summary>A window that slides over a stream: what is unread stays, and it grows up to one record's limit.</summary>
internal sealed class ByteWindow
{
    private const int FirstBytes = 8 << 10;
    private const int EagerBytes = 512 << 10;

    private readonly Stream _stream;
    private readonly int _limit;
    private byte[] _buffer;
    private int _start;
    private int _end;

    public ByteWindow(Stream stream, int recordLimit)
    {
        _stream = stream;
        _limit = recordLimit;
        _buffer = new byte[Math.Min(recordLimit, FirstBytes)];
    }

    /// <summary>Offset in the document of the first unread byte.</summary>
    public long Position { get; private set; }

    /// <summary>True once the stream has ended.</summary>
    public bool AtEnd { get; private set; }

    /// <summary>Why the stream ended early, or null.</summary>
    public string? Broken { get; private set; }

    public ReadOnlySpan<byte> Unread => _buffer.AsSpan(_start, _end - _start);

    public void Advance(int count)
    {
        _start += count;
        Position += count;
    }

    /// <summary>Reads on until the buffer is full or the stream ends.</summary>
    public Refill Fill()
    {
        if (AtEnd) return Refill.End;
        if (_buffer.Length < EagerBytes && _buffer.Length < _limit && _end == _buffer.Length)
        {
            // More than a small document: from here on a few large reads.
            var larger = new byte[Math.Min(EagerBytes, _limit)];
            Buffer.BlockCopy(_buffer, _start, larger, 0, _end - _start);
            _buffer = larger;
            _end -= _start;
            _start = 0;
        }
        else if (_start > 0)
        {
            Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
            _end -= _start;
            _start = 0;
        }
        else if (_end == _buffer.Length)
        {
            if (_buffer.Length >= _limit) return Refill.Full;
            Array.Resize(ref _buffer, (int)Math.Min(_buffer.Length * 2L, _limit));
        }
        var before = _end;
        while (_end < _buffer.Length && !AtEnd)
        {
            try
            {
                var read = _stream.Read(_buffer, _end, _buffer.Length - _end);
                if (read == 0) AtEnd = true;
                _end += read;
            }
            catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
            {
                // Damaged compression: what was unpacked so far is still good.
                AtEnd = true;
                Broken = "the compressed data is damaged or cut off";
            }
        }
        return _end > before ? Refill.More : Refill.End;
    }
}
