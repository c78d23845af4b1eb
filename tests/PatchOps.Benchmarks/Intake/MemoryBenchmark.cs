using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using PatchOps.Adapters.Composition;
using PatchOps.Adapters.Feeds;

namespace PatchOps.Benchmarks.Intake;

/// <summary>A 1 GB file on disk, read to its end and then stored: the process must stay small.</summary>
internal static class MemoryBenchmark
{
    public static void Run()
    {
        var folder = Directory.CreateTempSubdirectory("patchops-memory-");
        try
        {
            var path = Path.Combine(folder.FullName, "nvd.json");
            int expected;
            using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20))
            {
                expected = NvdSample.Write(file, 1_000_000_000, seed: 11);
            }
            Watch("read", path, expected, null);
            var store = OpenStore.At(Path.Combine(folder.FullName, "store.db"));
            Watch("read and stored", path, expected, store);
            store.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            folder.Delete(recursive: true);
        }
    }

    private static void Watch(string what, string path, int expected, OpenStore? store)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        process.Refresh();
        long before = process.WorkingSet64, peak = before;
        var found = FeedFiles.Expand([path]).Single().File ?? throw new InvalidOperationException("The sample is not recognised.");
        var clock = Stopwatch.StartNew();
        long items = 0;
        using (var import = store?.Catalogue.BeginImport("Nvd", path, DateTimeOffset.UnixEpoch))
        {
            foreach (var item in found.Read(found.Context(CancellationToken.None)))
            {
                items += item.Count;
                if (item.Record is { } record) import?.Add(record);
                if (items % 5_000 != 0) continue;
                process.Refresh();
                peak = Math.Max(peak, process.WorkingSet64);
            }
            import?.Complete(TimeSpan.Zero);
        }
        process.Refresh();
        peak = Math.Max(peak, process.WorkingSet64);
        var seconds = clock.Elapsed.TotalSeconds;
        var length = new FileInfo(path).Length;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"1 GB file, {what}: {items} of {expected} records in {seconds:0.0} s ({length / 1e6 / seconds:0} MB/s); working set {before / 1e6:0} MB before, {peak / 1e6:0} MB at most"));
    }
}
