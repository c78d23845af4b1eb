using System.Diagnostics;
using System.Globalization;
using PatchOps.Adapters.Composition;
using PatchOps.Core.Intake;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using PatchOps.Domain.Facts;

namespace PatchOps.Benchmarks.Risk;

/// <summary>Findings read from a store, scored and streamed as objects: in the core, and in PowerShell where there is one.</summary>
internal static class StoredRisk
{
    private const int Packages = 250, Cves = 4, Rounds = 5;
    private static readonly DateTimeOffset Day = new(2026, 8, 1, 0, 0, 0, TimeSpan.Zero);

    public static void Run()
    {
        var folder = Directory.CreateTempSubdirectory("patchops-risk-");
        try
        {
            var (small, large) = (Path.Combine(folder.FullName, "small.db"), Path.Combine(folder.FullName, "large.db"));
            Fill(small, 100);
            Fill(large, 1_000);
            Console.WriteLine();
            Console.WriteLine($"{"from a store",-46}{"count",10}{"median s",10}{"min",8}{"max",8}{"CPU s",8}{"first ms",10}{"heap MB",9}");
            Measure("100,000 findings, by finding", small, new GetRiskRequest { By = RiskGrouping.Finding });
            var core = Measure("1,000,000 findings, by finding", large, new GetRiskRequest { By = RiskGrouping.Finding });
            Measure("  the 50 greatest", large, new GetRiskRequest { By = RiskGrouping.Finding, Top = 50 });
            Measure("  by patch, the 50 greatest", large, new GetRiskRequest { Top = 50 });
            Measure("  by asset, the 50 greatest", large, new GetRiskRequest { By = RiskGrouping.Asset, Top = 50 });
            Measure("  by CVE, the 50 greatest", large, new GetRiskRequest { By = RiskGrouping.Cve, Top = 50 });
            PowerShell(large, folder.FullName, core);
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            folder.Delete(recursive: true);
        }
    }

    private static void Fill(string store, int hosts)
    {
        var random = new Random(42);
        var catalogue = OpenStore.At(store).Catalogue;
        using (var import = catalogue.BeginImport("Inventory", "benchmark", Day))
        {
            for (var host = 0; host < hosts; host++)
            {
                var id = string.Create(CultureInfo.InvariantCulture, $"host{host:0000}");
                import.Add(new InventoryResult
                {
                    Asset = new Asset { Id = id, Criticality = random.Next(1, 6), Exposure = (AssetExposure)random.Next(4), DataSensitivity = (DataSensitivity)random.Next(4), Environment = (AssetEnvironment)random.Next(4) },
                    Taken = Day,
                    Software = [.. Enumerable.Range(0, Packages).Select(p => new Software { Asset = id, Package = Name(p), Version = string.Create(CultureInfo.InvariantCulture, $"1.{random.Next(3)}"), Ecosystem = "Debian:12", Source = Name(p) })],
                });
            }
            import.Complete(TimeSpan.Zero);
        }
        var ids = Enumerable.Range(0, Packages * Cves).Select(i => string.Create(CultureInfo.InvariantCulture, $"CVE-2026-{i:00000}")).ToArray();
        using (var import = catalogue.BeginImport("Advisories", "benchmark", Day))
        {
            for (var i = 0; i < ids.Length; i++)
            {
                import.Add(new VulnerabilityRecord("debian-tracker", ids[i], $"{Name(i / Cves)}/{ids[i]}")
                {
                    Trust = TrustRank.VendorAdvisory, AsOf = Day.AddDays(-random.Next(300)), Cvss = [new CvssFact("nvd", "3.1", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8)],
                    Affected = [new AffectedProduct("Debian:12", Name(i / Cves)) { IsSourcePackage = true, Status = ProductStatus.Affected, Ranges = [new VersionRange(RangeKind.Ecosystem, [new(VersionEventKind.Introduced, "0"), new(VersionEventKind.Fixed, "2.0")])], Patches = [PatchIds.Deb(Name(i / Cves), "2.0")] }],
                });
            }
            import.Complete(TimeSpan.Zero);
        }
        using (var import = catalogue.BeginImport("Epss", "benchmark", Day))
        {
            import.Add(new EpssBatch(DateOnly.FromDateTime(Day.UtcDateTime), null, ids, [.. ids.Select(_ => Math.Pow(random.NextDouble(), 6))], [.. ids.Select(_ => 0.5)]));
            import.Complete(TimeSpan.Zero);
        }
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
    }

    private static string Name(int package) => string.Create(CultureInfo.InvariantCulture, $"package-{package:000}");

    private static double Measure(string what, string store, GetRiskRequest request)
    {
        var (seconds, cpu, first) = (new double[Rounds], new double[Rounds], new double[Rounds]);
        var (count, heap) = (0, 0L);
        for (var round = -1; round < Rounds; round++)
        {
            GC.Collect();
            var before = GC.GetTotalMemory(true);
            var (watch, used) = (Stopwatch.StartNew(), Process.GetCurrentProcess().TotalProcessorTime);
            double? firstAt = null;
            count = 0;
            var sum = 0.0;
            foreach (var risk in Risks(store, request with { AsOf = Day.AddDays(1) }))
            {
                firstAt ??= watch.Elapsed.TotalMilliseconds;
                sum += risk.Score;
                count++;
            }
            if (double.IsNaN(sum)) throw new InvalidOperationException($"{what}: a score is not a number.");
            heap = Math.Max(heap, GC.GetTotalMemory(false) - before);
            if (round < 0) continue;
            (seconds[round], cpu[round], first[round]) = (watch.Elapsed.TotalSeconds, (Process.GetCurrentProcess().TotalProcessorTime - used).TotalSeconds, firstAt ?? 0);
        }
        Array.Sort(seconds);
        Array.Sort(cpu);
        Array.Sort(first);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-46}{count,10}{seconds[Rounds / 2],10:0.00}{seconds[0],8:0.00}{seconds[^1],8:0.00}{cpu[0],8:0.00}{first[0],10:0}{heap / 1e6,9:0}"));
        return seconds[0];
    }

    /// <summary>As the module and the command line run it, from the closed store on.</summary>
    private static IEnumerable<PatchRisk> Risks(string store, GetRiskRequest request)
    {
        var host = new OperationHost(TimeProvider.System) { DefaultStore = store };
        var events = host.RunAsync(request, new Caller { Account = "benchmark" }, CancellationToken.None).GetAsyncEnumerator();
        try
        {
            while (events.MoveNextAsync().AsTask().GetAwaiter().GetResult())
                if (events.Current is ResultEvent { Value: PatchRisk risk }) yield return risk;
        }
        finally
        {
            events.DisposeAsync().AsTask().GetAwaiter().GetResult();
            host.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    /// <summary>The built module in PowerShell, beside a bare cmdlet that writes as many prepared objects.</summary>
    private static void PowerShell(string store, string folder, double core)
    {
        var module = Module();
        if (module is null)
        {
            Console.WriteLine("PowerShell: out/PatchOps is not built (./build.ps1); left out.");
            return;
        }
        var script = Path.Combine(folder, "measure.ps1");
        File.WriteAllText(script,
            $$"""
            $ErrorActionPreference = 'Stop'
            Import-Module '{{module}}'
            $bare = Add-Type -PassThru -TypeDefinition 'using System.Management.Automation; [Cmdlet("Write","Prepared")] public class WritePrepared : PSCmdlet { [Parameter] public object[] Prepared { get; set; } protected override void EndProcessing() { foreach (var one in Prepared) WriteObject(one); } }'
            Import-Module $bare.Assembly
            function Measure-Five([scriptblock] $Work)
            {
                & $Work
                $seconds = foreach ($i in 1..5) { [GC]::Collect(); $watch = [Diagnostics.Stopwatch]::StartNew(); & $Work; $watch.Elapsed.TotalSeconds }
                $seconds = $seconds | Sort-Object
                [string]::Format([cultureinfo]::InvariantCulture, '{0:0.000} {1:0.000}', $seconds[2], $seconds[0])
            }
            Measure-Five { Get-PatchRisk -By Finding -Store '{{store}}' -AsOf '2026-08-02T00:00Z' > $null }
            $objects = @(Get-PatchRisk -By Finding -Store '{{store}}' -AsOf '2026-08-02T00:00Z')
            Measure-Five { Write-Prepared -Prepared $objects > $null }
            Measure-Five { Write-Prepared -Prepared $objects | Out-Null }
            Measure-Five { $null = Write-Prepared -Prepared $objects }
            $count = $objects.Count
            $objects = $null
            Measure-Five { Get-PatchRisk -By Finding -Store '{{store}}' -AsOf '2026-08-02T00:00Z' | Out-Null }
            Measure-Five { $null = Get-PatchRisk -By Finding -Store '{{store}}' -AsOf '2026-08-02T00:00Z' }
            $count
            """);
        try
        {
            using var pwsh = Process.Start(new ProcessStartInfo("pwsh", ["-NoProfile", "-NonInteractive", "-File", script]) { RedirectStandardOutput = true })!;
            var lines = pwsh.StandardOutput.ReadToEnd().Trim().Split('\n').TakeLast(7).Select(l => l.Trim().Split(' ')).ToList();
            pwsh.WaitForExit();
            var count = lines[6][0];
            var rows = new[] { (0, "PowerShell, > $null"), (1, "  a bare cmdlet with as many prepared objects"), (4, "PowerShell, | Out-Null"), (2, "  the bare cmdlet"), (5, "PowerShell, $null = (holds them all)"), (3, "  the bare cmdlet") };
            foreach (var (row, what) in rows) Console.WriteLine($"{what,-46}{count,10}{Number(lines[row][0]),10:0.00}{Number(lines[row][1]),8:0.00}");
            var (best, bare) = (Number(lines[0][1]), Number(lines[1][1]));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"PowerShell adds {(best / core) - 1:0.0 %} to the core's {core:0.00} s; the bare cmdlet alone takes {bare / core:0.0 %} of it"));
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IndexOutOfRangeException or ArgumentOutOfRangeException or FormatException)
        {
            Console.WriteLine($"PowerShell could not be measured: {e.Message}");
        }
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static string? Module()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "out", "PatchOps", "PatchOps.psd1");
            if (File.Exists(path)) return path;
        }
        return null;
    }
}
