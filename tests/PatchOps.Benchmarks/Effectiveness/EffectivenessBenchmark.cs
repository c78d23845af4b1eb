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

    /// <param name="folder">A part (<c>false-positives</c>, <c>coverage</c>, <c>power</c>, <c>recurrence</c>, <c>logs</c>, <c>speed</c>), the public logs' folder, or null for all.</param>
    public int Run(string? folder)
    {
        (string Name, Action Run)[] parts =
        [
            ("false-positives", FalsePositives), ("coverage", Coverage), ("power", Power), ("recurrence", Recurrence), ("logs", () => PublicLogs.Run(PublicLogs.DefaultFolder())), ("speed", Speed),
        ];
        var chosen = parts.Where(p => p.Name == folder).ToList();
        if (folder is not null && chosen.Count == 0) PublicLogs.Run(folder);
        else foreach (var part in chosen.Count > 0 ? chosen : [.. parts]) part.Run();
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
        const int cases = 4000;
        Console.WriteLine($"No effect; problems chosen because they were bad (worst of three by what all items did before the first deployment), {cases} each");
        Console.WriteLine($"(bound with controls or waves: p<0.05 in at most 6 %; standard error {100 * Math.Sqrt(0.05 * 0.95 / cases):F2} %)");
        Console.WriteLine($"{"",-56}{"naive",8}{"p<0.05",8}{"Effective",11}{"Worse",8}{"covered",9}  design");
        (string Name, Simulation Simulation)[] rows =
        [
            ("no trend, no controls (confounding named)", new() { Items = 12, Rate = 0.03, Burst = 2 }),
            ("-15 % a month, no controls (confounding named)", new() { Items = 12, Rate = 0.03, Burst = 2, Trend = 0.85 }),
            ("as many controls, single incidents", new() { Items = 24, Unpatched = 12, Rate = 0.03 }),
            ("as many controls, bursts of 2", new() { Items = 24, Unpatched = 12, Rate = 0.03, Burst = 2 }),
            ("as many controls, bursts of 2, -15 % a month", new() { Items = 24, Unpatched = 12, Rate = 0.03, Burst = 2, Trend = 0.85 }),
            ("as many controls, bursts of 3", new() { Items = 24, Unpatched = 12, Rate = 0.03, Burst = 3 }),
            ("as many controls, weeks vary (shape 4)", new() { Items = 24, Unpatched = 12, Rate = 0.03, WeeklyShape = 4 }),
            ("as many controls, items differ (shape 1), bursts of 2", new() { Items = 24, Unpatched = 12, Rate = 0.03, ItemShape = 1, Burst = 2 }),
            ("4 items, 4 controls, bursts of 2", new() { Items = 8, Unpatched = 4, Rate = 0.02, Burst = 2 }),
            ("waves over 120 days, bursts of 2", new() { Items = 20, Stagger = 120, Rate = 0.03, Burst = 2 }),
            ("waves over 120 days, bursts of 2, -7 % a month", new() { Items = 20, Stagger = 120, Rate = 0.03, Burst = 2, Trend = 0.93 }),
            ("waves over 120 days, bursts of 2, -15 % a month", new() { Items = 20, Stagger = 120, Rate = 0.03, Burst = 2, Trend = 0.85 }),
            ("waves over 120 days, weeks vary (shape 4)", new() { Items = 20, Stagger = 120, Rate = 0.03, WeeklyShape = 4 }),
            ("waves over 60 days, single incidents, -10 % a month", new() { Items = 20, Stagger = 60, Rate = 0.03, Trend = 0.9 }),
            ("waves over 45 days, bursts of 2, -7 % a month", new() { Items = 20, Stagger = 45, Rate = 0.03, Burst = 2, Trend = 0.93 }),
            ("waves over 45 days, bursts of 2, -15 % a month", new() { Items = 20, Stagger = 45, Rate = 0.03, Burst = 2, Trend = 0.85 }),
            ("8 quiet canaries 60 days before 12 others", new() { Items = 20, Canaries = 8, CanaryShare = 0.1, Stagger = 60, Rate = 0.03 }),
            ("8 quiet canaries 150 days before 4 others, bursts of 2", new() { Items = 12, Canaries = 8, CanaryShare = 0.1, Stagger = 150, BeforeDays = 60, AfterDays = 60, Rate = 0.05, Burst = 2 }),
            ("8 silent canaries 150 days before 4 others", new() { Items = 12, Canaries = 8, CanaryShare = 0, Stagger = 150, BeforeDays = 60, AfterDays = 60, Rate = 0.05 }),
        ];
        foreach (var (name, simulation) in rows)
        {
            var gate = new object();
            int naive = 0, significant = 0, effective = 0, worse = 0, covered = 0;
            var designs = new Dictionary<EffectivenessDesign, int>();
            Parallel.For(0, 8, part =>
            {
                var random = new Random(1000 + part);
                for (var n = 0; n < cases / 8; n++)
                {
                    // A problem is chosen on what all its items did before the first deployment: the worst of three.
                    var history = Enumerable.Range(0, 3).Select(_ => simulation.Make(random))
                        .MaxBy(h => h.Incidents.Count(i => i.Problem is not null && i.Opened < Simulation.Start.AddDays(simulation.BeforeDays)))!;
                    var result = EffectivenessAnalysis.Analyse(history);
                    lock (gate)
                    {
                        if (NaiveSuccess(result)) naive++;
                        if (result.PValue < 0.05) significant++;
                        if (result.Verdict == EffectivenessVerdict.Effective) effective++;
                        if (result.Verdict == EffectivenessVerdict.Worse) worse++;
                        if (result.RateRatioLow <= 1 && !(result.RateRatioHigh < 1)) covered++;
                        designs[result.Design] = designs.GetValueOrDefault(result.Design) + 1;
                    }
                }
            });
            string Share(int count) => $"{100.0 * count / cases:F1}%";
            Console.WriteLine($"{name,-56}{Share(naive),8}{Share(significant),8}{Share(effective),11}{Share(worse),8}{Share(covered),9}  {string.Join(' ', designs.OrderByDescending(d => d.Value).Select(d => $"{d.Key} {100.0 * d.Value / cases:F0}%"))}");
        }
    }

    private static void Coverage()
    {
        Console.WriteLine();
        Console.WriteLine("Coverage of the 95 % interval, two counts, exact Poisson (bound: at least 94.5 %, and at most 97 % where both counts reach 25; exact by summation over all pairs of counts)");
        Console.WriteLine($"{"before",8}{"after",8}{"covered",10}");
        foreach (var (before, after) in new[] { (2.0, 1.0), (12, 2.4), (12, 12), (25, 25), (30, 30), (60, 30), (200, 100), (1000, 1000) })
        {
            double covered = 0, all = 0;
            int Low(double mean) => (int)Math.Max(0, mean - 7 * Math.Sqrt(mean) - 5);
            int High(double mean) => (int)(mean + 7 * Math.Sqrt(mean) + 5);
            double Chance(int n, double mean) => Math.Exp(n * Math.Log(mean) - mean - MathNet.Numerics.SpecialFunctions.GammaLn(n + 1));
            // The truth lies inside exactly where neither tail at the true ratio is below 2.5 %.
            var truth = after / before;
            for (var x = Low(before); x <= High(before); x++)
                for (var y = Low(after); y <= High(after); y++)
                {
                    var weight = Chance(x, before) * Chance(y, after);
                    all += weight;
                    if (weight < 1e-12) { covered += weight; continue; }
                    var comparison = new RateComparison(x, 1, y, 1);
                    if (comparison.TailLow(truth) >= 0.025 && comparison.TailHigh(truth) >= 0.025) covered += weight;
                }
            Console.WriteLine($"{before,8:F1}{after,8:F1}{covered / all,10:P2}");
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
        const int cases = 2000;
        Console.WriteLine($"An 80 % fall on items with 24 or more incidents before, {cases} problems each (bound: Effective in at least 80 %; standard error {100 * Math.Sqrt(0.8 * 0.2 / cases):F1} %)");
        Console.WriteLine($"{"",-42}{"naive",8}{"Effective",11}{"covered",9}  verdicts; models");
        foreach (var (name, simulation) in new (string, Simulation)[]
        {
            ("patched at once, 90 days after", new() { Items = 12, Rate = 30.0 / 12 / 180, Ratio = 0.2 }),
            ("waves over three weeks, 90 days after", new() { Items = 12, Rate = 30.0 / 12 / 180, Ratio = 0.2, Stagger = 21 }),
            ("waves over two months, 90 days after", new() { Items = 12, Rate = 30.0 / 12 / 180, Ratio = 0.2, Stagger = 60 }),
            ("waves over two months, 120 days after", new() { Items = 12, Rate = 30.0 / 12 / 180, Ratio = 0.2, Stagger = 60, AfterDays = 120 }),
            ("as many controls, 90 days after", new() { Items = 24, Unpatched = 12, Rate = 30.0 / 12 / 180, Ratio = 0.2 }),
            ("twice as many controls, 120 days after", new() { Items = 36, Unpatched = 24, Rate = 30.0 / 12 / 180, Ratio = 0.2, AfterDays = 120 }),
        })
        {
            var random = new Random(3);
            var verdicts = new SortedDictionary<EffectivenessVerdict, int>();
            var models = new SortedDictionary<CountModel, int>();
            int naive = 0, covered = 0;
            for (var n = 0; n < cases;)
            {
                var result = EffectivenessAnalysis.Analyse(simulation.Make(random));
                if (result.BeforeCount < 24) continue;
                n++;
                if (NaiveSuccess(result)) naive++;
                if (result.RateRatioLow <= 0.2 && !(result.RateRatioHigh < 0.2)) covered++;
                verdicts[result.Verdict] = verdicts.GetValueOrDefault(result.Verdict) + 1;
                models[result.Model] = models.GetValueOrDefault(result.Model) + 1;
            }
            string Share(int count) => $"{100.0 * count / cases:F1}%";
            Console.WriteLine($"{name,-42}{Share(naive),8}{Share(verdicts.GetValueOrDefault(EffectivenessVerdict.Effective)),11}{Share(covered),9}  {string.Join(", ", verdicts.Select(v => $"{v.Key} {Share(v.Value)}"))}; {string.Join(", ", models.Select(m => $"{m.Key} {Share(m.Value)}"))}");
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
