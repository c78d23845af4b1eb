using System.Diagnostics;
using PatchOps.Core.Effectiveness;
using PatchOps.Core.Effectiveness.Monitoring;
using PatchOps.Core.Effectiveness.Statistics;
using PatchOps.Core.Tests.Effectiveness;
using PatchOps.Domain;

namespace PatchOps.Benchmarks.Effectiveness;

/// <summary>Are the verdicts right? Simulations and injected effects on public logs, beside the naive before/after comparison.</summary>
internal sealed class EffectivenessBenchmark : IBenchmark
{
    public string Name => "effectiveness";

    public int Run(string? folder)
    {
        FalsePositives();
        Coverage();
        Power();
        Recurrence();
        PublicLogs.Run(folder ?? PublicLogs.DefaultFolder());
        Speed();
        return 0;
    }

    /// <summary>What people do today: the rate is lower afterwards, and a χ² test of the two counts agrees.</summary>
    internal static bool NaiveSuccess(EffectivenessResult result)
    {
        if (result.BeforeDays <= 0 || result.AfterDays <= 0) return false;
        double total = result.BeforeCount + result.AfterCount, share = result.AfterDays / (result.BeforeDays + result.AfterDays);
        if (total == 0) return false;
        var z = (result.AfterCount - total * share) / Math.Sqrt(total * share * (1 - share));
        return z < -1.96;
    }

    private static void FalsePositives()
    {
        Console.WriteLine("No effect, problems chosen because they were bad (worst third of the baseline), bursts of 2, 1,000 problems each");
        Console.WriteLine($"{"",-52}{"naive",8}{"p<0.05",8}{"Effective",11}{"Worse",8}{"design",30}");
        (string Name, Simulation Simulation)[] rows =
        [
            ("no trend, no controls", new() { Items = 12, Rate = 0.03, Burst = 2 }),
            ("rate falls 15 % a month, no controls", new() { Items = 12, Rate = 0.03, Burst = 2, Trend = 0.85 }),
            ("no trend, as many controls", new() { Items = 24, Unpatched = 12, Rate = 0.03, Burst = 2 }),
            ("rate falls 15 % a month, as many controls", new() { Items = 24, Unpatched = 12, Rate = 0.03, Burst = 2, Trend = 0.85 }),
            ("no trend, waves over 120 days", new() { Items = 20, Stagger = 120, Rate = 0.03, Burst = 2 }),
            ("rate falls 15 % a month, waves over 120 days", new() { Items = 20, Stagger = 120, Rate = 0.03, Burst = 2, Trend = 0.85 }),
        ];
        foreach (var (name, simulation) in rows)
        {
            var random = new Random(1);
            int naive = 0, significant = 0, effective = 0, worse = 0;
            var designs = new Dictionary<EffectivenessDesign, int>();
            const int cases = 1000;
            for (var n = 0; n < cases;)
            {
                // A problem is chosen on what all its items did before the first deployment: the worst of three.
                var history = Enumerable.Range(0, 3).Select(_ => simulation.Make(random))
                    .MaxBy(h => h.Incidents.Count(i => i.Problem is not null && i.Opened < Simulation.Start.AddDays(simulation.BeforeDays)))!;
                n++;
                var result = EffectivenessAnalysis.Analyse(history);
                if (NaiveSuccess(result)) naive++;
                if (result.PValue < 0.05) significant++;
                if (result.Verdict == EffectivenessVerdict.Effective) effective++;
                if (result.Verdict == EffectivenessVerdict.Worse) worse++;
                designs[result.Design] = designs.GetValueOrDefault(result.Design) + 1;
            }
            Console.WriteLine($"{name,-52}{naive / 10.0,7:F1}%{significant / 10.0,7:F1}%{effective / 10.0,10:F1}%{worse / 10.0,7:F1}%{string.Join(' ', designs.OrderByDescending(d => d.Value).Select(d => $"{d.Key} {d.Value / 10.0:F0}%")),30}");
        }
    }

    private static void Coverage()
    {
        Console.WriteLine();
        Console.WriteLine("Coverage of the 95 % interval (exact Poisson, by summation over 20,000 draws)");
        Console.WriteLine($"{"before",8}{"after",8}{"covered",10}");
        var random = new Random(2);
        foreach (var (before, after) in new[] { (2.0, 1.0), (12, 2.4), (12, 12), (30, 30), (60, 30), (200, 100), (1000, 1000) })
        {
            var covered = 0;
            const int cases = 20_000;
            for (var n = 0; n < cases; n++)
            {
                int x = Simulation.Poisson(random, before), y = Simulation.Poisson(random, after);
                var comparison = new RateComparison(x, 1, y, 1);
                // The truth lies inside exactly where neither tail at the true ratio is below 2.5 %.
                var truth = after / before;
                if (comparison.TailLow(truth) >= 0.025 && comparison.TailHigh(truth) >= 0.025) covered++;
            }
            Console.WriteLine($"{before,8:F1}{after,8:F1}{covered / (double)cases,10:P2}");
        }
    }

    private static void Power()
    {
        Console.WriteLine();
        Console.WriteLine("Power for a fall, baseline 180 days (two-sided 5 %; one-sided for a total fix in brackets)");
        Console.WriteLine($"{"per month",10}{"days",6}{"-30 %",8}{"-50 %",8}{"-80 %",8}{"total fix",18}");
        foreach (var rate in new[] { 1.0, 2, 4, 10 })
            foreach (var days in new[] { 30.0, 60, 90, 180 })
            {
                double Of(double ratio, double tail) => DetectionPower.Of(rate * 6, 180, days, ratio, tail);
                Console.WriteLine($"{rate,10}{days,6}{Of(0.7, 0.025),8:F2}{Of(0.5, 0.025),8:F2}{Of(0.2, 0.025),8:F2}{Of(0, 0.025),10:F2} ({Of(0, 0.05):F2})");
            }
        Console.WriteLine();
        Console.WriteLine("An 80 % fall on items with 24 or more incidents before, verdicts in 500 problems each");
        foreach (var (name, simulation) in new (string, Simulation)[]
        {
            ("patched at once, 90 days after", new() { Items = 12, Rate = 30.0 / 12 / 180, Ratio = 0.2 }),
            ("waves over three weeks, 90 days after", new() { Items = 12, Rate = 30.0 / 12 / 180, Ratio = 0.2, Stagger = 21 }),
            ("waves over two months, 120 days after", new() { Items = 12, Rate = 30.0 / 12 / 180, Ratio = 0.2, Stagger = 60, AfterDays = 120 }),
            ("as many controls, 90 days after", new() { Items = 24, Unpatched = 12, Rate = 30.0 / 12 / 180, Ratio = 0.2 }),
            ("twice as many controls, 120 days after", new() { Items = 36, Unpatched = 24, Rate = 30.0 / 12 / 180, Ratio = 0.2, AfterDays = 120 }),
        })
        {
            var random = new Random(3);
            var verdicts = new SortedDictionary<EffectivenessVerdict, int>();
            for (var n = 0; n < 500;)
            {
                var result = EffectivenessAnalysis.Analyse(simulation.Make(random));
                if (result.BeforeCount < 24) continue;
                n++;
                verdicts[result.Verdict] = verdicts.GetValueOrDefault(result.Verdict) + 1;
            }
            Console.WriteLine($"{name,-42}{string.Join("  ", verdicts.Select(v => $"{v.Key} {v.Value / 5.0:F1} %"))}");
        }
    }

    private static void Recurrence()
    {
        Console.WriteLine();
        Console.WriteLine("Recurrence watch looked at every day (limit 0.1 a day; 2,000 runs of three years; return to ten times the limit)");
        Console.WriteLine($"{"stated",8}{"false alarms",14}{"median delay",14}{"90 % within",13}");
        foreach (var stated in new[] { 0.1, 0.05, 0.01 })
        {
            var random = new Random(4);
            var alarms = 0;
            var delays = new List<int>();
            for (var run = 0; run < 2000; run++)
            {
                var quiet = new RecurrenceMonitor(0.1, stated);
                for (var day = 0; day < 1095 && !quiet.Alarm; day++) quiet.Observe(Simulation.Poisson(random, 0.1), 1);
                if (quiet.Alarm) alarms++;
                var back = new RecurrenceMonitor(0.1, stated);
                for (var day = 0; day < 180; day++) back.Observe(Simulation.Poisson(random, 0.03), 1);
                var delay = 0;
                while (!back.Alarm) { back.Observe(Simulation.Poisson(random, 1), 1); delay++; }
                delays.Add(delay);
            }
            delays.Sort();
            Console.WriteLine($"{stated,8:P0}{alarms / 2000.0,14:P2}{delays[1000],13}d{delays[1800],12}d");
        }
    }

    private static void Speed()
    {
        Console.WriteLine();
        var random = new Random(5);
        // 10 deployments and 50 incidents a problem: 20,000 problems are 1,000,000 incidents and 200,000 deployments.
        var sample = Enumerable.Range(0, 2000).Select(i => new Simulation { Items = 10, Stagger = 30, AfterDays = 120, Rate = 30.0 / 10 / 330, OtherRate = 20.0 / 10 / 330 }.Make(random, $"P{i}")).ToList();
        EffectivenessAnalysis.AnalyseAll(sample.Take(200));
        var times = new List<double>();
        for (var run = 0; run < 5; run++)
        {
            // Processor time: what one core needs, whatever else the machine does.
            using var process = Process.GetCurrentProcess();
            var before = process.UserProcessorTime;
            EffectivenessAnalysis.AnalyseAll(sample);
            process.Refresh();
            times.Add((process.UserProcessorTime - before).TotalSeconds * 10);
        }
        times.Sort();
        Console.WriteLine($"20,000 problems, 1,000,000 incidents, processor time (from 2,000 problems × 10): median {times[2]:F1} s, {times[0]:F1} to {times[^1]:F1} s");
    }
}
