using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PatchOps.Adapters.Probes;
using PatchOps.Core.Seams;

namespace PatchOps.Adapters.Tests.Probes;

/// <summary>Metrics as probes, against answers as Prometheus gives them, and against a real Prometheus where one is installed.</summary>
public sealed class PrometheusTests
{
    private const string Server = "http://prometheus.example:9090";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData("=> below 0.05", 0.04, HealthStatus.Healthy)]
    [InlineData("=> below 0.05", 0.06, HealthStatus.Unhealthy)]
    [InlineData("=> above 0.99", 0.995, HealthStatus.Healthy)]
    [InlineData("=> above 0.99", 0.9, HealthStatus.Unhealthy)]
    public async Task The_present_value_is_held_against_the_limit(string rule, double value, HealthStatus status)
    {
        var probe = Probe($"{Server} up {rule}", _ => Vector(value));
        Assert.Equal(status, (await probe.CheckAsync(null!, default)).Status);
    }

    [Fact]
    public async Task The_worst_of_several_series_counts()
    {
        var probe = Probe($"{Server} errors => below 0.05", _ => Vector(0.01, 0.2, 0.02));
        var reading = await probe.CheckAsync(null!, default);
        Assert.Equal((HealthStatus.Unhealthy, 0.2), (reading.Status, reading.Value));
    }

    [Theory]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[]}}""", "no value")]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"NaN"]}]}}""", "no value")]
    [InlineData("""{"status":"error","errorType":"bad_data","error":"parse error at char 3"}""", "parse error")]
    [InlineData("<html>login</html>", "not Prometheus")]
    [InlineData("""{"status":"success","data":{"resultType":"string","result":[1,"x"]}}""", "no numbers")]
    public async Task What_says_nothing_is_unknown_and_never_healthy(string answer, string why)
    {
        var reading = await Probe($"{Server} up => above 0", _ => answer).CheckAsync(null!, default);
        Assert.Equal(HealthStatus.Unknown, reading.Status);
        Assert.Contains(why, reading.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_time_since_the_change_is_compared_with_the_time_before()
    {
        var (before, after) = (100.0, 130.0);
        var calls = 0;
        var probe = Probe($"{Server} latency => at most 1.2 x before", _ => Matrix(calls++ % 2 == 0 ? before : after, 10));
        Assert.Equal(HealthStatus.Unknown, (await probe.CheckAsync(null!, default)).Status);
        probe.Use("1700000000000");
        calls = 0;
        Assert.Equal(HealthStatus.Unhealthy, (await probe.CheckAsync(null!, default)).Status);
        after = 119;
        calls = 0;
        var reading = await probe.CheckAsync(null!, default);
        Assert.Equal(HealthStatus.Healthy, reading.Status);
        Assert.Contains("100 before", reading.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_few_points_on_either_side_are_unknown()
    {
        var probe = Probe($"{Server} latency => at most 1.2 x before", _ => Matrix(1, 2));
        probe.Use("1700000000000");
        var reading = await probe.CheckAsync(null!, default);
        Assert.Equal(HealthStatus.Unknown, reading.Status);
        Assert.Contains("fewer than 3 points", reading.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_stops_a_comparison_before_the_change()
    {
        var probe = Probe($"{Server} latency => at most 1.2 x before", _ => throw new HttpRequestException("refused"));
        var mark = await probe.MarkAsync(null!, default);
        Assert.Equal("MetricsNotRead", mark.Failure!.Code);
    }

    [Theory]
    [InlineData("up => below 1")]
    [InlineData("http://p up below 1")]
    [InlineData("http://p up => under 1")]
    [InlineData("http://p => below 1")]
    [InlineData("ftp://p up => below 1")]
    public void A_rule_that_is_not_understood_is_refused(string text) => Assert.Throws<FormatException>(() => PrometheusExpectation.Parse(text));

    [SkippableFact]
    public async Task A_real_server_answers_queries_and_ranges()
    {
        var program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(f => Path.Combine(f, "prometheus")).FirstOrDefault(File.Exists);
        Skip.If(program is null, "No Prometheus (Debian package prometheus) is installed.");
        var folder = Directory.CreateTempSubdirectory("patchops-prometheus-");
        var port = FreePort();
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "prometheus.yml"), FormattableString.Invariant($$"""
            global: { scrape_interval: 1s, evaluation_interval: 1s }
            scrape_configs: [{ job_name: self, static_configs: [{ targets: ["127.0.0.1:{{port}}"] }] }]
            """));
        var start = new ProcessStartInfo(program!) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in new[] { $"--config.file={folder.FullName}/prometheus.yml", $"--storage.tsdb.path={folder.FullName}/data", FormattableString.Invariant($"--web.listen-address=127.0.0.1:{port}") }) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.ErrorDataReceived += static (_, _) => { };
        process.OutputDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        try
        {
            using var source = new PrometheusSource(new Uri(FormattableString.Invariant($"http://127.0.0.1:{port}")), Deadline);
            var began = DateTimeOffset.UtcNow;
            var up = new PrometheusProbe("up", PrometheusExpectation.Parse($"{source.Name} up => above 0.5"), source, TimeProvider.System, Deadline);
            HealthReading reading;
            while ((reading = await up.CheckAsync(null!, default)).Status != HealthStatus.Healthy && DateTimeOffset.UtcNow < began + TimeSpan.FromSeconds(60)) await Task.Delay(500);
            Assert.True(reading.Status == HealthStatus.Healthy, reading.Detail);
            Assert.Equal(HealthStatus.Unhealthy, (await new PrometheusProbe("down", PrometheusExpectation.Parse($"{source.Name} up => below 0.5"), source, TimeProvider.System, Deadline).CheckAsync(null!, default)).Status);
            await Task.Delay(3000);
            var range = await source.RangeAsync("up", began, DateTimeOffset.UtcNow, TimeSpan.FromSeconds(1), default);
            Assert.Null(range.Failure);
            Assert.True(Assert.Single(range.Series).Points.Count >= 2);
            Assert.All(range.Series[0].Points, p => Assert.Equal(1, p.Value));
            var refused = await source.AtAsync("up{", DateTimeOffset.UtcNow, default);
            Assert.Contains("parse error", refused.Failure!.Message, StringComparison.Ordinal);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            folder.Delete(recursive: true);
        }
    }

    private static PrometheusProbe Probe(string text, Func<Uri, string> answer)
    {
        var expect = PrometheusExpectation.Parse(text);
        return new PrometheusProbe("metric", expect, new PrometheusSource(expect.Server, Deadline, new Canned(answer)), TimeProvider.System, Deadline);
    }

    private static string Vector(params double[] values) => Answer("vector", values.Select((v, i) => Series(i, "value", Point(0, v))));

    private static string Matrix(double value, int points) => Answer("matrix", [Series(0, "values", $"[{string.Join(',', Enumerable.Range(0, points).Select(i => Point(i, value)))}]")]);

    private static string Answer(string type, IEnumerable<string> series) => "{\"status\":\"success\",\"data\":{\"resultType\":\"" + type + "\",\"result\":[" + string.Join(',', series) + "]}}";

    private static string Series(int number, string name, string values) => "{\"metric\":{\"instance\":\"" + number.ToString(CultureInfo.InvariantCulture) + "\"},\"" + name + "\":" + values + "}";

    private static string Point(int number, double value) => string.Create(CultureInfo.InvariantCulture, $"[{1700000000 + (15 * number)},\"{value}\"]");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class Canned(Func<Uri, string> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(answer(request.RequestUri!)) });
    }
}
