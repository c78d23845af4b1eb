using System.Globalization;
using PatchOps.Core.Seams;
using PatchOps.Core.Waves;
using PatchOps.Domain;
using PatchOps.Tests.Fakes;

namespace PatchOps.Tests.Waves;

/// <summary>Hosts in memory with one package each, the wave that upgrades it, and the services that reach them.</summary>
internal sealed class WaveRig : IHostServicesFactory
{
    public const string Package = "demo";

    private readonly Dictionary<string, FakeHost> _hosts = new(StringComparer.Ordinal);

    public WaveRig(int hosts, TimeProvider? time = null)
    {
        Time = time ?? TimeProvider.System;
        for (var i = 1; i <= hosts; i++)
        {
            var host = new FakeHost(Id(i), Time);
            host.Installed[Package] = "1.0";
            host.Archive.Add((Package, "1.0"));
            host.Archive.Add((Package, "1.1"));
            _hosts.Add(host.Id, host);
        }
    }

    public TimeProvider Time { get; }

    public MemoryJournal Journal { get; } = new();

    public string PlanId { get; init; } = "plan-1";

    public HaltRule Halt { get; set; } = new() { MaxFailures = 1000, MaxFailurePercent = 100 };

    public RollbackRule Rollback { get; set; } = new() { Method = "PreviousVersion", DetectionWindow = TimeSpan.FromHours(1) };

    public bool WithQuiesce { get; set; } = true;

    public bool WithSnapshot { get; set; } = true;

    public bool WithTests { get; set; }

    public Func<PlannedHost, IHostTransport, IHostTransport> Wrap { get; set; } = static (_, transport) => transport;

    /// <summary>The hosts that a host comes after, by number.</summary>
    public Dictionary<int, int[]> After { get; } = [];

    /// <summary>The plan's other waves.</summary>
    public List<PlanWave> Others { get; } = [];

    public TimeSpan Window { get; set; } = TimeSpan.FromHours(4);

    public IReadOnlyCollection<FakeHost> Hosts => _hosts.Values;

    public FakeHost this[int number] => _hosts[Id(number)];

    private static string Id(int number) => FormattableString.Invariant($"host-{number}");

    public WaveOptions Options { get; set; } = new()
    {
        Actor = "tester",
        PollInterval = TimeSpan.FromMilliseconds(1),
        ControlInterval = TimeSpan.FromMilliseconds(20),
        ProbeGrace = TimeSpan.Zero,
        ReconnectTimeout = TimeSpan.FromMilliseconds(50),
        RestartTimeout = TimeSpan.FromMilliseconds(200),
        JournalPatience = TimeSpan.Zero,
    };

    public WaveDefinition Definition(int number = 1)
    {
        var now = Time.GetUtcNow();
        return new WaveDefinition(PlanId, new PlanWave
        {
            Number = number,
            Ring = WaveRing.Canary,
            Stage = AssetEnvironment.Test,
            Start = now - TimeSpan.FromMinutes(1),
            End = now + Window,
            BakeTime = TimeSpan.Zero,
            Gates = [],
            HaltRule = Halt,
            Rollback = Rollback,
            Hosts =
            [
                .. _hosts.Keys.Select(id => new PlannedHost
                {
                    Asset = id,
                    Name = id,
                    Start = now - TimeSpan.FromMinutes(1),
                    LatestStart = now + Window - TimeSpan.FromMinutes(10),
                    Median = TimeSpan.FromMinutes(5),
                    NinetiethPercentile = TimeSpan.FromMinutes(10),
                    Patches = [new PlannedPatch { Patch = "deb:demo/1.1", Packages = [new PackageVersion(Package, "1.1")] }],
                    After = After.TryGetValue(int.Parse(id.AsSpan(5), CultureInfo.InvariantCulture), out var before) ? [.. before.Select(Id)] : [],
                }),
            ],
        }, Others);
    }

    public ValueTask<HostServices> OpenAsync(PlannedHost host, CancellationToken cancellationToken)
    {
        FakeHost Find(string id) => _hosts[id];
        return ValueTask.FromResult(new HostServices
        {
            Transport = Wrap(host, new FakeTransport(_hosts[host.Asset])),
            Provider = new FakeProvider(Find),
            Restart = new FakeRestart(),
            Probes = [new FakeProbe(Find)],
            Tests = WithTests ? [new FakeProbe(Find)] : [],
            Quiesces = WithQuiesce ? [new FakeQuiesce(Find)] : [],
            Snapshots = WithSnapshot ? [new FakeSnapshots(Find)] : [],
        });
    }

    /// <summary>Runs the wave to its end and returns where it stands and each host's run.</summary>
    public async Task<(WaveStatus Status, Dictionary<string, HostRun> Runs)> RunAsync(WaveOptions? options = null, IJournal? journal = null, WaveDefinition? definition = null)
    {
        await using var run = await WaveRunner.StartAsync(definition ?? Definition(), this, journal ?? Journal, Time, options ?? Options);
        var runs = new Dictionary<string, HostRun>(StringComparer.Ordinal);
        await foreach (var happened in run.ReadAsync())
        {
            if (happened is HostFinished finished) runs[finished.Run.Asset] = finished.Run;
        }
        return (await run.Completion, runs);
    }
}
