using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Waves;
using PatchOps.Domain;

namespace PatchOps.Lab.Tests.Waves;

/// <summary>What another program does to a host in the middle of its change, in a whole wave: the disk fills up, or the lock is never let go.</summary>
[Collection(LabCollection.Name)]
public sealed class InterruptedApplyTests(ProductLab lab, Xunit.Abstractions.ITestOutputHelper output)
{
    private const string Unpacking = "h52", Configuring = "h53", Locked = "h54", Sound = "h55";

    [SkippableFact]
    public async Task A_disk_that_fills_up_and_a_lock_that_stays_held_end_in_a_true_state_with_the_next_step_while_others_go_on()
    {
        await lab.RequireAsync();
        string[] hosts = [Unpacking, Configuring, Locked, Sound];
        await using var desk = new Desk(lab, waits: new WaveOptions { PollInterval = TimeSpan.FromMilliseconds(500) });
        var policy = Path.Combine(desk.Folder, "policy.yaml");
        await File.WriteAllTextAsync(policy,
            """
            planning:
              canaryShare: 0
              pilotShare: 0
              detectionWindow: 00:00:00
              maxConcurrent: 20
              maxConcurrentPerTeam: 20
              maxFailures: 4
              maxFailurePercent: 100
              conduct: { lockWait: 00:00:02 }
            """);
        var plan = await desk.PlanUnseenAsync("deb:po-data/1.1", policy, hosts);
        await lab.EnterAsync(Unpacking, "sh", "-c", "echo unpack >/srv/fills-at");
        await lab.EnterAsync(Configuring, "sh", "-c", "echo configure >/srv/fills-at");
        await lab.EnterAsync(Locked, "sh", "-c", "setsid perl -e 'use Fcntl; open(my $f, \">>\", \"/var/lib/dpkg/lock-frontend\") or die; my $l = pack(\"s s l! l! i\", F_WRLCK, 0, 0, 0, 0); fcntl($f, F_SETLK, $l) or die; sleep 600' >/dev/null 2>&1 </dev/null & echo $! >/srv/holder; sleep 0.3");

        var first = (await desk.InvokeAsync(plan)).All<HostRun>().ToDictionary(r => r.Asset, StringComparer.Ordinal);
        foreach (var run in first.Values) output.WriteLine($"{run.Asset} {run.State}: {run.Reason}");
        Assert.Equal(HostState.Done, first[Sound].State);

        // Neither dpkg nor a revert has room for the way back, and each says so with its own words.
        foreach (var (host, stands) in new[] { (Unpacking, "po-data is 1.0 (unpacked), not 1.1"), (Configuring, "po-data 1.1 is half-configured") })
        {
            var run = first[host];
            Assert.Equal(HostState.RollbackFailed, run.State);
            Assert.Contains(run.Evidence, e => e is { Step: "Apply", Kind: EvidenceKind.Command, ExitCode: not (null or 0) });
            Assert.Matches("^Apply on host .* there is no space left: .*No space left on device. Make room on the host.", run.Reason);
            Assert.Contains(stands, run.Reason, StringComparison.Ordinal);
            Assert.Contains("Repair the package manager's state", run.Reason, StringComparison.Ordinal);
            Assert.Empty(run.Changes);
        }
        Assert.Equal("iU 1.0", await lab.VersionAsync(Unpacking, "po-data"));
        Assert.Equal("iF 1.1", await lab.VersionAsync(Configuring, "po-data"));
        var locked = first[Locked];
        Assert.Equal(HostState.Failed, locked.State);
        Assert.Matches("another package manager holds the lock.*Wait until it has ended, then run Invoke-PatchWave -RetryFailed.*is as it was before", locked.Reason);
        Assert.Equal("ii 1.0", await lab.VersionAsync(Locked, "po-data"));
        Assert.Equal(0, await lab.UpgradesAsync(Locked, "po-data"));

        // What the reasons ask for is done, and the next run finds its way from there.
        foreach (var host in new[] { Unpacking, Configuring }) await lab.EnterAsync(host, "sh", "-c", "rm -f /srv/fill /srv/fills-at; dpkg --configure -a");
        await lab.EnterAsync(Locked, "sh", "-c", "kill $(cat /srv/holder)");
        var again = new InvokeWaveRequest { PlanId = plan.Id, Wave = 1, KeyFile = lab.KeyFile, KnownHostsFile = lab.KnownHosts, IgnoreWindow = true, RetryFailed = true };
        var second = (await desk.AskAsync(again)).All<HostRun>();
        foreach (var run in second) output.WriteLine($"then {run.Asset} {run.State}: {run.Reason}");
        Assert.All(second, r => Assert.True(r.State == HostState.Done, $"{r.Asset} {r.State}: {r.Reason}"));
        foreach (var host in hosts) Assert.Equal("ii 1.1", await lab.VersionAsync(host, "po-data"));
        await desk.AuditIsIntactAsync();
    }
}
