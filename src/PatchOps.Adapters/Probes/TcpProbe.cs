using System.Diagnostics;
using System.Net.Sockets;
using PatchOps.Core.Seams;

namespace PatchOps.Adapters.Probes;

/// <summary>Healthy when a TCP connection from here to the host comes about.</summary>
/// <remarks>A refusal is unhealthy: the host spoke. Silence within the deadline is unhealthy too, since only a listener was asked for.</remarks>
public sealed class TcpProbe(string name, Func<string, string> addressOf, int port, TimeSpan deadline) : IHealthProbe
{
    public string Name => name;

    public async Task<HealthReading> CheckAsync(IHostTransport host, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(host);
        var address = addressOf(host.Host);
        var reading = await ProbeClock.ReadAsync(name, deadline, async token =>
        {
            var watch = Stopwatch.StartNew();
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(address, port, token).ConfigureAwait(false);
                return ProbeClock.Reading(HealthStatus.Healthy, FormattableString.Invariant($"{address}:{port} accepts connections"), watch.Elapsed.TotalSeconds);
            }
            catch (SocketException error)
            {
                var status = error.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain ? HealthStatus.Unknown : HealthStatus.Unhealthy;
                return ProbeClock.Reading(status, FormattableString.Invariant($"{address}:{port}: {error.SocketErrorCode}"));
            }
        }, cancellationToken).ConfigureAwait(false);
        return reading is { Status: HealthStatus.Unknown, Value: null } && reading.Detail.StartsWith("no answer", StringComparison.Ordinal)
            ? reading with { Status = HealthStatus.Unhealthy }
            : reading;
    }
}
