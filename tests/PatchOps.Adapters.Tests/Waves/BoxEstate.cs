using PatchOps.Adapters.Tests.Composition;
using System.Collections.Concurrent;
using PatchOps.Adapters.Composition;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;
using PatchOps.Core.Waves;
using PatchOps.Domain;
using HostServices = PatchOps.Adapters.Composition.HostServices;

namespace PatchOps.Adapters.Tests.Waves;

/// <summary>Everything that one request told, in order.</summary>
internal sealed record BoxTold(IReadOnlyList<OperationEvent> Events)
{
    public IReadOnlyList<object> Results { get; } = [.. Events.OfType<ResultEvent>().Select(e => e.Value)];

    public IReadOnlyList<Failure> Failures { get; } = [.. Events.OfType<FailedEvent>().Select(e => e.Failure)];

    public IReadOnlyList<string> Warnings { get; } = [.. Events.OfType<WarningEvent>().Select(e => e.Message)];

    public IReadOnlyList<HostRun> Runs => [.. Results.OfType<HostRun>()];

    public HostRun Run(string asset) => Runs.Last(r => r.Asset == asset);
}

/// <summary>A store and hosts in memory that are reached by a provider's blocks alone, through the same door as users.</summary>
internal sealed class BoxEstate : IAsyncDisposable
{
    private const string Advisory = """
        { "schema_version": "1.6.0", "id": "GHSA-xxxx-xxxx-xxxx", "modified": "2026-01-02T00:00:00Z", "published": "2026-01-02T00:00:00Z", "aliases": ["CVE-2026-70001"],
          "affected": [{ "package": { "ecosystem": "npm", "name": "app" }, "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "0" }, { "fixed": "1.1.0" }] }] }] }
        """;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("patchops-box-");
    private readonly List<OperationHost> doors = [];

    public BoxEstate() => Door = Open();

    public ShiftedClock Clock { get; } = new();

    public Boxes Boxes { get; } = new();

    /// <summary>What a PowerShell probe says of an asset; healthy where nothing is set.</summary>
    public Func<string, HealthStatus> Health { get; set; } = _ => HealthStatus.Healthy;

    public OperationHost Door { get; }

    /// <summary>Gates are asked before every host.</summary>
    private static WaveOptions Waits { get; } = new() { GateInterval = TimeSpan.FromTicks(1) };

    public string PathOf(string name) => Path.Combine(folder.FullName, name);

    /// <summary>Another session on the same store.</summary>
    public OperationHost Open()
    {
        var door = new OperationHost(Clock, new HostServices { Blocks = _ => Boxes, ScriptProbe = (name, _, asset) => new SetProbe(name, () => Health(asset.Id)) }) { DefaultStore = PathOf("test.db"), Waits = Waits };
        doors.Add(door);
        return door;
    }

    public async Task<string> WriteAsync(string name, string text)
    {
        await File.WriteAllTextAsync(PathOf(name), text);
        return PathOf(name);
    }

    /// <summary>A plan for boxes that lack a version, in the window of the day after.</summary>
    /// <param name="provider">Whose boxes they are; <c>box</c> is registered with blocks.</param>
    /// <param name="needs">The host that a host depends on.</param>
    /// <param name="early">Hosts of the Test environment, whatever the others are.</param>
    public async Task<PatchPlan> PlanAsync(string? policyText, string[] hosts, string provider = "box", string environment = "Production", IReadOnlyDictionary<string, string>? needs = null, params string[] early)
    {
        if (provider == "box") await RegisterAsync(Door);
        var policy = policyText is null ? null : await WriteAsync("policy.yaml", policyText);
        var assets = await WriteAsync("assets.csv", string.Join('\n', hosts.Select(h => $"{h},{provider},{(early.Contains(h) ? "Test" : environment)},3,Internet,daily 00:00 PT23H30M,{needs?.GetValueOrDefault(h)}").Prepend("Id,Provider,Environment,Criticality,Exposure,MaintenanceWindow,DependsOn")));
        var software = await WriteAsync("software.csv", string.Join('\n', hosts.Select(h => $"{h},app,1.0.0,npm").Prepend("Asset,Package,Version,Ecosystem")));
        Assert.Empty((await AskAsync(new ImportAssetRequest { Path = [assets, software] })).Failures);
        Assert.Empty((await AskAsync(new ImportFeedRequest { Path = [await WriteAsync("osv.json", Advisory)] })).Failures);
        var risks = await AskAsync(new GetRiskRequest { Policy = policy });
        Assert.NotEmpty(risks.Results);
        var told = await AskAsync(new NewPlanRequest { Name = "Boxes", InputObject = risks.Results, Policy = policy, Start = TomorrowAtOne(Clock), TimeLimit = TimeSpan.FromMilliseconds(200) });
        Assert.True(told.Failures.Count == 0, string.Join("; ", told.Failures));
        return Assert.IsType<PatchPlan>(Assert.Single(told.Results));
    }

    /// <summary>Early in a window, whatever the time of the day at which the tests run.</summary>
    public static DateTimeOffset TomorrowAtOne(TimeProvider clock) => new(clock.GetUtcNow().UtcDateTime.Date.AddDays(1).AddHours(1), TimeSpan.Zero);

    /// <summary>A plan that is approved.</summary>
    public async Task<PatchPlan> ApprovedAsync(string? policyText, params string[] hosts)
    {
        var plan = await PlanAsync(policyText, hosts);
        await ApproveAsync(plan);
        return plan;
    }

    public async Task ApproveAsync(PatchPlan plan) => Assert.Empty((await AskAsync(new ApprovePlanRequest { PlanId = plan.Id })).Failures);

    public Task<BoxTold> InvokeAsync(PatchPlan plan, int wave = 1) => AskAsync(Invoke(plan, wave));

    public static InvokeWaveRequest Invoke(PatchPlan plan, int wave = 1) => new() { PlanId = plan.Id, Wave = wave, IgnoreWindow = true };

    public Task<BoxTold> AskAsync(OperationRequest request, Func<AskEvent, Answer>? reply = null) => AskAsync(Door, request, reply);

    public static async Task<BoxTold> AskAsync(OperationHost door, OperationRequest request, Func<AskEvent, Answer>? reply = null, Func<OperationEvent, Task>? meanwhile = null, CancellationToken cancellationToken = default)
    {
        var events = new List<OperationEvent>();
        await foreach (var next in door.RunAsync(request, new Caller { Account = "tester" }, cancellationToken))
        {
            events.Add(next);
            if (next is AskEvent ask) ask.Give(reply?.Invoke(ask) ?? Answer.Yes);
            if (meanwhile is not null) await meanwhile(next);
        }
        return new BoxTold(events);
    }

    /// <summary>Script blocks are a session's own: each session registers them.</summary>
    public static async Task RegisterAsync(OperationHost door)
    {
        var block = new object();
        Assert.Empty((await AskAsync(door, new RegisterProviderRequest { Name = "box", Detect = block, Apply = block, Verify = block, Revert = block })).Failures);
    }

    public async ValueTask DisposeAsync()
    {
        Boxes.Release();
        foreach (var door in doors) await door.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        folder.Delete(recursive: true);
    }

    private sealed class SetProbe(string name, Func<HealthStatus> status) : IHealthProbe
    {
        public string Name => name;

        public Task<HealthReading> CheckAsync(IHostTransport host, CancellationToken cancellationToken) => Task.FromResult(new HealthReading(name, status(), $"it is {status()}", TimeSpan.FromMilliseconds(5)));
    }
}

/// <summary>The system's clock, some way off.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    public TimeSpan Offset { get; set; }

    public override DateTimeOffset GetUtcNow() => NoonClock.Now + Offset;
}

/// <summary>Boxes in memory, each with one application, that can be told to misbehave.</summary>
internal sealed class Boxes : IProviderBlocks
{
    private readonly ConcurrentDictionary<string, string> versions = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Boxes that were changed, in order: name and version.</summary>
    public ConcurrentQueue<string> Applied { get; } = [];

    /// <summary>Answers instead of the box where it gives something; may wait, and may throw. Verb, asset.</summary>
    public Func<string, string, Task<BlockAnswer?>>? Instead { get; set; }

    public string Hash => "none";

    public string Version(string asset) => versions.GetValueOrDefault(asset, "1.0.0");

    public void Set(string asset, string version) => versions[asset] = version;

    public bool Has(string verb) => verb is "Detect" or "Apply" or "Verify" or "Revert";

    /// <summary>Waits until the estate is taken down.</summary>
    public Task NeverAsync() => released.Task;

    public void Release() => released.TrySetResult();

    public async Task<BlockAnswer> InvokeAsync(string verb, Asset asset, IReadOnlyList<PackageChange> changes, TimeSpan deadline, CancellationToken cancellationToken)
    {
        if (Instead is not null)
        {
            // Like the engine that runs script blocks, this ends at its deadline whatever the block does.
            var answer = Instead(verb, asset.Id);
            if (await Task.WhenAny(answer, Task.Delay(deadline, cancellationToken)) != answer) return new BlockAnswer(false, "", new Failure("ProviderTimedOut", FailureKind.Timeout, $"{verb} did not end in time"));
            if (await answer is { } other) return other;
        }
        if (verb is "Apply" or "Revert")
        {
            versions[asset.Id] = verb == "Apply" ? changes[0].ToVersion : changes[0].FromVersion!;
            Applied.Enqueue($"{asset.Id} {versions[asset.Id]}");
        }
        return new BlockAnswer(true, verb == "Verify" ? $"package\tapp\t{Version(asset.Id)}" : "", null);
    }
}
