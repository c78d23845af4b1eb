using System.ComponentModel;
using System.Diagnostics;
using PatchOps.Domain;

namespace PatchOps.Adapters.Feeds.Input;

/// <summary>Unpacks .xz through the platform's <c>xz</c>, as a stream.</summary>
internal sealed class XzProcess : Stream
{
    private readonly Process _process;
    private readonly Stream _output;

    private XzProcess(Process process)
    {
        _process = process;
        _output = process.StandardOutput.BaseStream;
    }

    /// <exception cref="FailureException">There is no <c>xz</c> on the search path.</exception>
    public static Stream Open(string path)
    {
        var start = new ProcessStartInfo("xz") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add("--decompress");
        start.ArgumentList.Add("--stdout");
        start.ArgumentList.Add("--quiet");
        start.ArgumentList.Add("--");
        start.ArgumentList.Add(path);
        try
        {
            var process = Process.Start(start)!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            return new XzProcess(process);
        }
        catch (Win32Exception e)
        {
            throw new FailureException(
                new Failure("XzMissing", FailureKind.Unavailable, $"'{path}' is compressed with xz, and no xz program is on the search path.", path,
                    "Install xz (package xz-utils), or unpack the file first."),
                e);
        }
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var read = _output.Read(buffer);
        if (read > 0 || buffer.IsEmpty) return read;
        _process.WaitForExit();
        if (_process.ExitCode is not (0 or 2)) throw new InvalidDataException("xz reports damaged data.");
        return 0;
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
            _output.Dispose();
            if (!_process.HasExited) _process.Kill();
            _process.Dispose();
        }
        base.Dispose(disposing);
    }
}
