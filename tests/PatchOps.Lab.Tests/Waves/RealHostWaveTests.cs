using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Lab.Tests.Waves;

/// <summary>From an inventory file to a changed host and its proof, through the same door as cmdlets and verbs, with real apt over real SSH.</summary>
[Collection(LabCollection.Name)]
public sealed class RealHostWaveTests(ProductLab lab)
{
    private const string Good = "deb:po-good/1.1";

    [SkippableFact]
    public async Task A_problem_becomes_an_approved_plan_that_upgrades_the_host_once_and_proves_it()
    {
        await lab.RequireAsync();
        await using var desk = new Desk(lab);
        var plan = await desk.PlanAsync("Production", Good, null, "h1");
        var before = await lab.DpkgLogAsync("h1");
        Assert.Equal("ii 1.0", await lab.VersionAsync("h1", "po-good"));

        var refused = await desk.InvokeAsync(plan);
        Assert.Equal("PlanNotApproved", Assert.Single(refused.Failures).Code);
        Assert.Empty(refused.Results);
        var simulated = await desk.InvokeAsync(plan, Answer.WhatIf);
        var would = simulated.One<HostRun>();
        Assert.True(would.Simulated);
        Assert.Equal(("po-good", "1.1"), (Assert.Single(would.Changes).Package, would.Changes[0].ToVersion));
        Assert.Contains(simulated.Warnings, w => w.Contains("approv", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(before, await lab.DpkgLogAsync("h1"));
        Assert.Equal(HostState.Pending, Assert.Single(await desk.RunsAsync(plan)).State);

        await desk.AdviseAsync(await desk.InventoryAsync("h1"), "CVE-2026-99999", "po-good", "1.1");
        Assert.Contains(await desk.FindingsAsync("po-good"), f => f is { Status: FindingStatus.Affected, Patch: Good, InstalledVersion: "1.0" } && f.Cve!.EndsWith("CVE-2026-99999", StringComparison.Ordinal));
        (await desk.ApproveAsync(plan)).One<Approval>();
        var run = (await desk.InvokeAsync(plan)).One<HostRun>();
        Assert.Equal("ii 1.1", await lab.VersionAsync("h1", "po-good"));
        Assert.Equal(HostState.Done, run.State);
        Assert.Null(run.Reason);
        Assert.False(run.IsFailure);
        var change = Assert.Single(run.Changes);
        Assert.Equal((Good, "po-good", "1.0", "1.1"), (change.Patch, change.Package, change.FromVersion, change.ToVersion));
        Assert.Contains(run.Evidence, e => e.Step == "Apply" && e.Outcome == "exit 0");
        Assert.Contains(run.Evidence, e => e.Step == "Verify" && e.Detail == "po-good 1.1");
        var deployment = Assert.Single(await desk.DeploymentsAsync());
        Assert.Equal((Good, "h1", DeploymentOutcome.Succeeded), (deployment.Patch, deployment.Asset, deployment.Outcome));
        await desk.AuditIsIntactAsync();

        // Again, and from a new session on the same store: nothing happens to the host.
        await desk.ReopenAsync();
        var after = await lab.DpkgLogAsync("h1");
        Assert.Equal(HostState.Done, (await desk.InvokeAsync(plan)).One<HostRun>().State);
        Assert.Equal(after, await lab.DpkgLogAsync("h1"));
        Assert.Equal(1, await lab.UpgradesAsync("h1", "po-good"));
        Assert.Single(await desk.DeploymentsAsync());

        // What was done is no risk any more, neither by the wave's own word nor by the next inventory's.
        Assert.Empty((await desk.AskAsync(new GetRiskRequest())).Results);
        Assert.Equal((FindingStatus.Fixed, "1.1"), Assert.Single((await desk.FindingsAsync("po-good")).Select(f => (f.Status, f.InstalledVersion))));
        await desk.InventoryAsync("h1");
        Assert.Equal((FindingStatus.Fixed, "1.1"), Assert.Single((await desk.FindingsAsync("po-good")).Select(f => (f.Status, f.InstalledVersion))));
        await desk.AuditIsIntactAsync();
    }

    [SkippableFact]
    public async Task A_package_whose_health_check_fails_is_rolled_back_and_says_so()
    {
        await lab.RequireAsync();
        await using var desk = new Desk(lab);
        var policy = Path.Combine(desk.Folder, "policy.yaml");
        await File.WriteAllTextAsync(policy,
            """
            planning:
              probeGrace: 00:00:02
              probes:
                - kind: Http
                  target: http://{host}:8080/
                  packages: [po-web]
            """);
        var plan = await desk.PlanAsync("Production", "deb:po-web/1.2", policy, "h2");
        await desk.ApproveAsync(plan);
        Assert.Equal("ii 1.0", await lab.VersionAsync("h2", "po-web"));

        var told = await desk.InvokeAsync(plan);
        var run = Assert.Single(told.All<HostRun>());
        Assert.Equal("ii 1.0", await lab.VersionAsync("h2", "po-web"));
        Assert.Equal(HostState.RolledBack, run.State);
        Assert.True(run.IsFailure);
        Assert.Contains("503", run.Reason, StringComparison.Ordinal);
        Assert.Empty(run.Changes);
        Assert.Contains(run.Evidence, e => e.Step == "VerifyReverted" && e.Detail == "po-web 1.0");
        Assert.Contains(told.Failures, f => f.Code == "HostFailed" && f.Message.Contains("503", StringComparison.Ordinal));
        var log = await lab.DpkgLogAsync("h2");
        Assert.Contains(" upgrade po-web:all 1.0 1.2", log, StringComparison.Ordinal);
        Assert.Contains("po-web:all 1.2 1.0", log, StringComparison.Ordinal);
        Assert.Equal(DeploymentOutcome.RolledBack, Assert.Single(await desk.DeploymentsAsync()).Outcome);
        Assert.Equal(HostState.RolledBack, Assert.Single(await desk.RunsAsync(plan)).State);
        await desk.AuditIsIntactAsync();

        // A host that was rolled back is not tried again unless somebody says so.
        Assert.Equal(HostState.RolledBack, Assert.Single((await desk.InvokeAsync(plan)).All<HostRun>()).State);
        var (code, _, error) = await CommandLine.RunAsync(CommandLine.Invoke(lab, desk, plan));
        Assert.Equal(4, code);
        Assert.Contains("503", error, StringComparison.Ordinal);
        Assert.Equal(log, await lab.DpkgLogAsync("h2"));
    }

    [SkippableFact]
    public async Task A_dead_host_is_its_own_outcome_and_the_others_are_done_and_can_be_undone()
    {
        await lab.RequireAsync();
        await using var desk = new Desk(lab);
        var policy = Path.Combine(desk.Folder, "policy.yaml");
        await File.WriteAllTextAsync(policy,
            """
            planning:
              maxFailures: 2
              maxFailurePercent: 70
            """);
        var plan = await desk.PlanAsync("Test", Good, policy, "h3", "h4", "h5");
        await desk.ApproveAsync(plan);
        await desk.ReopenAsync();
        await lab.SwitchAsync("cut", "h4");
        try
        {
            var told = await desk.InvokeAsync(plan);
            var runs = told.All<HostRun>().ToDictionary(r => r.Asset, StringComparer.Ordinal);
            Assert.Equal(3, runs.Count);
            Assert.Equal(HostState.Done, runs["h3"].State);
            Assert.Equal(HostState.Done, runs["h5"].State);
            Assert.Equal(HostState.Failed, runs["h4"].State);
            Assert.False(string.IsNullOrWhiteSpace(runs["h4"].Reason));
            Assert.Equal("h4.lab.example", Assert.Single(told.Failures).Target);
        }
        finally
        {
            await lab.SwitchAsync("mend", "h4");
        }
        Assert.Equal("ii 1.1", await lab.VersionAsync("h3", "po-good"));
        Assert.Equal("ii 1.0", await lab.VersionAsync("h4", "po-good"));
        Assert.Equal("ii 1.1", await lab.VersionAsync("h5", "po-good"));
        // Nothing was tried on the dead host, so nothing is known of the patch there.
        Assert.Equal(["h3", "h5"], (await desk.DeploymentsAsync()).Select(d => d.Asset).Order(StringComparer.Ordinal));

        var undone = await desk.UndoAsync(plan);
        Assert.Empty(undone.Failures);
        Assert.Equal("ii 1.0", await lab.VersionAsync("h3", "po-good"));
        Assert.Equal("ii 1.0", await lab.VersionAsync("h5", "po-good"));
        var back = (await desk.RunsAsync(plan)).ToDictionary(r => r.Asset, StringComparer.Ordinal);
        Assert.Equal(HostState.RolledBack, back["h3"].State);
        Assert.Equal(HostState.Failed, back["h4"].State);
        Assert.All(await desk.DeploymentsAsync(), d => Assert.Equal(DeploymentOutcome.RolledBack, d.Outcome));
        await desk.AuditIsIntactAsync();
    }
}
