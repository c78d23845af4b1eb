using System.Diagnostics;
using PatchOps.Adapters.Store;
using PatchOps.Benchmarks.Wave.Race;
using PatchOps.Core.Waves;
using PatchOps.Core.Waves.State;
using PatchOps.Domain;

namespace PatchOps.Benchmarks.Wave;

/// <summary>The runner on simulated hosts, with a journal whose every commit costs at least 5 ms more: transitions a second, and memory over wave size. <c>journal</c> or <c>pace</c> for that part alone.</summary>
internal sealed class WaveBenchmark : IBenchmark
{
    private const int Throttle = 250;
    private static readonly TimeSpan Commit = TimeSpan.FromMilliseconds(5);

    public string Name => "wave";

    public int Run(string? folder)
    {
        if (folder != "pace") RunAsync().GetAwaiter().GetResult();
        if (folder != "journal") PaceTrial.Run();
        if (folder is "journal" or "pace") return 0;
        return new RaceBenchmark().Run(folder);
    }

    private static async Task RunAsync()
    {
        await MeasureAsync(100);
        Console.WriteLine(FormattableString.Invariant($"Simulated hosts, {Throttle} at once, SQLite journal with synchronous=FULL and {Commit.TotalMilliseconds} ms added to each commit"));
        Console.WriteLine("hosts | run | seconds | host transitions/s | journal entries/s | commits | peak heap MB above start");
        foreach (var hosts in new[] { 1000, 1000, 1000, 1000, 1000, 4000 })
        {
            var m = await MeasureAsync(hosts);
            Console.WriteLine(FormattableString.Invariant($"{hosts,5} | {(m.Done == hosts ? "ok " : "BAD")} | {m.Seconds,7:0.00} | {m.Transitions / m.Seconds,18:0} | {m.Entries / m.Seconds,17:0} | {m.Commits,7} | {m.PeakMegabytes,8:0.0}"));
        }
    }

    private static async Task<(int Done, double Seconds, int Transitions, int Entries, int Commits, double PeakMegabytes)> MeasureAsync(int hosts)
    {
        var folder = Directory.CreateTempSubdirectory("patchops-bench-");
        try
        {
            var commits = 0;
            var database = Database.Open(Path.Combine(folder.FullName, "journal.db"), "journal", JournalSchema.Migrations, durable: true);
            await using var journal = new SqliteJournal(database, async () =>
            {
                commits++;
                await Task.Delay(Commit);
            });
            var definition = Definition(hosts);
            GC.Collect();
            var start = GC.GetTotalMemory(forceFullCollection: true);
            var peak = start;
            var clock = Stopwatch.StartNew();
            await using var run = await WaveRunner.StartAsync(definition, new SimulatedHosts(), journal, TimeProvider.System, new WaveOptions { Throttle = Throttle });
            var seen = 0;
            await foreach (var _ in run.ReadAsync())
            {
                // A collection now and then, so that what counts is what is held.
                if (++seen % 3000 == 0) peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: true));
            }
            var status = await run.Completion;
            clock.Stop();

            var (transitions, entries) = (0, 0);
            var states = new Dictionary<string, HostState>(StringComparer.Ordinal);
            await foreach (var line in WaveHistory.TimelineAsync(journal, definition, CancellationToken.None))
            {
                entries++;
                if (line.Asset is null || line.State is not { } state) continue;
                if (states.GetValueOrDefault(line.Asset, HostState.Pending) != state) transitions++;
                states[line.Asset] = state;
            }
            return (status.Done, clock.Elapsed.TotalSeconds, transitions, entries, commits, (peak - start) / 1e6);
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            folder.Delete(recursive: true);
        }
    }

    private static WaveDefinition Definition(int hosts)
    {
        var now = DateTimeOffset.UtcNow;
        return new WaveDefinition("bench", new PlanWave
        {
            Number = 1, Ring = WaveRing.Broad, Stage = AssetEnvironment.Production, Start = now, End = now + TimeSpan.FromHours(4), BakeTime = TimeSpan.Zero, Gates = [],
            HaltRule = new HaltRule { MaxFailures = hosts, MaxFailurePercent = 100 },
            Rollback = new RollbackRule { Method = "PreviousVersion", DetectionWindow = TimeSpan.FromHours(1) },
            Hosts =
            [
                .. Enumerable.Range(1, hosts).Select(i => new PlannedHost
                {
                    Asset = FormattableString.Invariant($"host-{i:00000}"), Name = FormattableString.Invariant($"host-{i:00000}"),
                    Start = now, LatestStart = now + TimeSpan.FromHours(3), Median = TimeSpan.FromMinutes(2), NinetiethPercentile = TimeSpan.FromMinutes(5),
                    Patches = [new PlannedPatch { Patch = "deb:demo/1.1", Packages = [new PackageVersion("demo", "1.1")] }],
                }),
            ],
        });
    }
}
