using System.Diagnostics;
using System.Text;
using PatchOps.Core.Seams;

namespace PatchOps.Adapters.Probes;

/// <summary>What an HTTP probe asks for and expects.</summary>
public sealed record HttpExpectation
{
    /// <summary>Statuses that are well; empty: 200 to 299.</summary>
    public IReadOnlyList<int> Statuses { get; init; } = [];

    /// <summary>Text the body has to hold, or null.</summary>
    public string? BodyContains { get; init; }

    /// <summary>Slower than this is degraded.</summary>
    public TimeSpan? SlowerThan { get; init; }

    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>Asks a URL from here: status, body and latency. At most the body's first 64 KiB are read.</summary>
public sealed class HttpProbe : IHealthProbe, IDisposable
{
    private const int BodyLimit = 64 * 1024;
    private readonly Func<string, Uri> _urlOf;
    private readonly HttpExpectation _expect;
    private readonly HttpClient _client;

    /// <param name="name">The policy's name for it.</param>
    /// <param name="urlOf">The URL for a host's id.</param>
    /// <param name="expect">What is well; null for the defaults.</param>
    /// <param name="handler">The way out, for proxies and tests; null is the system's. A redirect is an answer, not followed.</param>
    public HttpProbe(string name, Func<string, Uri> urlOf, HttpExpectation? expect = null, HttpMessageHandler? handler = null)
    {
        Name = name;
        _urlOf = urlOf;
        _expect = expect ?? new HttpExpectation();
        // A connection kept from before a restart would answer for the past.
        _client = new HttpClient(handler ?? new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.Zero })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public string Name { get; }

    public void Dispose() => _client.Dispose();

    public Task<HealthReading> CheckAsync(IHostTransport host, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(host);
        return ProbeClock.ReadAsync(Name, _expect.Deadline, token => AskAsync(_urlOf(host.Host), token), cancellationToken);
    }

    private async Task<HealthReading> AskAsync(Uri url, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        try
        {
            using var response = await _client.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            var body = _expect.BodyContains is null ? null : await BodyAsync(response, cancellationToken).ConfigureAwait(false);
            var seconds = watch.Elapsed.TotalSeconds;
            var status = (int)response.StatusCode;
            var text = FormattableString.Invariant($"{url} answered {status} in {seconds * 1000:0} ms");
            var good = _expect.Statuses.Count == 0 ? response.IsSuccessStatusCode : _expect.Statuses.Contains(status);
            if (!good) return ProbeClock.Reading(HealthStatus.Unhealthy, text, seconds);
            if (body is not null && !body.Contains(_expect.BodyContains!, StringComparison.Ordinal))
                return ProbeClock.Reading(HealthStatus.Unhealthy, $"{text}, without '{_expect.BodyContains}' in the body", seconds);
            return _expect.SlowerThan is { } slow && watch.Elapsed > slow
                ? ProbeClock.Reading(HealthStatus.Degraded, text + FormattableString.Invariant($", more than {slow.TotalMilliseconds:0} ms"), seconds)
                : ProbeClock.Reading(HealthStatus.Healthy, text, seconds);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return ProbeClock.Reading(HealthStatus.Unhealthy, $"{url}: {error.Message}");
        }
    }

    private static async Task<string> BodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var buffer = new byte[BodyLimit];
            var length = await stream.ReadAtLeastAsync(buffer, BodyLimit, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            return Encoding.UTF8.GetString(buffer, 0, length);
        }
    }
}
