using FsCheck;
using FsCheck.Fluent;
using PatchOps.Core.Risk;
using PatchOps.Core.Scoring.Cvss;
using PatchOps.Core.Scoring.Ssvc;
using PatchOps.Domain;

namespace PatchOps.Core.Tests.Risk;

/// <summary>Facts for the risk model's tests, fixed or drawn by seed.</summary>
internal static class RiskSamples
{
    public static readonly DateTimeOffset AsOf = new(2026, 8, 9, 12, 0, 0, TimeSpan.Zero);

    public static readonly RiskModel Model = new(RiskPolicy.Default, AsOf);

    public static readonly CveFacts Log4Shell = new()
    {
        Id = "CVE-2021-44228",
        Cvss = CvssVector.Parse("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"),
        Epss = 0.2,
        KevAdded = new DateOnly(2021, 12, 10),
        Ransomware = true,
    };

    public static readonly AssetFacts Web = new()
    {
        Id = "web01", Criticality = 5, Exposure = AssetExposure.Internet, Environment = AssetEnvironment.Production,
    };

    public static RiskInput On(AssetFacts asset, params CveFacts[] cves) => new() { Asset = asset, Cves = cves };

    public static OutcomeHistory History(int hits, int trials) => new(new(hits, trials), new(hits, trials), new(hits, trials), new(hits, trials));

    private static readonly CvssVector[] Vectors =
    [
        default,
        CvssVector.Parse("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"),
        CvssVector.Parse("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"),
        CvssVector.Parse("CVSS:3.0/AV:N/AC:H/PR:N/UI:R/S:C/C:L/I:L/A:N"),
        CvssVector.Parse("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L"),
        CvssVector.Parse("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"),
        CvssVector.Parse("CVSS:4.0/AV:A/AC:H/AT:P/PR:L/UI:P/VC:L/VI:N/VA:H/SC:H/SI:L/SA:N/E:P"),
        CvssVector.Parse("AV:N/AC:M/Au:N/C:P/I:P/A:C"),
        CvssVector.Parse("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N"),
    ];

    public static Gen<(CveFacts[] Cves, AssetFacts Asset, Random Random)> Drawn => Gen.Choose(0, int.MaxValue - 1).Select(seed =>
    {
        var random = new Random(seed);
        var cves = Enumerable.Range(0, random.Next(1, 6)).Select(i => Cve(random, i)).ToArray();
        return (cves, Asset(random), random);
    });

    public static CveFacts Cve(Random random, int number) => new()
    {
        Id = $"CVE-2026-{number:0000}",
        Cvss = Vectors[random.Next(Vectors.Length)],
        CvssScore = random.Next(3) == 0 ? Math.Round(random.NextDouble() * 10, 1) : null,
        Epss = random.Next(8) switch { 0 => null, 1 => 0, 2 => 1, 3 => 0.97, _ => Math.Pow(random.NextDouble(), 6) },
        KevAdded = random.Next(6) == 0 ? new DateOnly(2026, 1, 1).AddDays(random.Next(400)) : null,
        Ransomware = random.Next(4) == 0,
        Ssvc = new SsvcOptions(
            random.Next(2) == 0 ? null : (SsvcExploitation)random.Next(3), random.Next(2) == 0 ? null : random.Next(2) == 0,
            random.Next(2) == 0 ? null : (SsvcTechnicalImpact)random.Next(2)),
    };

    public static AssetFacts Asset(Random random) => new()
    {
        Id = "host",
        Criticality = random.Next(4) == 0 ? null : random.Next(1, 6),
        Exposure = random.Next(4) == 0 ? null : (AssetExposure)random.Next(4),
        Sensitivity = random.Next(2) == 0 ? null : (DataSensitivity)random.Next(4),
        Environment = random.Next(2) == 0 ? null : (AssetEnvironment)random.Next(4),
        Regulations = random.Next(4) == 0 ? ["PCI DSS"] : [],
        Value = random.Next(4) == 0 ? random.NextDouble() * 1e6 : null,
    };

    public static ProblemFacts Problem(Random random) => new()
    {
        Id = "PRB1",
        Recurrence = new RecurrenceEvidence(random.NextDouble() * 20, random.NextDouble() * 130),
        Fixes = History(random.Next(3), random.Next(3, 8)),
        Priority = random.Next(3) == 0 ? null : random.Next(1, 6),
    };

    public static void Holds(Action<(CveFacts[] Cves, AssetFacts Asset, Random Random)> law, int tests = 300) =>
        Prop.ForAll(Drawn.ToArbitrary(), law).Check(Config.QuickThrowOnFailure.WithMaxTest(tests));
}
