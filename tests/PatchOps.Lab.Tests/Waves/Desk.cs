using PatchOps.Adapters.Composition;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Waves;
using PatchOps.Domain;

namespace PatchOps.Lab.Tests.Waves;

/// <summary>What came of one request.</summary>
internal sealed record Told(IReadOnlyList<object> Results, IReadOnlyList<Failure> Failures, IReadOnlyList<string> Warnings)
{
    public T One<T>()
    {
        Assert.True(Failures.Count == 0, string.Join(Environment.NewLine, Failures));
        return Assert.IsType<T>(Assert.Single(Results));
    }

    public IReadOnlyList<T> All<T>() => [.. Results.Cast<T>()];
}

/// <summary>An administrator with a store: fills requests as cmdlets and verbs do, and answers what is asked.</summary>
internal sealed class Desk : IAsyncDisposable
{
    private readonly ProductLab lab;
    private readonly TimeProvider clock;
    private readonly bool kept;
    private readonly WaveOptions waits;
    private OperationHost door;

    /// <param name="lab">The hosts.</param>
    /// <param name="clock">The desk's clock; null for the system's.</param>
    /// <param name="folder">Where the store lies, and stays; null for a folder of its own.</param>
    /// <param name="waits">The waits of waves; null for the product's own.</param>
    public Desk(ProductLab lab, TimeProvider? clock = null, string? folder = null, WaveOptions? waits = null)
    {
        this.waits = waits ?? new WaveOptions();
        kept = folder is not null;
        this.lab = lab;
        this.clock = clock ?? TimeProvider.System;
        Folder = folder is null ? Directory.CreateTempSubdirectory("patchops-").FullName : Directory.CreateDirectory(folder).FullName;
        door = new OperationHost(this.clock) { DefaultStore = Store, Waits = this.waits };
    }

    public string Folder { get; }

    /// <summary>The host that a host depends on, as the next inventory file says.</summary>
    public Dictionary<string, string> Needs { get; } = new(StringComparer.Ordinal);

    public string Store => Path.Combine(Folder, "store.db");

    public Task<Told> AskAsync(OperationRequest request, Answer answer = Answer.Yes) => AskAsync(request, _ => Task.FromResult(answer), answer == Answer.WhatIf);

    /// <param name="reply">What the administrator does and answers.</param>
    public async Task<Told> AskAsync(OperationRequest request, Func<AskEvent, Task<Answer>> reply, bool whatIf = false)
    {
        var results = new List<object>();
        var failures = new List<Failure>();
        var warnings = new List<string>();
        await foreach (var happened in door.RunAsync(request, new Caller { Account = "lab", WhatIf = whatIf }, default))
        {
            switch (happened)
            {
                case ResultEvent result: results.Add(result.Value); break;
                case FailedEvent failed: failures.Add(failed.Failure); break;
                case WarningEvent warning: warnings.Add(warning.Message); break;
                case AskEvent ask: ask.Give(await reply(ask)); break;
            }
        }
        return new Told(results, failures, warnings);
    }

    /// <summary>Assets, their inventory over SSH, a problem that names the patch, the risks, and an approved plan for them.</summary>
    public async Task<PatchPlan> PlanAsync(string environment, string patch, string? policy, params string[] hosts)
    {
        Assert.Equal(hosts.Length, (await AskAsync(new ImportAssetRequest { Path = [await lab.AssetsAsync(Folder, environment, hosts)] })).One<ImportResult>().Added);
        await InventoryAsync(hosts);
        Assert.Equal(1, (await AskAsync(new ImportProblemRequest { Path = [await ProductLab.ProblemsAsync(Folder, patch, hosts)] })).One<ImportResult>().Added);
        var risks = await AskAsync(new GetRiskRequest { Top = 5, Policy = policy });
        var risk = Assert.Single(risks.All<PatchRisk>());
        Assert.Equal(patch, risk.Id);
        return (await AskAsync(new NewPlanRequest { Name = "Lab", InputObject = risks.Results, Policy = policy, TimeLimit = TimeSpan.FromMilliseconds(100) })).One<PatchPlan>();
    }

    /// <summary>An approved plan without a look at the hosts: a problem record names the patch, and that is that.</summary>
    public async Task<PatchPlan> PlanUnseenAsync(string patch, string? policy, params string[] hosts)
    {
        Assert.Equal(hosts.Length, (await AskAsync(new ImportAssetRequest { Path = [await lab.AssetsAsync(Folder, "Test", Needs, hosts)] })).One<ImportResult>().Added);
        Assert.Equal(1, (await AskAsync(new ImportProblemRequest { Path = [await ProductLab.ProblemsAsync(Folder, patch, hosts)] })).One<ImportResult>().Added);
        var plan = (await AskAsync(new NewPlanRequest { Name = "Lab", Patch = [patch], Policy = policy, TimeLimit = TimeSpan.FromMilliseconds(100) })).One<PatchPlan>();
        await ApproveAsync(plan);
        return plan;
    }

    /// <returns>The distribution that the hosts run, as advisories name it.</returns>
    public async Task<string> InventoryAsync(params string[] hosts)
    {
        var read = await AskAsync(new GetInventoryRequest
        {
            ComputerName = [.. hosts.Select(h => lab.Addresses[h])], Transport = TransportKind.Ssh, User = "root", KeyFile = lab.KeyFile, KnownHostsFile = lab.KnownHosts,
        });
        Assert.Empty(read.Failures);
        Assert.Equal(0, (await AskAsync(new ImportAssetRequest { InputObject = read.Results })).One<ImportResult>().Rejected);
        // The hosts are those that the file named, not new ones.
        Assert.Equal(hosts.Order(StringComparer.Ordinal), (await AskAsync(new GetAssetRequest())).All<Asset>().Select(a => a.Id).Order(StringComparer.Ordinal));
        return read.All<InventoryResult>()[0].Software[0].Ecosystem!;
    }

    /// <summary>A distribution's advisory: versions before the fixed one are affected.</summary>
    public async Task AdviseAsync(string ecosystem, string cve, string package, string @fixed)
    {
        var file = Path.Combine(Folder, cve + ".json");
        await File.WriteAllTextAsync(file,
            $$"""
            {
              "schema_version": "1.6.0", "id": "DEBIAN-{{cve}}", "modified": "2026-01-02T00:00:00Z", "published": "2026-01-02T00:00:00Z", "upstream": ["{{cve}}"],
              "affected": [{ "package": { "ecosystem": "{{ecosystem}}", "name": "{{package}}" }, "ranges": [{ "type": "ECOSYSTEM", "events": [{ "introduced": "0" }, { "fixed": "{{@fixed}}" }] }] }]
            }
            """);
        Assert.Equal(1, (await AskAsync(new ImportFeedRequest { Path = [file] })).One<ImportResult>().Added);
    }

    public async Task<IReadOnlyList<Finding>> FindingsAsync(string package) => (await AskAsync(new GetExposureRequest { Package = [package] })).All<Finding>();

    public Task<Told> ApproveAsync(PatchPlan plan) => AskAsync(new ApprovePlanRequest { PlanId = plan.Id, Comment = "agreed" });

    public Task<Told> InvokeAsync(PatchPlan plan, Answer answer = Answer.Yes) =>
        AskAsync(new InvokeWaveRequest { PlanId = plan.Id, Wave = 1, KeyFile = lab.KeyFile, KnownHostsFile = lab.KnownHosts, IgnoreWindow = true }, answer);

    public Task<Told> UndoAsync(PatchPlan plan) => AskAsync(new UndoWaveRequest { PlanId = plan.Id, Wave = 1, KeyFile = lab.KeyFile, KnownHostsFile = lab.KnownHosts });

    public async Task<IReadOnlyList<HostRun>> RunsAsync(PatchPlan plan) => (await AskAsync(new GetWaveRequest { PlanId = plan.Id, Wave = 1, Hosts = true })).All<HostRun>();

    public async Task<IReadOnlyList<Deployment>> DeploymentsAsync() => (await AskAsync(new GetDeploymentRequest())).All<Deployment>();

    public async Task AuditIsIntactAsync()
    {
        var verdict = (await AskAsync(new TestAuditRequest())).One<AuditVerdict>();
        Assert.True(verdict.Intact, verdict.Reason);
        Assert.True(verdict.Entries > 3);
    }

    /// <summary>A new session on the same store: nothing is remembered, no connection is warm.</summary>
    public async Task ReopenAsync()
    {
        await door.DisposeAsync();
        door = new OperationHost(clock) { DefaultStore = Store, Waits = waits };
    }

    public async ValueTask DisposeAsync()
    {
        await door.DisposeAsync();
        // What is still in the log of the database would not be copied with the file.
        if (kept) Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        else Directory.Delete(Folder, recursive: true);
    }
}
