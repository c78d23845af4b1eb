using PatchOps.Adapters.Providers.Apt;
using PatchOps.Adapters.Probes;
using PatchOps.Core.Seams;

namespace PatchOps.Lab.Tests;

/// <summary>Probes on a service that is well in 1.1 and answers 503 in 1.2.</summary>
[Collection(LabCollection.Name)]
public sealed class ProbeTests(LabFixture lab)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    [SkippableFact]
    public async Task A_bad_version_is_seen_by_every_probe_and_gone_after_the_revert()
    {
        await lab.RequireAsync();
        await using var host = lab.Open("h2");
        using var http = new HttpProbe("http", h => new Uri($"http://{lab.Addresses[h]}:8080/"), new HttpExpectation { BodyContains = "po-web" });
        var log = new LogProbe("log", "/var/log/po-web.log", "answered 5[0-9]{2}", Deadline);
        var apt = new AptProvider();
        PackageChange[] good = [new("p", "po-web", "1.0", "1.1")], bad = [new("p", "po-web", "1.1", "1.2")];

        Assert.Equal(HealthStatus.Healthy, (await http.CheckAsync(host, default)).Status);
        Assert.True((await apt.ApplyAsync(host, good, Key("good"), default)).Failure is null);
        Assert.Equal(HealthStatus.Healthy, (await Settled(http, host, HealthStatus.Healthy)).Status);
        Assert.Null((await log.MarkAsync(host, default)).Failure);
        Assert.Equal(HealthStatus.Healthy, (await log.CheckAsync(host, default)).Status);

        Assert.True((await apt.ApplyAsync(host, bad, Key("bad"), default)).Failure is null);
        Assert.True((await apt.VerifyAsync(host, bad, Deadline, default)).AllApplied);
        var sick = await Settled(http, host, HealthStatus.Unhealthy);
        Assert.Equal(HealthStatus.Unhealthy, sick.Status);
        Assert.Contains("503", sick.Detail, StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Unhealthy, (await log.CheckAsync(host, default)).Status);

        Assert.True((await apt.RevertAsync(host, bad, Key("revert"), default)).Failure is null);
        Assert.Equal(HealthStatus.Healthy, (await Settled(http, host, HealthStatus.Healthy)).Status);
    }

    [SkippableFact]
    public async Task A_command_a_port_and_a_service_are_read()
    {
        await lab.RequireAsync();
        await using var host = lab.Open("h4");
        foreach (var (script, status) in new[] { ("exit 0", HealthStatus.Healthy), ("echo slow; exit 1", HealthStatus.Degraded), ("exit 2", HealthStatus.Unhealthy), ("exit 3", HealthStatus.Unknown) })
            Assert.Equal(status, (await new CommandProbe("command", ["sh", "-c", script], Deadline).CheckAsync(host, default)).Status);
        Assert.Equal(HealthStatus.Unknown, (await new CommandProbe("late", ["sleep", "20"], TimeSpan.FromSeconds(1)).CheckAsync(host, default)).Status);
        Assert.Equal(HealthStatus.Healthy, (await new TcpProbe("ssh", h => lab.Addresses[h], 22, Deadline).CheckAsync(host, default)).Status);
        Assert.Equal(HealthStatus.Unhealthy, (await new TcpProbe("none", h => lab.Addresses[h], 81, Deadline).CheckAsync(host, default)).Status);
        Assert.Equal(HealthStatus.Healthy, (await new ServiceProbe("web", "po-web.service", Deadline).CheckAsync(host, default)).Status);
        Assert.Equal(HealthStatus.Unhealthy, (await new ServiceProbe("none", "po-none", Deadline).CheckAsync(host, default)).Status);
        Assert.Equal(HealthStatus.Unknown, (await new LogProbe("log", "/var/log/none", "x", Deadline).CheckAsync(host, default)).Status);
    }

    /// <summary>A service that has just been started needs a moment.</summary>
    private static async Task<HealthReading> Settled(IHealthProbe probe, IHostTransport host, HealthStatus status)
    {
        HealthReading reading;
        var until = DateTime.UtcNow.AddSeconds(5);
        do
        {
            reading = await probe.CheckAsync(host, default);
            if (reading.Status != status) await Task.Delay(100);
        }
        while (reading.Status != status && DateTime.UtcNow < until);
        return reading;
    }

    private static StepKey Key(string id) => new("probe-" + id, new FencingToken("probe-tests", 1), TimeSpan.FromSeconds(60));
}
