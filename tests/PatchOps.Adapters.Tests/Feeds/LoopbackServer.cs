using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace PatchOps.Adapters.Tests.Feeds;

/// <summary>An HTTP server on this machine that knows entity tags and ranges, and can be told to misbehave.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentDictionary<string, byte[]> files = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Func<NetworkStream, Task>>> faults = new(StringComparer.Ordinal);

    public LoopbackServer()
    {
        listener.Start();
        Home = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        _ = AcceptAsync();
    }

    public Uri Home { get; }

    /// <summary>Request lines with their headers, in order.</summary>
    public ConcurrentQueue<Asked> Requests { get; } = new();

    /// <summary>Bytes of bodies sent.</summary>
    public long BodyBytes;

    /// <summary>Makes the answer to a path with query that no file has; null for 404.</summary>
    public Func<string, byte[]?>? Otherwise { get; set; }

    public void Put(string path, string text) => Put(path, Encoding.UTF8.GetBytes(text));

    public void Put(string path, byte[] content) => files[path] = content;

    /// <summary>The next request for the path is answered so; several wait in line.</summary>
    public void Fail(string path, Func<NetworkStream, Task> answer) => faults.GetOrAdd(path, _ => new()).Enqueue(answer);

    public void Fail(string path, string head) => Fail(path, s => s.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {head}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")).AsTask());

    /// <summary>The next answer to the path stops after so many bytes of the body.</summary>
    public void CutAfter(string path, int bytes) => Fail(path, async s =>
    {
        var body = files[path];
        await s.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 200 OK\r\nETag: {Tag(body)}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n")));
        await s.WriteAsync(body.AsMemory(0, bytes));
        Interlocked.Add(ref BodyBytes, bytes);
    });

    public void Dispose()
    {
        stop.Cancel();
        listener.Stop();
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(stop.Token);
                _ = AnswerAsync(client);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        try
        {
            using (client)
            await using (var stream = client.GetStream())
            {
                if (await ReadAsync(stream) is not { } asked) return;
                Requests.Enqueue(asked);
                if (faults.TryGetValue(asked.Path, out var queue) && queue.TryDequeue(out var fault)) await fault(stream);
                else await SendAsync(stream, asked);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // The other side went away.
        }
    }

    private async Task SendAsync(NetworkStream stream, Asked asked)
    {
        var body = files.TryGetValue(asked.Path, out var file) ? file : Otherwise?.Invoke(asked.Path);
        var (status, from) = ("200 OK", 0);
        if (body is null) (status, body) = ("404 Not Found", []);
        else if (asked["If-None-Match"] == Tag(body)) (status, body) = ("304 Not Modified", []);
        else if (asked["Range"] is { } range && asked["If-Range"] == Tag(body))
        {
            from = int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
            status = "206 Partial Content";
        }
        var head = new StringBuilder($"HTTP/1.1 {status}\r\nConnection: close\r\n");
        if (file is not null) head.Append(CultureInfo.InvariantCulture, $"ETag: {Tag(file)}\r\n");
        if (from > 0) head.Append(CultureInfo.InvariantCulture, $"Content-Range: bytes {from}-{body.Length - 1}/{body.Length}\r\n");
        if (!status.StartsWith("304", StringComparison.Ordinal)) head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length - from}\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()));
        await stream.WriteAsync(body.AsMemory(from));
        Interlocked.Add(ref BodyBytes, body.Length - from);
    }

    private static async Task<Asked?> ReadAsync(NetworkStream stream)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!text.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            var read = await stream.ReadAsync(buffer);
            if (read == 0) return null;
            text.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }
        var lines = text.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        return new Asked(lines[0].Split(' ')[1], lines.Skip(1).Select(l => l.Split(':', 2)).ToDictionary(p => p[0], p => p[1].Trim(), StringComparer.OrdinalIgnoreCase));
    }

    private static string Tag(byte[] body) => $"\"{Convert.ToHexString(SHA256.HashData(body))[..16]}\"";

    /// <summary>One request.</summary>
    internal sealed record Asked(string Path, IReadOnlyDictionary<string, string> Headers)
    {
        public string? this[string name] => Headers.GetValueOrDefault(name);
    }
}
