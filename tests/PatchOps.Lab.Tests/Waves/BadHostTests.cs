using System.Text;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Lab.Tests.Waves;

/// <summary>Hosts that cannot be reached or entered as they should, and packages that are not there: their own outcome with a remedy, and the others are done.</summary>
[Collection(LabCollection.Name)]
public sealed class BadHostTests(ProductLab lab)
{
    private const string Good = "deb:po-good/1.1";
    private const string Secret = "lab secret";

    [SkippableFact]
    public async Task An_unknown_key_and_a_sudo_that_asks_are_those_hosts_outcome_and_a_credential_opens_the_way()
    {
        await lab.RequireAsync();
        Skip.IfNot(File.Exists("/usr/bin/sudo"), "sudo is not installed.");
        await using var desk = new Desk(lab);
        var plan = await PlanAsync(desk, Good, ("h41", "root"), ("h42", "root"), ("h43", "popass"));
        // Whoever wrote this file has never seen h42.
        var known = Path.Combine(desk.Folder, "known_hosts");
        await File.WriteAllLinesAsync(known, (await File.ReadAllLinesAsync(lab.KnownHosts)).Where(l => !l.Split(' ')[0].Split(',').Contains(lab.Addresses["h42"])));
        var request = new InvokeWaveRequest { PlanId = plan.Id, Wave = 1, KeyFile = lab.KeyFile, KnownHostsFile = known, IgnoreWindow = true };

        var told = await desk.AskAsync(request);
        var runs = told.Results.OfType<HostRun>().ToDictionary(r => r.Asset, StringComparer.Ordinal);
        Assert.Equal((HostState.Done, HostState.Failed, HostState.Failed), (runs["h41"].State, runs["h42"].State, runs["h43"].State));
        Assert.Contains("presents a key", runs["h42"].Reason, StringComparison.Ordinal);
        Assert.Contains("known", runs["h42"].Reason, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("sudo", runs["h43"].Reason, StringComparison.Ordinal);
        Assert.Contains("password", runs["h43"].Reason, StringComparison.Ordinal);
        Assert.Equal(["h42.lab.example", "h43.lab.example"], told.Failures.Where(f => f.Code == "HostFailed").Select(f => f.Target!).Order(StringComparer.Ordinal));
        Assert.All(told.Failures, f => Assert.Contains("Get-PatchWave", f.Remedy, StringComparison.Ordinal));
        Assert.Equal(("ii 1.1", "ii 1.0", "ii 1.0"), (await lab.VersionAsync("h41", "po-good"), await lab.VersionAsync("h42", "po-good"), await lab.VersionAsync("h43", "po-good")));

        // The key is checked by a person, the password given: both are done, and the first is not touched again.
        var account = new HostCredential("popass", static () => Secret, new object());
        var again = await desk.AskAsync(request with { KnownHostsFile = lab.KnownHosts, Credential = account, RetryFailed = true });
        Assert.Empty(again.Failures);
        Assert.All(again.Results.OfType<HostRun>(), r => Assert.Equal(HostState.Done, r.State));
        Assert.Equal(("ii 1.1", "ii 1.1"), (await lab.VersionAsync("h42", "po-good"), await lab.VersionAsync("h43", "po-good")));
        Assert.Equal(1, await lab.UpgradesAsync("h41", "po-good"));

        // The secret is nowhere: not in the store, not in what the host keeps of steps.
        var secret = Encoding.UTF8.GetBytes(Secret);
        foreach (var file in Directory.GetFiles(desk.Folder, "*", SearchOption.AllDirectories))
            Assert.True((await File.ReadAllBytesAsync(file)).AsSpan().IndexOf(secret) < 0, file);
        Assert.Equal("", (await lab.EnterAsync("h43", "sh", "-c", $"grep -rlF '{Secret}' /var/lib/patchops /var/log /run /tmp 2>/dev/null || true")).Trim());
        await desk.AuditIsIntactAsync();
    }

    [SkippableFact]
    public async Task A_package_or_version_that_does_not_exist_is_refused_before_anything_is_changed()
    {
        await lab.RequireAsync();
        foreach (var patch in new[] { "deb:po-nowhere/1.0", "deb:po-good/9.9" })
        {
            await using var desk = new Desk(lab);
            var plan = await PlanAsync(desk, patch, ("h44", "root"));
            var before = await lab.DpkgLogAsync("h44");
            var told = await desk.InvokeAsync(plan);
            var run = Assert.Single(told.Results.OfType<HostRun>());
            Assert.Equal(HostState.Failed, run.State);
            Assert.Contains(patch[4..].Split('/')[0], run.Reason, StringComparison.Ordinal);
            Assert.Contains("New-PatchPlan", run.Reason, StringComparison.Ordinal);
            Assert.Empty(run.Changes);
            Assert.Equal(before, await lab.DpkgLogAsync("h44"));
        }
    }

    private async Task<PatchPlan> PlanAsync(Desk desk, string patch, params (string Host, string User)[] hosts)
    {
        var policy = Path.Combine(desk.Folder, "policy.yaml");
        await File.WriteAllTextAsync(policy, "planning: { maxFailures: 9, maxFailurePercent: 100, detectionWindow: 00:00:00 }");
        var assets = await lab.AssetsAsync(desk.Folder, "Test", [.. hosts.Select(h => h.Host)]);
        var lines = (await File.ReadAllLinesAsync(assets)).Select(l => hosts.FirstOrDefault(h => l.StartsWith(h.Host + ",", StringComparison.Ordinal)) is (_, { } user) ? l.Replace(",Ssh,root,", $",Ssh,{user},", StringComparison.Ordinal) : l);
        await File.WriteAllLinesAsync(assets, lines);
        Assert.Empty((await desk.AskAsync(new ImportAssetRequest { Path = [assets] })).Failures);
        Assert.Empty((await desk.AskAsync(new ImportProblemRequest { Path = [await ProductLab.ProblemsAsync(desk.Folder, patch, [.. hosts.Select(h => h.Host)])] })).Failures);
        var plan = (await desk.AskAsync(new NewPlanRequest { Name = "Bad", Patch = [patch], Policy = policy, TimeLimit = TimeSpan.FromMilliseconds(100) })).One<PatchPlan>();
        await desk.ApproveAsync(plan);
        return plan;
    }
}
