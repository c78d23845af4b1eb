using System.Diagnostics;
using System.Globalization;
using System.Text;
using PatchOps.Adapters.Composition;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Benchmarks.Risk;

/// <summary>Backtest of the built-in policy on public history: a random sample of CVE records, NVD's 2023, KEV, and EPSS by day and month.</summary>
internal sealed class ReplayBenchmark : IBenchmark
{
    public string Name => "replay";

    public int Run(string? folder)
    {
        folder ??= DefaultFolder();
        if (folder is null)
        {
            Console.WriteLine("The folder shared/data is not beside this checkout; name it.");
            return 2;
        }
        var work = Directory.CreateTempSubdirectory("patchops-replay-");
        try
        {
            Sample(folder, work.FullName).GetAwaiter().GetResult();
            return 0;
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            work.Delete(recursive: true);
        }
    }

    private static async Task Sample(string folder, string work)
    {
        await using var host = new OperationHost(TimeProvider.System) { DefaultStore = Path.Combine(work, "replay.db") };
        var monthly = Months(folder, work);
        var feeds = new List<string>
        {
            Path.Combine(folder, "cve", "cve5-random-10000.jsonl.gz"), Kev(folder, work, monthly),
            Path.Combine(folder, "epss", "epss_scores-2025-03-16.csv.gz"), Path.Combine(folder, "epss", "epss_scores-2026-08-09.csv.gz"),
        };
        feeds.AddRange(monthly.Select(m => m.Epss));
        foreach (var feed in feeds) await Import(host, feed);
        await Print(host, "Random sample of 10,000 CVE records until 2024-10, at the policy's default asset", new TestPolicyRequest());
        await Print(host, "the same, on an Internet-facing asset of criticality 4", new TestPolicyRequest { Exposure = AssetExposure.Internet, Criticality = 4 });
        await Print(host, "All that EPSS knows, rated or not, at the default asset", new TestPolicyRequest { IncludeUnrated = true });
        await Print(host, "the same, on an Internet-facing asset of criticality 4", new TestPolicyRequest { IncludeUnrated = true, Exposure = AssetExposure.Internet, Criticality = 4 });
        await Import(host, Path.Combine(folder, "nvd", "nvd-2.0-shaped-2023.json.gz"));
        await Print(host, "The sample and NVD's 2023, at the default asset", new TestPolicyRequest());
        await Print(host, "the same, on an Internet-facing asset of criticality 4", new TestPolicyRequest { Exposure = AssetExposure.Internet, Criticality = 4 });
    }

    private static async Task Import(OperationHost host, string path)
    {
        await foreach (var next in host.RunAsync(new ImportFeedRequest { Path = [path] }, new Caller { Account = "benchmark" }, CancellationToken.None))
        {
            if (next is AskEvent ask) ask.Give(Answer.Yes);
            if (next is ResultEvent { Value: ImportResult result }) Console.WriteLine($"{result.Feed,-10}{result.Read,10} read  {Path.GetFileName(path)}");
            if (next is FailedEvent failed) Console.WriteLine(failed.Failure.Message);
        }
    }

    private static async Task Print(OperationHost host, string title, TestPolicyRequest request)
    {
        var watch = Stopwatch.StartNew();
        var rows = new List<PolicyBacktest>();
        var ask = request with { Replay = true, From = new DateTimeOffset(2025, 3, 16, 0, 0, 0, TimeSpan.Zero), To = new DateTimeOffset(2026, 8, 10, 0, 0, 0, TimeSpan.Zero) };
        await foreach (var next in host.RunAsync(ask, new Caller { Account = "benchmark" }, CancellationToken.None))
        {
            if (next is ResultEvent { Value: PolicyBacktest row }) rows.Add(row);
            if (next is FailedEvent failed) Console.WriteLine(failed.Failure.Message);
        }
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{title}: n = {rows[0].Vulnerabilities:#,0}, exploited in the period {rows[0].Exploited}, by the end {rows[0].KnownExploited}; {watch.Elapsed.TotalSeconds:0.0} s"));
        Console.WriteLine($"{"strategy",-12}{"effort",24}{"coverage",24}{"efficiency",26}{"exposure days",22}{"hindsight: coverage",26}{"efficiency",26}");
        foreach (var r in rows)
        {
            Console.WriteLine($"{r.Strategy,-12}{Share(r.Effort, r.EffortLow, r.EffortHigh),24}{Share(r.Coverage, r.CoverageLow, r.CoverageHigh),24}{Share(r.Efficiency, r.EfficiencyLow, r.EfficiencyHigh, "P2"),26}"
                + $"{Days(r),22}{Share(r.KnownCoverage, r.KnownCoverageLow, r.KnownCoverageHigh),26}{Share(r.KnownEfficiency, r.KnownEfficiencyLow, r.KnownEfficiencyHigh),26}");
        }
        foreach (var reason in rows[0].Reasons) Console.WriteLine("  " + reason);
    }

    private static string Share(double? value, double? low, double? high, string format = "P1") => value is null
        ? "–"
        : string.Create(CultureInfo.InvariantCulture, $"{value.Value.ToString(format, CultureInfo.InvariantCulture)} ({low!.Value.ToString(format, CultureInfo.InvariantCulture)}–{high!.Value.ToString(format, CultureInfo.InvariantCulture)})");

    private static string Days(PolicyBacktest r) => string.Create(CultureInfo.InvariantCulture, $"{r.ExposureDays:0.0} ({r.ExposureDaysLow:0.0}–{r.ExposureDaysHigh:0.0})");

    /// <summary>The monthly lists of KEV's CVEs as EPSS days; what a list has first was listed in the month before it.</summary>
    private static List<(DateOnly Day, string Epss, List<string> Cves)> Months(string folder, string work)
    {
        var archive = Path.Combine(folder, "epss", "kev-epss-monthly-2025-09..2026-08.tar.xz");
        using (var tar = Process.Start(new ProcessStartInfo("tar", ["-xJf", archive, "-C", work]))!) tar.WaitForExit();
        var months = new List<(DateOnly, string, List<string>)>();
        foreach (var path in Directory.EnumerateFiles(work, "epss_kev_nvd-*.csv", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var day = DateOnly.ParseExact(Path.GetFileNameWithoutExtension(path)[^10..], "yyyy-MM-dd", CultureInfo.InvariantCulture);
            var text = new StringBuilder(FormattableString.Invariant($"#model_version:monthly,score_date:{day:yyyy-MM-dd}T00:00:00+0000\ncve,epss,percentile\n"));
            var cves = new List<string>();
            foreach (var line in File.ReadLines(path).Skip(1))
            {
                var cells = line.Split(',');
                if (cells.Length < 4 || !cells[0].StartsWith("CVE-", StringComparison.Ordinal)) continue;
                cves.Add(cells[0]);
                if (cells[2].Length > 0 && cells[3].Length > 0) text.Append(CultureInfo.InvariantCulture, $"{cells[0]},{cells[2]},{cells[3]}\n");
            }
            var epss = Path.Combine(work, FormattableString.Invariant($"epss_scores-{day:yyyy-MM-dd}.csv"));
            File.WriteAllText(epss, text.ToString());
            months.Add((day, epss, cves));
        }
        return months;
    }

    /// <summary>CISA's list with what the monthly lists add, dated by the first list that has it: late by up to a month, never early.</summary>
    private static string Kev(string folder, string work, List<(DateOnly Day, string Epss, List<string> Cves)> months)
    {
        var source = Path.Combine(folder, "kev", "known_exploited_vulnerabilities.csv");
        var lines = File.ReadLines(source).ToList();
        var known = lines.Skip(1).Select(l => l.Split(',')[0]).ToHashSet(StringComparer.Ordinal);
        foreach (var (day, _, cves) in months)
            foreach (var cve in cves.Where(known.Add))
                lines.Add(FormattableString.Invariant($"{cve},unknown,unknown,unknown,{day:yyyy-MM-dd},from a monthly list,see CISA,,Unknown,,"));
        var path = Path.Combine(work, "known_exploited_vulnerabilities.csv");
        File.WriteAllLines(path, lines);
        File.SetLastWriteTimeUtc(path, new DateTime(2025, 8, 25, 0, 0, 0, DateTimeKind.Utc));
        return path;
    }

    private static string? DefaultFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", "data");
            if (Directory.Exists(path)) return path;
        }
        return null;
    }
}
