using PatchOps.Adapters.Transports.Ssh;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Lab.Tests.Waves;

/// <summary>Waves with other providers than apt, through the door that administrators use: rpm hosts, and a manifest of one's own.</summary>
[Collection(LabCollection.Name)]
public sealed class OwnProviderTests(ProductLab lab)
{
    // An application that is a file with its version; verify prints garbage, hangs or fails where a file says so.
    private const string Manifest = """
        name: own-app
        description: an application in a folder
        detect: |
          printf 'update\tapp\t%s\t1.1.0\n' "$(cat /srv/app)"
        apply: |
          while [ $# -gt 0 ]; do
            case $3 in 1.1.0) ;; *) printf 'refused\tVersionNotAvailable\t%s %s is not on offer\n' "$1" "$3"; exit 3 ;; esac
            [ ! -e /srv/app.hangs ] || sleep 3600
            echo "$3" >/srv/app
            echo "apply $1 $2 $3" >>/srv/app.log
            shift 3
          done
        verify: |
          [ ! -e /srv/app.garbage ] || echo 'Welcome to the application!'
          [ ! -e /srv/app.fails ] || { echo 'no licence' >&2; exit 3; }
          printf 'package\tapp\t%s\n' "$(cat /srv/app)"
        revert: |
          echo "$2" >/srv/app
        """;

    [SkippableFact]
    public async Task An_rpm_host_is_taken_to_the_approved_version_and_back()
    {
        Skip.If(RpmHost.Missing("dnf") is not null, RpmHost.Missing("dnf"));
        await lab.RequireAsync();
        await using var desk = new Desk(lab);
        await RpmHost.PrepareAsync(await PrepareAsync(desk, "h14"));
        var plan = await PlanAsync(desk, "dnf", "h14", "po-good", "1.0-1", "AlmaLinux:9", "1.1-1");
        Assert.Equal("po-good=1.1-1", plan.Waves[0].Hosts[0].Patches[0].Packages[0].ToString());
        var run = (await desk.InvokeAsync(plan)).One<HostRun>();
        Assert.Equal(HostState.Done, run.State);
        Assert.Equal("1.1-1", (await lab.EnterAsync("h14", "rpm", "-q", "--qf", "%{VERSION}-%{RELEASE}", "po-good")).Trim());
        Assert.Contains(run.Evidence, e => e is { Step: "Snapshot", Outcome: "Succeeded" });
        Assert.Empty((await desk.UndoAsync(plan)).Failures);
        Assert.Equal("1.0-1", (await lab.EnterAsync("h14", "rpm", "-q", "--qf", "%{VERSION}-%{RELEASE}", "po-good")).Trim());
    }

    [SkippableFact]
    public async Task A_manifest_of_ones_own_is_registered_and_used_and_what_goes_wrong_in_it_is_that_hosts_outcome()
    {
        await lab.RequireAsync();
        await using var desk = new Desk(lab);
        var manifest = Path.Combine(desk.Folder, "own.yaml");
        await File.WriteAllTextAsync(manifest, Manifest);
        var kept = (await desk.AskAsync(new RegisterProviderRequest { Manifest = manifest })).One<PatchProvider>();
        Assert.Equal(("own-app", ProviderKind.Manifest), (kept.Name, kept.Kind));
        await desk.ReopenAsync();
        Assert.Equal(kept.Hash, (await desk.AskAsync(new GetProviderRequest { Name = ["own-*"] })).One<PatchProvider>().Hash);

        foreach (var (host, trouble) in new[] { ("h15", ""), ("h16", "garbage"), ("h17", "fails") })
            await lab.EnterAsync(host, "sh", "-c", $"echo 1.0.0 >/srv/app; rm -f /srv/app.* ; [ -z '{trouble}' ] || : >/srv/app.{trouble}");
        var plan = await PlanAsync(desk, "own-app", ["h15", "h16", "h17"], "app", "1.0.0", "npm", "1.1.0", """
            planning:
              maxFailures: 3
              maxFailurePercent: 100
            """);
        var told = await desk.InvokeAsync(plan);
        var runs = told.All<HostRun>().ToDictionary(r => r.Asset, StringComparer.Ordinal);
        Assert.Equal(HostState.Done, runs["h15"].State);
        Assert.Equal("apply app 1.0.0 1.1.0\n", await lab.EnterAsync("h15", "cat", "/srv/app.log"));
        Assert.Equal(HostState.Failed, runs["h16"].State);
        Assert.Contains("Welcome to the application!", runs["h16"].Reason, StringComparison.Ordinal);
        Assert.Equal(HostState.Failed, runs["h17"].State);
        Assert.Contains("no licence", runs["h17"].Reason, StringComparison.Ordinal);
        Assert.Equal("1.0.0\n", await lab.EnterAsync("h16", "cat", "/srv/app"));
        Assert.Equal("1.0.0\n", await lab.EnterAsync("h17", "cat", "/srv/app"));
        Assert.Equal(2, told.Failures.Count(f => f.Code == "HostFailed"));
        await desk.AuditIsIntactAsync();
    }

    [SkippableFact]
    public async Task A_provider_that_is_not_known_is_that_hosts_outcome_with_the_remedy()
    {
        await lab.RequireAsync();
        await using var desk = new Desk(lab);
        var plan = await PlanAsync(desk, "nobody", "h18", "app", "1.0.0", "npm", "1.1.0");
        var run = Assert.Single((await desk.InvokeAsync(plan)).All<HostRun>());
        Assert.Equal(HostState.Failed, run.State);
        Assert.Contains("Register-PatchProvider", run.Reason, StringComparison.Ordinal);
    }

    private async Task<Core.Seams.IHostTransport> PrepareAsync(Desk desk, string host)
    {
        var settings = new SshSettings { IdentityFiles = [lab.KeyFile], KnownHostsFile = lab.KnownHosts, ConfigFile = "none" };
        _ = desk;
        await Task.CompletedTask;
        return new SshClient(settings).Open(new SshEndpoint(host, lab.Addresses[host]) { User = "root" });
    }

    private Task<PatchPlan> PlanAsync(Desk desk, string provider, string host, string package, string from, string ecosystem, string to) =>
        PlanAsync(desk, provider, [host], package, from, ecosystem, to, null);

    /// <summary>Assets and software as files, an advisory that explains the new version, the risk of it, and an approved plan.</summary>
    private async Task<PatchPlan> PlanAsync(Desk desk, string provider, string[] hosts, string package, string from, string ecosystem, string to, string? policyText)
    {
        string? policy = null;
        if (policyText is not null) await File.WriteAllTextAsync(policy = Path.Combine(desk.Folder, "policy.yaml"), policyText);
        var assets = Path.Combine(desk.Folder, "assets.csv");
        await File.WriteAllLinesAsync(assets, hosts.Select(h => $"{h},{lab.Addresses[h]},Ssh,root,{provider},Test,3,Internet,daily 00:00 PT23H30M").Prepend("Id,Address,Transport,User,Provider,Environment,Criticality,Exposure,MaintenanceWindow"));
        var software = Path.Combine(desk.Folder, "software.csv");
        await File.WriteAllLinesAsync(software, hosts.Select(h => $"{h},{package},{from},{ecosystem}").Prepend("Asset,Package,Version,Ecosystem"));
        Assert.Empty((await desk.AskAsync(new ImportAssetRequest { Path = [assets, software] })).Failures);
        await desk.AdviseAsync(ecosystem, "CVE-2026-77777", package, to);
        var risks = await desk.AskAsync(new GetRiskRequest { Policy = policy });
        var plan = (await desk.AskAsync(new NewPlanRequest { Name = "Own", InputObject = risks.Results, Policy = policy, TimeLimit = TimeSpan.FromMilliseconds(100) })).One<PatchPlan>();
        (await desk.ApproveAsync(plan)).One<Approval>();
        return plan;
    }
}
