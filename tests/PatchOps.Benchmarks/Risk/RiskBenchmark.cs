using System.Diagnostics;
using System.Globalization;
using PatchOps.Core.Risk;
using PatchOps.Core.Scoring.Cvss;
using PatchOps.Core.Scoring.Ssvc;
using PatchOps.Domain;

namespace PatchOps.Benchmarks.Risk;

/// <summary>Scoring on one core: CVSS vectors, and a million findings as figures, as objects, with their reasons, and the top of them; then a million from a store, in the core and in PowerShell.</summary>
internal sealed class RiskBenchmark : IBenchmark
{
    private const int Findings = 1_000_000, Rounds = 5;

    public string Name => "risk";

    /// <param name="folder"><c>store</c> measures only what comes from a store.</param>
    public int Run(string? folder)
    {
        if (folder == "store")
        {
            StoredRisk.Run();
            return 0;
        }
        var random = new Random(42);
        var cves = Enumerable.Range(0, 20_000).Select(i => Cve(random, i)).ToArray();
        var hosts = Enumerable.Range(0, 1_000).Select(i => Host(random, i)).ToArray();
        var pairs = Enumerable.Range(0, Findings).Select(_ => (Host: hosts[random.Next(hosts.Length)], Cve: cves[random.Next(cves.Length)])).ToArray();
        var prepared = pairs.Select(p => (object)p.Cve).ToArray();
        var model = new RiskModel(RiskPolicy.Default, new DateTimeOffset(2026, 8, 9, 0, 0, 0, TimeSpan.Zero));

        Console.WriteLine($"{"what",-46}{"count",10}{"median s",10}{"min",8}{"max",8}{"per second",14}{"bytes each",12}");
        foreach (var (version, texts) in Vectors)
        {
            Measure($"CVSS {version}, parse and score", Findings, () =>
            {
                var sum = 0.0;
                for (var i = 0; i < Findings; i++) sum += CvssVector.Parse(texts[i % texts.Length]).Scores().Score;
                return sum;
            });
        }
        var bare = Measure("prepared objects, read only", Findings, () =>
        {
            var sum = 0.0;
            foreach (var item in prepared) sum += ((CveFacts)item).Epss ?? 0;
            return sum;
        });
        var figures = Measure("findings to figures", Findings, () =>
        {
            var sum = 0.0;
            foreach (var (host, cve) in pairs) sum += model.Figures(new RiskInput { Asset = host, Cve = cve }).ExpectedLossPerDay;
            return sum;
        });
        var objects = Measure("findings to objects", Findings, () => pairs.Sum(p => Risk(model, p.Host, p.Cve).Score));
        Measure("findings to objects, top 50", Findings, () => RiskRanking.Top(pairs.Select(p => Risk(model, p.Host, p.Cve)), 50)[0].Score);
        var reasons = Measure("findings to objects, reasons read", Findings / 20, () => pairs.Take(Findings / 20).Sum(p => Risk(model, p.Host, p.Cve).Reasons.Count));
        var terms = Measure("findings to objects, terms read", Findings / 50, () => pairs.Take(Findings / 50).Sum(p =>
            model.Assess(p.Cve.Id, new RiskInput { Asset = p.Host, Cve = p.Cve }, explain: true).Terms.Count));

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"ratios: objects to figures {objects / figures:0.0}; objects to prepared objects {objects / bare:0.0}; a reason read costs {reasons * 20 / objects:0} objects; terms {terms * 50 / objects:0}"));
        StoredRisk.Run();
        return 0;
    }

    private static PatchRisk Risk(RiskModel model, AssetFacts host, CveFacts cve) =>
        model.Assess(cve.Id, new RiskInput { Asset = host, Cve = cve });

    private static double Measure(string what, int count, Func<double> work)
    {
        var sink = work();
        var seconds = new double[Rounds];
        long bytes = 0;
        for (var i = 0; i < Rounds; i++)
        {
            GC.Collect();
            var before = GC.GetAllocatedBytesForCurrentThread();
            var watch = Stopwatch.StartNew();
            sink += work();
            seconds[i] = watch.Elapsed.TotalSeconds;
            bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        if (double.IsNaN(sink)) throw new InvalidOperationException($"{what}: a score is not a number.");
        Array.Sort(seconds);
        var median = seconds[Rounds / 2];
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what,-46}{count,10}{median,10:0.000}{seconds[0],8:0.000}{seconds[^1],8:0.000}{count / median,14:#,0}{(double)bytes / count,12:0}"));
        return median;
    }

    private static readonly (string Version, string[] Texts)[] Vectors =
    [
        ("2.0", ["AV:N/AC:L/Au:N/C:P/I:P/A:P", "AV:L/AC:M/Au:S/C:C/I:N/A:P/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:H"]),
        ("3.1", ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:C/C:H/I:L/A:N", "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:L/A:N/E:F/RL:O/RC:C/CR:H/MAV:A"]),
        ("4.0", ["CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "CVSS:4.0/AV:A/AC:H/AT:P/PR:L/UI:P/VC:L/VI:N/VA:H/SC:H/SI:L/SA:N/E:P/CR:H"]),
    ];

    private static CveFacts Cve(Random random, int number)
    {
        var texts = Vectors[random.Next(20) switch { 0 => 0, 1 => 2, _ => 1 }].Texts;
        return new CveFacts
        {
            Id = "CVE-2026-" + number.ToString("00000", CultureInfo.InvariantCulture),
            Cvss = CvssVector.Parse(texts[random.Next(texts.Length)]),
            Epss = random.Next(20) == 0 ? null : Math.Pow(random.NextDouble(), 6),
            KevAdded = random.Next(200) == 0 ? new DateOnly(2025, 6, 1) : null,
            Ransomware = random.Next(5) == 0,
            Ssvc = random.Next(2) == 0 ? default : SsvcOptions.Parse("poc", "no", "total"),
        };
    }

    private static AssetFacts Host(Random random, int number) => new()
    {
        Id = "host" + number.ToString("0000", CultureInfo.InvariantCulture),
        Criticality = random.Next(1, 6),
        Exposure = (AssetExposure)random.Next(4),
        Sensitivity = (DataSensitivity)random.Next(4),
        Environment = (AssetEnvironment)random.Next(4),
        Regulations = random.Next(5) == 0 ? ["PCI DSS"] : [],
    };
}
