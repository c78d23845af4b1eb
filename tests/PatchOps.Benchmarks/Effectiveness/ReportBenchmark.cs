using System.Diagnostics;
using System.Globalization;
using PatchOps.Adapters.Composition;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;

namespace PatchOps.Benchmarks.Effectiveness;

/// <summary>Every kind of report, and the key figures, on the large store after its problems were tested: the command line, from its start to its end.</summary>
internal sealed class ReportBenchmark : IBenchmark
{
    private const int Runs = 3;

    public string Name => "report";

    /// <param name="folder">One that holds <c>large.db</c>, or gets it; null for a temporary one.</param>
    public int Run(string? folder)
    {
        var place = folder is null ? Directory.CreateTempSubdirectory("patchops-bench-") : Directory.CreateDirectory(folder);
        var store = Path.Combine(place.FullName, "large.db");
        try
        {
            if (!File.Exists(store)) Make(store);
            var cli = PublishedCli.Make(Path.Combine(place.FullName, "cli"));
            Console.WriteLine($"{"",-34}{"seconds, each run",-24}{"processor s",12}{"peak MB",10}");
            foreach (var kind in Enum.GetNames<ReportKind>())
                Measure(cli, $"report export --kind {kind}", ["report", "export", Path.Combine(place.FullName, $"{kind}.html"), "--kind", kind, "--yes", "--store", store]);
            Measure(cli, "kpi get", ["kpi", "get", "--json", "--store", store]);
            Measure(cli, "kpi get --monthly", ["kpi", "get", "--monthly", "--json", "--store", store]);
            Measure(cli, "kpi get --by Product", ["kpi", "get", "--by", "Product", "--json", "--store", store]);
        }
        finally
        {
            if (folder is null) place.Delete(recursive: true);
        }
        return 0;
    }

    private static void Measure(string program, string what, string[] arguments)
    {
        var (seconds, processor, peak) = (new List<double>(), new List<double>(), 0L);
        for (var run = 0; run < Runs; run++)
        {
            var clock = Stopwatch.StartNew();
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEndAsync();
            var used = 0.0;
            // What it used is known while it runs only; asking costs it some of the cores.
            while (!process.WaitForExit(100))
            {
                try
                {
                    process.Refresh();
                    (used, peak) = (process.TotalProcessorTime.TotalSeconds, Math.Max(peak, process.PeakWorkingSet64));
                }
                catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
                {
                    // It has just ended.
                }
            }
            seconds.Add(clock.Elapsed.TotalSeconds);
            output.GetAwaiter().GetResult();
            if (process.ExitCode != 0) throw new InvalidOperationException($"{what}: {errors.GetAwaiter().GetResult()}");
            processor.Add(used);
        }
        Console.WriteLine($"{what,-34}{string.Join(", ", seconds.Select(s => s.ToString("F2", CultureInfo.InvariantCulture))),-24}{processor.Order().ElementAt(Runs / 2),12:F2}{peak / 1e6,10:F0}");
    }

    private static void Make(string store)
    {
        var host = new OperationHost(TimeProvider.System) { DefaultStore = store };
        try
        {
            StoreBenchmark.Fill(host);
            Test(host).GetAwaiter().GetResult();
        }
        finally
        {
            host.DisposeAsync().AsTask().GetAwaiter().GetResult();
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        }
    }

    private static async Task Test(OperationHost host)
    {
        await foreach (var next in host.RunAsync(new TestEffectivenessRequest(), new Caller { Account = "benchmark" }, CancellationToken.None))
        {
            if (next is AskEvent ask) ask.Give(Answer.Yes);
            if (next is FailedEvent failed) throw new InvalidOperationException(failed.Failure.Message);
        }
    }
}
