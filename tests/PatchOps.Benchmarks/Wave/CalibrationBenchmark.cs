using PatchOps.Core.Waves.Canary;
using PatchOps.Core.Waves.Rehearsal;

namespace PatchOps.Benchmarks.Wave;

/// <summary>
/// How often canary analysis flags a canary that differs in nothing, by autocorrelation, hosts, points and metrics, beside Kayenta's rule on
/// 50 raw points (Mann–Whitney at 98 %); and how often it finds a shift of one standard deviation.
/// </summary>
internal sealed class CalibrationBenchmark : IBenchmark
{
    private static readonly double[] Correlations = [0, 0.3, 0.5, 0.7, 0.8, 0.9];

    private const double Quantile99 = 2.3263478740408408;

    public string Name => "calibration";

    public int Run(string? folder)
    {
        var options = new CanaryOptions();
        Console.WriteLine(FormattableString.Invariant($"Harmless canaries flagged, nominal {options.Level:P0} over all metrics together; first-order autocorrelated series; ± is one standard error"));
        Console.WriteLine("rule              | metrics | hosts a side | points | runs   | " + string.Join(" | ", Correlations.Select(r => FormattableString.Invariant($"ρ = {r:0.0}        "))));
        var worst = 0.0;
        foreach (var (metrics, hosts, points, runs) in new[] { (1, 1, 50, 20_000), (1, 1, 200, 10_000), (1, 1, 1000, 4_000), (10, 1, 200, 4_000), (10, 1, 1000, 1_000), (1, 6, 50, 20_000), (1, 30, 50, 4_000), (10, 8, 50, 4_000) })
        {
            var cells = Correlations.Select(rho => Rate(runs, metrics, hosts, points, rho, 0, input => CanaryAnalysis.Compare(input, options))).ToArray();
            worst = Math.Max(worst, cells.Max(c => (c.Fail - options.Level) / Error(options.Level, runs)));
            Console.WriteLine(FormattableString.Invariant($"PatchOps          | {metrics,7} | {hosts,12} | {points,6} | {runs,6} | ") + string.Join(" | ", cells.Select(c => Text(c, runs))));
        }
        foreach (var (metrics, runs) in new[] { (1, 20_000), (10, 4_000) })
        {
            var cells = Correlations.Select(rho => Rate(runs, metrics, 1, 50, rho, 0, Raw)).ToArray();
            Console.WriteLine(FormattableString.Invariant($"Kayenta's rule    | {metrics,7} | {1,12} | {50,6} | {runs,6} | ") + string.Join(" | ", cells.Select(c => Text(c, runs))));
        }
        Console.WriteLine(FormattableString.Invariant($"Highest cell: {worst:0.0} standard errors above nominal (with 48 cells at nominal, about 2.3 is expected)."));
        Console.WriteLine();
        Console.WriteLine("A shift of one standard deviation in one metric found (200 points)");
        Console.WriteLine("metrics | hosts a side | " + string.Join(" | ", Correlations.Select(r => FormattableString.Invariant($"ρ = {r:0.0}        "))));
        foreach (var (metrics, hosts, runs) in new[] { (1, 1, 4_000), (10, 1, 1_000), (1, 8, 4_000), (10, 8, 1_000) })
        {
            var cells = Correlations.Select(rho => Rate(runs, metrics, hosts, 200, rho, 1, input => CanaryAnalysis.Compare(input, options))).ToArray();
            Console.WriteLine(FormattableString.Invariant($"{metrics,7} | {hosts,12} | ") + string.Join(" | ", cells.Select(c => Text(c, runs))));
        }
        Console.WriteLine("The share in brackets is of runs without enough data for a verdict, which is no pass.");
        return 0;
    }

    private static double Error(double rate, int runs) => Math.Sqrt(rate * (1 - rate) / runs);

    private static string Text((double Fail, double Short) cell, int runs) =>
        FormattableString.Invariant($"{cell.Fail * 100,5:0.00} ±{Error(cell.Fail, runs) * 100:0.00} ({cell.Short * 100,3:0})");

    /// <summary>
    /// Kayenta's rule: every point a unit of its own; a metric is flagged where the 98 % interval of the Hodges–Lehmann shift lies beyond a
    /// quarter of the shift itself; one test a metric, no correction.
    /// </summary>
    private static CanaryResult Raw(IReadOnlyList<CanaryMetric> metrics)
    {
        var flagged = metrics.Any(m => BeyondTolerance(m.Patched[0], m.Peers[0]));
        return new CanaryResult(flagged ? CanaryVerdict.Fail : CanaryVerdict.Pass, []);
    }

    private static bool BeyondTolerance(IReadOnlyList<double> left, IReadOnlyList<double> right)
    {
        var differences = new double[left.Count * right.Count];
        for (var i = 0; i < differences.Length; i++) differences[i] = left[i / right.Count] - right[i % right.Count];
        Array.Sort(differences);
        double m = left.Count, n = right.Count;
        var rank = Math.Max(0, (int)Math.Round((m * n / 2) - (Quantile99 * Math.Sqrt(m * n * (m + n + 1) / 12))));
        var shift = (differences[differences.Length / 2] + differences[(differences.Length - 1) / 2]) / 2;
        var tolerance = 0.25 * Math.Abs(shift);
        return differences[rank] > tolerance || differences[differences.Length - 1 - rank] < -tolerance;
    }

    private static (double Fail, double Short) Rate(int runs, int metrics, int hosts, int points, double rho, double shift, Func<IReadOnlyList<CanaryMetric>, CanaryResult> compare)
    {
        var (fail, none) = (0, 0);
        Parallel.For(0, runs, run =>
        {
            var random = new RandomStream((ulong)((run * 1_000_003L) + (metrics * 7919) + (hosts * 104_729) + (points * 31) + (int)(rho * 100)));
            var input = Enumerable.Range(0, metrics).Select(m => new CanaryMetric(FormattableString.Invariant($"metric {m}"),
                [.. Enumerable.Range(0, hosts).Select(_ => Series(random, points, rho, m == 0 ? shift : 0))],
                [.. Enumerable.Range(0, hosts).Select(_ => Series(random, points, rho, 0))])).ToArray();
            var verdict = compare(input).Verdict;
            if (verdict == CanaryVerdict.Fail) Interlocked.Increment(ref fail);
            else if (verdict == CanaryVerdict.NotEnoughData) Interlocked.Increment(ref none);
        });
        return ((double)fail / runs, (double)none / runs);
    }

    private static double[] Series(RandomStream random, int points, double rho, double shift)
    {
        var values = new double[points];
        var x = random.Normal();
        for (var i = 0; i < points; i++)
        {
            values[i] = x + shift;
            x = (rho * x) + (Math.Sqrt(1 - (rho * rho)) * random.Normal());
        }
        return values;
    }
}
