using System.Text.Json;
using PatchOps.Adapters.Tests.Composition;
using PatchOps.Core.Intake;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;
using PatchOps.Domain;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Tests.Policies;

/// <summary>The backtest: each day is judged by what was known on it, and the counts are right.</summary>
public sealed class PolicyReplayTests : IAsyncLifetime
{
    private static readonly DateOnly Start = new(2025, 3, 16);

    private readonly TestEstate estate = new();

    private ICatalogue Catalogue => estate.Host.Store(null).Catalogue;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();

    [Fact]
    public async Task Six_vulnerabilities_give_the_numbers_that_one_counts_by_hand()
    {
        Import("Cve", Rated("CVE-2024-0001", 9.8), Rated("CVE-2024-0002", 7.5), Rated("CVE-2024-0003", 5.0), Rated("CVE-2024-0004", 9.8), Rated("CVE-2024-0005", 6.0), Rated("CVE-2024-0006", 8.0));
        Import("Epss", new EpssBatch(Start, null, ["CVE-2024-0001", "CVE-2024-0002", "CVE-2024-0003", "CVE-2024-0004", "CVE-2024-0005"], [0.2, 0.01, 0.001, 0.001, 0.01], [0.9, 0.5, 0.1, 0.1, 0.5]));
        Import("Epss", new EpssBatch(Start.AddDays(5), null, ["CVE-2024-0003"], [0.5], [0.99]));
        Import("Kev", new KevRecord("CVE-2024-0001") { Added = Start.AddDays(10), Due = Start.AddDays(24) }, new KevRecord("CVE-2024-0002") { Added = Start.AddDays(20) }, new KevRecord("CVE-2024-0005") { Added = Start.AddDays(-100) });

        var rows = await ReplayAsync(40);
        Assert.Equal(["Policy", "CVSS ≥ 7", "CVSS ≥ 9", "EPSS ≥ 0.1", "KEV only"], rows.Select(r => r.Strategy));
        // 0005 was listed before, 0006 has no EPSS: four are at risk, of which KEV lists two.
        Assert.All(rows, r => Assert.Equal((4, 2, 3), (r.Vulnerabilities, r.Exploited, r.KnownExploited)));
        Assert.Contains(rows[0].Reasons, r => r.StartsWith("1 vulnerabilities were left out", StringComparison.Ordinal));

        Same(rows[1], effort: 3 / 4.0, coverage: 1, efficiency: 2 / 3.0, exposure: (20 + 10) / 2.0, knownCoverage: 2 / 3.0);
        Same(rows[2], effort: 2 / 4.0, coverage: 1 / 2.0, efficiency: 1 / 2.0, exposure: (20 + 20) / 2.0, knownCoverage: 1 / 3.0);
        Same(rows[3], effort: 2 / 4.0, coverage: 1 / 2.0, efficiency: 1 / 2.0, exposure: (20 + 20) / 2.0, knownCoverage: 1 / 3.0);
        // KEV only acts when the entry is there: nothing foreseen, everything in hindsight, and open until KEV's own due date.
        Same(rows[4], effort: 2 / 4.0, coverage: 0, efficiency: 0, exposure: (14 + 20) / 2.0, knownCoverage: 1);
        Assert.Equal(1, rows[4].KnownEfficiency);
        Assert.True(rows[1].CoverageLow > 0.3 && rows[1].CoverageHigh == 1, "two of two is no certainty");
    }

    [Fact]
    public async Task The_policy_is_replayed_with_its_own_thresholds_and_service_levels()
    {
        Import("Cve", Rated("CVE-2024-0001", 5.0), Rated("CVE-2024-0002", 5.0));
        Import("Epss", new EpssBatch(Start, null, ["CVE-2024-0001", "CVE-2024-0002"], [0.001, 0.001], [0.1, 0.1]));
        Import("Kev", new KevRecord("CVE-2024-0001") { Added = Start.AddDays(10) });
        var eager = estate.Write("eager.yaml", "risk:\n  scheduleScore: 0\n  acceptScore: 0\n  serviceLevels: { standard: [90, 12, 5, 1] }\n");
        var row = (await ReplayAsync(40, eager))[0];
        Assert.Equal((1.0, 1.0, 0.5, 2.0), (row.Effort, row.Coverage, row.Efficiency, row.ExposureDays));
        var lax = estate.Write("lax.yaml", "risk:\n  scheduleScore: 100\n  expediteScore: 100\n  emergencyScore: 100\n  benefitDays: 0.001\n  ssvcFloor: {}\n");
        row = (await ReplayAsync(40, lax))[0];
        Assert.Equal((0.0, 0.0, null, 30.0), (row.Effort, row.Coverage, row.Efficiency, row.ExposureDays));
    }

    [Fact]
    public async Task On_an_estate_every_asset_counts_the_same_and_alike_assets_count_as_one()
    {
        Fill(Catalogue, new Random(5), null);
        async Task<PolicyBacktest> On(Func<TestPolicyRequest, TestPolicyRequest> change)
        {
            var (results, failures, _) = await estate.RunAsync(change(Request(80, null)));
            Assert.Empty(failures);
            return (PolicyBacktest)results[0];
        }
        var mild = await On(r => r with { Criticality = 2, Exposure = AssetExposure.Internal });
        var hard = await On(r => r with { Criticality = 5, Exposure = AssetExposure.Internet });
        Assert.True(mild.Effort < hard.Effort && mild.Coverage < hard.Coverage, $"{mild} {hard}");
        static Asset Of(string id, int criticality, AssetExposure exposure) => new() { Id = id, Criticality = criticality, Exposure = exposure };
        await estate.RunAsync(new ImportAssetRequest { InputObject = [Of("a", 2, AssetExposure.Internal), Of("b", 2, AssetExposure.Internal), Of("c", 2, AssetExposure.Internal)] });
        var alike = await On(r => r);
        Assert.Equal(JsonSerializer.Serialize(mild with { Reasons = [] }), JsonSerializer.Serialize(alike with { Reasons = [] }));

        await estate.RunAsync(new ImportAssetRequest { InputObject = [Of("web", 5, AssetExposure.Internet)] });
        var mixed = await On(r => r);
        static double Mixed(double? mild, double? hard) => ((3 * mild!.Value) + hard!.Value) / 4;
        Assert.Equal(Mixed(mild.Effort, hard.Effort), mixed.Effort!.Value, 10);
        Assert.Equal(Mixed(mild.Coverage, hard.Coverage), mixed.Coverage!.Value, 10);
        Assert.Equal(Mixed(mild.ExposureDays, hard.ExposureDays), mixed.ExposureDays!.Value, 10);
        // Right choices on all assets over all choices on all assets.
        Assert.Equal(Mixed(mild.Coverage * mild.Exploited, hard.Coverage * hard.Exploited) / Mixed(mild.Effort * mild.Vulnerabilities, hard.Effort * hard.Vulnerabilities), mixed.Efficiency!.Value, 10);
        Assert.All(new[] { (mixed.EffortLow, mixed.Effort, mixed.EffortHigh), (mixed.CoverageLow, mixed.Coverage, mixed.CoverageHigh), (mixed.EfficiencyLow, mixed.Efficiency, mixed.EfficiencyHigh) }, e => Assert.True(e.Item1 < e.Item2 && e.Item2 < e.Item3, e.ToString()));
        Assert.Contains("4 assets of the store, which are of 2 kinds", mixed.Reasons[0]);

        Assert.Equal(hard.Effort, (await On(r => r with { Asset = ["w*"] })).Effort);
        Assert.Equal("AssetNotFound", (await estate.FailAsync(Request(80, null) with { Asset = ["nobody"] })).Code);
        Assert.Equal("AssetAndKind", (await estate.FailAsync(Request(80, null) with { Asset = ["a"], Criticality = 3 })).Code);
    }

    /// <summary>Everything that is dated from day 60 on is poisoned: entries, forecasts, ratings, rejections, marks. Days before must not notice.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_poisoned_future_changes_nothing_before_it(int seed)
    {
        const int Poisoned = 60;
        await using var clean = new TestEstate();
        foreach (var (store, poison) in new[] { (Catalogue, true), (clean.Host.Store(null).Catalogue, false) }) Fill(store, new Random(seed), poison ? Poisoned : null);

        foreach (var to in new[] { 1, 20, 45, Poisoned })
            Assert.Equal(JsonSerializer.Serialize(await ReplayAsync(clean, to, null)), JsonSerializer.Serialize(await ReplayAsync(to)));
        // The poison works: a day later everything is different.
        Assert.NotEqual(JsonSerializer.Serialize(await ReplayAsync(clean, Poisoned + 1, null)), JsonSerializer.Serialize(await ReplayAsync(Poisoned + 1)));
    }

    [Fact]
    public async Task A_mark_of_ransomware_use_counts_from_the_document_that_brought_it()
    {
        var kev = """{"catalogVersion":"1","dateReleased":"DAY","count":1,"vulnerabilities":[{"cveID":"CVE-2024-0001","vendorProject":"v","product":"p","vulnerabilityName":"n","dateAdded":"2025-01-02","shortDescription":"s","requiredAction":"a","dueDate":"2025-01-20","knownRansomwareCampaignUse":"USE","notes":""}]}""";
        string Document(string name, string day, string use) => estate.Write(name, kev.Replace("DAY", day + "T00:00:00Z", StringComparison.Ordinal).Replace("USE", use, StringComparison.Ordinal));
        await estate.RunAsync(new ImportFeedRequest { Path = [Document("a.json", "2025-02-01", "Unknown")] });
        await estate.RunAsync(new ImportFeedRequest { Path = [Document("b.json", "2025-05-01", "Known")] });
        var again = (await estate.RunAsync(new ImportFeedRequest { Path = [Document("c.json", "2025-06-01", "Known")] })).Results.Cast<ImportResult>().Single();
        Assert.Equal(1, again.Unchanged);
        bool Ransomware(int month, int day) => Catalogue.Threats(["CVE-2024-0001"], new DateTimeOffset(2025, month, day, 12, 0, 0, TimeSpan.Zero))["CVE-2024-0001"].Ransomware;
        Assert.False(Ransomware(4, 30));
        Assert.True(Ransomware(5, 1));
    }

    [Fact]
    public async Task Bad_input_is_one_clear_failure()
    {
        Assert.Equal("ReplayEmpty", (await estate.FailAsync(Request(40, null))).Code);
        Assert.Equal("ParameterMissing", (await estate.FailAsync(new TestPolicyRequest { Replay = true })).Code);
        Assert.Equal("PeriodReversed", (await estate.FailAsync(Request(-1, null))).Code);
        Assert.Equal("PeriodReversed", (await estate.FailAsync(Request(1, null) with { From = NoonClock.Now.AddDays(2), To = null })).Code);
        Assert.Equal("ParameterOutOfRange", (await estate.FailAsync(Request(40, null) with { Criticality = 6 })).Code);
        Assert.Equal("ReplayMissing", (await estate.FailAsync(new TestPolicyRequest { Path = estate.Write("p.yaml", "risk: {}"), IncludeUnrated = true })).Code);
    }

    private static void Fill(ICatalogue store, Random random, int? poisonFrom)
    {
        var ids = Enumerable.Range(1, 200).Select(i => $"CVE-2024-{i:0000}").ToArray();
        var lost = new Random(99);
        bool Poison(int day) => poisonFrom <= day;
        var records = ids.Select(id => (FeedRecord)Rated(id, Math.Round(random.NextDouble() * 10, 1), Start.AddDays(random.Next(-300, 50)))).ToList();
        if (poisonFrom is { } from)
        {
            // Another source that rates everything critical or rejects it, but only later.
            records.AddRange(ids.Select(id => new VulnerabilityRecord("vendor", id)
            {
                AsOf = At(Start.AddDays(from + lost.Next(3))), Trust = TrustRank.VendorVex, Status = lost.Next(3) == 0 ? VulnerabilityStatus.Rejected : VulnerabilityStatus.Published,
                Cvss = [new CvssFact("vendor", "3.1", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10)], Ssvc = new SsvcFact("cisa", "active", "yes", "total", null, null),
            }));
        }
        Import(store, "Cve", [.. records]);
        for (var day = 0; day < 90; day += 10)
        {
            var chances = ids.Select(_ => Math.Round(Math.Pow(random.NextDouble(), 5), 5)).ToArray();
            Import(store, "Epss", new EpssBatch(Start.AddDays(day), null, ids, Poison(day) ? [.. chances.Select(_ => 0.99)] : chances, chances));
        }
        var kev = ids.Where(_ => random.Next(10) == 0).Select(id => new KevRecord(id) { Added = Start.AddDays(random.Next(-50, 90)), Ransomware = true }).ToList();
        if (poisonFrom is { } first)
        {
            kev.RemoveAll(k => k.Added >= Start.AddDays(first));
            kev = [.. kev.Select(k => k with { RansomwareSeen = Start.AddDays(first) })];
            kev.AddRange(ids.Except(kev.Select(k => k.Cve)).Select(id => new KevRecord(id) { Added = Start.AddDays(first), Ransomware = true }));
        }
        else
        {
            kev = [.. kev.Select(k => k with { Ransomware = false })];
        }
        Import(store, "Kev", [.. kev]);
    }

    private static void Same(PolicyBacktest row, double effort, double coverage, double efficiency, double exposure, double knownCoverage)
    {
        Assert.Equal(effort, row.Effort!.Value, 10);
        Assert.Equal(coverage, row.Coverage!.Value, 10);
        Assert.Equal(efficiency, row.Efficiency!.Value, 10);
        Assert.Equal(exposure, row.ExposureDays!.Value, 10);
        Assert.Equal(knownCoverage, row.KnownCoverage!.Value, 10);
        Assert.True(row.EffortLow <= row.Effort && row.Effort <= row.EffortHigh);
    }

    private Task<List<PolicyBacktest>> ReplayAsync(int days, string? policy = null) => ReplayAsync(estate, days, policy);

    private static async Task<List<PolicyBacktest>> ReplayAsync(TestEstate estate, int days, string? policy)
    {
        var (results, failures, _) = await estate.RunAsync(Request(days, policy));
        Assert.Empty(failures);
        return [.. results.Cast<PolicyBacktest>()];
    }

    private static TestPolicyRequest Request(int days, string? policy) => new() { Replay = true, Path = policy ?? "", From = At(Start), To = At(Start.AddDays(days)) };

    private static VulnerabilityRecord Rated(string id, double score, DateOnly? day = null) => new("cve", id)
    {
        AsOf = At(day ?? Start.AddDays(-200)), Trust = TrustRank.Cna, Published = At(day ?? Start.AddDays(-200)), Cvss = [new CvssFact("cna", "3.1", Vector(score), score)],
    };

    /// <summary>Vectors near the score; what is tested reads the published score.</summary>
    private static string Vector(double score) => score >= 9 ? "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" : score >= 7 ? "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H" : "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:L/I:L/A:N";

    private static DateTimeOffset At(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

    private void Import(string feed, params FeedRecord[] records) => Import(Catalogue, feed, records);

    private static void Import(ICatalogue store, string feed, params FeedRecord[] records)
    {
        using var import = store.BeginImport(feed, feed, NoonClock.Now);
        foreach (var record in records) import.Add(record);
        import.Complete(TimeSpan.Zero);
    }
}
