using System.Globalization;
using System.Text.Json;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Probes;

/// <summary>Asks a Prometheus server, or one that speaks its HTTP interface (/api/v1/query and /api/v1/query_range).</summary>
public sealed class PrometheusSource : IMetricSource, IDisposable
{
    private const int AnswerLimit = 16 * 1024 * 1024;
    private readonly Uri _server;
    private readonly TimeSpan _deadline;
    private readonly HttpClient _client;

    /// <param name="server">Its address, such as <c>http://prometheus:9090</c>; a path before /api is kept.</param>
    /// <param name="deadline">Bounds one question.</param>
    /// <param name="handler">The way out, for proxies and tests; null is the system's.</param>
    public PrometheusSource(Uri server, TimeSpan deadline, HttpMessageHandler? handler = null)
    {
        ArgumentNullException.ThrowIfNull(server);
        if (!server.IsAbsoluteUri || server.Scheme is not ("http" or "https")) throw new ArgumentException($"'{server}' is no http or https address.", nameof(server));
        _server = new Uri(server.AbsoluteUri.TrimEnd('/') + "/");
        _deadline = deadline;
        _client = new HttpClient(handler ?? new SocketsHttpHandler()) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = AnswerLimit };
    }

    public string Name => _server.ToString();

    public void Dispose() => _client.Dispose();

    public Task<MetricAnswer> AtAsync(string query, DateTimeOffset at, CancellationToken cancellationToken) =>
        AskAsync($"api/v1/query?query={Uri.EscapeDataString(query)}&time={Seconds(at)}", query, cancellationToken);

    public Task<MetricAnswer> RangeAsync(string query, DateTimeOffset from, DateTimeOffset to, TimeSpan step, CancellationToken cancellationToken) =>
        AskAsync(string.Create(CultureInfo.InvariantCulture, $"api/v1/query_range?query={Uri.EscapeDataString(query)}&start={Seconds(from)}&end={Seconds(to)}&step={step.TotalSeconds:0.###}"), query, cancellationToken);

    private async Task<MetricAnswer> AskAsync(string path, string query, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_deadline);
        try
        {
            using var response = await _client.GetAsync(new Uri(_server, path), limit.Token).ConfigureAwait(false);
            var text = await response.Content.ReadAsStringAsync(limit.Token).ConfigureAwait(false);
            return Parse(text, query, (int)response.StatusCode);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Bad(FailureKind.Timeout, FormattableString.Invariant($"did not answer within {_deadline.TotalSeconds:0.#} s"));
        }
        catch (HttpRequestException e)
        {
            return Bad(FailureKind.Unavailable, $"was not reached: {e.Message}");
        }
    }

    private MetricAnswer Parse(string text, string query, int status)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            if (root.GetProperty("status").GetString() != "success")
                return Bad(FailureKind.InvalidInput, $"refused the query '{query}': {(root.TryGetProperty("error", out var error) ? error.GetString() : "no reason given")}");
            var data = root.GetProperty("data");
            var result = data.GetProperty("result");
            return data.GetProperty("resultType").GetString() switch
            {
                "vector" => new MetricAnswer([.. result.EnumerateArray().Select(s => Series(s, [s.GetProperty("value")]))], null),
                "matrix" => new MetricAnswer([.. result.EnumerateArray().Select(s => Series(s, s.GetProperty("values").EnumerateArray()))], null),
                "scalar" => new MetricAnswer([new MetricSeries("", [.. Points([result])])], null),
                var other => Bad(FailureKind.InvalidInput, $"answered '{query}' with a {other}, which has no numbers"),
            };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            return Bad(FailureKind.Failed, FormattableString.Invariant($"gave an answer (HTTP {status}) that is not Prometheus'"));
        }
    }

    private static MetricSeries Series(JsonElement series, IEnumerable<JsonElement> values) =>
        new(string.Join(',', series.GetProperty("metric").EnumerateObject().Select(l => $"{l.Name}={l.Value.GetString()}")), [.. Points(values)]);

    private static IEnumerable<MetricPoint> Points(IEnumerable<JsonElement> values)
    {
        foreach (var pair in values)
        {
            // Numbers travel as text, so that NaN and infinities can.
            if (!double.TryParse(pair[1].GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value)) continue;
            yield return new MetricPoint(DateTimeOffset.FromUnixTimeMilliseconds((long)(pair[0].GetDouble() * 1000)), value);
        }
    }

    private MetricAnswer Bad(FailureKind kind, string what) =>
        new([], new Failure("MetricsNotRead", kind, $"Prometheus at {_server} {what}.", _server.ToString(), "See that the server's address and the query are right in the policy's probe."));

    private static string Seconds(DateTimeOffset at) => (at.ToUnixTimeMilliseconds() / 1000.0).ToString("0.###", CultureInfo.InvariantCulture);
}
