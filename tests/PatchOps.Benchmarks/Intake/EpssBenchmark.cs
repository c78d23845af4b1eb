using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using PatchOps.Adapters.Composition;
using PatchOps.Domain.Facts;

namespace PatchOps.Benchmarks.Intake;

/// <summary>A full EPSS day into the store, and the next day, of which only what changed is kept.</summary>
internal static class EpssBenchmark
{
    private const int Rounds = 5;

    public static void Run(byte[] day, string name)
    {
        var next = NextDay(day);
        var folder = Directory.CreateTempSubdirectory("patchops-epss-");
        try
        {
            var number = 0;
            string Next() => Path.Combine(folder.FullName, string.Create(CultureInfo.InvariantCulture, $"{number++}.db"));
            Measured.InTurn(Rounds, ("  read and stored", day.Length, () => StoringBenchmark.Fresh(Next(), path => Import(path, (day, name)))))[0].Print();
            foreach (var before in (int[])[1, 6])
            {
                // The clock runs over the last day only.
                var path = Next();
                OpenStore.At(path).DisposeAsync().AsTask().GetAwaiter().GetResult();
                for (var i = 0; i < before; i++) Import(path, (Dated(day, i), "epss.csv"));
                var rows = Rows(path);
                var clock = System.Diagnostics.Stopwatch.StartNew();
                var read = Import(path, (Dated(next, before), "epss.csv"));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"  next day after {before}: {read} rows read in {clock.Elapsed.TotalMilliseconds:0} ms, {Rows(path) - rows} stored (every tenth score differs)"));
            }
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            folder.Delete(recursive: true);
        }
    }

    private static long Import(string path, (byte[] Bytes, string Name) day)
    {
        var store = OpenStore.At(path);
        var read = StoringBenchmark.Import(store, FeedKind.Epss, new MemoryStream(day.Bytes), day.Name).Read;
        store.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return read;
    }

    private static long Rows(string path)
    {
        using var connection = new SqliteConnection($"Data Source={path}");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM epss";
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>The same scores on another day.</summary>
    private static byte[] Dated(byte[] day, int number)
    {
        var at = new DateOnly(2026, 1, 1).AddDays(number).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var start = day.AsSpan().IndexOf("CVE-"u8);
        return [.. Encoding.ASCII.GetBytes($"#model_version:v1,score_date:{at}T00:00:00+0000\ncve,epss,percentile\n"), .. day.AsSpan(start)];
    }

    /// <summary>Every tenth row has another last digit.</summary>
    private static byte[] NextDay(byte[] day)
    {
        var next = day.ToArray();
        var row = 0;
        for (var i = day.AsSpan().IndexOf("CVE-"u8); i < next.Length - 1; i++)
        {
            if (next[i + 1] == '\n' && char.IsAsciiDigit((char)next[i]) && row++ % 10 == 0) next[i] = (byte)(next[i] == '9' ? '8' : next[i] + 1);
        }
        return next;
    }
}
