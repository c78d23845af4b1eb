using System.Collections.Concurrent;
using PatchOps.Core.Waves;
using PatchOps.Domain;
using PatchOps.Tests.Waves;

namespace PatchOps.Lab.Tests.Waves;

/// <summary>One wave on ten real hosts, each with another trouble while it runs, and a second run when the trouble is over.</summary>
public sealed class TroubledWave : IDisposable
{
    private readonly SemaphoreSlim running = new(1, 1);
    private Exception? broke;
    private bool ran;

    internal Dictionary<string, HostRun> First { get; private set; } = [];

    internal Dictionary<string, HostRun> Second { get; private set; } = [];

    internal ConcurrentDictionary<string, string> Versions { get; } = new(StringComparer.Ordinal);

    internal ConcurrentDictionary<string, int> Upgrades { get; } = new(StringComparer.Ordinal);

    internal static readonly string[] Hosts = ["h31", "h32", "h33", "h34", "h35", "h36", "h37", "h38", "h39", "h40"];

    /// <summary>Runs both waves once, for all tests.</summary>
    public async Task RequireAsync(ProductLab lab)
    {
        await lab.RequireAsync();
        await running.WaitAsync();
        try
        {
            if (!ran) await RunAsync(lab);
            if (broke is not null) throw new InvalidOperationException("The troubled wave broke.", broke);
        }
        catch (Exception e) when (broke is null)
        {
            broke = e;
            throw;
        }
        finally
        {
            ran = true;
            running.Release();
        }
    }

    private async Task RunAsync(ProductLab lab)
    {
        var clock = new JumpingTime();
        await using var desk = new Desk(lab, clock, waits: new WaveOptions
        {
            PollInterval = TimeSpan.FromMilliseconds(500), CallDeadline = TimeSpan.FromSeconds(8), ReconnectTimeout = TimeSpan.FromSeconds(10),
        });
        var policy = Path.Combine(desk.Folder, "policy.yaml");
        await File.WriteAllTextAsync(policy, "planning: { canaryShare: 0, pilotShare: 0, detectionWindow: 00:00:00, maxConcurrent: 20, maxConcurrentPerTeam: 20, maxFailures: 10, maxFailurePercent: 100 }\n");
        var plan = await desk.PlanUnseenAsync("deb:po-slow/1.1", policy, Hosts);
        await Task.WhenAll(Hosts.Select(h => lab.EnterAsync(h, "sh", "-c", ": >/var/log/dpkg.log")));
        // Before: a full disk, a file system that may not be written, an sshd that takes its time, one that accepts and says nothing, a lock that is let go.
        await lab.EnterAsync("h35", "sh", "-c", "dd if=/dev/zero of=/fill bs=1M 2>/dev/null || true");
        await lab.EnterAsync("h36", "sh", "-c", "mount --bind /usr /usr && mount -o remount,ro,bind /usr");
        await lab.EnterAsync("h37", "sh", "-c", "printf '#!/bin/sh\\nsleep 1\\nexec sh -c \"$SSH_ORIGINAL_COMMAND\"\\n' >/etc/po/slow; chmod 755 /etc/po/slow; echo 'ForceCommand /etc/po/slow' >>/etc/po/sshd_config; kill $(cat /run/sshd.pid); sleep 1");
        await lab.EnterAsync("h38", "sh", "-c", "kill -STOP $(cat /run/sshd.pid)");
        await lab.EnterAsync("h39", "sh", "-c", "setsid perl -e 'use Fcntl; open(my $f, \">>\", \"/var/lib/dpkg/lock-frontend\") or die; my $l = pack(\"s s l! l! i\", F_WRLCK, 0, 0, 0, 0); fcntl($f, F_SETLK, $l) or die; sleep 6' >/dev/null 2>&1 </dev/null & sleep 0.3");

        var wave = desk.InvokeAsync(plan);
        // In mid-apply: the link of two of ten hosts goes down, of one for a while; one loses its power; and the runner's clock jumps.
        await Task.WhenAll(
            InApplyAsync(lab, "h31", () => lab.SwitchAsync("cut", "h31")),
            InApplyAsync(lab, "h32", async () =>
            {
                await lab.SwitchAsync("cut", "h32");
                await Task.Delay(6000);
                await lab.SwitchAsync("mend", "h32");
            }),
            InApplyAsync(lab, "h33", () => lab.SwitchAsync("kill", "h33")),
            InApplyAsync(lab, "h34", () => Task.FromResult(clock)).ContinueWith(_ => clock.Jump(TimeSpan.FromHours(1)), TaskScheduler.Default));
        First = (await wave).All<HostRun>().ToDictionary(r => r.Asset, StringComparer.Ordinal);

        await lab.SwitchAsync("mend", "h31");
        await lab.SwitchAsync("start", "h33");
        await lab.EnterAsync("h35", "rm", "-f", "/fill");
        await lab.EnterAsync("h36", "mount", "-o", "remount,rw,bind", "/usr");
        await lab.EnterAsync("h38", "sh", "-c", "kill -CONT $(cat /run/sshd.pid)");
        var again = new Core.Operations.Requests.InvokeWaveRequest { PlanId = plan.Id, Wave = 1, KeyFile = lab.KeyFile, KnownHostsFile = lab.KnownHosts, IgnoreWindow = true, RetryFailed = true };
        Second = (await desk.AskAsync(again)).All<HostRun>().ToDictionary(r => r.Asset, StringComparer.Ordinal);
        foreach (var host in Hosts)
        {
            Versions[host] = await lab.VersionAsync(host, "po-slow");
            Upgrades[host] = await lab.UpgradesAsync(host, "po-slow");
        }
        await desk.AuditIsIntactAsync();
    }

    private static async Task InApplyAsync(ProductLab lab, string host, Func<Task> happens)
    {
        for (var i = 0; i < 600 && await lab.UpgradesAsync(host, "po-slow") == 0; i++) await Task.Delay(100);
        await happens();
    }

    public void Dispose() => running.Dispose();
}

/// <summary>Each trouble ends in a true state, with the reason and the next step, and a later run finds its way from there.</summary>
[Collection(LabCollection.Name)]
public sealed class TroubledHostTests(ProductLab lab, TroubledWave wave, Xunit.Abstractions.ITestOutputHelper output) : IClassFixture<TroubledWave>
{
    private async Task EndsAsync(string host, HostState first, string reason, HostState second, string version, int upgrades)
    {
        await wave.RequireAsync(lab);
        var run = wave.First[host];
        output.WriteLine($"{run.State}: {run.Reason}\nthen {wave.Second[host].State}: {wave.Second[host].Reason}");
        Assert.True(run.State == first, $"{run.State}: {run.Reason}");
        if (reason.Length == 0) Assert.Null(run.Reason);
        else Assert.Matches(reason, run.Reason);
        Assert.True(wave.Second[host].State == second, $"{wave.Second[host].State}: {wave.Second[host].Reason}");
        Assert.Equal(version, wave.Versions[host]);
        Assert.Equal(upgrades, wave.Upgrades[host]);
    }

    [SkippableFact]
    public Task A_host_whose_network_is_cut_in_mid_apply_is_unknown_and_the_next_run_finds_it_done_once() =>
        EndsAsync("h31", HostState.Unknown, "What h31.* is now is not known: .* Bring the host back, then run Invoke-PatchWave again", HostState.Done, "ii 1.1", 1);

    [SkippableFact]
    public Task A_network_that_comes_back_is_not_even_noticed() => EndsAsync("h32", HostState.Done, "", HostState.Done, "ii 1.1", 1);

    [SkippableFact]
    public async Task A_host_that_loses_its_power_in_mid_apply_is_unknown_and_the_next_run_leads_it_back_to_a_known_state()
    {
        await wave.RequireAsync(lab);
        output.WriteLine($"{wave.First["h33"].Reason}\nthen {wave.Second["h33"].Reason}");
        Assert.Equal(HostState.Unknown, wave.First["h33"].State);
        Assert.Matches("not known: .* run Invoke-PatchWave again", wave.First["h33"].Reason);
        // dpkg was cut off: half-configured is not as approved, so the host went back.
        Assert.True(wave.Second["h33"].State == HostState.RolledBack, $"{wave.Second["h33"].State}: {wave.Second["h33"].Reason}");
        Assert.Equal("ii 1.0", wave.Versions["h33"]);
    }

    [SkippableFact]
    public Task A_clock_that_jumps_an_hour_changes_nothing() => EndsAsync("h34", HostState.Done, "", HostState.Done, "ii 1.1", 1);

    [SkippableFact]
    public Task A_full_disk_is_found_before_anything_is_changed() => EndsAsync("h35", HostState.Failed, "Disk: .* MiB free .* Invoke-PatchWave -RetryFailed", HostState.Done, "ii 1.1", 1);

    [SkippableFact]
    public Task A_read_only_file_system_is_found_before_anything_is_changed() =>
        EndsAsync("h36", HostState.Failed, "Writable: cannot write below /usr.* Invoke-PatchWave -RetryFailed", HostState.Done, "ii 1.1", 1);

    [SkippableFact]
    public Task A_slow_sshd_only_takes_its_time() => EndsAsync("h37", HostState.Done, "", HostState.Done, "ii 1.1", 1);

    [SkippableFact]
    public Task An_sshd_that_says_nothing_is_a_host_that_was_not_reached() => EndsAsync("h38", HostState.Failed, "does not answer.*Invoke-PatchWave -RetryFailed", HostState.Done, "ii 1.1", 1);

    [SkippableFact]
    public Task A_lock_that_another_package_manager_holds_is_waited_for() => EndsAsync("h39", HostState.Done, "", HostState.Done, "ii 1.1", 1);

    [SkippableFact]
    public Task A_host_without_trouble_is_done() => EndsAsync("h40", HostState.Done, "", HostState.Done, "ii 1.1", 1);
}
