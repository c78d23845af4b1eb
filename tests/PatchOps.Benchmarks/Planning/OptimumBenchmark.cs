using System.Diagnostics;
using System.Globalization;
using PatchOps.Core.Planning.Engine.Model;
using PatchOps.Core.Planning.Engine.Search;

namespace PatchOps.Benchmarks.Planning;

/// <summary>How far plans are from the proven optimum, with plain ranking beside.</summary>
internal sealed class OptimumBenchmark : IBenchmark
{
    private static readonly (int Hosts, int Windows, int Count)[] Families = [(100, 8, 8), (300, 12, 6), (1_000, 20, 4), (3_000, 30, 2)];

    public string Name => "optimum";

    public int Run(string? folder)
    {
        if (!MixedIntegerProgram.IsAvailable)
            Console.WriteLine("Skipped: exact optima need CBC (Debian package coinor-cbc). Only bound and ranking are compared.");
        // The first run pays for compilation; it is not what is measured.
        PatchScheduler.Solve(AssignmentInstances.Create(100, 8, 999));
        Print("family", "seed", "used %", "optimum", "gap %", "greedy %", "own gap %", "bound %", "left", "ms", "cpu ms", "CBC s");
        var missed = 0;
        foreach (var (hosts, windows, count) in Families)
        {
            if (folder is not null && folder != $"{hosts}x{windows}") continue;
            List<double> gaps = [], greedyGaps = [], ownGaps = [], times = [], processor = [], exactTimes = [];
            int left = 0, boundsAbove = 0;
            for (var seed = 1; seed <= count; seed++)
            {
                var instance = AssignmentInstances.Create(hosts, windows, seed);
                var (watch, before) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
                var plan = PatchScheduler.Solve(instance);
                var milliseconds = watch.Elapsed.TotalMilliseconds;
                processor.Add((Environment.CpuUsage.TotalTime - before).TotalMilliseconds);
                var (optimum, seconds) = MixedIntegerProgram.IsAvailable ? MixedIntegerProgram.Solve(instance, 600) : (null, 0);
                times.Add(milliseconds);
                ownGaps.Add(100 * plan.Gap);
                left += plan.Unplaced.Count;
                var used = 100.0 * hosts / instance.Windows.Sum(w => w.MaxConcurrent);
                if (optimum is { } best)
                {
                    gaps.Add(100 * (plan.Objective / best - 1));
                    greedyGaps.Add(100 * (plan.GreedyObjective / best - 1));
                    exactTimes.Add(seconds);
                    if (plan.LowerBound > best * (1 + 1e-7)) boundsAbove++;
                }
                Print($"{hosts}×{windows}", $"{seed}", F(used, 1), optimum is { } o ? F(o, 0) : "not proven",
                    gaps.Count > 0 && optimum is not null ? F(gaps[^1], 3) : "", greedyGaps.Count > 0 && optimum is not null ? F(greedyGaps[^1], 2) : "",
                    F(ownGaps[^1], 3), optimum is { } p ? F(100 * (1 - plan.LowerBound / p), 3) : "", $"{plan.Unplaced.Count}", F(milliseconds, 0), F(processor[^1], 0), F(seconds, 1));
            }
            if (gaps.Count == 0) continue;
            var counts = greedyGaps.Average() >= 1.2;
            var fine = gaps.Average() <= 0.3 && left == 0 && boundsAbove == 0 && ownGaps.Max() <= 1;
            if (!fine || !counts) missed++;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {hosts}×{windows}: mean gap {gaps.Average():F3} % (min {gaps.Min():F3}, max {gaps.Max():F3}), greedy {greedyGaps.Average():F2} %, own gap {ownGaps.Average():F3} % (max {ownGaps.Max():F3}), "
                + $"bounds above optimum {boundsAbove}, left over {left}, time median {Median(times):F0} ms (min {times.Min():F0}, max {times.Max():F0}), processor median {Median(processor):F0} ms (max {processor.Max():F0}), CBC median {Median(exactTimes):F1} s, {(counts ? "counts" : "too easy: does not count")}, {(fine ? "met" : "MISSED")}"));
        }
        return missed == 0 ? 0 : 1;
    }

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0 ? 0 : (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    private static string F(double value, int digits) => value.ToString("F" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static void Print(params string[] cells) => Console.WriteLine(string.Concat(cells.Select(c => c.PadLeft(11))));
}
