using PatchOps.Adapters.Tests.Composition;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Plans;

/// <summary>A plan grows old: what it says against the present, its replacement, its way to another store.</summary>
public sealed class PlanLifeTests
{
    [Fact]
    public async Task A_fresh_plan_has_only_its_approval_to_wait_for()
    {
        await using var estate = await PlanEstate.MakeAsync();
        var finding = Assert.Single(await estate.TestAsync(await estate.PlanAsync()));
        Assert.Equal("PlanNotApproved", finding.Code);
        Assert.NotNull(finding.Remedy);
    }

    [Fact]
    public async Task The_present_is_compared_with_the_plan()
    {
        var clock = new StandingClock(NoonClock.Now);
        await using var estate = await PlanEstate.MakeAsync(clock);
        var plan = await estate.PlanAsync();
        async Task<PlanFinding> Now(string code, string? policy = null) => Assert.Single((await estate.TestAsync(plan, policy)).Where(f => f.Code == code), f => f.Asset is null or "host-1");

        // A window moved; a freeze was added.
        await estate.HostsAsync([PlanEstate.Host(1) with { MaintenanceWindow = "daily 10:00-11:00" }]);
        Assert.Equal(FindingSeverity.Error, (await Now("WindowMoved")).Severity);
        await estate.HostsAsync([PlanEstate.Host(1) with { Tags = ["till"] }]);
        var frozen = estate.Test.Write("frozen.yaml", "planning: { freezes: [{ name: Year end, when: 2020-01-01..2099-12-31, for: { tags: [till] } }] }");
        Assert.Contains("Year end", (await Now("FreezeAdded", frozen)).Message);
        Assert.Contains("PolicyChanged", (await estate.TestAsync(plan, frozen)).Select(f => f.Code));

        // A dependency was added: host-1 now needs whoever is planned last.
        var last = plan.Waves.SelectMany(w => w.Hosts).Where(h => h.Asset != "host-1").MaxBy(h => h.Start)!;
        await estate.HostsAsync([PlanEstate.Host(1) with { DependsOn = [last.Asset] }]);
        Assert.Contains(last.Name, (await Now("DependencyOrder")).Message);
        // A cluster was formed that may miss nobody.
        await estate.HostsAsync([PlanEstate.Host(1) with { Cluster = "pair", MinAvailable = 1 }]);
        Assert.Equal(FindingSeverity.Error, (await Now("ClusterTooFew")).Severity);
        // It moved to production.
        await estate.HostsAsync([PlanEstate.Host(1) with { Environment = AssetEnvironment.Production }]);
        Assert.Equal(FindingSeverity.Warning, (await Now("StageMoved")).Severity);
        await estate.HostsAsync([PlanEstate.Host(1)]);

        // Installed by somebody else; superseded; withdrawn; put off.
        await estate.Test.RunAsync(new ImportAssetRequest { InputObject = [new Software { Asset = "host-1", Package = "demo", Version = "1.1", Ecosystem = "Debian:12" }] });
        Assert.Equal(FindingSeverity.Information, (await Now("AlreadyInstalled")).Severity);
        await estate.HostsAsync([PlanEstate.Host(1)]);
        var made = await estate.Test.RunAsync(new NewExceptionRequest { Kind = PatchExceptionKind.Deferral, Patch = [PlanEstate.Patch], Asset = ["host-1"], Justification = "later", Until = clock.Now.AddDays(9) });
        Assert.Equal("host-1", (await Now("PatchExcepted")).Asset);
        await estate.Test.RunAsync(new RevokeExceptionRequest { Id = ((PatchException)made.Results[0]).Id, Justification = "now" });
        await estate.NeedsAsync("deb:demo/1.2", 3);
        Assert.Contains("1.2", (await Now("PatchSuperseded")).Message);
        await estate.Test.RunAsync(new ImportProblemRequest { InputObject = [new Problem { Id = "PRB1", Status = "Closed" }] });
        Assert.Equal(FindingSeverity.Error, (await Now("PatchWithdrawn")).Severity);
        await estate.NeedsAsync(PlanEstate.Patch, 3);

        // Time passes.
        clock.Now = plan.End.AddDays(1);
        Assert.Contains("PlanExpired", (await estate.TestAsync(plan)).Select(f => f.Code));
        Assert.NotNull(await Now("WindowMissed"));
    }

    [Fact]
    public async Task What_is_gone_or_no_longer_needed_is_named()
    {
        await using var estate = await PlanEstate.MakeAsync();
        string Assets(params int[] hosts) => estate.Test.Write("assets.csv", "Id,Environment,DependsOn\n" + string.Concat(hosts.Select(h => $"host-{h},Test,{(h == 1 ? "host-4" : "")}\n")));
        await estate.Test.RunAsync(new ImportAssetRequest { Path = [Assets(1, 2, 3, 4)] });
        await estate.Test.RunAsync(new ImportProblemRequest { InputObject = [new Problem { Id = "PRB2", Status = "Open", ConfigurationItems = ["host-3"], Patches = ["KB5040437"] }] });
        var plan = await estate.PlanAsync(new NewPlanRequest { Name = "n", Patch = [PlanEstate.Patch, "KB5040437"], TimeLimit = TimeSpan.Zero });
        Assert.Equal(3, plan.Waves.Sum(w => w.Hosts.Count));

        await estate.Test.RunAsync(new ImportAssetRequest { Path = [Assets(1, 3)] });
        await estate.Test.RunAsync(new ImportProblemRequest { InputObject = [new Problem { Id = "PRB2", Status = "Closed" }] });
        var found = (await estate.TestAsync(plan)).Where(f => f.Asset is not null).OrderBy(f => f.Asset, StringComparer.Ordinal).ToList();
        Assert.Equal([("host-1", "DependencyGone", FindingSeverity.Warning), ("host-2", "HostRetired", FindingSeverity.Error), ("host-3", "PatchNotNeeded", FindingSeverity.Warning)], found.Select(f => (f.Asset!, f.Code, f.Severity)));
        Assert.All(found, f => Assert.NotNull(f.Remedy));
        Assert.Contains("host-4", found[0].Message);
        Assert.Contains("KB5040437", found[2].Message);
    }

    [Fact]
    public async Task Approvals_that_run_out_before_the_last_host_are_told_and_then_no_longer_count()
    {
        var clock = new StandingClock(NoonClock.Now);
        await using var estate = await PlanEstate.MakeAsync(clock);
        var policy = estate.Test.Write("policy.yaml", "approvals: { validFor: 1.00:00:00 }\n");
        var plan = await estate.PlanAsync(new NewPlanRequest { Name = "n", Patch = [PlanEstate.Patch], Policy = policy, Start = clock.Now.AddDays(5), TimeLimit = TimeSpan.Zero });
        await estate.Test.RunAsync(new ApprovePlanRequest { PlanId = plan.Id, Policy = policy });
        Assert.Equal(["ApprovalExpires"], (await estate.TestAsync(plan, policy)).Select(f => f.Code));
        clock.Now += TimeSpan.FromDays(1);
        Assert.Equal("ApprovalExpired", (await estate.Test.FailAsync(new InvokeWaveRequest { PlanId = plan.Id })).Code);
    }

    [Fact]
    public async Task Hosts_are_asked_for_space_and_the_age_of_their_backup()
    {
        await using var estate = await PlanEstate.MakeAsync(hosts: 4);
        var policy = estate.Test.Write("policy.yaml", "planning: { backups: [{ name: nightly, marker: /var/backups/last, maxAge: 12:00:00 }] }\n");
        var plan = await estate.PlanAsync(new NewPlanRequest { Name = "n", Patch = [PlanEstate.Patch], Policy = policy, TimeLimit = TimeSpan.Zero });
        estate[2].DiskFull = true;
        estate[3].Unreachable = true;
        var answers = new Dictionary<string, string> { ["host-1"] = "1000000\n1043200\n", ["host-2"] = "1000000\n1043201\n", ["host-4"] = "none\n1043200\n" };
        var findings = await estate.AskHostsAsync(plan, (host, inner) => new BackupAnswers(inner, answers.GetValueOrDefault(host.Asset, "")));
        Assert.All(findings, f => Assert.Equal(FindingSeverity.Error, f.Severity));
        var found = findings.ToLookup(f => f.Asset, f => f.Code);
        Assert.Empty(found["host-1"]);
        Assert.Equal(["BackupStale", "DiskSpace"], found["host-2"].Order());
        Assert.Single(found["host-3"]);
        Assert.Equal(["BackupStale"], found["host-4"]);
    }

    /// <summary>Answers the question for the backup, and leaves every other call to the host.</summary>
    private sealed class BackupAnswers(IHostTransport inner, string answer) : IHostTransport
    {
        public string Host => inner.Host;

        public Task<CommandResult> RunAsync(HostCommand command, CancellationToken cancellationToken) =>
            command.Arguments.Contains("patchops-backup") ? Task.FromResult(CommandResult.Finished(0, answer, "", TimeSpan.Zero)) : inner.RunAsync(command, cancellationToken);

        public Task<StepReport> StartStepAsync(StepKey key, HostCommand command, TimeSpan wait, CancellationToken cancellationToken) => inner.StartStepAsync(key, command, wait, cancellationToken);

        public Task<StepReport> CollectStepAsync(string stepId, TimeSpan wait, TimeSpan deadline, CancellationToken cancellationToken) => inner.CollectStepAsync(stepId, wait, deadline, cancellationToken);

        public Task<CommandResult> PutFileAsync(string path, ReadOnlyMemory<byte> content, TimeSpan deadline, CancellationToken cancellationToken) => inner.PutFileAsync(path, content, deadline, cancellationToken);

        public Task<FileResult> GetFileAsync(string path, TimeSpan deadline, CancellationToken cancellationToken) => inner.GetFileAsync(path, deadline, cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    [Fact]
    public async Task Replanning_keeps_what_has_run_and_explains_every_difference()
    {
        await using var estate = await PlanEstate.MakeAsync();
        var plan = await estate.PlanAsync();
        estate.Break(2);
        Assert.Equal([HostState.Done, HostState.RolledBack], (await estate.RunAsync(plan, "host-1", "host-2")).OrderBy(r => r.Key).Select(r => r.Value.State));
        // One host has left, one has come, and the patch has a successor.
        await estate.HostsAsync([PlanEstate.Host(4)]);
        await estate.Test.RunAsync(new ImportProblemRequest { InputObject = [new Problem { Id = "PRB1", Status = "Open", ConfigurationItems = ["host-1", "host-2", "host-4"], Patches = ["deb:demo/1.2"], Cves = ["CVE-2024-1001"] }] });
        var next = await estate.PlanAsync(new NewPlanRequest { Replaces = plan.Id, Start = NoonClock.Now.AddDays(3), TimeLimit = TimeSpan.Zero });

        Assert.Equal(plan.Id, next.Replaces);
        Assert.Equal(plan.Name, next.Name);
        Assert.Equal(["host-2", "host-4"], next.Waves.SelectMany(w => w.Hosts).Select(h => h.Asset).Order());
        var differences = next.Differences.ToLookup(d => (d.Kind, d.Asset), d => d.Reason);
        Assert.Contains("done at", Assert.Single(differences[(PlanDifferenceKind.Kept, "host-1")]));
        Assert.Contains("demo=1.2 in place of demo=1.1", Assert.Single(differences[(PlanDifferenceKind.Changed, "host-2")]));
        Assert.Single(differences[(PlanDifferenceKind.Moved, "host-2")]);
        Assert.Contains("nothing of what the plan covers is open", Assert.Single(differences[(PlanDifferenceKind.Removed, "host-3")]));
        Assert.Contains("deb:demo/1.2", Assert.Single(differences[(PlanDifferenceKind.Added, "host-4")]));
        Assert.Equal(5, next.Differences.Count);

        // The earlier plan stays in force until its replacement is approved; from then on it is refused.
        await estate.Test.RunAsync(new ApprovePlanRequest { PlanId = plan.Id });
        Assert.NotEqual("PlanReplaced", (await estate.Test.FailAsync(new InvokeWaveRequest { PlanId = plan.Id })).Code);
        await estate.Test.RunAsync(new ApprovePlanRequest { PlanId = next.Id });
        Assert.Equal("PlanReplaced", (await estate.Test.FailAsync(new InvokeWaveRequest { PlanId = plan.Id })).Code);
    }

    [Fact]
    public async Task Replanning_covers_the_same_patches_and_no_others()
    {
        await using var estate = await PlanEstate.MakeAsync();
        Task NeedAsync(string problem, string patch, string host) => estate.Test.RunAsync(new ImportProblemRequest { InputObject = [new Problem { Id = problem, Status = "Open", ConfigurationItems = [host], Patches = [patch] }] });
        await NeedAsync("PRB2", "KB5000001", "host-1");
        await NeedAsync("PRB3", "KB5000002", "host-2");
        var plan = await estate.PlanAsync(new NewPlanRequest { Name = "n", Patch = ["KB5000001"], TimeLimit = TimeSpan.Zero });
        await NeedAsync("PRB4", "KB5000001", "host-3");
        var next = await estate.PlanAsync(new NewPlanRequest { Replaces = plan.Id, TimeLimit = TimeSpan.Zero });
        Assert.Equal(["host-1:KB5000001", "host-3:KB5000001"], next.Waves.SelectMany(w => w.Hosts).SelectMany(h => h.Patches.Select(p => $"{h.Asset}:{p.Patch}")).Order());
    }

    [Fact]
    public async Task A_plan_travels_as_json_with_its_hash_and_is_approved_where_it_arrives()
    {
        await using var estate = await PlanEstate.MakeAsync();
        var plan = await estate.PlanAsync();
        var file = estate.Test.PathOf("plan.json");
        await estate.Test.RunAsync(new ApprovePlanRequest { PlanId = plan.Id });
        await estate.Test.RunAsync(new ExportPlanRequest { PlanId = plan.Id, Path = file });

        await using var other = await PlanEstate.MakeAsync();
        var read = Assert.IsType<PatchPlan>(Assert.Single((await other.Test.RunAsync(new ImportPlanRequest { Path = [file] })).Results));
        Assert.Equal((plan.Id, plan.Hash), (read.Id, read.Hash));
        Assert.Equal("PlanNotApproved", (await other.Test.FailAsync(new InvokeWaveRequest { PlanId = plan.Id })).Code);

        // What was changed on the way, or asks for less than this house does, stays outside.
        var text = await File.ReadAllTextAsync(file);
        Task<Failure> Refused(string content, string? policy = null) => other.Test.FailAsync(new ImportPlanRequest { Path = [other.Test.Write("other.json", content)], Policy = policy });
        Assert.Equal("PlanChanged", (await Refused(text.Replace("\"Name\": \"November\"", "\"Name\": \"December\"", StringComparison.Ordinal))).Code);
        Assert.Equal("PlanUnreadable", (await Refused(text[..^200])).Code);
        Assert.Equal("ApprovalsWeaker", (await Refused(text, other.Test.Write("strict.yaml", "planning: { approvalQuorum: 2 }\n"))).Code);
        await using var empty = new TestEstate();
        Assert.Equal("AssetNotFound", (await empty.FailAsync(new ImportPlanRequest { Path = [file] })).Code);
    }

    [Fact]
    public async Task The_document_holds_what_policy_says_at_the_time_and_no_later_policy_changes_it()
    {
        await using var estate = await PlanEstate.MakeAsync();
        var policy = estate.Test.Write("policy.yaml",
            """
            planning:
              probes: [{ kind: Tcp, target: 443 }]
              tests: [{ name: the cart keeps its items, kind: Command, target: "true", problem: PRB1, for: { businessUnits: [shop] } }]
              quiesce: [{ name: jobs, take: [systemctl, stop, cron], putBack: [systemctl, start, cron] }]
              snapshots: [{ name: lvm, take: [t, "{id}"], list: [l], restore: [r, "{id}"], remove: [d, "{id}"] }]
              backups: [{ name: nightly, marker: /var/backups/last, maxAge: 12:00:00 }]
              notices: { ahead: 02:00:00, recipients: { shop: [shop@example.org] } }
            """);
        var plan = await estate.PlanAsync(new NewPlanRequest { Name = "n", Patch = [PlanEstate.Patch], Policy = policy, TimeLimit = TimeSpan.Zero });
        var wave = Assert.Single(plan.Waves);
        Assert.Equal(("Tcp 443", "the cart keeps its items (PRB1)", "jobs", "lvm"), (wave.Gates[0].ToString(), wave.Tests[0].ToString(), wave.Quiesce[0].Name, wave.Snapshots[0].Name));
        Assert.Equal(TimeSpan.FromHours(12), wave.Backups[0].MaxAge);
        Assert.Equal(3, wave.Rollback.Criteria.Count);
        var notice = Assert.Single(plan.Notices);
        Assert.Equal(("Shop", "shop@example.org"), (notice.Audience, Assert.Single(notice.Recipients)));
        Assert.Contains("host-1, host-2, host-3", notice.Text.Replace("host-2, host-1", "host-1, host-2", StringComparison.Ordinal));
        Assert.Contains("Fallback", notice.Text);
        Assert.Equal((ChangeCategory.Normal, ChangeRisk.Low), (plan.Category, plan.Risk));
        var stored = (PatchPlan)Assert.Single((await estate.Test.RunAsync(new GetPlanRequest { Id = [plan.Id] })).Results);
        Assert.Equal(plan.Hash, stored.Hash);
        Assert.Empty((await estate.Test.RunAsync(new ApprovePlanRequest { PlanId = plan.Id })).Failures);
    }
}
