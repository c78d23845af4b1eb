using System.Diagnostics;
using System.Globalization;
using System.Text;
using PatchOps.Core.Planning.Engine.Model;

namespace PatchOps.Benchmarks.Planning;

/// <summary>The exact side: writes an assignment instance in CPLEX LP format from the rules themselves, and lets CBC solve it.</summary>
internal static class MixedIntegerProgram
{
    public static bool IsAvailable { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, "cbc")));

    /// <returns>Optimum (null when not proven in time) and CBC's own time in seconds.</returns>
    public static (double? Optimum, double Seconds) Solve(PlanningInstance instance, int limitSeconds)
    {
        var folder = Directory.CreateTempSubdirectory("patchops-optimum");
        try
        {
            var model = Path.Combine(folder.FullName, "model.lp");
            var solution = Path.Combine(folder.FullName, "solution.txt");
            Write(instance, model);
            var watch = Stopwatch.StartNew();
            var start = new ProcessStartInfo("cbc") { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (var argument in (string[])[model, "sec", limitSeconds.ToString(CultureInfo.InvariantCulture), "ratio", "0", "allow", "1e-6", "solve", "solution", solution])
                start.ArgumentList.Add(argument);
            using var process = Process.Start(start)!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            var seconds = watch.Elapsed.TotalSeconds;
            var first = File.Exists(solution) ? File.ReadLines(solution).FirstOrDefault() ?? "" : "";
            if (!first.StartsWith("Optimal", StringComparison.Ordinal)) return (null, seconds);
            return (double.Parse(first[(first.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture), seconds);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public static double Cost(PlanningInstance instance, PlanningHost host, long start)
    {
        var done = start + host.MedianSeconds;
        var late = host.Due is { } due && done > due ? (done - due) / 86_400.0 * host.LatenessPerDay : 0;
        return host.RiskPerDay * (done - instance.Start) / 86_400.0 + late;
    }

    private static bool Allowed(PlanningInstance instance, int h, int w) =>
        instance.Hosts[h].Windows.Contains(w) && instance.Windows[w].Start >= (instance.Hosts[h].Release ?? instance.Start);

    private static void Write(PlanningInstance instance, string path)
    {
        using var to = new StreamWriter(path);
        int n = instance.Hosts.Count, m = instance.Windows.Count;
        var may = new bool[n, m];
        for (var h = 0; h < n; h++)
        {
            for (var w = 0; w < m; w++) may[h, w] = Allowed(instance, h, w);
        }
        string X(int h, int w) => string.Create(CultureInfo.InvariantCulture, $"x{h}_{w}");
        to.WriteLine("Minimize\n obj:");
        for (var h = 0; h < n; h++)
        {
            for (var w = 0; w < m; w++)
            {
                if (may[h, w]) to.WriteLine(string.Create(CultureInfo.InvariantCulture, $" + {Cost(instance, instance.Hosts[h], instance.Windows[w].Start):R} {X(h, w)}"));
            }
        }
        to.WriteLine("Subject To");
        var row = 0;
        void Row(IEnumerable<(int Sign, int Host, int Window)> terms, string relation, int right)
        {
            var text = new StringBuilder();
            foreach (var (sign, h, w) in terms)
            {
                if (may[h, w]) text.Append(sign > 0 ? " + " : " - ").Append(X(h, w)).Append(text.Length % 200 > 180 ? "\n" : "");
            }
            if (text.Length == 0) return;
            to.WriteLine(string.Create(CultureInfo.InvariantCulture, $" r{row++}:{text} {relation} {right}"));
        }
        var all = Enumerable.Range(0, m).ToArray();
        for (var h = 0; h < n; h++) Row(all.Select(w => (1, h, w)), "=", 1);
        var byResource = Enumerable.Range(0, instance.Resources.Count).Select(r => Enumerable.Range(0, n).Where(h => instance.Hosts[h].Resources.Contains(r)).ToArray()).ToArray();
        foreach (var w in all)
        {
            Row(Enumerable.Range(0, n).Select(h => (1, h, w)), "<=", Math.Min(instance.Windows[w].MaxConcurrent, n));
            for (var r = 0; r < byResource.Length; r++) Row(byResource[r].Select(h => (1, h, w)), "<=", instance.Resources[r].Capacity);
            foreach (var group in instance.Groups) Row(group.Members.Select(h => (1, h, w)), "<=", group.MaxConcurrent);
        }
        foreach (var barrier in instance.Barriers)
        {
            foreach (var a in barrier.Before)
            {
                foreach (var b in barrier.After)
                {
                    foreach (var w in all)
                    {
                        var before = all.Where(v => instance.Windows[v].Start + instance.Hosts[a].P90Seconds + barrier.LagSeconds <= instance.Windows[w].Start);
                        Row(all.Where(v => v <= w).Select(v => (1, b, v)).Concat(before.Select(v => (-1, a, v))), "<=", 0);
                    }
                }
            }
        }
        to.WriteLine("Binary");
        for (var h = 0; h < n; h++)
        {
            for (var w = 0; w < m; w++)
            {
                if (may[h, w]) to.WriteLine(" " + X(h, w));
            }
        }
        to.WriteLine("End");
    }
}
