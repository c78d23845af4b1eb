using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using PatchOps.Adapters.Feeds;
using PatchOps.Core.Intake;
using PatchOps.Domain.Facts;

namespace PatchOps.Benchmarks.Intake;

/// <summary>Reading and normalising feeds: against a bare pass of the JSON reader over the same bytes, and memory on a 1 GB file.</summary>
internal static class ReadingBenchmark
{
    private const int Rounds = 15;

    /// <param name="folder">Data, or the name of one part: <c>memory</c>, <c>nvd</c>, <c>nvd-read</c>, <c>epss</c>.</param>
    public static void Run(string? folder)
    {
        var part = folder is "memory" or "nvd" or "nvd-read" or "epss" ? folder : null;
        if (part is not null) folder = null;
        // First, while the process holds nothing else.
        if (part is null or "memory") MemoryBenchmark.Run();
        if (part is not "memory") Measured.Header();
        if (part is null or "nvd" or "nvd-read") Nvd(folder, storing: part != "nvd-read");
        if (part is null or "epss") Epss(folder);
    }

    private static void Nvd(string? folder, bool storing)
    {
        var documents = new List<(string Name, byte[] Bytes)>();
        foreach (var name in (string[])["nvd-2.0-shaped-2023.json.gz", "nvdcve-1.1-2023.json.gz"])
        {
            if (Find(folder, Path.Combine("nvd", name), name) is { } path) documents.Add((name, Unpacked(path)));
        }
        var sample = new MemoryStream();
        NvdSample.Write(sample, 20_000_000, seed: 7);
        documents.Add(("NVD 2.0, made up", sample.ToArray()));
        foreach (var (name, bytes) in documents)
        {
            var runs = Measured.InTurn(
                Rounds,
                ($"bare pass: {name}", bytes.Length, () => BarePass(bytes)),
                ("  read and normalised", bytes.Length, () => Count(FeedKind.Nvd, bytes, name)));
            runs[0].Print();
            runs[1].Print(runs[0]);
            if (!storing) continue;
            if (StoringBenchmark.ConvertFromJson(bytes) is { } shell)
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"  ConvertFrom-Json, best of 3",-34}{"",11}{shell,10:0.0}{"",10}{bytes.Length / 1000.0 / shell,9:0}{"",23}{shell / runs[1].Best,8:0.0} times as long"));
            StoringBenchmark.Run(bytes, name);
        }
    }

    private static void Epss(string? folder)
    {
        const string Name = "epss_scores-2026-08-09.csv.gz";
        var bytes = Find(folder, Path.Combine("epss", Name), Name) is { } path ? Unpacked(path) : MadeUpDay(300_000);
        Measured.InTurn(Rounds, ("EPSS day, read", bytes.Length, () => Count(FeedKind.Epss, bytes, Name)))[0].Print();
        EpssBenchmark.Run(bytes, Name);
    }

    private static long BarePass(byte[] bytes)
    {
        var reader = new Utf8JsonReader(bytes);
        long tokens = 0;
        while (reader.Read()) tokens++;
        return tokens;
    }

    public static long Count(FeedKind kind, byte[] bytes, string name)
    {
        long items = 0;
        foreach (var item in FeedReaders.Of(kind).Read(new MemoryStream(bytes), new FeedContext(name, DateTimeOffset.UnixEpoch)))
        {
            if (item.Rejected is { } rejected) throw new InvalidOperationException($"{name}: {rejected.Place}: {rejected.Reason}");
            items += item.Count;
        }
        return items;
    }

    private static byte[] MadeUpDay(int rows)
    {
        var random = new Random(5);
        var text = new StringBuilder("#model_version:v2025.03.14,score_date:2025-03-16T00:00:00+0000\ncve,epss,percentile\n");
        for (var i = 0; i < rows; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"CVE-{2000 + (i % 25)}-{10000 + i},{random.NextDouble():0.00000},{random.NextDouble():0.00000}\n");
        }
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    private static byte[] Unpacked(string path)
    {
        using var file = File.OpenRead(path);
        using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        var memory = new MemoryStream();
        unpacked.CopyTo(memory);
        return memory.ToArray();
    }

    /// <summary>In the folder that was given, else in the public data beside the checkout.</summary>
    private static string? Find(string? folder, string relative, string name)
    {
        if (folder is not null)
        {
            return ((string[])[Path.Combine(folder, relative), Path.Combine(folder, name)]).FirstOrDefault(File.Exists);
        }
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var path = Path.Combine(at.FullName, "shared", "data", relative);
            if (File.Exists(path)) return path;
        }
        return null;
    }
}
