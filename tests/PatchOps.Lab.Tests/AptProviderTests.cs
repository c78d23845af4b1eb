using PatchOps.Adapters.Providers.Apt;
using PatchOps.Adapters.Transports;
using PatchOps.Core.Seams;

namespace PatchOps.Lab.Tests;

/// <summary>Real apt on a real host over SSH.</summary>
[Collection(LabCollection.Name)]
public sealed class AptProviderTests(LabFixture lab)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly AptProvider Apt = new(new AptSettings { LockWait = TimeSpan.FromSeconds(10) });
    private static int s_step;

    [SkippableFact]
    public async Task An_upgrade_is_applied_verified_and_reverted()
    {
        await lab.RequireAsync();
        await using var host = lab.Open("h1");
        PackageChange[] changes = [new("deb:po-good/1.1", "po-good", "1.0", "1.1")];

        Assert.True((await Apt.StageAsync(host, changes, Key(), default)).Failure is null);
        Assert.True((await Apt.VerifyAsync(host, changes, Deadline, default)).AllReverted);
        var applied = await Apt.ApplyAsync(host, changes, Key(), default);
        Assert.Null(applied.Failure);
        Assert.Equal(StepState.Finished, applied.Step.State);
        var verified = await Apt.VerifyAsync(host, changes, Deadline, default);
        Assert.True(verified.AllApplied);
        Assert.False(verified.RestartNeeded);

        var reverted = await Apt.RevertAsync(host, changes, Key(), default);
        Assert.Null(reverted.Failure);
        Assert.True((await Apt.VerifyAsync(host, changes, Deadline, default)).AllReverted);
    }

    [SkippableFact]
    public async Task What_was_taken_back_within_the_second_is_applied_again()
    {
        await lab.RequireAsync();
        await using var host = lab.Open("h2");
        PackageChange[] changes = [new("deb:po-good/1.1", "po-good", "1.0", "1.1")];
        Assert.Null((await Apt.ApplyAsync(host, changes, Key(), default)).Failure);
        // apt builds its cache from dpkg's record; then the record changes, and keeps its length and second.
        Assert.True((await host.RunAsync(new HostCommand(["sh", "-c", "apt-get -qq check && touch -r /var/lib/dpkg/status /tmp/second && stat -c %s /var/lib/dpkg/status >/tmp/length"], Deadline), default)).Succeeded);
        Assert.Null((await Apt.RevertAsync(host, changes, Key(), default)).Failure);
        Assert.True((await host.RunAsync(new HostCommand(["sh", "-c", "touch -r /tmp/second /var/lib/dpkg/status && [ \"$(stat -c %s /var/lib/dpkg/status)\" = \"$(cat /tmp/length)\" ]"], Deadline), default)).Succeeded);

        Assert.Null((await Apt.ApplyAsync(host, changes, Key(), default)).Failure);
        Assert.True((await Apt.VerifyAsync(host, changes, Deadline, default)).AllApplied);
        Assert.Null((await Apt.RevertAsync(host, changes, Key(), default)).Failure);
    }

    [SkippableFact]
    public async Task Applying_to_a_host_that_is_right_changes_nothing()
    {
        await lab.RequireAsync();
        await using var host = lab.Open("h1");
        PackageChange[] changes = [new("p", "po-restart", "1.0", "1.1")];
        var key = Key();
        Assert.Null((await Apt.ApplyAsync(host, changes, key, default)).Failure);
        var verified = await Apt.VerifyAsync(host, changes, Deadline, default);
        Assert.True(verified.AllApplied);
        Assert.True(verified.RestartNeeded);
        Assert.Contains("package po-restart", verified.RestartReasons);

        Assert.True((await Apt.ApplyAsync(host, changes, key, default)).Step.FoundEarlier);
        var again = await Apt.ApplyAsync(host, changes, Key(), default);
        Assert.Null(again.Failure);
        Assert.Contains("has its approved version", again.Step.StandardOutput, StringComparison.Ordinal);
        Assert.Single(await UpgradesAsync(host, "po-restart"));
    }

    [SkippableFact]
    public async Task A_version_other_than_the_approved_one_is_refused()
    {
        await lab.RequireAsync();
        await using var host = lab.Open("h1");
        // The vendor withdrew 1.1 and offers 1.2 by now.
        PackageChange[] withdrawn = [new("p", "po-withdrawn", "1.0", "1.1")];
        var refused = await Apt.ApplyAsync(host, withdrawn, Key(), default);
        Assert.True(refused.Refused);
        Assert.Equal("VersionNotAvailable", refused.Failure!.Code);
        Assert.True((await Apt.VerifyAsync(host, withdrawn, Deadline, default)).AllReverted);
        Assert.Equal("VersionNotAvailable", (await Apt.StageAsync(host, withdrawn, Key(), default)).Failure!.Code);
        var unknown = await Apt.ApplyAsync(host, [new("p", "po-no-such-package", null, "1.0")], Key(), default);
        Assert.Equal("VersionNotAvailable", unknown.Failure!.Code);
        Assert.Equal("PackageNameInvalid", (await Apt.ApplyAsync(host, [new("p", "-o=x; reboot", null, "1.0")], Key(), default)).Failure!.Code);
    }

    [SkippableFact]
    public async Task What_was_not_approved_stops_the_whole_call_before_anything_changes()
    {
        await lab.RequireAsync();
        await using var host = lab.Open("h1");
        // The application needs the library's new version, and in 1.2 a package that the host does not have.
        PackageChange app = new("p", "po-app", "1.0", "1.1"), library = new("p", "po-lib", "1.0", "1.1");
        var alone = await Apt.ApplyAsync(host, [app], Key(), default);
        Assert.True(alone.Refused, alone.Step.StandardError);
        Assert.Equal("UnapprovedChange", alone.Failure!.Code);
        Assert.Contains("po-lib 1.0 1.1", alone.Failure.Message, StringComparison.Ordinal);
        Assert.True((await Apt.VerifyAsync(host, [app, library], Deadline, default)).AllReverted);

        PackageChange[] both = [app, library];
        Assert.Null((await Apt.ApplyAsync(host, both, Key(), default)).Failure);
        Assert.True((await Apt.VerifyAsync(host, both, Deadline, default)).AllApplied);
        PackageChange[] newer = [new("p", "po-app", "1.1", "1.2"), new("p", "po-extra", null, "1.1")];
        Assert.Null((await Apt.ApplyAsync(host, newer, Key(), default)).Failure);
        Assert.True((await Apt.VerifyAsync(host, newer, Deadline, default)).AllApplied);
        Assert.Null((await Apt.RevertAsync(host, newer, Key(), default)).Failure);
        Assert.True((await Apt.VerifyAsync(host, newer, Deadline, default)).AllReverted);
        Assert.Null((await Apt.RevertAsync(host, both, Key(), default)).Failure);
        Assert.True((await Apt.VerifyAsync(host, both, Deadline, default)).AllReverted);
    }

    [SkippableFact]
    public async Task A_failing_script_is_named_and_reverted()
    {
        await lab.RequireAsync();
        await using var host = lab.Open("h3");
        PackageChange[] changes = [new("p", "po-failing", "1.0", "1.1")];
        var applied = await Apt.ApplyAsync(host, changes, Key(), default);
        Assert.False(applied.Refused);
        Assert.Equal("PackageScriptFailed", applied.Failure!.Code);
        Assert.EndsWith("dpkg: error processing package po-failing (--configure): installed po-failing package post-installation script subprocess returned error exit status 1 (po-failing: cannot convert the data)", applied.Failure.Message, StringComparison.Ordinal);
        var verified = await Apt.VerifyAsync(host, changes, Deadline, default);
        Assert.False(verified.AllApplied);
        Assert.Equal("half-configured", Assert.Single(verified.Packages).Broken);
        Assert.False((await Apt.PreCheckAsync(host, changes, Deadline, default)).Fit);

        Assert.Null((await Apt.RevertAsync(host, changes, Key(), default)).Failure);
        Assert.True((await Apt.VerifyAsync(host, changes, Deadline, default)).AllReverted);
        Assert.True((await Apt.PreCheckAsync(host, changes, Deadline, default)).Fit);
    }

    [SkippableFact]
    public async Task A_hanging_script_ends_at_the_limit_and_is_reverted()
    {
        await lab.RequireAsync();
        await using var host = lab.Open("h3");
        PackageChange[] changes = [new("p", "po-hanging", "1.0", "1.1")];
        var applied = await Apt.ApplyAsync(host, changes, Key(seconds: 3), default);
        Assert.Equal(StepState.TimedOut, applied.Step.State);
        Assert.Equal("StepTimedOut", applied.Failure!.Code);
        Assert.False((await Apt.VerifyAsync(host, changes, Deadline, default)).AllApplied);

        var reverted = await Apt.RevertAsync(host, changes, Key(), default);
        Assert.True(reverted.Failure is null, reverted.Failure?.Message + reverted.Step.StandardError);
        Assert.True((await Apt.VerifyAsync(host, changes, Deadline, default)).AllReverted);
        Assert.DoesNotContain("sleep 3600", await lab.EnterAsync("h3", "ps", "axo", "args"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Another_package_manager_is_waited_for_and_then_refused()
    {
        await lab.RequireAsync();
        await using var host = lab.Open("h3");
        PackageChange[] changes = [new("p", "po-good", "1.0", "1.1")];
        // Perl takes the same kind of lock that dpkg takes, for four seconds.
        const string Hold = "use Fcntl; open(my $f, '>>', '/var/lib/dpkg/lock-frontend'); my $l = pack('s s x4 q q l x4', F_WRLCK, 0, 0, 0, 0); fcntl($f, F_SETLK, $l) or die; sleep 4";
        var holding = host.StartStepAsync(Key(), new HostCommand(["perl", "-e", Hold], Deadline), TimeSpan.Zero, default);
        await holding;
        await Task.Delay(300);
        var checks = await Apt.PreCheckAsync(host, changes, Deadline, default);
        Assert.Equal(PreCheckStatus.Warning, checks.Checks.Single(c => c.Name == "Lock").Status);
        var impatient = new AptProvider(new AptSettings { LockWait = TimeSpan.Zero });
        var refused = await impatient.ApplyAsync(host, changes, Key(), default);
        Assert.True(refused.Refused);
        Assert.Equal("PackageManagerLocked", refused.Failure!.Code);
        Assert.Null((await Apt.ApplyAsync(host, changes, Key(), default)).Failure);
        Assert.True((await Apt.VerifyAsync(host, changes, Deadline, default)).AllApplied);
        Assert.Null((await Apt.RevertAsync(host, changes, Key(), default)).Failure);
    }

    [SkippableFact]
    public async Task Detect_finds_what_is_missing_and_why_it_is_held_back()
    {
        await lab.RequireAsync();
        await using var host = lab.Open("h4");
        const string Prepare = "apt-mark hold po-slow; printf 'Package: po-good\nPin: version 1.0\nPin-Priority: 1001\n' >/etc/apt/preferences.d/pin";
        await host.RunAsync(new HostCommand(["sh", "-c", Prepare], Deadline), default);
        var report = await Apt.DetectAsync(host, Deadline, default);
        Assert.Null(report.Failure);
        var updates = report.Updates.Where(u => u.Package.StartsWith("po-", StringComparison.Ordinal)).ToDictionary(u => u.Package);
        Assert.Equal(("1.0", "1.2", HoldBack.None), (updates["po-web"].InstalledVersion, updates["po-web"].CandidateVersion, updates["po-web"].HoldBack));
        Assert.Equal((null, "1.1"), (updates["po-extra"].InstalledVersion, updates["po-extra"].CandidateVersion));
        Assert.Equal(("1.1", HoldBack.Held), (updates["po-slow"].CandidateVersion, updates["po-slow"].HoldBack));
        Assert.Equal(("1.1", HoldBack.Pinned), (updates["po-good"].CandidateVersion, updates["po-good"].HoldBack));
        Assert.Equal(12, updates.Count);
    }

    [SkippableFact]
    public async Task Pre_checks_see_space_and_the_age_of_the_backup()
    {
        await lab.RequireAsync();
        await using var host = lab.Open("h4");
        PackageChange[] changes = [new("p", "po-good", "1.0", "1.1")];
        var plain = await Apt.PreCheckAsync(host, changes, Deadline, default);
        Assert.True(plain.Fit, string.Join("; ", plain.Checks));
        Assert.Equal("1.0", plain.Installed["po-good"]);
        Assert.Equal((await lab.EnterAsync("h4", "cat", "/proc/sys/kernel/random/boot_id")).Trim(), plain.BootId);

        var strict = new AptProvider(new AptSettings { BackupMarker = "/var/backups/po-done", MinimumFreeMebibytes = 100_000 });
        Assert.Equal(["Disk", "Backup"], (await strict.PreCheckAsync(host, changes, Deadline, default)).Checks.Where(c => c.Status == PreCheckStatus.Blocking).Select(c => c.Name));
        await lab.EnterAsync("h4", "touch", "-d", "2 days ago", "/var/backups/po-done");
        var checks = new AptProvider(new AptSettings { BackupMarker = "/var/backups/po-done" });
        Assert.False((await checks.PreCheckAsync(host, changes, Deadline, default)).Fit);
        await lab.EnterAsync("h4", "touch", "/var/backups/po-done");
        Assert.True((await checks.PreCheckAsync(host, changes, Deadline, default)).Fit);
    }

    [SkippableFact]
    public async Task A_full_disk_is_named_and_nothing_counts_as_applied()
    {
        await lab.RequireAsync();
        await using var host = lab.Open("h4");
        PackageChange[] changes = [new("p", "po-restart", "1.0", "1.1")];
        await lab.EnterAsync("h4", "sh", "-c", "dd if=/dev/zero of=/fill bs=1M 2>/dev/null || true");
        try
        {
            Assert.False((await Apt.PreCheckAsync(host, changes, Deadline, default)).Fit);
            var applied = await Apt.ApplyAsync(host, changes, Key(), default);
            Assert.Equal("DiskFull", applied.Failure!.Code);
            Assert.True((await Apt.VerifyAsync(host, changes, Deadline, default)).AllReverted);
        }
        finally
        {
            await lab.EnterAsync("h4", "rm", "-f", "/fill");
        }
    }

    [SkippableFact]
    public async Task A_host_that_was_cut_off_comes_back_alone()
    {
        await lab.RequireAsync();
        await using var host = lab.Open("h3");
        PackageChange[] changes = [new("p", "po-cutoff", "1.0", "1.1")];
        Assert.Null((await Apt.StageAsync(host, changes, Key(), default)).Failure);
        const string Hashes = "find /etc /usr/share/po-cutoff -xdev ! -type d | sort | xargs -d '\\n' stat -c '%n %a %U %F' ; find /etc -xdev -type f | sort | xargs -d '\\n' sha256sum";
        var before = await lab.EnterAsync("h3", "sh", "-c", Hashes);
        var armed = Key();
        Assert.Null((await Apt.ArmAsync(host, changes, armed, TimeSpan.FromSeconds(4), default)).Failure);
        var applied = await Apt.ApplyAsync(host, changes, Key(), default);
        Assert.Equal(StepState.Unknown, applied.Step.State);
        Assert.Equal(CommandFate.NotSent, (await host.RunAsync(new HostCommand(["true"], TimeSpan.FromSeconds(3)), default)).Fate);

        var until = DateTime.UtcNow.AddSeconds(60);
        CommandResult back;
        do
        {
            await Task.Delay(250);
            back = await host.RunAsync(new HostCommand(["true"], TimeSpan.FromSeconds(3)), default);
        }
        while (!back.Succeeded && DateTime.UtcNow < until);
        Assert.True(back.Succeeded);
        var reverted = await host.CollectStepAsync(armed.Id, TimeSpan.FromSeconds(10), Deadline, default);
        Assert.Equal((StepState.Finished, 0), (reverted.State, reverted.ExitCode));
        Assert.True((await Apt.VerifyAsync(host, changes, Deadline, default)).AllReverted);
        Assert.Equal(before, await lab.EnterAsync("h3", "sh", "-c", Hashes));
        Assert.Equal(3, (await Apt.ConfirmAsync(host, armed.Id, Deadline, default)).ExitCode);
    }

    [SkippableFact]
    public async Task A_confirmed_change_stays()
    {
        await lab.RequireAsync();
        await using var host = lab.Open("h3");
        PackageChange[] changes = [new("p", "po-restart", "1.0", "1.1")];
        var armed = Key();
        Assert.Null((await Apt.ArmAsync(host, changes, armed, TimeSpan.FromSeconds(30), default)).Failure);
        Assert.Null((await Apt.ApplyAsync(host, changes, Key(), default)).Failure);
        Assert.True((await Apt.ConfirmAsync(host, armed.Id, Deadline, default)).Succeeded);
        Assert.True((await Apt.ConfirmAsync(host, armed.Id, Deadline, default)).Succeeded);
        var ended = await host.CollectStepAsync(armed.Id, TimeSpan.FromSeconds(5), Deadline, default);
        Assert.Equal((StepState.Finished, 0), (ended.State, ended.ExitCode));
        Assert.True((await Apt.VerifyAsync(host, changes, Deadline, default)).AllApplied);
        Assert.Equal(4, (await Apt.ConfirmAsync(host, "never-armed", Deadline, default)).ExitCode);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_armed_revert_outlives_a_power_cut_unless_it_was_confirmed(bool confirmed)
    {
        Skip.If(!File.Exists("/usr/sbin/cron"), "No cron (Debian package cron) is installed.");
        await lab.RequireAsync();
        // As a host that runs cron: only its own jobs, started with the host.
        await lab.EnterAsync("h1", "sh", "-c", "rm -f /etc/cron.d/* /etc/crontab; mkdir -p /usr/lib/po-services; printf '#!/bin/sh\\n/usr/sbin/cron\\n' >/usr/lib/po-services/cron; chmod 755 /usr/lib/po-services/cron; pidof cron >/dev/null || /usr/sbin/cron");
        await using var host = lab.Open("h1");
        PackageChange[] changes = [new("p", "po-lib", "1.0", "1.1")];
        Assert.Null((await Apt.StageAsync(host, changes, Key(), default)).Failure);
        var key = Key();
        var armed = await Apt.ArmAsync(host, changes, key, TimeSpan.FromSeconds(12), default);
        Assert.Null(armed.Failure);
        Assert.Contains("by cron", armed.Step.StandardOutput, StringComparison.Ordinal);
        Assert.Null((await Apt.ApplyAsync(host, changes, Key(), default)).Failure);
        await lab.EnterAsync("h1", "sh", "-c", "echo left >/etc/po/left-by-change.conf");
        if (confirmed) Assert.True((await Apt.ConfirmAsync(host, key.Id, Deadline, default)).Succeeded);
        await lab.SwitchAsync("kill", "h1");
        await lab.SwitchAsync("start", "h1");

        // Nobody talks to the host: it is read from outside, not over SSH.
        var until = DateTime.UtcNow.AddSeconds(60);
        var version = "";
        while (DateTime.UtcNow < until)
        {
            await Task.Delay(1000);
            try
            {
                version = (await lab.EnterAsync("h1", "dpkg-query", "-W", "-f", "${db:Status-Abbrev}${Version}", "po-lib")).Trim();
            }
            catch (InvalidOperationException)
            {
                continue;
            }
            if (version == "ii 1.0") break;
            if (confirmed && DateTime.UtcNow > until.AddSeconds(-40)) break;
        }
        Assert.Equal(confirmed ? "ii 1.1" : "ii 1.0", version);
        await Task.Delay(1000);
        Assert.Equal(confirmed ? "there" : "gone", (await lab.EnterAsync("h1", "sh", "-c", "[ -e /etc/po/left-by-change.conf ] && echo there || echo gone")).Trim());
        Assert.Equal("0", (await lab.EnterAsync("h1", "sh", "-c", "ls /etc/cron.d | wc -l")).Trim());
        await using var again = lab.Open("h1");
        if (confirmed) Assert.Null((await Apt.RevertAsync(again, changes, Key(), default)).Failure);
        await lab.EnterAsync("h1", "rm", "-f", "/etc/po/left-by-change.conf");
    }

    [SkippableFact]
    public async Task Needrestart_is_asked_where_it_is_installed()
    {
        await lab.RequireAsync();
        await using var host = lab.Open("h1");
        // As needrestart 3.6 prints in batch mode.
        const string Recorded = "NEEDRESTART-VER: 3.6\nNEEDRESTART-KCUR: 6.1.0-18-amd64\nNEEDRESTART-KEXP: 6.1.0-22-amd64\nNEEDRESTART-KSTA: 3\nNEEDRESTART-SVC: cron.service\n";
        async Task Install(string answer) => await host.RunAsync(new HostCommand(
            ["sh", "-c", "printf '#!/bin/sh\nprintf \"%%s\" \"%s\"\n' \"$1\" >/usr/local/sbin/needrestart; chmod 755 /usr/local/sbin/needrestart", "sh", answer], Deadline), default);
        PackageChange[] changes = [new("p", "po-slow", "1.0", "1.1")];
        await Install(Recorded);
        try
        {
            var report = await Apt.VerifyAsync(host, changes, Deadline, default);
            Assert.True(report.RestartNeeded);
            Assert.Contains("kernel", report.RestartReasons);
            Assert.Contains("service cron.service", report.RestartReasons);
        }
        finally
        {
            await lab.EnterAsync("h1", "rm", "/usr/local/sbin/needrestart");
        }
    }

    [SkippableFact]
    public async Task A_prefix_leads_into_a_host_without_ssh()
    {
        await lab.RequireAsync();
        await using var host = new LocalTransport("h2", new LocalSettings { Elevation = Elevation.None, Prefix = lab.Enter("h2") });
        PackageChange[] changes = [new("p", "po-good", "1.0", "1.1")];
        Assert.Null((await Apt.ApplyAsync(host, changes, Key(), default)).Failure);
        Assert.True((await Apt.VerifyAsync(host, changes, Deadline, default)).AllApplied);
        Assert.Null((await Apt.RevertAsync(host, changes, Key(), default)).Failure);
        Assert.True((await Apt.VerifyAsync(host, changes, Deadline, default)).AllReverted);
    }

    [SkippableFact]
    public async Task A_read_only_file_system_is_named_and_nothing_counts_as_applied()
    {
        await lab.RequireAsync();
        await using var host = lab.Open("h4");
        PackageChange[] changes = [new("p", "po-restart", "1.0", "1.1")];
        await lab.EnterAsync("h4", "sh", "-c", "mount --bind /var /var && mount -o remount,bind,ro /var");
        try
        {
            Assert.Equal(PreCheckStatus.Blocking, (await Apt.PreCheckAsync(host, changes, Deadline, default)).Checks.Single(c => c.Name == "Writable").Status);
            Assert.Equal("ReadOnlyFileSystem", (await Apt.ApplyAsync(host, changes, Key(), default)).Failure!.Code);
            Assert.True((await Apt.VerifyAsync(host, changes, Deadline, default)).AllReverted);
        }
        finally
        {
            await lab.EnterAsync("h4", "umount", "/var");
        }
    }

    [SkippableFact]
    public async Task A_list_of_versions_leads_every_package_back()
    {
        await lab.RequireAsync();
        await using var host = lab.Open("h2");
        var snapshots = new AptVersionSnapshots();
        Assert.Equal(0, (await snapshots.TakeAsync(host, "before", Key(), default)).ExitCode);
        PackageChange[] changes = [new("p", "po-app", "1.0", "1.2"), new("p", "po-lib", "1.0", "1.1"), new("p", "po-extra", null, "1.1")];
        Assert.Null((await Apt.ApplyAsync(host, changes, Key(), default)).Failure);
        // Taken again it stays what it was.
        Assert.Equal(0, (await snapshots.TakeAsync(host, "before", Key(), default)).ExitCode);
        Assert.Contains((await snapshots.ListAsync(host, Deadline, default)).Snapshots, s => s.Id == "before");
        var restored = await snapshots.RestoreAsync(host, "before", Key(), default);
        Assert.True(restored.ExitCode == 0, restored.StandardError);
        Assert.True((await Apt.VerifyAsync(host, changes, Deadline, default)).AllReverted);
        Assert.Equal(0, (await snapshots.RemoveAsync(host, "before", Key(), default)).ExitCode);
        Assert.Empty((await snapshots.ListAsync(host, Deadline, default)).Snapshots);
        Assert.Equal(66, (await snapshots.RestoreAsync(host, "before", Key(), default)).ExitCode);
    }

    private static async Task<string[]> UpgradesAsync(IHostTransport host, string package)
    {
        var log = await host.RunAsync(new HostCommand(["grep", $" upgrade {package}:", "/var/log/dpkg.log"], Deadline), default);
        return log.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static StepKey Key(int seconds = 60) => new(FormattableString.Invariant($"apt-{Interlocked.Increment(ref s_step)}"), new FencingToken("apt-tests", 1), TimeSpan.FromSeconds(seconds));
}
