using PatchOps.Adapters.Tests.Composition;
using PatchOps.Core.Intake;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Store;

public sealed class CatalogueTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 11, 1, 8, 0, 0, TimeSpan.Zero);
    private readonly TestEstate estate = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();

    private ICatalogue Catalogue => estate.Host.Store(null).Catalogue;

    [Fact]
    public void An_import_that_is_not_completed_leaves_nothing()
    {
        using (var import = Catalogue.BeginImport("Asset", "interrupted", Now)) import.Add(new Asset { Id = "a" });
        Assert.Empty(Catalogue.Assets());
    }

    [Fact]
    public void Reading_the_same_again_changes_nothing()
    {
        Asset[] assets = [new() { Id = "a", Tags = ["x"] }, new() { Id = "b", Criticality = 4 }];
        Assert.Equal((2, 0, 0), Import(assets));
        Assert.Equal((0, 0, 2), Import(assets));
        Assert.Equal((0, 1, 1), Import([assets[0], assets[1] with { Criticality = 5 }]));
    }

    [Fact]
    public void What_its_source_no_longer_lists_is_retired_and_comes_back()
    {
        Import([new() { Id = "a" }, new() { Id = "b" }]);
        Import([new() { Id = "a" }]);
        Assert.Equal(["a"], Catalogue.Assets().Select(a => a.Id));
        Assert.NotNull(Catalogue.Assets(includeRetired: true).Single(a => a.Id == "b").Retired);
        Import([new() { Id = "a" }, new() { Id = "b" }]);
        Assert.Equal(2, Catalogue.Assets().Count());
    }

    [Fact]
    public void An_item_that_a_record_names_first_becomes_the_asset_that_an_inventory_brings()
    {
        using (var import = Catalogue.BeginImport("Incident", "desk", Now))
        {
            import.Add(new Incident { Id = "INC1", Opened = Now, ConfigurationItem = "WEB01" });
            import.Complete(TimeSpan.Zero);
        }
        Assert.True(Catalogue.Assets().Single().Stub);
        Import([new() { Id = "4c4c4544", Name = "web01" }]);
        var asset = Catalogue.Assets().Single();
        Assert.False(asset.Stub);
        Assert.Equal("4c4c4544", Catalogue.Incidents().Single().ConfigurationItem);
        Assert.Equal("4c4c4544", Catalogue.ResolveAsset("Web01"));
    }

    [Fact]
    public void Software_that_is_gone_is_gone_and_only_there()
    {
        Software(("a", "bash", "5.1"), ("a", "curl", "7.8"), ("b", "bash", "5.1"));
        Software(("a", "bash", "5.2"));
        Assert.Equal([("a", "bash", "5.2"), ("b", "bash", "5.1")], Catalogue.Software(null).Select(s => (s.Asset, s.Package, s.Version)));
    }

    [Fact]
    public async Task What_imports_changed_of_an_asset_and_its_packages_is_kept()
    {
        Import([new() { Id = "a", Criticality = 3, Tags = ["x"] }, new() { Id = "b" }]);
        Software(("a", "bash", "5.1"), ("a", "curl", "7.8"), ("b", "bash", "5.1"));
        Assert.Empty((await estate.RunAsync(new GetAssetRequest { Id = ["a"], History = true })).Failures);
        Assert.Empty((await estate.RunAsync(new GetAssetRequest { History = true })).Results);
        Software(("a", "bash", "5.2"), ("a", "zlib", "1.3"));
        Import([new() { Id = "a", Criticality = 5, OwnerTeam = "web" }]);
        Import([new() { Id = "a", Criticality = 5, OwnerTeam = "web" }, new() { Id = "b", Criticality = 1 }]);

        var (results, failures, _) = await estate.RunAsync(new GetAssetRequest { History = true });
        Assert.Empty(failures);
        Assert.Equal(
            [
                ("a", "Changed", "bash", "5.1", "5.2"), ("a", "Added", "zlib", null, "1.3"), ("a", "Gone", "curl", "7.8", null),
                ("a", "Changed", "Criticality", "3", "5"), ("a", "Gone", "Tags", "x", null), ("a", "Added", "OwnerTeam", null, "web"),
                ("b", "Retired", "", null, null), ("b", "Returned", "", null, null), ("b", "Added", "Criticality", null, "1"),
            ],
            results.Cast<AssetChange>().Select(c => (c.Asset, c.Change, c.Item, c.Before, c.After)).Order(Comparer<(string Asset, string, string, string?, string?)>.Create((x, y) => string.CompareOrdinal(x.Asset, y.Asset))));
        Assert.Equal("AssetNotFound", (await estate.FailAsync(new GetAssetRequest { Id = ["nobody"], History = true })).Code);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(6)]
    public void Any_past_epss_day_can_be_asked_for_whatever_order_days_came_in(int otherDays)
    {
        // With many days in the store a CVE's last score is looked up instead of all being read.
        for (var day = 0; day < otherDays; day++) Epss(20 + day, ("CVE-2024-9999", 0.1 + (day / 100.0)));
        Epss(3, ("CVE-2024-1001", 0.1), ("CVE-2024-1002", 0.5));
        Epss(7, ("CVE-2024-1001", 0.1), ("CVE-2024-1002", 0.6));
        Epss(5, ("CVE-2024-1001", 0.3));
        Assert.Equal([null, 0.1, 0.1, 0.3, 0.3, 0.1, 0.1], Enumerable.Range(2, 7).Select(d => At("CVE-2024-1001", d)));
        Assert.Equal([null, 0.5, 0.5, 0.5, 0.5, 0.6, 0.6], Enumerable.Range(2, 7).Select(d => At("CVE-2024-1002", d)));
    }

    [Fact]
    public void The_next_epss_day_stores_only_what_changed()
    {
        Epss(3, ("CVE-2024-1001", 0.1), ("CVE-2024-1002", 0.5));
        var second = Epss(4, ("CVE-2024-1001", 0.1), ("CVE-2024-1002", 0.6), ("CVE-2024-1003", 0.2));
        Assert.Equal((1, 1, 1), (second.Added, second.Updated, second.Unchanged));
        Assert.Equal(3, second.Read);
    }

    [Fact]
    public void A_vulnerability_is_one_record_whichever_name_came_first()
    {
        using (var import = Catalogue.BeginImport("Osv", "feed", Now))
        {
            import.Add(new VulnerabilityRecord("osv:ghsa", "GHSA-aaaa-bbbb-cccc") { AsOf = Now });
            import.Add(new VulnerabilityRecord("nvd", "CVE-2024-1001") { AsOf = Now, Aliases = ["GHSA-aaaa-bbbb-cccc"] });
            import.Complete(TimeSpan.Zero);
        }
        Assert.Equal(["CVE-2024-1001"], Catalogue.VulnerabilityIds(null));
        Assert.Equal(2, Catalogue.Vulnerability("GHSA-aaaa-bbbb-cccc").Count);
    }

    [Fact]
    public void A_past_day_knows_only_what_was_known_then()
    {
        using (var import = Catalogue.BeginImport("Kev", "kev", Now))
        {
            import.Add(new KevRecord("CVE-2024-1001") { Added = new DateOnly(2024, 6, 10), Ransomware = true });
            import.Complete(TimeSpan.Zero);
        }
        Assert.False(Catalogue.Threats(["CVE-2024-1001"], new DateTimeOffset(2024, 6, 9, 23, 0, 0, TimeSpan.Zero)).ContainsKey("CVE-2024-1001"));
        Assert.True(Catalogue.Threats(["CVE-2024-1001"], new DateTimeOffset(2024, 6, 10, 1, 0, 0, TimeSpan.Zero))["CVE-2024-1001"].Ransomware);
    }

    [Fact]
    public async Task The_audit_chain_tells_a_change_afterwards()
    {
        await estate.RunAsync(new ImportAssetRequest { Path = [estate.Write("assets.csv", "Id\na\n")] });
        await estate.RunAsync(new ImportAssetRequest { Path = [estate.Write("more.csv", "Id\nb\n")] });
        Assert.True(Assert.IsType<AuditVerdict>((await estate.RunAsync(new TestAuditRequest())).Results.Single()).Intact);

        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={estate.PathOf("test.runs.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "UPDATE audit SET payload=replace(payload, '\"added\":1', '\"added\":2') WHERE sequence=1";
            Assert.Equal(1, command.ExecuteNonQuery());
        }
        var (results, failures, _) = await estate.RunAsync(new TestAuditRequest());
        Assert.Equal(1, Assert.IsType<AuditVerdict>(results.Single()).FirstBroken);
        Assert.Equal("AuditBroken", Assert.Single(failures).Failure.Code);
    }

    private (long Added, long Updated, long Unchanged) Import(Asset[] assets)
    {
        using var import = Catalogue.BeginImport("Asset", "assets.csv", Now);
        foreach (var asset in assets) import.Add(asset);
        var result = import.Complete(TimeSpan.Zero);
        return (result.Added, result.Updated, result.Unchanged);
    }

    private void Software(params (string Asset, string Package, string Version)[] rows)
    {
        using var import = Catalogue.BeginImport("Software", "software.csv", Now);
        foreach (var (asset, package, version) in rows) import.Add(new Software { Asset = asset, Package = package, Version = version });
        import.Complete(TimeSpan.Zero);
    }

    private ImportResult Epss(int day, params (string Cve, double Score)[] rows)
    {
        using var import = Catalogue.BeginImport("Epss", $"epss-{day}", Now);
        import.Add(new EpssBatch(new DateOnly(2026, 1, day), null, [.. rows.Select(r => r.Cve)], [.. rows.Select(r => r.Score)], [.. rows.Select(r => r.Score)]));
        return import.Complete(TimeSpan.Zero);
    }

    private double? At(string cve, int day) =>
        Catalogue.Threats([cve], new DateTimeOffset(2026, 1, day, 12, 0, 0, TimeSpan.Zero)).TryGetValue(cve, out var threat) ? threat.Epss : null;
}
