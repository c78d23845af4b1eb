using System.Diagnostics;
using PatchOps.Adapters.Composition;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Benchmarks.Effectiveness;

/// <summary>Test-PatchEffectiveness on everything in a large store: 50,000 items, 20,000 problems, 200,000 deployments, 1,000,000 incidents.</summary>
internal sealed class StoreBenchmark : IBenchmark
{
    private const int Items = 50_000, Problems = 20_000, Kinds = 160, Categories = 200;
    private static readonly DateTimeOffset Start = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public string Name => "effectiveness-store";

    public int Run(string? folder)
    {
        var place = folder is null ? Directory.CreateTempSubdirectory("patchops-bench-") : Directory.CreateDirectory(folder);
        var path = Path.Combine(place.FullName, "large.db");
        var host = new OperationHost(TimeProvider.System) { DefaultStore = path };
        try
        {
            if (!File.Exists(path)) Fill(host);
            GC.Collect();
            Console.WriteLine($"{"run",4}{"seconds",10}{"processor s",13}{"peak MB",10}{"results",10}  verdicts");
            for (var run = 1; run <= 3; run++)
            {
                // What an earlier run left behind is not this one's.
                GC.Collect();
                using var process = Process.GetCurrentProcess();
                long peak = 0;
                using var watch = new Timer(_ => { using var now = Process.GetCurrentProcess(); peak = Math.Max(peak, now.WorkingSet64); }, null, 0, 50);
                var before = process.TotalProcessorTime;
                var clock = Stopwatch.StartNew();
                var verdicts = new SortedDictionary<EffectivenessVerdict, int>();
                Read(host, verdicts).GetAwaiter().GetResult();
                var seconds = clock.Elapsed.TotalSeconds;
                process.Refresh();
                watch.Change(Timeout.Infinite, Timeout.Infinite);
                Console.WriteLine($"{run,4}{seconds,10:F1}{(process.TotalProcessorTime - before).TotalSeconds,13:F1}{peak / 1e6,10:F0}{verdicts.Values.Sum(),10}  {string.Join(", ", verdicts.Select(v => $"{v.Key} {v.Value}"))}");
            }
        }
        finally
        {
            host.DisposeAsync().AsTask().GetAwaiter().GetResult();
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            if (folder is null) place.Delete(recursive: true);
        }
        return 0;
    }

    private static async Task Read(OperationHost host, SortedDictionary<EffectivenessVerdict, int> verdicts)
    {
        await foreach (var next in host.RunAsync(new TestEffectivenessRequest(), new Caller { Account = "benchmark" }, CancellationToken.None))
        {
            if (next is AskEvent ask) ask.Give(Answer.Yes);
            if (next is ResultEvent { Value: EffectivenessResult result }) verdicts[result.Verdict] = verdicts.GetValueOrDefault(result.Verdict) + 1;
            if (next is FailedEvent failed) throw new InvalidOperationException(failed.Failure.Message);
        }
    }

    /// <summary>Ten items of one kind to a problem, patched within 30 days; thirty incidents of the problem (a third of the problems keep theirs) and twenty others on its items.</summary>
    internal static void Fill(OperationHost host)
    {
        var random = new Random(5);
        var clock = Stopwatch.StartNew();
        using var import = host.Store(null).Catalogue.BeginImport("Benchmark", "benchmark", Start);
        for (var i = 0; i < Items; i++)
            import.Add(new Asset { Id = $"host{i:00000}", Environment = (AssetEnvironment)(i % Kinds % 4), Tags = [$"role:r{i % Kinds / 4}"], DependsOn = i % 20 == 0 && i > Kinds ? [$"host{i - Kinds:00000}"] : [] });
        var number = 0;
        for (var p = 0; p < Problems; p++)
        {
            var hosts = Enumerable.Range(0, 10).Select(_ => $"host{p % Kinds + Kinds * random.Next(Items / Kinds):00000}").Distinct().ToList();
            string problem = $"PRB{p:00000}", patch = $"deb:pkg{p % 500}/{p}";
            import.Add(new Problem { Id = problem, ConfigurationItems = hosts, Patches = [patch] });
            var first = 180 + random.NextDouble() * 60;
            var days = hosts.ConvertAll(_ => first + random.NextDouble() * 30);
            for (var i = 0; i < hosts.Count; i++)
                import.Add(new Deployment { Id = $"{problem}-{i}", Patch = patch, Asset = hosts[i], Started = Start.AddDays(days[i]), Ended = Start.AddDays(days[i] + 0.02), Outcome = DeploymentOutcome.Succeeded });
            for (var k = 0; k < 50; k++)
            {
                var own = k < 30;
                var i = random.Next(hosts.Count);
                var day = random.NextDouble() * 365;
                // What the patch removed happened before instead.
                if (own && p % 3 > 0 && day > days[i] && random.NextDouble() < 0.8) day = random.NextDouble() * days[i];
                import.Add(new Incident
                {
                    Id = $"INC{number++:0000000}", Opened = Start.AddDays(day), Resolved = Start.AddDays(day + 0.1), ConfigurationItem = hosts[i], Priority = "3",
                    Category = $"cat{(own ? p : random.Next(Categories)) % Categories}", Problem = own ? problem : null, Description = own ? "Service stopped answering and was restarted." : null,
                });
            }
        }
        import.Complete(clock.Elapsed);
        Console.WriteLine($"{Items:N0} items, {Problems:N0} problems, {number:N0} incidents stored in {clock.Elapsed.TotalSeconds:F0} s");
    }
}
