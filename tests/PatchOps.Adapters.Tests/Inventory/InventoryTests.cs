using PatchOps.Adapters.Composition;
using PatchOps.Adapters.Inventory;
using PatchOps.Adapters.Tests.Composition;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Intake;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Inventory;

public sealed class InventoryTests : IAsyncLifetime
{
    private const string Windows = """
        #windows
        {"machine":"1f0c6a3e-0000-0000-0000-000000000001","name":"srv1.corp.example","caption":"Microsoft Windows Server 2022 Datacenter","architecture":"64-bit","release":"21H2",
        "build":"10.0.20348.2322","installation":"Server Core","hotfixes":["KB5034770","kb5012170","KB5034770",""],
        "products":[{"name":"7-Zip 23.01 (x64)","version":"23.01","publisher":"Igor Pavlov"},{"name":"Broken","version":null},{"name":"7-Zip 23.01 (x64)","version":"23.01"},"odd"]}
        """;

    private readonly TestEstate estate = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();

    [Fact]
    public async Task A_Windows_hosts_answer_becomes_release_updates_and_products()
    {
        Asset? asked = null;
        await using var host = Host(asset =>
        {
            asked ??= asset;
            return Windows;
        });
        var result = Assert.IsType<InventoryResult>(Assert.Single(await AskAsync(host, new GetInventoryRequest { ComputerName = ["srv1"], Transport = TransportKind.PSSession, User = "admin" })));
        Assert.Null(result.Failure);
        Assert.Equal(("srv1", "admin"), (asked!.Name, asked.User));
        Assert.Equal("1f0c6a3e-0000-0000-0000-000000000001", result.Asset.Id);
        Assert.Contains("srv1.corp.example", result.Asset.Aliases);
        Assert.Equal(
            [("Windows Server 2022 (Server Core installation)", "10.0.20348.2322", "Windows"), ("KB5034770", "5034770", "Windows"), ("KB5012170", "5012170", "Windows"), ("7-Zip 23.01 (x64)", "23.01", null)],
            result.Software.Select(s => (s.Package, s.Version, s.Ecosystem)));
        Assert.Equal("cpe:2.3:o:microsoft:windows_server_2022:10.0.20348.2322:*:*:*:*:*:*:*", result.Software[0].Cpe);
    }

    [Theory]
    [InlineData("#windows\n{\"machine\":")]
    [InlineData("#windows\n[]")]
    [InlineData("#windows")]
    [InlineData("")]
    [InlineData("no such thing\n")]
    public async Task An_answer_that_is_none_is_a_result_that_says_why(string answer)
    {
        await using var host = Host(_ => answer);
        var events = await AllAsync(host, new GetInventoryRequest { ComputerName = ["srv1"], Transport = TransportKind.PSSession });
        var failure = Assert.Single(events.OfType<FailedEvent>()).Failure;
        Assert.Contains(failure.Code, (string[])["InventoryFailed", "InventoryUnsupported"]);
        Assert.NotNull(Assert.IsType<InventoryResult>(Assert.Single(events.OfType<ResultEvent>()).Value).Failure);
    }

    [Fact]
    public async Task Without_PowerShell_a_session_is_refused_with_the_way_out()
    {
        var (_, failures, _) = await estate.RunAsync(new GetInventoryRequest { ComputerName = ["srv1"], Transport = TransportKind.PSSession });
        Assert.Equal("TransportNeedsPowerShell", Assert.Single(failures).Failure.Code);
    }

    [Fact]
    public async Task What_the_store_knows_of_a_host_is_how_it_is_reached_unless_the_request_says_other()
    {
        var catalogue = estate.Host.Store(null).Catalogue;
        using (var import = catalogue.BeginImport("Asset", "a.csv", NoonClock.Now))
        {
            import.Add(new Asset { Id = "m1", Name = "web01", Address = "192.0.2.1", User = "ops", Port = 2222, Transport = TransportKind.Ssh, Aliases = ["web01.corp.example"] });
            import.Add(new Asset { Id = "m2", Name = "web02", Address = "192.0.2.2" });
            import.Complete(TimeSpan.Zero);
        }
        Assert.Equal(("m1", "192.0.2.1", "ops", 2222), Key(Assert.Single(await AskedAsync(new GetInventoryRequest { ComputerName = ["WEB01"] }, catalogue))));
        Assert.Equal("m1", Assert.Single(await AskedAsync(new GetInventoryRequest { ComputerName = ["192.0.2.1", "web01.corp.example", "m1"] }, catalogue)).Id);
        Assert.Equal(("m1", "192.0.2.1", "root", 22), Key(Assert.Single(await AskedAsync(new GetInventoryRequest { ComputerName = ["web01"], User = "root", Port = 22 }, catalogue))));
        Assert.Equal(["m1", "m2"], (await AskedAsync(new GetInventoryRequest { ComputerName = ["web*"] }, catalogue)).Select(a => a.Id).Order());
        Assert.Equal("new01", Assert.Single(await AskedAsync(new GetInventoryRequest { ComputerName = ["new01"] }, catalogue)).Id);
        var (_, failures, _) = await estate.RunAsync(new GetInventoryRequest { ComputerName = ["db*"] });
        Assert.Equal("AssetNotFound", Assert.Single(failures).Failure.Code);
    }

    [Fact]
    public async Task Reading_a_host_makes_no_store()
    {
        await using var host = Host(_ => Windows);
        await AskAsync(host, new GetInventoryRequest { ComputerName = ["srv1"], Transport = TransportKind.PSSession });
        Assert.False(File.Exists(host.DefaultStore));
    }

    [Fact]
    public async Task A_row_that_cannot_be_read_takes_no_package_away_and_a_host_that_was_read_whole_does()
    {
        const string Head = "Asset,Package,Version,Ecosystem\n";
        await estate.RunAsync(new ImportAssetRequest { Path = [estate.Write("s.csv", Head + "web01,bash,5.1,Debian:12\nweb01,curl,7.1,Debian:12\nweb02,curl,7.1,Debian:12\n")] });
        var (results, _, _) = await estate.RunAsync(new ImportAssetRequest { Path = [estate.Write("s.csv", Head + "web01,bash,5.1,Debian:12\nweb01,curl,,Debian:12\nweb02,bash,5.1,Debian:12\n")] });
        var result = Assert.IsType<ImportResult>(Assert.Single(results));
        Assert.Equal((1, 1), (result.Rejected, result.Added));
        Assert.Contains("2 packages are no longer listed but kept", Assert.Single(result.Notes), StringComparison.Ordinal);
        Assert.Equal(4, estate.Host.Store(null).Catalogue.Software(null).Count());
        object[] hosts =
        [
            new InventoryResult { Asset = new Asset { Id = "web01" }, Taken = NoonClock.Now, Software = [new Software { Asset = "web01", Package = "bash", Version = "5.2" }] },
            new InventoryResult { Asset = new Asset { Id = "web02" }, Taken = NoonClock.Now, Failure = new Failure("HostUnreachable", FailureKind.Unavailable, "no answer", "web02", "Try again.") },
        ];
        await estate.RunAsync(new ImportAssetRequest { InputObject = hosts });
        Assert.Equal([("web01", "bash"), ("web02", "bash"), ("web02", "curl")], estate.Host.Store(null).Catalogue.Software(null).Select(s => (s.Asset, s.Package)).Order());
    }

    [Fact]
    public void The_session_script_asks_a_Linux_host_what_ssh_asks()
    {
        Assert.Contains(HostInventory.Script.Replace("\r", "", StringComparison.Ordinal), SessionScript.Text.Replace("\r", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("\n    '@", SessionScript.Text, StringComparison.Ordinal);
    }

    private static (string, string?, string?, int) Key(Asset a) => (a.Id, a.Address, a.User, a.Port ?? 0);

    private static async Task<List<Asset>> AskedAsync(GetInventoryRequest request, ICatalogue catalogue)
    {
        var source = new Recorder();
        await foreach (var _ in new GetInventoryOperation(source, NoonClock.Shared, () => catalogue).RunAsync(request, CancellationToken.None))
        {
        }
        return source.Asked;
    }

    private OperationHost Host(Func<Asset, string> answer) =>
        new(NoonClock.Shared, new HostServices { Sessions = (asset, _) => new Recorded(asset, answer) }) { DefaultStore = estate.PathOf("none.db") };

    /// <summary>A session that gives a recorded answer to the inventory and refuses everything else.</summary>
    private sealed class Recorded(Asset asset, Func<Asset, string> answer) : ISessionChannel
    {
        public Task<SessionAnswer> InvokeAsync(string script, IReadOnlyList<string> arguments, TimeSpan deadline, CancellationToken cancellationToken) =>
            Task.FromResult(script == SessionScript.Text
                ? new SessionAnswer(CommandFate.Finished, answer(asset), null)
                : SessionAnswer.Of(CommandFate.NotSent, new Failure("HostUnreachable", FailureKind.Unavailable, "not recorded", asset.Id, "Record it.")));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private static async Task<List<object>> AskAsync(OperationHost host, GetInventoryRequest request) =>
        [.. (await AllAsync(host, request)).OfType<ResultEvent>().Select(r => r.Value)];

    private static async Task<List<OperationEvent>> AllAsync(OperationHost host, GetInventoryRequest request)
    {
        var events = new List<OperationEvent>();
        await foreach (var next in host.RunAsync(request, new Caller { Account = "tester" }, CancellationToken.None)) events.Add(next);
        return events;
    }

    private sealed class Recorder : IInventorySource
    {
        public List<Asset> Asked { get; } = [];

        public Task<InventoryResult> ReadAsync(Asset asset, DateTimeOffset now, CancellationToken cancellationToken)
        {
            lock (Asked) Asked.Add(asset);
            return Task.FromResult(new InventoryResult { Asset = asset, Taken = now });
        }
    }
}
