using System.Globalization;
using PatchOps.Core.Intake;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Tests.Composition;

/// <summary>Hosts that got a newer patch than the problem record names have what it names: the loop closes all the same.</summary>
public sealed class InPlaceTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TestEstate estate = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();

    [Theory]
    [InlineData("deb:demo/1.1-1", "deb:demo/1.1-2+deb12u1")]
    [InlineData("rpm:demo/1.1-9.el9", "rpm:demo/1.1-10.el9")]
    [InlineData("KB5034770", "KB5036909")]
    public async Task What_replaces_the_patch_of_the_record_is_tested_with_it(string named, string newer)
    {
        await ImportAsync(named, [named, newer, newer, newer]);
        var result = await TestAsync();
        Assert.Equal(EffectivenessVerdict.Effective, result.Verdict);
        Assert.Equal(new[] { named, newer }.Order(StringComparer.Ordinal), result.Patch!.Split(", "));
        Assert.Equal(4 * 18, result.BeforeCount);
        Assert.Contains(result.Reasons, r => r.Contains($"Where {named} was not installed, {newer} was", StringComparison.Ordinal));
        var outcome = estate.Host.Store(null).Catalogue.Problems().Single().Outcome!;
        Assert.Equal(new[] { named, newer }.Order(StringComparer.Ordinal), outcome.Patches);
        Assert.Empty(outcome.Missing);
        Assert.Empty((await estate.RunAsync(new SetProblemRequest { Id = "PRB1", Status = "Closed" })).Failures);
    }

    [Fact]
    public async Task It_is_enough_that_all_hosts_got_the_newer_one()
    {
        await ImportAsync("deb:demo/1.1-1", ["deb:demo/1.2-1", "deb:demo/1.2-1", "deb:demo/1.2-1", "deb:demo/1.2-1"]);
        Assert.Equal(EffectivenessVerdict.Effective, (await TestAsync()).Verdict);
        Assert.Empty((await estate.RunAsync(new SetProblemRequest { Id = "PRB1", Status = "Closed" })).Failures);
    }

    [Theory]
    [InlineData("deb:demo/1.1-1", "deb:demo/1.0-9")]
    [InlineData("deb:demo/1.1-1", "deb:demo-extra/1.2-1")]
    [InlineData("deb:demo/1.1-1", "rpm:demo/1.2-1")]
    [InlineData("KB5034770", "KB5034129")]
    [InlineData("RHSA-2024:0001", "RHSA-2024:0002")]
    public async Task What_does_not_contain_the_patch_is_no_deployment_of_it(string named, string other)
    {
        await ImportAsync(named, [other, other, other, other]);
        Assert.Equal(EffectivenessVerdict.Inconclusive, (await TestAsync()).Verdict);
        Assert.Contains("a successful deployment", (await estate.FailAsync(new SetProblemRequest { Id = "PRB1", Status = "Closed" })).Message, StringComparison.Ordinal);
    }

    /// <summary>Hosts with an incident every ten days until each gets its patch on day 180, and every sixty days from then on.</summary>
    private async Task ImportAsync(string named, string[] installed)
    {
        var hosts = Enumerable.Range(0, installed.Length).Select(i => $"host-{i}").ToList();
        List<Incident> incidents = [];
        foreach (var (host, i) in hosts.Select((h, i) => (h, i)))
        {
            void Add(double day) => incidents.Add(new Incident { Id = string.Create(CultureInfo.InvariantCulture, $"I{incidents.Count}"), Opened = Start.AddDays(day), ConfigurationItem = host, Category = "crash", Problem = "PRB1" });
            for (var day = 0.5 + i; day < 180; day += 10) Add(day);
            for (var day = 200.5 + i; day < 300; day += 60) Add(day);
        }
        await RunAsync(new ImportAssetRequest { InputObject = [.. hosts.Select(h => new Asset { Id = h, Environment = AssetEnvironment.Production })] });
        await RunAsync(new ImportProblemRequest { InputObject = [new Problem { Id = "PRB1", Title = "Crash", Status = "Open", ConfigurationItems = hosts, Patches = [named] }] });
        await RunAsync(new ImportIncidentRequest { InputObject = [.. incidents] });
        await RunAsync(new ImportDeploymentRequest { InputObject = [.. hosts.Select((h, i) => new Deployment { Id = $"D{i}", Patch = installed[i], Asset = h, Started = Start.AddDays(180), Ended = Start.AddDays(180.05), Outcome = DeploymentOutcome.Succeeded })] });
        using var import = estate.Host.Store(null).Catalogue.BeginImport("Csaf", "month", Start);
        import.Add(new VulnerabilityRecord("cvrf:microsoft", "CVE-2024-2009")
        {
            Trust = TrustRank.VendorAdvisory, AsOf = Start,
            Patches = [new PatchFact("KB5034770") { Supersedes = ["KB5034129"] }, new PatchFact("KB5035857") { Supersedes = ["KB5034770"] }, new PatchFact("KB5036909") { Supersedes = ["KB5035857"] }],
        });
        import.Complete(TimeSpan.Zero);
    }

    private async Task RunAsync(Core.Operations.OperationRequest request) => Assert.Empty((await estate.RunAsync(request)).Failures);

    private async Task<EffectivenessResult> TestAsync()
    {
        var (results, failures, _) = await estate.RunAsync(new TestEffectivenessRequest { Problem = ["PRB1"] });
        Assert.Empty(failures);
        return Assert.IsType<EffectivenessResult>(Assert.Single(results));
    }
}
