using System.Diagnostics;
using System.Globalization;
using PatchOps.Core.Planning.Engine.Projects;

namespace PatchOps.Benchmarks.Projects;

/// <summary>The table that papers on resource-constrained project scheduling print: mean deviations after a bounded number of schedules.</summary>
internal sealed class PsplibBenchmark : IBenchmark
{
    private const int Budget = 5_000;
    private static readonly (string Set, double Target)[] Sets = [("j30", 0.3), ("j60", 1.2), ("j120", 2.6)];

    public string Name => "psplib";

    public int Run(string? folder)
    {
        if (folder is not null) return Run(new DirectoryInfo(folder));
        var archives = FindArchives();
        if (archives is null)
        {
            Console.WriteLine("Skipped: ../shared/data/psplib is not beside this checkout, and no folder was given.");
            return 0;
        }
        var scratch = Directory.CreateTempSubdirectory("patchops-psplib");
        try
        {
            foreach (var (set, _) in Sets)
            {
                var archive = Path.Combine(archives, $"psplib-{set}.tar.xz");
                if (!File.Exists(archive)) continue;
                var to = scratch.CreateSubdirectory(set);
                using var tar = Process.Start("tar", ["xJf", archive, "-C", to.FullName]);
                tar.WaitForExit();
                if (tar.ExitCode != 0) throw new InvalidOperationException($"tar could not unpack {archive}.");
            }
            return Run(scratch);
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    private static int Run(DirectoryInfo root)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"At most {Budget} schedules each; every forward and backward pass counts."));
        Console.WriteLine("set     instances   dev. best known %   max %   at best known   dev. critical path %   schedules mean/max   ms median (min–max)   target %");
        var missed = 0;
        foreach (var (set, target) in Sets)
        {
            var folder = root.GetDirectories().FirstOrDefault(d => d.Name.Equals(set, StringComparison.OrdinalIgnoreCase));
            var table = folder?.GetFiles("optimum.csv", SearchOption.AllDirectories).FirstOrDefault();
            if (folder is null || table is null)
            {
                Console.WriteLine($"{set,-8}skipped: no folder with optimum.csv");
                continue;
            }
            var known = PsplibFile.BestKnown(table.FullName);
            List<double> best = [], critical = [], times = [], evaluated = [];
            foreach (var file in folder.GetFiles("*.sm", SearchOption.AllDirectories).OrderBy(f => f.Name, StringComparer.Ordinal))
            {
                if (!known.TryGetValue(file.Name, out var reference)) continue;
                var project = PsplibFile.Read(file.FullName);
                var watch = Stopwatch.StartNew();
                var schedule = ProjectScheduler.Solve(project, Budget);
                times.Add(watch.Elapsed.TotalMilliseconds);
                Verify(project, schedule, file.Name);
                best.Add(100.0 * (schedule.Makespan - reference) / reference);
                critical.Add(100.0 * (schedule.Makespan - project.CriticalPath) / project.CriticalPath);
                evaluated.Add(schedule.Evaluated);
            }
            if (best.Count == 0) continue;
            times.Sort();
            var met = best.Average() <= target;
            if (!met) missed++;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{set,-8}{best.Count,9}{best.Average(),20:F3}{best.Max(),8:F2}{best.Count(b => b <= 0),16}{critical.Average(),23:F3}{evaluated.Average(),17:F0} / {evaluated.Max():F0}{times[times.Count / 2],14:F0} ({times[0]:F0}–{times[^1]:F0}){target,11:F1} {(met ? "met" : "MISSED")}"));
        }
        return missed == 0 ? 0 : 1;
    }

    /// <summary>Starts are checked against the instance itself, unit of time by unit of time.</summary>
    private static void Verify(ProjectInstance project, ProjectSchedule schedule, string name)
    {
        var used = new int[schedule.Makespan + 1, project.Capacities.Length];
        for (var a = 0; a < project.Count; a++)
        {
            var end = schedule.Starts[a] + project.Durations[a];
            var fine = schedule.Starts[a] >= 0 && end <= schedule.Makespan && project.Successors[a].All(s => schedule.Starts[s] >= end);
            for (var t = schedule.Starts[a]; t < end && fine; t++)
            {
                for (var r = 0; r < project.Capacities.Length; r++) fine &= (used[t, r] += project.Demands[a][r]) <= project.Capacities[r];
            }
            if (!fine || schedule.Evaluated > Budget) throw new InvalidOperationException($"{name}: activity {a + 1} breaks a rule, or the budget was exceeded.");
        }
    }

    private static string? FindArchives()
    {
        foreach (var origin in (string[])[Directory.GetCurrentDirectory(), AppContext.BaseDirectory])
        {
            for (var folder = new DirectoryInfo(origin); folder is not null; folder = folder.Parent)
            {
                var path = Path.Combine(folder.FullName, "shared", "data", "psplib");
                if (Directory.Exists(path)) return path;
            }
        }
        return null;
    }
}
