using PatchOps.Adapters.Tests.Composition;
using PatchOps.Adapters.Signatures;
using PatchOps.Core.Governance;
using PatchOps.Core.Governance.Approvals;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Plan;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;
using PatchOps.Core.Waves;
using PatchOps.Domain;
using PatchOps.Tests.Fakes;
using PatchOps.Tests.Waves;

namespace PatchOps.Adapters.Tests.Plans;

/// <summary>Four hosts in test with one open patch, and a fake way to them: enough for a plan to live its life.</summary>
internal sealed class PlanEstate : IAsyncDisposable
{
    public const string Patch = "deb:demo/1.1";

    private readonly WaveRig rig;

    public PlanEstate(TimeProvider? clock = null)
    {
        Clock = clock ?? NoonClock.Shared;
        rig = new WaveRig(4, Clock);
        Test = new TestEstate(Clock);
    }

    public TimeProvider Clock { get; }

    public TestEstate Test { get; }

    public static async Task<PlanEstate> MakeAsync(TimeProvider? clock = null, int hosts = 3)
    {
        var estate = new PlanEstate(clock);
        await estate.HostsAsync(Enumerable.Range(1, hosts).Select(i => Host(i)));
        await estate.NeedsAsync(Patch, hosts);
        return estate;
    }

    public static Asset Host(int number) => new() { Id = $"host-{number}", Environment = AssetEnvironment.Test, BusinessUnit = "Shop", Criticality = 3 };

    /// <summary>Imports hosts with version 1.0 of the package.</summary>
    public async Task HostsAsync(IEnumerable<Asset> hosts)
    {
        foreach (var host in hosts)
            await Test.RunAsync(new ImportAssetRequest { InputObject = [host, new Software { Asset = host.Id, Package = "demo", Version = "1.0", Ecosystem = "Debian:12" }] });
    }

    /// <summary>A problem record asks for a patch on the first hosts.</summary>
    public Task NeedsAsync(string patch, int hosts) => Test.RunAsync(new ImportProblemRequest
    {
        InputObject = [new Problem { Id = "PRB1", Status = "Open", ConfigurationItems = [.. Enumerable.Range(1, hosts).Select(i => $"host-{i}")], Patches = [patch], Cves = ["CVE-2024-1001"] }],
    });

    public async Task<PatchPlan> PlanAsync(NewPlanRequest? request = null, string account = "ann")
    {
        var (results, failures, _) = await Test.RunAsync(request ?? new NewPlanRequest { Name = "November", Patch = [Patch], TimeLimit = TimeSpan.Zero }, account: account);
        Assert.Empty(failures);
        return Assert.Single(results.OfType<PatchPlan>());
    }

    public async Task<List<PlanFinding>> TestAsync(PatchPlan plan, string? policy = null) =>
        [.. (await Test.RunAsync(new TestPlanRequest { PlanId = plan.Id, Policy = policy })).Results.Cast<PlanFinding>()];

    public async Task<List<ApprovalStatus>> ApprovalsAsync(GetApprovalRequest? request = null) =>
        [.. (await Test.RunAsync(request ?? new GetApprovalRequest())).Results.Cast<ApprovalStatus>()];

    /// <summary>Runs a wave of a plan on some of its hosts, now, on hosts in memory.</summary>
    public async Task<Dictionary<string, HostRun>> RunAsync(PatchPlan plan, params string[] hosts)
    {
        var wave = plan.Waves.Single(w => w.Hosts.Any(h => hosts.Contains(h.Asset)));
        var now = Clock.GetUtcNow();
        var definition = new WaveDefinition(plan.Id, wave with
        {
            Start = now.AddMinutes(-1), End = now.AddHours(4), Hosts = [.. wave.Hosts.Where(h => hosts.Contains(h.Asset)).Select(h => h with { Start = now.AddMinutes(-1), LatestStart = now.AddHours(3) })],
        });
        return (await rig.RunAsync(journal: Test.Host.Store(null).Journal, definition: definition)).Runs;
    }

    /// <summary>Asks the hosts in memory whether they are fit.</summary>
    public async Task<List<PlanFinding>> AskHostsAsync(PatchPlan plan, Func<PlannedHost, IHostTransport, IHostTransport>? through = null)
    {
        if (through is not null) rig.Wrap = through;
        var store = Test.Host.Store(null);
        var operation = new TestPlanOperation(store.Catalogue, new StoredApprovals(store.Catalogue, store.Journal, new CmsSignatures(Clock)), PatchPolicy.Default, Clock, _ => rig);
        var findings = new List<PlanFinding>();
        await foreach (var next in operation.RunAsync(new TestPlanRequest { PlanId = plan.Id, Live = true, ThrottleLimit = 2 }, CancellationToken.None))
            if (next is ResultEvent { Value: PlanFinding { Wave: not null } finding }) findings.Add(finding);
        return findings;
    }

    public FakeHost this[int host] => rig[host];

    public void Break(int host) => rig[host].UnhealthyPackages.Add("demo=1.1");

    public ValueTask DisposeAsync() => Test.DisposeAsync();
}
