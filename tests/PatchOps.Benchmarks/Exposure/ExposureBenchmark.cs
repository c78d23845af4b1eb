using System.Diagnostics;
using System.Globalization;
using PatchOps.Adapters.Composition;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
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
        Console.WriteLine($"{"",-52}{"median s",10}{"min",8}{"max",8}{"results",12}{"per second",13}{"peak MB",9}");
        var open = Measure("open findings of the estate", store, new GetExposureRequest { Status = [FindingStatus.Affected] });
        Measure("open findings of one host", store, new GetExposureRequest { Status = [FindingStatus.Affected], Asset = ["host00000"] });
        Measure("all findings of one CVE", store, new GetExposureRequest { Cve = ["CVE-2015-10000"] });
        Measure("risk, the first 20 patches", store, new GetRiskRequest { Top = 20 }, rounds: 1);
        if (!Debsecan.IsInstalled)
        {
            Console.WriteLine("debsecan is not installed (apt package debsecan): no comparison.");
            return 0;
        }
        var (seconds, found) = Debsecan.Ask(estate.Inventories().First(), folder, Rounds);
        Array.Sort(seconds);
        var ours = Count(store, new GetExposureRequest { Status = [FindingStatus.Affected], Asset = ["host00000"] });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"debsecan, one host",-52}{seconds[Rounds / 2],10:0.00}{seconds[0],8:0.00}{seconds[^1],8:0.00}{found,12}"));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"debsecan finds {found} on the first host, Get-PatchExposure {ours}; {Hosts} hosts one by one take it {seconds[0] * Hosts:#,0} s: {seconds[0] * Hosts / open:#,0} times as long"));
        return found == ours ? 0 : 1;
    }

    private static void Fill(string store, ExposureEstate estate)
    {
        var watch = Stopwatch.StartNew();
        new ExposureEstate(estate.Hosts).Fill(OpenStore.At(store).Catalogue);
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"store made in {watch.Elapsed.TotalSeconds:0} s, {new FileInfo(store).Length / 1e6:0} MB: {estate.Hosts} hosts × {ExposureEstate.PackagesPerHost} packages, {ExposureEstate.Advisories} advisories"));
    }

    private static double Measure(string what, string store, OperationRequest request, int rounds = Rounds)
    {
        var seconds = new double[rounds];
        long results = 0, peak = 0;
        for (var i = 0; i < rounds; i++)
        {
            GC.Collect();
            var watch = Stopwatch.StartNew();
            results = Count(store, request, () => peak = Math.Max(peak, Environment.WorkingSet));
            seconds[i] = watch.Elapsed.TotalSeconds;
        }
        Array.Sort(seconds);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what,-52}{seconds[rounds / 2],10:0.00}{seconds[0],8:0.00}{seconds[^1],8:0.00}{results,12}{results / seconds[0],13:#,0}{peak / 1e6,9:0}"));
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
