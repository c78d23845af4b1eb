using PatchOps.Adapters.Tests.Composition;
using PatchOps.Adapters.Composition;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;
using PatchOps.Domain;
using HostServices = PatchOps.Adapters.Composition.HostServices;

namespace PatchOps.Adapters.Tests.Waves;

/// <summary>Waves through the users' door on hosts that are reached by a provider's blocks alone: schedulers, persons, and input that cannot be used.</summary>
public sealed class ScheduledWaveTests : IAsyncLifetime
{
    private const string Advisory = """
        { "schema_version": "1.6.0", "id": "GHSA-xxxx-xxxx-xxxx", "modified": "2026-01-02T00:00:00Z", "published": "2026-01-02T00:00:00Z", "aliases": ["CVE-2026-70001"],
          "affected": [{ "package": { "ecosystem": "npm", "name": "app" }, "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "0" }, { "fixed": "1.1.0" }] }] }] }
        """;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("patchops-due-");
    private readonly Shifted clock = new();
    private readonly Boxes boxes = new();
    private readonly OperationHost door;

    public ScheduledWaveTests() => door = new OperationHost(clock, new HostServices { Blocks = _ => boxes }) { DefaultStore = Path.Combine(folder.FullName, "test.db") };

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await door.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Due_runs_what_is_due_once_and_nothing_else()
    {
        var plan = await PlanAsync(null, "box-1");
        Assert.Empty(await DueAsync());
        await ApproveAsync(plan);
        Assert.Empty(await DueAsync());
        Assert.Empty(boxes.Applied);
        clock.Offset = plan.Waves[0].Start - NoonClock.Now + TimeSpan.FromMinutes(1);
        Assert.Equal(HostState.Done, Assert.Single((await DueAsync()).OfType<HostRun>()).State);
        Assert.Equal(["box-1 1.1.0"], boxes.Applied);
        Assert.Empty(await DueAsync());
        Assert.Equal(["box-1 1.1.0"], boxes.Applied);
    }

    [Fact]
    public async Task A_wave_that_waits_for_the_bake_of_the_one_before_is_not_due_and_no_failure()
    {
        var plan = await PlanAsync("""
            planning:
              bake: 02:00:00
              canaryShare: 0.2
              pilotShare: 0
            """, "box-1", "box-2", "box-3", "box-4");
        Assert.True(plan.Waves.Count >= 2);
        await ApproveAsync(plan);
        clock.Offset = plan.Waves[1].Start - NoonClock.Now + TimeSpan.FromMinutes(1);
        Assert.Equal([1], (await DueAsync()).OfType<HostRun>().Select(r => r.Wave).Distinct());
        Assert.Empty(await DueAsync());
        clock.Offset += TimeSpan.FromHours(3);
        Assert.True(clock.GetUtcNow() < plan.Waves[1].End);
        Assert.Equal([2], (await DueAsync()).OfType<HostRun>().Select(r => r.Wave).Distinct());
    }

    [Fact]
    public async Task Only_a_person_at_the_desk_can_install_what_is_patched_by_hand()
    {
        var plan = await PlanAsync(null, ["firmware-1"], "manual");
        await ApproveAsync(plan);
        var (results, _) = await AskAsync(new InvokeWaveRequest { PlanId = plan.Id, IgnoreWindow = true });
        Assert.Contains("-Manual", Assert.Single(results.OfType<HostRun>()).Reason, StringComparison.Ordinal);

        var questions = new List<string>();
        (results, var failures) = await AskAsync(new InvokeWaveRequest { PlanId = plan.Id, IgnoreWindow = true, Manual = true, RetryFailed = true }, ask =>
        {
            if (ask.Person) questions.Add(ask.Action);
            return ask.Action.EndsWith("look before", StringComparison.Ordinal) ? Answer.No : Answer.Yes;
        });
        Assert.Empty(failures);
        Assert.Equal(HostState.Done, Assert.Single(results.OfType<HostRun>()).State);
        Assert.Equal(["firmware-1: look before", "firmware-1: install", "firmware-1: verify"], questions);
    }

    [Fact]
    public async Task Who_declines_leaves_the_host_as_it_is()
    {
        var plan = await PlanAsync(null, ["firmware-1"], "manual");
        await ApproveAsync(plan);
        var (results, failures) = await AskAsync(new InvokeWaveRequest { PlanId = plan.Id, IgnoreWindow = true, Manual = true }, ask => ask.Person ? Answer.No : Answer.Yes);
        Assert.Equal(HostState.Failed, Assert.Single(results.OfType<HostRun>()).State);
        Assert.Contains("did not install", Assert.Single(failures).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, false, 3, 0.95, "ParameterAmbiguous")]
    [InlineData(false, true, 0, 0.95, "ParameterOutOfRange")]
    [InlineData(false, true, 3, 1.0, "ParameterOutOfRange")]
    public async Task Parameters_that_cannot_be_meant_are_refused(bool due, bool named, int maxHarm, double confidence, string code)
    {
        var request = new InvokeWaveRequest { Due = due, Manual = due, PlanId = named ? "PLN-1" : "", Pace = WavePace.Evidence, MaxHarm = maxHarm, Confidence = confidence };
        Assert.Equal(code, Assert.Single((await AskAsync(request)).Failures).Code);
    }

    [Theory]
    [InlineData("name: own\ndetect: d\napply: a\nverify: v\n", "'revert' is missing")]
    [InlineData("name: own\ndetect: d\napply: a\nverify: v\nrevert: r\nundo: x\n", "line 6: the key 'undo' is not known")]
    [InlineData("name: own app\ndetect: d\napply: a\nverify: v\nrevert: r\n", "is no name")]
    [InlineData("name: own\nshell: cmd\ndetect: d\napply: a\nverify: v\nrevert: r\n", "none of sh and powershell")]
    [InlineData("- a list\n", "no list of keys")]
    [InlineData("name: [\n", "line")]
    public async Task A_manifest_that_cannot_be_used_is_refused_with_its_line_and_nothing_is_kept(string text, string why)
    {
        var file = Path.Combine(folder.FullName, "own.yaml");
        await File.WriteAllTextAsync(file, text);
        var failure = Assert.Single((await AskAsync(new RegisterProviderRequest { Manifest = file })).Failures);
        Assert.Equal("ProviderManifestInvalid", failure.Code);
        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain((await AskAsync(new GetProviderRequest())).Results.Cast<PatchProvider>(), p => p.Kind == ProviderKind.Manifest);
    }

    [Fact]
    public async Task A_built_in_providers_name_is_taken_and_an_unknown_one_is_an_error()
    {
        var file = Path.Combine(folder.FullName, "own.yaml");
        await File.WriteAllTextAsync(file, "name: APT\ndetect: d\napply: a\nverify: v\nrevert: r\n");
        Assert.Equal("ProviderNameTaken", Assert.Single((await AskAsync(new RegisterProviderRequest { Manifest = file })).Failures).Code);
        Assert.Equal("ProviderUnknown", Assert.Single((await AskAsync(new GetProviderRequest { Name = ["nobody"] })).Failures).Code);
        Assert.Equal(["apt", "dnf", "manual", "windowsupdate", "winget", "yum", "zypper"], (await AskAsync(new GetProviderRequest())).Results.Cast<PatchProvider>().Select(p => p.Name).Order(StringComparer.Ordinal));
    }

    private Task<PatchPlan> PlanAsync(string? policy, params string[] hosts) => PlanAsync(policy, hosts, "box");

    private async Task<PatchPlan> PlanAsync(string? policyText, string[] hosts, string provider)
    {
        if (provider == "box")
        {
            var block = new object();
            Assert.Empty((await AskAsync(new RegisterProviderRequest { Name = "box", Detect = block, Apply = block, Verify = block, Revert = block })).Failures);
        }
        string? policy = null;
        if (policyText is not null) await File.WriteAllTextAsync(policy = Path.Combine(folder.FullName, "policy.yaml"), policyText);
        var (assets, software, feed) = (Path.Combine(folder.FullName, "assets.csv"), Path.Combine(folder.FullName, "software.csv"), Path.Combine(folder.FullName, "osv.json"));
        await File.WriteAllLinesAsync(assets, hosts.Select(h => $"{h},{provider},Production,3,Internet,daily 00:00 PT23H30M").Prepend("Id,Provider,Environment,Criticality,Exposure,MaintenanceWindow"));
        await File.WriteAllLinesAsync(software, hosts.Select(h => $"{h},app,1.0.0,npm").Prepend("Asset,Package,Version,Ecosystem"));
        await File.WriteAllTextAsync(feed, Advisory);
        Assert.Empty((await AskAsync(new ImportAssetRequest { Path = [assets, software] })).Failures);
        Assert.Empty((await AskAsync(new ImportFeedRequest { Path = [feed] })).Failures);
        var risks = await AskAsync(new GetRiskRequest { Policy = policy });
        Assert.NotEmpty(risks.Results);
        var (plans, failures) = await AskAsync(new NewPlanRequest { Name = "Due", InputObject = risks.Results, Policy = policy, Start = BoxEstate.TomorrowAtOne(clock), TimeLimit = TimeSpan.FromMilliseconds(200) });
        Assert.True(failures.Count == 0, string.Join("; ", failures));
        return Assert.IsType<PatchPlan>(Assert.Single(plans));
    }

    private async Task ApproveAsync(PatchPlan plan) => Assert.Empty((await AskAsync(new ApprovePlanRequest { PlanId = plan.Id })).Failures);

    private async Task<List<object>> DueAsync()
    {
        var (results, failures) = await AskAsync(new InvokeWaveRequest { Due = true });
        Assert.True(failures.Count == 0, string.Join("; ", failures));
        return results;
    }

    private async Task<(List<object> Results, List<Failure> Failures)> AskAsync(OperationRequest request, Func<AskEvent, Answer>? reply = null)
    {
        var (results, failures) = (new List<object>(), new List<Failure>());
        await foreach (var next in door.RunAsync(request, new Caller { Account = "tester" }, default))
        {
            switch (next)
            {
                case ResultEvent r: results.Add(r.Value); break;
                case FailedEvent f: failures.Add(f.Failure); break;
                case AskEvent ask: ask.Give(reply?.Invoke(ask) ?? Answer.Yes); break;
            }
        }
        return (results, failures);
    }

    private sealed class Shifted : TimeProvider
    {
        public TimeSpan Offset { get; set; }

        public override DateTimeOffset GetUtcNow() => NoonClock.Now + Offset;
    }

    /// <summary>Boxes in memory, each with one application.</summary>
    private sealed class Boxes : IProviderBlocks
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<string, string> versions = new(StringComparer.Ordinal);

        public List<string> Applied { get; } = [];

        public string Hash => "none";

        public bool Has(string verb) => verb is "Detect" or "Apply" or "Verify" or "Revert";

        public Task<BlockAnswer> InvokeAsync(string verb, Asset asset, IReadOnlyList<PackageChange> changes, TimeSpan deadline, CancellationToken cancellationToken)
        {
            if (verb is "Apply" or "Revert")
            {
                versions[asset.Id] = verb == "Apply" ? changes[0].ToVersion : changes[0].FromVersion!;
                lock (Applied) Applied.Add($"{asset.Id} {versions[asset.Id]}");
            }
            return Task.FromResult(new BlockAnswer(true, verb == "Verify" ? $"package\tapp\t{versions.GetValueOrDefault(asset.Id, "1.0.0")}" : "", null));
        }
    }
}
