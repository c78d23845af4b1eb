using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Lab.Tests.Waves;

/// <summary>What policy says of the steps around a change reaches real hosts: quiescing, snapshots, test cases, checks, commit-confirmed, pace.</summary>
[Collection(LabCollection.Name)]
public sealed class ConductTests(ProductLab lab)
{
    [SkippableFact]
    public async Task Everything_that_policy_puts_around_a_change_happens_in_order_and_stands_in_the_evidence()
    {
        await lab.RequireAsync();
        await using var desk = new Desk(lab);
        await lab.EnterAsync("h8", "sh", "-c", "rm -rf /srv/log /srv/snaps; mkdir -p /srv/snaps; touch /srv/backup-done; rm -f /etc/cron.d/*");
        var policy = await PolicyAsync(desk, """
            planning:
              detectionWindow: 00:00:02
              probeGrace: 00:00:02
              probes:
                - { kind: Log, target: "/srv/app-errors.log ERROR" }
              tests:
                - { name: the failure, kind: Command, target: "test -s /usr/share/po-slow/version", problem: PRB1 }
              quiesce:
                - { name: balancer, take: [sh, -c, "echo drained >>/srv/log"], putBack: [sh, -c, "echo back >>/srv/log"] }
              snapshots:
                - { name: copies, take: [sh, -c, "echo {id} taken >>/srv/log; touch /srv/snaps/{id}"], list: [ls, /srv/snaps], restore: [sh, -c, "echo restored >>/srv/log"], remove: [rm, "/srv/snaps/{id}"] }
              backups:
                - { name: nightly, marker: /srv/backup-done }
              conduct:
                confirmWithin: 00:05:00
                snapshotRetention: 00:00:00
                preChecks: { integrity: true, drift: true, pendingRestart: true }
            """);
        // Old errors of the log are no errors of the change.
        await lab.EnterAsync("h8", "sh", "-c", "echo 'ERROR long ago' >/srv/app-errors.log");
        var plan = await desk.PlanAsync("Production", "deb:po-slow/1.1", policy, "h8");
        await desk.ApproveAsync(plan);
        var run = (await desk.InvokeAsync(plan)).One<HostRun>();
        Assert.Equal(HostState.Done, run.State);
        Assert.Equal("ii 1.1", await lab.VersionAsync("h8", "po-slow"));

        var steps = run.Evidence.Select(e => e.Step).Distinct().ToList();
        Assert.Equal(["PreCheck", "Stage", "Quiesce", "Snapshot", "TestBefore", "Baseline", "Arm", "Apply", "Verify", "Probe", "TestAfter", "Confirm", "Unquiesce", "Bake"], steps);
        foreach (var check in new[] { "Credentials", "Disk", "Backup nightly", "Integrity", "Drift", "PendingRestart" })
            Assert.Contains(run.Evidence, e => e.Step == "PreCheck" && e.Outcome == $"{check}: Passed");
        Assert.Contains(run.Evidence, e => e.Step == "TestBefore" && e.Outcome.StartsWith("the failure (PRB1)", StringComparison.Ordinal));
        Assert.Contains(run.Evidence, e => e.Step == "Probe" && e.Detail?.StartsWith("0 new lines", StringComparison.Ordinal) == true);
        var log = (await lab.EnterAsync("h8", "cat", "/srv/log")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, log.Length);
        Assert.Equal(("drained", "back"), (log[0], log[2]));
        Assert.EndsWith(" taken", log[1], StringComparison.Ordinal);

        // The retention is over: the scheduler's run removes the snapshot, and the host's record stays what it was.
        Assert.NotEmpty((await lab.EnterAsync("h8", "ls", "/srv/snaps")).Trim());
        Assert.Empty((await desk.AskAsync(new InvokeWaveRequest { Due = true, KeyFile = lab.KeyFile, KnownHostsFile = lab.KnownHosts })).Failures);
        Assert.Empty((await lab.EnterAsync("h8", "ls", "/srv/snaps")).Trim());
        var after = Assert.Single(await desk.RunsAsync(plan));
        Assert.Equal(HostState.Done, after.State);
        // The journal keeps milliseconds.
        Assert.True((after.Ended - run.Ended)!.Value.Duration() < TimeSpan.FromMilliseconds(2), $"{after.Ended} / {run.Ended}");
        await desk.AuditIsIntactAsync();
    }

    [SkippableFact]
    public async Task A_host_that_is_not_fit_is_left_alone_and_says_why()
    {
        await lab.RequireAsync();
        await using var desk = new Desk(lab);
        await lab.EnterAsync("h9", "sh", "-c", "touch -d '3 days ago' /srv/backup-done; echo tampered >/usr/share/po-slow/version");
        var policy = await PolicyAsync(desk, """
            planning:
              backups:
                - { name: nightly, marker: /srv/backup-done, maxAge: 1.00:00:00 }
              conduct:
                preChecks: { integrity: true }
            """);
        var plan = await desk.PlanAsync("Production", "deb:po-slow/1.1", policy, "h9");
        await desk.ApproveAsync(plan);
        var run = Assert.Single((await desk.InvokeAsync(plan)).All<HostRun>());
        Assert.Equal(HostState.Failed, run.State);
        Assert.Contains("Backup nightly: last one 72.0 h ago", run.Reason, StringComparison.Ordinal);
        Assert.Contains("/usr/share/po-slow/version", run.Reason, StringComparison.Ordinal);
        Assert.Equal("ii 1.0", await lab.VersionAsync("h9", "po-slow"));
    }

    [SkippableFact]
    public async Task A_test_case_that_fails_after_the_change_takes_the_host_back_by_its_snapshot()
    {
        await lab.RequireAsync();
        await using var desk = new Desk(lab);
        await lab.EnterAsync("h10", "sh", "-c", "rm -rf /srv/log /srv/snaps; mkdir -p /srv/snaps; rm -f /etc/cron.d/*");
        var policy = await PolicyAsync(desk, """
            planning:
              probeGrace: 00:00:01
              tests:
                - { name: login works, kind: Command, target: "grep -qx 1.0 /usr/share/po-slow/version" }
              snapshots:
                - name: copies
                  take: [sh, -c, "mkdir -p /srv/snaps/{id}"]
                  list: [ls, /srv/snaps]
                  restore: [sh, -c, "dpkg -i /srv/po-repo/po-slow_1.0_all.deb && echo restored >>/srv/log"]
                  remove: [rmdir, "/srv/snaps/{id}"]
              conduct:
                rollback: Snapshot
            """);
        var plan = await desk.PlanAsync("Production", "deb:po-slow/1.1", policy, "h10");
        await desk.ApproveAsync(plan);
        var run = Assert.Single((await desk.InvokeAsync(plan)).All<HostRun>());
        Assert.Equal(HostState.RolledBack, run.State);
        Assert.Contains("login works", run.Reason, StringComparison.Ordinal);
        Assert.Equal("restored\n", await lab.EnterAsync("h10", "cat", "/srv/log"));
        Assert.Equal("ii 1.0", await lab.VersionAsync("h10", "po-slow"));
    }

    [SkippableFact]
    public async Task Evidence_paces_a_wave_and_a_gate_that_is_not_healthy_halts_it()
    {
        await lab.RequireAsync();
        await using var desk = new Desk(lab);
        var policy = await PolicyAsync(desk, """
            planning:
              maxFailures: 3
              maxFailurePercent: 100
              conduct:
                gates:
                  - { name: error budget, kind: Http, target: "http://127.0.0.1:9/budget" }
            """);
        var plan = await desk.PlanAsync("Test", "deb:po-lib/1.1", policy, "h11", "h12");
        await desk.ApproveAsync(plan);
        var halted = await desk.InvokeAsync(plan);
        Assert.All(halted.All<HostRun>(), r => Assert.Equal(HostState.Pending, r.State));
        var failure = Assert.Single(halted.Failures);
        Assert.Equal("WaveHalted", failure.Code);
        Assert.Contains("error budget", failure.Message, StringComparison.Ordinal);

        await using var other = new Desk(lab);
        var paced = await other.PlanAsync("Test", "deb:po-lib/1.1", null, "h11", "h12");
        await other.ApproveAsync(paced);
        var told = await other.AskAsync(new InvokeWaveRequest
        {
            PlanId = paced.Id, Wave = 1, KeyFile = lab.KeyFile, KnownHostsFile = lab.KnownHosts, IgnoreWindow = true, Pace = WavePace.Evidence, MaxHarm = 1, Confidence = 0.9, PassThru = true,
        });
        Assert.Empty(told.Failures);
        Assert.Equal(2, told.Results.OfType<HostRun>().Count(r => r.State == HostState.Done));
        Assert.Equal(WaveState.Completed, Assert.Single(told.Results.OfType<WaveStatus>()).State);
        // At most one may be harmed, and nothing is known yet: one after the other.
        var ordered = told.Results.OfType<HostRun>().OrderBy(r => r.Started).ToList();
        Assert.True(ordered[0].Ended <= ordered[1].Started, $"{ordered[0].Ended} / {ordered[1].Started}");
    }

    [SkippableFact]
    public async Task A_person_is_led_through_the_same_steps_and_the_host_says_whether_it_was_done()
    {
        await lab.RequireAsync();
        await using var desk = new Desk(lab);
        var plan = await desk.PlanAsync("Production", "deb:po-good/1.1", null, "h13");
        await desk.ApproveAsync(plan);
        var manual = new InvokeWaveRequest { PlanId = plan.Id, Wave = 1, KeyFile = lab.KeyFile, KnownHostsFile = lab.KnownHosts, IgnoreWindow = true, Manual = true };

        // Said to be done, and not done: the host's state is the judge.
        var untrue = Assert.Single((await desk.AskAsync(manual)).All<HostRun>());
        Assert.Equal(HostState.Failed, untrue.State);
        Assert.Contains("as it was before", untrue.Reason, StringComparison.Ordinal);

        var run = (await desk.AskAsync(manual with { RetryFailed = true }, async question =>
        {
            if (question.Person && question.Action.Contains("install", StringComparison.Ordinal))
                await lab.EnterAsync("h13", "sh", "-c", "dpkg --force-confold -i /srv/po-repo/po-good_1.1_all.deb");
            return Answer.Yes;
        })).One<HostRun>();
        Assert.Equal(HostState.Done, run.State);
        Assert.Contains(run.Evidence, e => e.Step == "Apply" && e.Detail?.StartsWith("by hand: install po-good 1.0 → 1.1", StringComparison.Ordinal) == true);
        Assert.Contains(run.Evidence, e => e.Step == "Verify" && e.Detail == "po-good 1.1");
        Assert.Equal(DeploymentOutcome.Succeeded, (await desk.DeploymentsAsync())[0].Outcome);
        await lab.EnterAsync("h13", "sh", "-c", "dpkg --force-downgrade --force-confold -i /srv/po-repo/po-good_1.0_all.deb");
    }

    [SkippableFact]
    public async Task The_record_of_a_manual_installation_has_the_steps_checks_versions_and_readings_of_an_automated_one()
    {
        await lab.RequireAsync();
        var records = new List<HostRun>();
        foreach (var (host, manual) in new[] { ("h47", false), ("h48", true) })
        {
            await using var desk = new Desk(lab);
            await lab.EnterAsync(host, "sh", "-c", "touch /srv/backup-done; rm -f /etc/cron.d/*");
            var policy = await PolicyAsync(desk, """
                planning:
                  detectionWindow: 00:00:02
                  probeGrace: 00:00:02
                  probes:
                    - { kind: Command, target: "test -s /usr/share/po-good/version" }
                  tests:
                    - { name: the failure, kind: Command, target: "test -s /etc/po-good/good.conf", problem: PRB1 }
                  quiesce:
                    - { name: balancer, take: ["true"], putBack: ["true"] }
                  snapshots:
                    - { name: copies, take: [mkdir, -p, "/srv/snaps/{id}"], list: [sh, -c, "ls /srv/snaps 2>/dev/null || true"], restore: ["true"], remove: [rmdir, "/srv/snaps/{id}"] }
                  backups:
                    - { name: nightly, marker: /srv/backup-done }
                  conduct:
                    preChecks: { integrity: true, pendingRestart: true }
                """);
            var plan = await desk.PlanUnseenAsync("deb:po-good/1.1", policy, host);
            var request = new InvokeWaveRequest { PlanId = plan.Id, Wave = 1, KeyFile = lab.KeyFile, KnownHostsFile = lab.KnownHosts, IgnoreWindow = true, Manual = manual };
            var told = await desk.AskAsync(request, async question =>
            {
                if (question.Person && question.Action.Contains("install", StringComparison.Ordinal)) await lab.EnterAsync(host, "sh", "-c", "dpkg --force-confold -i /srv/po-repo/po-good_1.1_all.deb");
                return Answer.Yes;
            });
            records.Add(told.One<HostRun>());
            Assert.Equal(HostState.Done, records[^1].State);
        }
        // What was done is told in its own words and took its own time; everything else is the same, piece by piece.
        Assert.Equal(Pieces(records[0]), Pieces(records[1]));
        Assert.Equal(records[0].Changes.Select(c => (c.Patch, c.Package, c.FromVersion, c.ToVersion)), records[1].Changes.Select(c => (c.Patch, c.Package, c.FromVersion, c.ToVersion)));
        var kinds = records[1].Evidence.Select(e => e.Kind).ToHashSet();
        Assert.Superset(new HashSet<EvidenceKind> { EvidenceKind.Step, EvidenceKind.Command, EvidenceKind.Reading, EvidenceKind.Version }, kinds);
        var installed = Assert.Single(records[1].Evidence, e => e is { Step: "Apply", Kind: EvidenceKind.Command });
        Assert.Equal(("by hand: install po-good 1.0 → 1.1", 0, "confirmed by lab"), (installed.Command, installed.ExitCode, installed.Output));

        static List<string> Pieces(HostRun run) =>
            [.. run.Evidence.Where(e => e.Kind != EvidenceKind.Command).Select(e => $"{e.Step} {e.Kind} {e.Outcome} {e.Probe} {e.Status} {e.Package} {e.Version}")];
    }

    [SkippableFact]
    public async Task A_host_whose_change_cuts_off_its_sshd_comes_back_alone_as_it_was_and_the_wave_says_so()
    {
        await lab.RequireAsync();
        await using var desk = new Desk(lab);
        const string Files = "find /etc /usr/share/po-cutoff -xdev ! -type d | sort | xargs -d '\\n' stat -c '%n %a %U %F'; find /etc /usr/share/po-cutoff -xdev -type f | sort | xargs -d '\\n' sha256sum";
        var policy = await PolicyAsync(desk, "planning: { detectionWindow: 00:00:00, conduct: { confirmWithin: 00:00:08 } }\n");
        var plan = await desk.PlanUnseenAsync("deb:po-cutoff/1.1", policy, "h44");
        var before = await lab.EnterAsync("h44", "sh", "-c", Files);
        var run = Assert.Single((await desk.InvokeAsync(plan)).All<HostRun>());
        Assert.True(run.State == HostState.RolledBack, $"{run.State}: {run.Reason}");
        Assert.Equal("ii 1.0", await lab.VersionAsync("h44", "po-cutoff"));
        Assert.Equal(before, await lab.EnterAsync("h44", "sh", "-c", Files));
        // It was there, and nobody led it back but the host itself.
        Assert.Contains(" upgrade po-cutoff:all 1.0 1.1", await lab.DpkgLogAsync("h44"), StringComparison.Ordinal);
        Assert.DoesNotContain(run.Evidence, e => e.Step == "Revert");
        Assert.Contains("as it was before", run.Reason, StringComparison.Ordinal);
        Assert.Empty(run.Changes);
        await desk.AuditIsIntactAsync();
    }

    [SkippableFact]
    public async Task A_change_that_takes_longer_than_the_time_to_confirm_it_is_not_taken_back_while_it_is_being_made()
    {
        await lab.RequireAsync();
        await using var desk = new Desk(lab);
        // Its installation takes four seconds.
        var policy = await PolicyAsync(desk, "planning: { detectionWindow: 00:00:00, conduct: { confirmWithin: 00:00:02 } }\n");
        var plan = await desk.PlanUnseenAsync("deb:po-slow/1.1", policy, "h10");
        var run = (await desk.InvokeAsync(plan)).One<HostRun>();
        Assert.True(run.State == HostState.Done, $"{run.State}: {run.Reason}");
        await Task.Delay(TimeSpan.FromSeconds(3));
        Assert.Equal("ii 1.1", await lab.VersionAsync("h10", "po-slow"));
        await lab.EnterAsync("h10", "sh", "-c", "dpkg --force-downgrade -i /srv/po-repo/po-slow_1.0_all.deb");
    }

    private static async Task<string> PolicyAsync(Desk desk, string text)
    {
        var file = Path.Combine(desk.Folder, "policy.yaml");
        await File.WriteAllTextAsync(file, text);
        return file;
    }
}
