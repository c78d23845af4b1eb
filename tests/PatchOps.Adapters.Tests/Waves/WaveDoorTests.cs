using System.Globalization;
using System.Text;
using PatchOps.Adapters.Tests.Feeds;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Waves;

/// <summary>A wave while it runs, as the one who started it and as others see it, and what stops it.</summary>
public sealed class WaveDoorTests : IAsyncLifetime
{
    private const string Lenient = "planning: { maxFailures: 9, maxFailurePercent: 100 }";

    private readonly BoxEstate estate = new();
    private readonly SemaphoreSlim gate = new(0);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await estate.DisposeAsync();
        gate.Dispose();
    }

    [Fact]
    public async Task Hosts_come_out_as_they_finish_with_progress_for_the_wave_and_each_host()
    {
        var plan = await TestStageAsync(Lenient, "box-1", "box-2", "box-3");
        Hold("box-3");
        var seen = new List<string>();
        var told = await BoxEstate.AskAsync(estate.Door, BoxEstate.Invoke(plan) with { PassThru = true }, null, next =>
        {
            if (next is not ResultEvent { Value: HostRun run }) return Task.CompletedTask;
            seen.Add(run.Asset);
            // The third is held until the reader has the other two in hand: so they did not wait for it.
            if (seen.Count == 2) gate.Release();
            return Task.CompletedTask;
        });
        Assert.Equal("box-3", seen[^1]);
        Assert.Equal(3, seen.Count);
        Assert.IsType<WaveStatus>(told.Results[^1]);
        Assert.Equal((WaveState.Completed, 3), (told.Results.OfType<WaveStatus>().Single().State, told.Results.OfType<WaveStatus>().Single().Done));
        var progress = told.Events.OfType<ProgressEvent>().ToList();
        Assert.Equal([100.0 / 3, 200.0 / 3, 100], progress.Where(p => p.Id == 0).Select(p => p.Percent!.Value));
        foreach (var host in seen) Assert.Contains(progress, p => p.Id == 1 && p.Status == $"{host}: Apply …");
    }

    [Fact]
    public async Task Another_session_suspends_a_running_wave_and_lets_it_go_on()
    {
        var plan = await TestStageAsync(Lenient, "box-1", "box-2", "box-3");
        Hold("box-1");
        var other = estate.Open();
        var told = await BoxEstate.AskAsync(estate.Door, BoxEstate.Invoke(plan) with { ThrottleLimit = 1 }, null, async next =>
        {
            if (next is not ProgressEvent { Status: "box-1: Apply …" }) return;
            var running = (WaveStatus)Assert.Single((await BoxEstate.AskAsync(other, new SuspendWaveRequest { PlanId = plan.Id })).Results);
            Assert.Equal(WaveState.Running, running.State);
            await WaitForAsync(async () => (await StatusAsync(other, plan)).State == WaveState.Suspended);
            gate.Release();
        });
        // The one in flight was finished; no other was begun; and who started the wave sees that it is not done.
        Assert.Equal(["box-1 1.1.0"], estate.Boxes.Applied);
        Assert.Equal((HostState.Done, HostState.Pending, HostState.Pending), (told.Run("box-1").State, told.Run("box-2").State, told.Run("box-3").State));
        var failure = Assert.Single(told.Failures);
        Assert.Equal(("WaveSuspended", FailureKind.Refused), (failure.Code, failure.Kind));
        Assert.Contains("Suspended by tester", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Resume-PatchWave", failure.Remedy, StringComparison.Ordinal);
        Assert.Empty((await estate.AskAsync(new InvokeWaveRequest { Due = true })).Runs);

        Assert.Equal("WaveSuspended", Assert.Single((await estate.InvokeAsync(plan)).Failures).Code);
        await BoxEstate.AskAsync(other, new ResumeWaveRequest { PlanId = plan.Id });
        told = await estate.InvokeAsync(plan);
        Assert.Empty(told.Failures);
        Assert.All(told.Runs, r => Assert.Equal(HostState.Done, r.State));
        Assert.Equal(3, estate.Boxes.Applied.Count);
    }

    [Fact]
    public async Task Another_session_takes_a_running_wave_back_and_its_runner_does_it()
    {
        var plan = await TestStageAsync(Lenient, "box-1", "box-2", "box-3");
        Hold("box-2");
        var other = estate.Open();
        var told = await BoxEstate.AskAsync(estate.Door, BoxEstate.Invoke(plan) with { ThrottleLimit = 1 }, null, async next =>
        {
            if (next is not ProgressEvent { Status: "box-2: Apply …" }) return;
            var asked = await BoxEstate.AskAsync(other, new UndoWaveRequest { PlanId = plan.Id });
            Assert.Contains("takes it back", Assert.Single(asked.Warnings), StringComparison.Ordinal);
            gate.Release();
        });
        Assert.All(["box-1", "box-2", "box-3"], b => Assert.Equal("1.0.0", estate.Boxes.Version(b)));
        Assert.DoesNotContain(estate.Boxes.Applied, a => a.StartsWith("box-3", StringComparison.Ordinal));
        Assert.Equal((HostState.RolledBack, HostState.RolledBack), (told.Run("box-1").State, told.Run("box-2").State));
        Assert.Equal(WaveState.Halted, (await StatusAsync(other, plan)).State);
        Assert.Contains(told.Failures, f => f.Code == "WaveHalted" && f.Message.Contains("Taken back by tester", StringComparison.Ordinal));
        var actions = (await BoxEstate.AskAsync(other, new GetAuditRequest())).Results.Cast<AuditEntry>().Select(e => e.Action).ToList();
        Assert.Contains("WaveUndoRequested", actions);
    }

    [Fact]
    public async Task A_wish_to_undo_that_comes_with_the_last_host_is_not_lost()
    {
        var plan = await TestStageAsync(Lenient, "box-1");
        Hold("box-1");
        var other = estate.Open();
        await BoxEstate.RegisterAsync(other);
        Task<BoxTold>? undo = null;
        await BoxEstate.AskAsync(estate.Door, BoxEstate.Invoke(plan), null, async next =>
        {
            if (next is not ProgressEvent { Status: "box-1: Apply …" }) return;
            undo = BoxEstate.AskAsync(other, new UndoWaveRequest { PlanId = plan.Id });
            await WaitForAsync(async () => (await BoxEstate.AskAsync(estate.Door, new GetAuditRequest())).Results.Cast<AuditEntry>().Any(e => e.Action == "WaveUndoRequested"));
            gate.Release();
        });
        await undo!;
        Assert.Equal(["box-1 1.1.0", "box-1 1.0.0"], estate.Boxes.Applied);
        Assert.Equal(HostState.RolledBack, Assert.Single((await estate.AskAsync(new GetWaveRequest { PlanId = plan.Id, Wave = 1, Hosts = true })).Runs).State);
    }

    [Fact]
    public async Task Ctrl_C_lets_hosts_in_flight_finish_admits_no_other_and_is_no_success()
    {
        var plan = await TestStageAsync(Lenient, "box-1", "box-2", "box-3");
        Hold("box-1");
        using var stop = new CancellationTokenSource();
        var runs = new List<HostRun>();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => BoxEstate.AskAsync(estate.Door, BoxEstate.Invoke(plan) with { ThrottleLimit = 1 }, null, async next =>
        {
            if (next is ResultEvent { Value: HostRun run }) runs.Add(run);
            if (next is not ProgressEvent { Status: "box-1: Apply …" }) return;
            await stop.CancelAsync();
            gate.Release();
        }, stop.Token));
        Assert.Equal(["box-1 1.1.0"], estate.Boxes.Applied);
        Assert.Equal(HostState.Done, runs.Single(r => r.Asset == "box-1").State);
        Assert.Single((await estate.AskAsync(new GetDeploymentRequest())).Results);
        Assert.All((await estate.InvokeAsync(plan)).Runs, r => Assert.Equal(HostState.Done, r.State));
    }

    [Theory]
    [InlineData("Pause", WaveState.Suspended, "1.1.0", "1.1.0")]
    [InlineData("Stop", WaveState.Halted, "1.1.0", "1.1.0")]
    [InlineData("RollBackFailed", WaveState.Halted, "1.1.0", "1.0.0")]
    [InlineData("RollBackWave", WaveState.Halted, "1.0.0", "1.0.0")]
    public async Task What_the_halt_rule_does_is_policys_choice(string choice, WaveState state, string good, string ill)
    {
        estate.Health = asset => asset == "box-2" ? HealthStatus.Unhealthy : HealthStatus.Healthy;
        var plan = await TestStageAsync($$"""
            planning:
              maxFailures: 1
              maxFailurePercent: 100
              detectionWindow: 00:00:00
              probeGrace: 00:00:00
              probes: [{ kind: PowerShell, target: well }]
              conduct: { onHalt: {{choice}} }
            """, "box-1", "box-2", "box-3");
        var told = await BoxEstate.AskAsync(estate.Door, BoxEstate.Invoke(plan) with { ThrottleLimit = 1 });
        Assert.Equal((good, ill, "1.0.0"), (estate.Boxes.Version("box-1"), estate.Boxes.Version("box-2"), estate.Boxes.Version("box-3")));
        Assert.Equal(HostState.Pending, told.Run("box-3").State);
        Assert.Equal(state, (await StatusAsync(estate.Door, plan)).State);
        Assert.Contains(told.Failures, f => f.Code == (state == WaveState.Suspended ? "WaveSuspended" : "WaveHalted"));
    }

    [Fact]
    public async Task Each_rule_has_its_own_choice_a_gate_pauses_where_failures_take_the_wave_back()
    {
        estate.Health = asset => asset == "wave" ? HealthStatus.Unhealthy : HealthStatus.Healthy;
        var plan = await TestStageAsync("""
            planning:
              conduct: { onHalt: RollBackWave, onGate: Pause, gates: [{ name: error budget, kind: PowerShell, target: left }] }
            """, "box-1");
        var told = await estate.InvokeAsync(plan);
        var failure = Assert.Single(told.Failures);
        Assert.Equal("WaveSuspended", failure.Code);
        Assert.Contains("Gate error budget is unhealthy", failure.Message, StringComparison.Ordinal);
        Assert.Empty(estate.Boxes.Applied);
        estate.Health = _ => HealthStatus.Healthy;
        await estate.AskAsync(new ResumeWaveRequest { PlanId = plan.Id });
        Assert.Equal(HostState.Done, Assert.Single((await estate.InvokeAsync(plan)).Runs).State);
    }

    [Theory]
    [InlineData(0.0, null)]
    [InlineData(8.0, "CanaryHarmful")]
    [InlineData(double.NaN, "CanaryUnclear")]
    public async Task The_wave_after_the_canary_runs_only_where_patched_hosts_fare_no_worse_than_their_peers(double shift, string? code)
    {
        using var prometheus = new LoopbackServer();
        var boxes = Enumerable.Range(1, 24).Select(i => string.Create(CultureInfo.InvariantCulture, $"box-{i:00}")).ToArray();
        var plan = await estate.ApprovedAsync($$"""
            planning:
              bake: 02:00:00
              canaryShare: 0.3
              pilotShare: 0
              conduct: { canary: { server: "{{prometheus.Home}}", metrics: [{ name: errors, query: 'errors{host="{name}"}', harmful: Higher }] } }
            """, boxes);
        Assert.Equal(WaveRing.Canary, plan.Waves[0].Ring);
        var canaries = plan.Waves[0].Hosts.Select(h => h.Asset).ToHashSet(StringComparer.Ordinal);
        prometheus.Otherwise = path => Series(path, canaries, shift);
        Assert.Empty((await estate.InvokeAsync(plan)).Failures);
        Assert.Equal("WaveBaking", Assert.Single((await estate.InvokeAsync(plan, 2)).Failures).Code);
        estate.Clock.Offset += TimeSpan.FromHours(3);
        var applied = estate.Boxes.Applied.Count;

        var told = await estate.InvokeAsync(plan, 2);
        if (code is null)
        {
            Assert.Empty(told.Failures);
            Assert.Contains(told.Events.OfType<DecisionEvent>(), d => d.Message.StartsWith("Canary comparison: errors: Pass", StringComparison.Ordinal));
            return;
        }
        var failure = Assert.Single(told.Failures);
        Assert.Equal((code, FailureKind.Refused), (failure.Code, failure.Kind));
        Assert.Contains("-AcceptCanary", failure.Remedy, StringComparison.Ordinal);
        Assert.Equal(applied, estate.Boxes.Applied.Count);

        told = await estate.AskAsync(BoxEstate.Invoke(plan, 2) with { AcceptCanary = true });
        Assert.Empty(told.Failures);
        Assert.All(told.Runs, r => Assert.Equal(HostState.Done, r.State));
        Assert.Contains(told.Warnings, w => w.Contains("wave 1", StringComparison.Ordinal));
        var started = (await estate.AskAsync(new GetAuditRequest())).Results.Cast<AuditEntry>().Last(e => e.Action == "WaveStarted");
        Assert.Contains("acceptedCanary", started.Payload, StringComparison.Ordinal);
        Assert.DoesNotContain("\"acceptedCanary\":null", started.Payload, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("status 200,204; body ready; within 9 s", HostState.Done, null)]
    [InlineData("status 204", HostState.RolledBack, "answered 200")]
    [InlineData("body all systems go", HostState.RolledBack, "without 'all systems go' in the body")]
    [InlineData("within 1 ms", HostState.RolledBack, "more than 1 ms")]
    [InlineData("within a moment", HostState.Failed, "is no time")]
    public async Task An_HTTP_probe_holds_status_body_and_latency_against_what_policy_says(string expect, HostState state, string? why)
    {
        using var server = new LoopbackServer();
        server.Otherwise = _ =>
        {
            Thread.Sleep(20);
            return "ready to serve"u8.ToArray();
        };
        var plan = await TestStageAsync($$"""
            planning:
              detectionWindow: 00:00:00
              probeGrace: 00:00:00
              probes: [{ kind: Http, target: "{{server.Home}}health => {{expect}}" }]
            """, "box-1");
        var run = Assert.Single((await estate.InvokeAsync(plan)).Runs);
        Assert.Equal(state, run.State);
        if (why is not null) Assert.Contains(why, run.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(20, 0.05, 1)]
    [InlineData(41, 0.05, 3)]
    [InlineData(40, 0.25, 10)]
    [InlineData(2, 0.05, 1)]
    [InlineData(1, 0.05, 0)]
    public async Task The_canary_is_the_policys_share_of_production_and_tolerates_no_failure(int boxes, double share, int canaries)
    {
        var plan = await estate.PlanAsync(share == 0.05 ? null : string.Create(CultureInfo.InvariantCulture, $"planning: {{ canaryShare: {share} }}"), [.. Enumerable.Range(1, boxes).Select(i => string.Create(CultureInfo.InvariantCulture, $"box-{i:00}"))]);
        var first = plan.Waves.Where(w => w.Ring == WaveRing.Canary).ToList();
        Assert.Equal(canaries, first.Sum(w => w.Hosts.Count));
        Assert.Equal(boxes, plan.Waves.Sum(w => w.Hosts.Count));
        Assert.All(first, w => Assert.Equal((0, 1), (w.HaltRule.MaxFailures, w.Number)));
        if (canaries == 0) return;
        // One canary that fails ends it for everybody.
        await estate.ApproveAsync(plan);
        var ill = first[0].Hosts[0].Asset;
        estate.Boxes.Instead = (verb, asset) => Task.FromResult(verb == "Apply" && asset == ill ? new Adapters.Composition.BlockAnswer(true, "", new Failure("ProviderThrew", FailureKind.Failed, "no licence")) : null);
        await estate.InvokeAsync(plan);
        Assert.Equal("WaveOutOfOrder", Assert.Single((await estate.InvokeAsync(plan, 2)).Failures).Code);
        Assert.True(estate.Boxes.Applied.Count < canaries, string.Join(", ", estate.Boxes.Applied));
    }

    [Fact]
    public async Task A_channel_is_told_while_the_wave_runs_how_it_goes_and_each_thing_once()
    {
        var policy = await estate.WriteAsync("sinks.yaml", $"notifications: {{ sinks: [{{ name: channel, kind: File, target: ['{estate.PathOf("channel")}'], for: [WaveUpdate] }}, {{ name: all, kind: File, target: ['{estate.PathOf("all")}'] }}] }}\n");
        var plan = await TestStageAsync(Lenient, "box-1", "box-2");
        Hold("box-2");
        var wait = estate.Boxes.Instead!;
        estate.Boxes.Instead = (verb, asset) => verb == "Apply" && asset == "box-1" ? Task.FromResult<Adapters.Composition.BlockAnswer?>(new(true, "", new Failure("ProviderThrew", FailureKind.Failed, "no licence"))) : wait(verb, asset);
        var other = estate.Open();
        var live = new List<string>();
        await BoxEstate.AskAsync(estate.Door, BoxEstate.Invoke(plan), null, async next =>
        {
            if (next is not ResultEvent { Value: HostRun { Asset: "box-1" } }) return;
            live.AddRange(await SendAsync());
            gate.Release();
        });
        // While the second host was still worked on, the channel knew of the first.
        Assert.Equal(2, live.Count);
        Assert.EndsWith("it has begun", live[0], StringComparison.Ordinal);
        Assert.Contains("box-1 is Failed: ", live[1], StringComparison.Ordinal);
        Assert.Contains("no licence", live[1], StringComparison.Ordinal);
        Assert.EndsWith("it is complete", Assert.Single(await SendAsync()), StringComparison.Ordinal);
        Assert.Empty(await SendAsync());
        Assert.Equal(3, Directory.GetFiles(estate.PathOf("channel")).Length);
        // Who did not ask for updates has the ticket and nothing else.
        Assert.All(Directory.GetFiles(estate.PathOf("all")), f => Assert.DoesNotContain("WaveUpdate", File.ReadAllText(f), StringComparison.Ordinal));

        async Task<List<string>> SendAsync()
        {
            var told = await BoxEstate.AskAsync(other, new SendNotificationRequest { Policy = policy });
            Assert.Empty(told.Failures);
            return [.. told.Results.Cast<OutboxMessage>().Where(m => m.Kind == OutboxKind.WaveUpdate).OrderBy(m => m.NotBefore).Select(m => m.Subject)];
        }
    }

    /// <summary>A range as Prometheus gives it: 120 points with a host's own level and noise that has no pattern; NaN for none at all.</summary>
    private static byte[]? Series(string path, HashSet<string> shifted, double shift)
    {
        const string Head = """{"status":"success","data":{"resultType":"matrix","result":[""";
        if (double.IsNaN(shift)) return Encoding.UTF8.GetBytes(Head + "]}}");
        var query = Uri.UnescapeDataString(path);
        var host = query[(query.IndexOf("box-", StringComparison.Ordinal))..][..6];
        var random = new Random(host[^1] + (host[^2] * 31));
        var points = Enumerable.Range(0, 120).Select(i => string.Create(CultureInfo.InvariantCulture, $"[{1700000000 + (15 * i)},\"{20 + random.NextDouble() + (shifted.Contains(host) ? shift : 0):0.000}\"]"));
        return Encoding.UTF8.GetBytes($"{Head}{{\"metric\":{{}},\"values\":[{string.Join(',', points)}]}}]}}}}");
    }

    private async Task<PatchPlan> TestStageAsync(string policy, params string[] boxes)
    {
        var plan = await estate.PlanAsync(policy, boxes, environment: "Test");
        Assert.Single(plan.Waves);
        await estate.ApproveAsync(plan);
        return plan;
    }

    /// <summary>The box's apply waits at the gate.</summary>
    private void Hold(string box) => estate.Boxes.Instead = async (verb, asset) =>
    {
        if (verb == "Apply" && asset == box) Assert.True(await gate.WaitAsync(TimeSpan.FromSeconds(60)), "Nobody opened the gate.");
        return null;
    };

    private static async Task<WaveStatus> StatusAsync(Adapters.Composition.OperationHost door, PatchPlan plan) =>
        (WaveStatus)Assert.Single((await BoxEstate.AskAsync(door, new GetWaveRequest { PlanId = plan.Id, Wave = 1 })).Results);

    private static async Task WaitForAsync(Func<Task<bool>> met)
    {
        for (var i = 0; i < 200; i++)
        {
            if (await met()) return;
            await Task.Delay(100);
        }
        Assert.Fail("It did not come about in 20 seconds.");
    }
}
