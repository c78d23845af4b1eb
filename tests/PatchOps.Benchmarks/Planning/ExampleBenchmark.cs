using System.Diagnostics;
using System.Globalization;
using PatchOps.Adapters.Composition;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Benchmarks.Planning;

/// <summary>What somebody waits for who tries New-PatchPlan on the example estate of the README.</summary>
internal sealed class ExampleBenchmark : IBenchmark
{
    private const int Rounds = 3;

    public string Name => "example";

    public int Run(string? folder)
    {
        var estate = folder ?? Path.Combine("examples", "estate");
        if (!Directory.Exists(Path.Combine(estate, "feeds")))
        {
            Console.WriteLine($"Skipped: there is no {estate} here; give the folder of the example estate.");
            return 0;
        }
        var scratch = Directory.CreateTempSubdirectory("patchops-example");
        try
        {
            var host = new OperationHost(TimeProvider.System) { DefaultStore = Path.Combine(scratch.FullName, "store.db") };
            Do(host, new ImportFeedRequest { Path = [Path.Combine(estate, "feeds")] });
            Do(host, new ImportAssetRequest { Path = [Path.Combine(estate, "assets.csv"), Path.Combine(estate, "software.csv")] });
            Do(host, new ImportDeploymentRequest { Path = [Path.Combine(estate, "deployments.csv")] });
            Console.WriteLine("horizon   hosts   left over   waves   objective   gap %   s median (min–max)   CPU s   progress told");
            foreach (var days in (int[])[14, 21, 42])
            {
                var seconds = new List<double>();
                var (cpu, hash) = (double.MaxValue, "");
                for (var round = 0; round < Rounds; round++)
                {
                    var (watch, used) = (Stopwatch.StartNew(), Cpu());
                    var request = new NewPlanRequest { Name = "Example", Top = 20, Horizon = TimeSpan.FromDays(days), Start = new DateTimeOffset(DateTime.UtcNow.Date.AddDays(1).AddHours(6), TimeSpan.Zero) };
                    var events = Do(host, request);
                    seconds.Add(watch.Elapsed.TotalSeconds);
                    cpu = Math.Min(cpu, Cpu() - used);
                    var plan = events.OfType<ResultEvent>().Select(e => e.Value).OfType<PatchPlan>().Single();
                    var content = string.Join(' ', plan.Waves.SelectMany(w => w.Hosts).Select(h => string.Create(CultureInfo.InvariantCulture, $"{h.Asset}@{h.Start:u}")));
                    if (round > 0 && content != hash) throw new InvalidOperationException("The same order gave two plans.");
                    hash = content;
                    if (round + 1 < Rounds) continue;
                    seconds.Sort();
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                        $"{days,4} days{plan.Waves.Sum(w => w.Hosts.Count),7}{plan.Unscheduled.Count,12}{plan.Waves.Count,8}{plan.Objective,12:F0}{100 * plan.Gap,8:F3}{seconds[Rounds / 2],12:F2} ({seconds[0]:F2}–{seconds[^1]:F2}){cpu,9:F2}{events.OfType<ProgressEvent>().Count(),12}"));
                }
            }
            return 0;
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            scratch.Delete(recursive: true);
        }
    }

    private static double Cpu()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime.TotalSeconds;
    }

    private static List<OperationEvent> Do(OperationHost host, OperationRequest request)
    {
        var seen = new List<OperationEvent>();
        Task.Run(async () =>
        {
            await foreach (var next in host.RunAsync(request, new Caller { Account = "benchmark" }, CancellationToken.None))
            {
                if (next is AskEvent ask) ask.Give(Answer.Yes);
                if (next is FailedEvent { Terminating: true } failed) throw new InvalidOperationException(failed.Failure.Message);
                seen.Add(next);
            }
        }).GetAwaiter().GetResult();
        return seen;
    }
}
