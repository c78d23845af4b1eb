using PatchOps.Adapters.Composition;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Lab.Tests.Waves;

/// <summary>What waves are made from, and what they leave behind, where no host is needed to see it.</summary>
public sealed class EstateFactsTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("patchops-").FullName;
    private readonly OperationHost door = new(TimeProvider.System);

    public Task InitializeAsync()
    {
        door.DefaultStore = Path.Combine(folder, "store.db");
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await door.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_problems_patch_stands_for_the_installed_packages_of_its_source()
    {
        await AskAsync(new ImportAssetRequest { InputObject = [new Asset { Id = "old" }, new Asset { Id = "other" }, new Asset { Id = "unread" }] });
        await AskAsync(new ImportAssetRequest
        {
            InputObject = [Package("old", "libfoo1", "1.0", "foo"), Package("old", "foo-tools", "1.1", "foo"), Package("old", "foo", "9", "another"), Package("other", "bar", "1.0", "bar")],
        });
        await AskAsync(new ImportProblemRequest { InputObject = [new Problem { Id = "PRB1", Status = "Open", ConfigurationItems = ["old", "other", "unread"], Patches = ["deb:foo/1.1"] }] });

        var findings = (await AskAsync(new GetExposureRequest())).Cast<Finding>().Select(f => (f.Asset, f.Package, f.InstalledVersion, f.Status)).Order().ToArray();
        Assert.Equal(
        [
            ("old", "foo-tools", "1.1", FindingStatus.Fixed),
            ("old", "libfoo1", "1.0", FindingStatus.Affected),
            ("other", "foo", null, FindingStatus.NotAffected),
            ("unread", "foo", null, FindingStatus.Affected),
        ], findings);
    }

    [Fact]
    public async Task A_second_inventory_of_an_unchanged_host_changes_nothing()
    {
        await AskAsync(new ImportAssetRequest { InputObject = [new Asset { Id = "h1", Name = "web1", Address = "192.0.2.1", OwnerTeam = "Web" }] });
        var inventory = new InventoryResult
        {
            Asset = new Asset { Id = "0123456789abcdef", Name = "192.0.2.1", Aliases = ["web1"], User = "root", Port = 2222, OperatingSystem = "Debian" }, Taken = DateTimeOffset.UtcNow,
            Software = [Package("0123456789abcdef", "foo", "1.0", "foo")],
        };
        await AskAsync(new ImportAssetRequest { InputObject = [inventory] });
        var again = Assert.IsType<ImportResult>(Assert.Single(await AskAsync(new ImportAssetRequest { InputObject = [inventory] })));
        Assert.Equal((0, 0), (again.Added, again.Updated));
        var asset = Assert.IsType<Asset>(Assert.Single(await AskAsync(new GetAssetRequest())));
        Assert.Equal(("h1", "Web", "root", 2222), (asset.Id, asset.OwnerTeam, asset.User, asset.Port));
        Assert.Equal(["0123456789abcdef", "192.0.2.1"], asset.Aliases.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_was_read_after_a_change_takes_the_place_of_the_inventory()
    {
        var pending = new AvailableUpdate { Asset = "h1", Package = "foo", InstalledVersion = "1.0", AvailableVersion = "1.1", Source = "foo", Security = true };
        await AskAsync(new ImportAssetRequest
        {
            InputObject = [new InventoryResult { Asset = new Asset { Id = "h1" }, Taken = DateTimeOffset.UtcNow, Software = [Package("h1", "foo", "1.0", "foo")], PendingUpdates = [pending] }],
        });
        Assert.Equal("deb:foo/1.1", Assert.IsType<PatchRisk>(Assert.Single(await AskAsync(new GetRiskRequest()))).Id);

        Observe("foo", "1.1");
        Assert.Empty(await AskAsync(new GetRiskRequest()));
        Assert.Equal(("foo", "1.1", "foo"), Assert.Single(door.Store(null).Catalogue.Software("h1").Select(s => (s.Package, s.Version, s.Source))));
        // Taken back: the update waits again. A package that no inventory lists is not made up.
        Observe("foo", "1.0");
        Observe("bar", "2.0");
        Assert.Single(await AskAsync(new GetRiskRequest()));
        Assert.Equal(("foo", "1.0", "foo"), Assert.Single(door.Store(null).Catalogue.Software("h1").Select(s => (s.Package, s.Version, s.Source))));
    }

    [Theory]
    [InlineData(2, "wave", "invoke", "PLN-1", "1", "one too many")]
    [InlineData(1, "wave", "invoke", "PLN-1", "1", "--yes")]
    [InlineData(1, "plan", "approve", "PLN-1", "--yes")]
    public async Task A_verb_reads_single_arguments_and_says_wrong_usage_with_2(int expected, params string[] arguments)
    {
        var (code, _, error) = await CommandLine.RunAsync([.. arguments, "--store", Path.Combine(folder, "other.db")]);
        Assert.True(code == expected, error);
        Assert.Equal(expected == 1, error.Contains("PlanNotFound", StringComparison.Ordinal));
    }

    private void Observe(string package, string version)
    {
        using var import = door.Store(null).Catalogue.BeginImport("Deployment", "test", DateTimeOffset.UtcNow);
        import.Observe("h1", package, version);
        import.Complete(TimeSpan.Zero);
    }

    private static Software Package(string asset, string package, string version, string source) =>
        new() { Asset = asset, Package = package, Version = version, Source = source, Ecosystem = "Debian:12", Architecture = "amd64" };

    private async Task<List<object>> AskAsync(OperationRequest request)
    {
        var results = new List<object>();
        await foreach (var happened in door.RunAsync(request, new Caller { Account = "lab" }, default))
        {
            switch (happened)
            {
                case ResultEvent result: results.Add(result.Value); break;
                case AskEvent ask: ask.Give(Answer.Yes); break;
                case FailedEvent failed: Assert.Fail(failed.Failure.ToString()); break;
            }
        }
        return results;
    }
}
