using System.IO.Compression;
using System.Text;
using PatchOps.Core.Intake;
using PatchOps.Domain;

namespace PatchOps.Adapters.Feeds.Input;

/// <summary>Opens a file's content as UTF-8 without byte order mark, whatever its compression and Unicode encoding.</summary>
internal static class FeedContent
{
    /// <summary>Below what the runtime counts as a large object: many small files must not cost a full collection each.</summary>
    private const int BufferBytes = 64 << 10, LeastBytes = 4 << 10;

    /// <exception cref="FailureException">The file cannot be opened or unpacked.</exception>
    public static Stream Open(string path, FeedLimits limits)
    {
        FileStream? file = null;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, BufferFor(path), FileOptions.SequentialScan);
            return OfFile(file, path, limits);
        }
        catch (InvalidDataException e)
        {
            file?.Dispose();
            throw new FailureException(new Failure("FeedDamaged", FailureKind.InvalidInput, $"The compressed file '{path}' cannot be unpacked.", path, "Fetch it again."), e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FailureException(
                new Failure("PathNotFound", FailureKind.NotFound, $"'{path}' does not exist.", path, "Check the path."), e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw new FailureException(
                new Failure("PathNotReadable", FailureKind.Unavailable, $"'{path}' cannot be read: {e.Message}", path, "Check the permissions."), e);
        }
    }

    /// <summary>The first bytes of the content, by which its kind is known; fewer where compression is damaged early.</summary>
    /// <exception cref="FailureException">The file cannot be opened or unpacked.</exception>
    public static byte[] Head(string path, FeedLimits limits, int bytes = 64 << 10)
    {
        using var content = Open(path, limits);
        var head = new byte[Math.Min(bytes, LeastBytes)];
        var n = 0;
        try
        {
            for (int read; (read = content.Read(head, n, head.Length - n)) > 0;)
            {
                n += read;
                if (n < head.Length) continue;
                if (n == bytes) break;
                Array.Resize(ref head, bytes);
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            if (n == 0) throw new FailureException(new Failure("FeedDamaged", FailureKind.InvalidInput, $"The compressed file '{path}' cannot be unpacked.", path, "Fetch it again."), e);
        }
        return head[..n];
    }

    /// <summary>Small for small files; what is no file has no length, and is opened to say so.</summary>
    private static int BufferFor(string path)
    {
        var about = new FileInfo(path);
        return about.Exists ? (int)Math.Clamp(about.Length, LeastBytes, BufferBytes) : LeastBytes;
    }

    private static Stream OfFile(FileStream file, string path, FeedLimits limits)
    {
        Span<byte> magic = stackalloc byte[6];
        var n = file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        file.Position = 0;
        magic = magic[..n];
        if (magic.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]))
        {
            var unpacked = new GZipStream(file, CompressionMode.Decompress);
            return Decoded(new BoundedStream(unpacked, () => file.Position, limits, path, file, total => RequireWhole(path, total)));
        }
        if (magic.StartsWith((ReadOnlySpan<byte>)[0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]))
        {
            var length = file.Length;
            file.Dispose();
            return Decoded(new BoundedStream(XzProcess.Open(path), () => length, limits, path));
        }
        return Decoded(new BoundedStream(file, () => file.Position, limits, path));
    }

    /// <summary>The runtime takes the end of a file for the end of its content, wherever it was cut; gzip says in its last bytes how much there should be.</summary>
    /// <remarks>RFC 1952, section 2.3.1: ISIZE is of the last member only, so a file of several members is believed.</remarks>
    /// <exception cref="InvalidDataException">The file was cut off.</exception>
    private static void RequireWhole(string path, long total)
    {
        using var file = File.OpenRead(path);
        Span<byte> tail = stackalloc byte[4];
        if (file.Length >= 18)
        {
            file.Position = file.Length - 4;
            file.ReadExactly(tail);
            if (System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(tail) == unchecked((uint)total) || HasSecondMember(file)) return;
        }
        throw new InvalidDataException("The file was cut off.");
    }

    private static bool HasSecondMember(FileStream file)
    {
        ReadOnlySpan<byte> start = [0x1F, 0x8B, 0x08];
        var buffer = new byte[BufferBytes];
        var kept = 0;
        file.Position = 10;
        for (int read; (read = file.Read(buffer, kept, buffer.Length - kept)) > 0;)
        {
            var known = buffer.AsSpan(0, kept + read);
            if (known.IndexOf(start) >= 0) return true;
            kept = Math.Min(2, known.Length);
            known[^kept..].CopyTo(buffer);
        }
        return false;
    }

    /// <summary>Takes off a byte order mark and turns UTF-16 into UTF-8.</summary>
    public static Stream Decoded(Stream content)
    {
        var head = new byte[4];
        var n = content.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        var start = new ArraySegment<byte>(head, 0, n);
        ReadOnlySpan<byte> seen = start;
        if (seen.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) return new PrefixedStream(start[3..], content);
        Encoding? encoding = null;
        var mark = 2;
        if (seen.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE])) encoding = Encoding.Unicode;
        else if (seen.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF])) encoding = Encoding.BigEndianUnicode;
        else if (n == 4 && head[0] != 0 && head[1] == 0 && head[3] == 0) (encoding, mark) = (Encoding.Unicode, 0);
        else if (n == 4 && head[0] == 0 && head[1] != 0 && head[2] == 0) (encoding, mark) = (Encoding.BigEndianUnicode, 0);
        var rest = new PrefixedStream(start[(encoding is null ? 0 : mark)..], content);
        return encoding is null ? rest : Encoding.CreateTranscodingStream(rest, encoding, Encoding.UTF8);
    }
}
