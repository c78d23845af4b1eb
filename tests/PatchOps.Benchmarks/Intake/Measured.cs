using System.Diagnostics;
using System.Globalization;

namespace PatchOps.Benchmarks.Intake;

/// <summary>Times of several runs of one thing, in milliseconds.</summary>
internal sealed record Measured(string Name, double[] Milliseconds, long Bytes, long Items)
{
    public double Median => Milliseconds.Order().ElementAt(Milliseconds.Length / 2);

    public double Best => Milliseconds.Min();

    /// <summary>Runs each in turn, round by round, so that a slow moment of the machine falls on all.</summary>
    public static Measured[] InTurn(int rounds, params (string Name, long Bytes, Func<long> Run)[] all)
    {
        var times = all.Select(_ => new double[rounds]).ToArray();
        var items = new long[all.Length];
        foreach (var (_, _, run) in all) run();
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < all.Length; i++)
            {
                GC.Collect();
                var clock = Stopwatch.StartNew();
                items[i] = all[i].Run();
                times[i][round] = clock.Elapsed.TotalMilliseconds;
            }
        }
        return all.Select((a, i) => new Measured(a.Name, times[i], a.Bytes, items[i])).ToArray();
    }

    public static void Header() =>
        Console.WriteLine($"{"",-34}{"median ms",11}{"min ms",10}{"max ms",10}{"MB/s",9}{"items",11}{"items/s",12}{"ratio",8}");

    public void Print(Measured? against = null)
    {
        var ratio = against is null ? "" : (Best / against.Best).ToString("0.00", CultureInfo.InvariantCulture);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Name,-34}{Median,11:0.0}{Best,10:0.0}{Milliseconds.Max(),10:0.0}{Bytes / 1000.0 / Best,9:0}{Items,11}{Items / Best * 1000,12:0}{ratio,8}"));
    }
}
