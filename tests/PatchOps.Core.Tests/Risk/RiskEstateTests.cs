using System.Globalization;
using System.IO.Compression;
using PatchOps.Core.Risk;
using PatchOps.Core.Scoring.Cvss;
using PatchOps.Domain;
using PatchOps.Tests;
using Xunit.Abstractions;

namespace PatchOps.Core.Tests.Risk;

/// <summary>Sanity of the defaults on an estate of 200 hosts, each with hundreds of open vulnerabilities.</summary>
public class RiskEstateTests(ITestOutputHelper output)
{
    // Attack vectors and impacts in the proportions of NVD: mostly network, then local.
    private static readonly CvssVector[] Vectors =
    [
        CvssVector.Parse("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"),
        CvssVector.Parse("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"),
        CvssVector.Parse("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H"),
        CvssVector.Parse("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"),
        CvssVector.Parse("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"),
        CvssVector.Parse("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"),
        CvssVector.Parse("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:H"),
        CvssVector.Parse("CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"),
    ];

    [SkippableTheory]
    [InlineData("epss/epss_scores-2025-03-16.csv.gz", 1)]
    [InlineData("epss/epss_scores-2026-08-09.csv.gz", 2)]
    public void On_real_forecasts_a_year_costs_less_than_the_assets_and_few_patches_are_emergencies(string file, int seed)
    {
        var kev = File.ReadLines(SharedData.Require("kev/known_exploited_vulnerabilities.csv")).Skip(1)
            .Select(l => l.Split(',')[0]).Where(id => id.StartsWith("CVE-", StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);
        var forecasts = Epss(SharedData.Require(file)).ToList();
        var random = new Random(seed);
        Judge(random, i =>
        {
            var (id, epss) = forecasts[random.Next(forecasts.Count)];
            return ($"{id}/{i.ToString(CultureInfo.InvariantCulture)}", epss, kev.Contains(id));
        });
    }

    /// <summary>The same where the public data are not at hand: a body of small chances, one in a hundred near certain, one in 250 in KEV.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void On_made_up_forecasts_a_year_costs_less_than_the_assets_and_few_patches_are_emergencies(int seed)
    {
        var random = new Random(seed);
        Judge(random, i => (
            "CVE-" + i.ToString(CultureInfo.InvariantCulture), random.Next(100) == 0 ? 0.5 + (random.NextDouble() / 2) : 0.02 * Math.Pow(random.NextDouble(), 2), random.Next(250) == 0));
    }

    private void Judge(Random random, Func<int, (string Id, double Epss, bool Kev)> draw)
    {
        var hosts = Enumerable.Range(0, 200).Select(i => Host(random, i)).ToArray();
        var model = RiskSamples.Model;
        var openOf = hosts.ToDictionary(h => h.Id, _ => new List<CveFacts>());
        var decisions = new Dictionary<PatchDecision, int>();
        double year = 0;
        var number = 0;
        const int patches = 600;
        for (var p = 0; p < patches; p++)
        {
            var cves = Enumerable.Range(0, random.Next(1, 12)).Select(_ =>
            {
                var (id, epss, kev) = draw(number++);
                return new CveFacts
                {
                    Id = id, Epss = epss, Cvss = Vectors[random.Next(Vectors.Length)],
                    KevAdded = kev ? new DateOnly(2025, 1, 1) : null, Ransomware = kev && random.Next(5) == 0,
                };
            }).ToArray();
            var totals = new RiskTotals(model);
            foreach (var host in Enumerable.Range(0, random.Next(1, 60)).Select(_ => hosts[random.Next(hosts.Length)]).Distinct())
            {
                totals.Add(RiskSamples.On(host, cves));
                openOf[host.Id].AddRange(cves);
            }
            var risk = totals.ToRisk($"patch{p}");
            year += risk.ExpectedLossPerDay * 365;
            decisions[risk.Decision] = decisions.GetValueOrDefault(risk.Decision) + 1;
        }
        var worth = hosts.Sum(h => model.Value(h));
        foreach (var host in hosts)
        {
            var loss = model.Figures(new RiskInput { Asset = host, Cves = openOf[host.Id] }).ExpectedLossPerDay * 365;
            Assert.True(loss < model.Value(host), $"{host}: {loss} a year of {model.Value(host)} with {openOf[host.Id].Count} open vulnerabilities");
        }
        output.WriteLine(
            $"loss of a year {year:0} of {worth:0} ({year / worth:P1}); {openOf.Values.Average(c => c.Count):0} open per host; " +
            string.Join(", ", decisions.OrderByDescending(d => d.Key).Select(d => $"{d.Key} {d.Value}")));
        Assert.True(year < worth, $"{year} of {worth}");
        Assert.True(decisions.GetValueOrDefault(PatchDecision.Emergency) <= patches * 0.02, $"{decisions.GetValueOrDefault(PatchDecision.Emergency)} emergencies");
        Assert.True(decisions.Count >= 3, "the decisions must tell patches apart");
    }

    /// <summary>Time is for the benchmark named risk to measure; what makes a million findings slow on any machine is garbage.</summary>
    [Fact]
    public void Scoring_a_finding_allocates_nothing()
    {
        var random = new Random(5);
        var cves = Enumerable.Range(0, 1000).Select(i => RiskSamples.Cve(random, i)).ToArray();
        var hosts = Enumerable.Range(0, 100).Select(i => Host(random, i)).ToArray();
        var model = RiskSamples.Model;
        var sum = 0.0;
        var least = Allocations.Least(() =>
        {
            for (var i = 0; i < 2000; i++)
                sum += model.Figures(new RiskInput { Asset = hosts[i % 100], Cve = cves[i % 1000] }).ExpectedLossPerDay;
        });
        Assert.Equal(0, least);
        Assert.True(sum > 0);
    }

    private static AssetFacts Host(Random random, int number) => new()
    {
        Id = $"host{number:000}",
        Exposure = random.Next(10) switch { 0 => AssetExposure.Internet, 1 => AssetExposure.Partner, 2 => AssetExposure.Isolated, _ => AssetExposure.Internal },
        Criticality = random.Next(20) switch { < 4 => 1, < 10 => 2, < 16 => 3, < 19 => 4, _ => 5 },
        Environment = random.Next(10) switch { 0 => AssetEnvironment.Development, 1 => AssetEnvironment.Test, 2 => AssetEnvironment.Staging, _ => AssetEnvironment.Production },
        Sensitivity = (DataSensitivity)random.Next(4),
        Regulations = random.Next(10) == 0 ? ["PCI DSS"] : [],
    };

    private static IEnumerable<(string Id, double Epss)> Epss(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
        {
            var cells = line.Split(',');
            if (cells[0].StartsWith("CVE-", StringComparison.Ordinal)) yield return (cells[0], double.Parse(cells[1], CultureInfo.InvariantCulture));
        }
    }
}
