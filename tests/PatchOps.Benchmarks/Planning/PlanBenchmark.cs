using System.Diagnostics;
using System.Globalization;
using PatchOps.Core.Planning.Checking;
using PatchOps.Core.Planning.Engine.Model;
using PatchOps.Core.Planning.Engine.Search;

namespace PatchOps.Benchmarks.Planning;

/// <summary>How time and memory grow with the estate, from a thousand to a hundred thousand hosts.</summary>
internal sealed class PlanBenchmark : IBenchmark
{
    private static readonly int[] Sizes = [1_000, 3_000, 10_000, 30_000, 100_000];

    public string Name => "plan";

    public int Run(string? folder)
    {
        PatchScheduler.Solve(EstateInstances.Create(500, 9));
        Console.WriteLine("    hosts  windows  clusters  dependencies   runs   s median (min–max)   peak MB   left over   violations   greedy/plan   own gap %");
        var points = new List<(double X, double Y)>();
        var fine = true;
        foreach (var size in Sizes)
        {
            var instance = EstateInstances.Create(size, 1);
            var times = new List<double>();
            PlanningSolution plan = null!;
            for (var run = 0; run < (size >= 30_000 ? 1 : 3); run++)
            {
                GC.Collect();
                var watch = Stopwatch.StartNew();
                plan = PatchScheduler.Solve(instance);
                times.Add(watch.Elapsed.TotalSeconds);
            }
            times.Sort();
            using var process = Process.GetCurrentProcess();
            var peak = process.PeakWorkingSet64 / 1_048_576.0;
            var violations = PlanChecker.Check(PlanTranslation.Describe(instance, plan.Placements)).Count;
            points.Add((Math.Log(size), Math.Log(times[times.Count / 2])));
            fine &= violations == 0 && (size < 100_000 || (times[0] < 10 && peak < 1_024));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{size,9}{instance.Windows.Count,9}{instance.Groups.Count,10}{instance.Barriers.Count,14}{times.Count,7}{times[times.Count / 2],12:F2} ({times[0]:F2}–{times[^1]:F2}){peak,10:F0}{plan.Unplaced.Count,12}{violations,13}{plan.GreedyObjective / plan.Objective,14:F3}{100 * plan.Gap,12:F2}"));
        }
        double mx = points.Average(p => p.X), my = points.Average(p => p.Y);
        var slope = points.Sum(p => (p.X - mx) * (p.Y - my)) / points.Sum(p => (p.X - mx) * (p.X - mx));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Slope of log time over log hosts: {slope:F2} (1 is linear). Targets: 100,000 hosts in 10 s and 1 GB: {(fine ? "met" : "MISSED")}"));
        return fine ? 0 : 1;
    }
}
