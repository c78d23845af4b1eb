using System.Diagnostics;
using System.Globalization;
using PatchOps.Adapters.Composition;
using PatchOps.Core.Exposure;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Benchmarks.Exposure;

/// <summary>Five million installed packages against a hundred thousand advisories: from the closed store to the last open finding.</summary>
internal sealed class ExposureBenchmark : IBenchmark
{
    private const int Hosts = 10_000, Rounds = 5;

    public string Name => "exposure";

    /// <param name="folder">Where the store is made and kept for the next run; default: a temporary folder.</param>
    public int Run(string? folder)
    {
        var own = folder is null ? Directory.CreateTempSubdirectory("patchops-exposure-") : null;
        try
        {
            return Run(Directory.CreateDirectory(folder ?? own!.FullName).FullName, new ExposureEstate(Hosts));
        }
        finally
        {
            own?.Delete(recursive: true);
        }
    }

    private static int Run(string folder, ExposureEstate estate)
    {
        var store = Path.Combine(folder, "exposure.db");
        if (!File.Exists(store)) Fill(store, estate);
        Console.WriteLine($"{"",-52}{"median s",10}{"min",8}{"max",8}{"CPU s",9}{"results",12}{"per second",13}{"peak MB",9}");
        var open = Measure("open findings of the estate", store, new GetExposureRequest { Status = [FindingStatus.Affected] });
        Part("  of which: installed packages read", store, c => c.InstalledPackages().Sum(p => (long)p.Assets.Count));
        Part("  statements read", store, c => c.Statements(Names).LongCount());
        Part("  verdicts", store, c => new EstateExposure(c, DateTimeOffset.UtcNow).Verdicts().LongCount());
        Measure("open findings of one host", store, new GetExposureRequest { Status = [FindingStatus.Affected], Asset = [ExposureEstate.Sample] });
        Measure("all findings of one CVE", store, new GetExposureRequest { Cve = ["CVE-2015-10000"] });
        Measure("risk, the first 20 patches", store, new GetRiskRequest { Top = 20 }, rounds: 2);
        if (!Debsecan.IsInstalled)
        {
            Console.WriteLine("debsecan is not installed (apt package debsecan): no comparison.");
            return 0;
        }
        var (seconds, found) = Debsecan.Ask(estate.Inventories().First(h => h.Asset.Id == ExposureEstate.Sample), folder, Rounds);
        Array.Sort(seconds);
        var ours = Count(store, new GetExposureRequest { Status = [FindingStatus.Affected], Asset = [ExposureEstate.Sample] });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"debsecan, one host",-52}{seconds[Rounds / 2],10:0.00}{seconds[0],8:0.00}{seconds[^1],8:0.00}{"",9}{found,12}"));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"debsecan finds {found} on one host, Get-PatchExposure {ours}; {Hosts} hosts one by one take it {seconds[0] * Hosts:#,0} s: {seconds[0] * Hosts / open:#,0} times as long"));
        return found == ours ? 0 : 1;
    }

    private static HashSet<string> Names { get; } =
        [.. new ExposureEstate(100).Inventories().SelectMany(h => h.Software).SelectMany(s => new[] { s.Package, s.Source ?? s.Package })];

    private static void Fill(string store, ExposureEstate estate)
    {
        var watch = Stopwatch.StartNew();
        new ExposureEstate(estate.Hosts).Fill(OpenStore.At(store).Catalogue);
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"store made in {watch.Elapsed.TotalSeconds:0} s, {new FileInfo(store).Length / 1e6:0} MB: {estate.Hosts} hosts × {ExposureEstate.PackagesPerHost} packages, {ExposureEstate.Advisories} advisories"));
    }

    private static double Measure(string what, string store, OperationRequest request, int rounds = Rounds) =>
        Measure(what, rounds, sample => Count(store, request, sample));

    /// <summary>A part of the whole question, on an opened store.</summary>
    private static void Part(string what, string store, Func<ICatalogue, long> work) => Measure(what, 3, _ =>
    {
        var count = work(OpenStore.At(store).Catalogue);
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        return count;
    });

    private static double Measure(string what, int rounds, Func<Action, long> work)
    {
        var seconds = new double[rounds];
        var processor = double.MaxValue;
        long results = 0, peak = 0;
        for (var i = 0; i < rounds; i++)
        {
            GC.Collect();
            var (watch, before) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
            results = work(() => peak = Math.Max(peak, Environment.WorkingSet));
            seconds[i] = watch.Elapsed.TotalSeconds;
            processor = Math.Min(processor, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
        }
        Array.Sort(seconds);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what,-52}{seconds[rounds / 2],10:0.00}{seconds[0],8:0.00}{seconds[^1],8:0.00}{processor,9:0.00}{results,12}{results / seconds[0],13:#,0}{peak / 1e6,9:0}"));
        return seconds[0];
    }

    private static long Count(string store, OperationRequest request, Action? sample = null)
    {
        var host = new OperationHost(TimeProvider.System) { DefaultStore = store };
        long results = 0;
        try
        {
            var events = host.RunAsync(request, new Caller { Account = "benchmark" }, CancellationToken.None).GetAsyncEnumerator();
            while (events.MoveNextAsync().AsTask().GetAwaiter().GetResult())
            {
                if (events.Current is FailedEvent failed) throw new InvalidOperationException(failed.Failure.Message);
                if (events.Current is ResultEvent && ++results % 50_000 == 1) sample?.Invoke();
            }
            sample?.Invoke();
        }
        finally
        {
            host.DisposeAsync().AsTask().GetAwaiter().GetResult();
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        }
        return results;
    }
}
