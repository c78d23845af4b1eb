using System.Diagnostics;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using PatchOps.Lab.Tests.Waves;
using PatchOps.Tests;

namespace PatchOps.Lab.Tests.Snapshots;

/// <summary>The documented snapshots of a btrfs volume, on a real one.</summary>
[Collection(LabCollection.Name)]
public sealed class BtrfsTests(ProductLab lab)
{
    [SkippableFact]
    public async Task An_upgrade_that_spoils_the_data_goes_back_with_its_volume_and_the_snapshot_is_removed_when_its_time_is_over()
    {
        await lab.RequireAsync();
        Skip.IfNot(File.Exists("/usr/sbin/mkfs.btrfs") || File.Exists("/sbin/mkfs.btrfs"), "btrfs-progs is not installed.");
        Skip.IfNot((await File.ReadAllTextAsync("/proc/filesystems")).Contains("btrfs", StringComparison.Ordinal), "The kernel has no btrfs.");
        await using var desk = new Desk(lab);
        var image = Path.Combine(desk.Folder, "volume");
        var device = (await RunAsync("sh", "-ec", $"truncate -s 128M {image}; mkfs.btrfs -q {image} >/dev/null; losetup --find --show {image}")).Trim();
        try
        {
            // The host has device files of its own. Whatever version it installs, the package converts the data.
            await lab.EnterAsync("h50", "sh", "-ec", $$"""
                mknod /tmp/volume b 7 {{device["/dev/loop".Length..]}}
                mkdir -p /data
                mount -t btrfs /tmp/volume /data
                btrfs subvolume create /data/app
                mkdir /data/.snapshots
                echo original >/data/app/data
                echo 'echo "converted by $(cat /usr/share/po-slow/version)" | tee -a /var/log/converted >/data/app/data' >/usr/local/sbin/convert
                echo 'post-invoke=sh /usr/local/sbin/convert' >/etc/dpkg/dpkg.cfg.d/convert
                """);
            var policy = Path.Combine(desk.Folder, "policy.yaml");
            await File.WriteAllTextAsync(policy, SnapshotRecipes.Read("btrfs") + """
                  probeGrace: 00:00:01
                  probes:
                    - { kind: Command, target: "grep -qx original /data/app/data" }
                  conduct: { rollback: Snapshot, snapshotRetention: 00:00:00 }

                """);
            var plan = await desk.PlanUnseenAsync("deb:po-slow/1.1", policy, "h50");
            var run = Assert.Single((await desk.InvokeAsync(plan)).All<HostRun>());
            Assert.True(run.State == HostState.RolledBack, $"{run.State}: {run.Reason}");
            Assert.Equal("ii 1.0", await lab.VersionAsync("h50", "po-slow"));
            Assert.Equal("original\n", await lab.EnterAsync("h50", "cat", "/data/app/data"));
            Assert.Contains(run.Evidence, e => e is { Step: "Snapshot", Kind: EvidenceKind.Command, ExitCode: 0 } && e.Output!.Contains("readonly snapshot", StringComparison.Ordinal));
            var kept = (await lab.EnterAsync("h50", "ls", "/data/.snapshots")).Trim();
            Assert.Contains(kept, run.Evidence.First(e => e is { Step: "Snapshot", Kind: EvidenceKind.Step }).Detail, StringComparison.Ordinal);
            // The old packages converted the data as well when they came back; the volume came after them.
            Assert.Equal("converted by 1.1\nconverted by 1.0\n", await lab.EnterAsync("h50", "uniq", "/var/log/converted"));

            var due = await desk.AskAsync(new InvokeWaveRequest { Due = true, KeyFile = lab.KeyFile, KnownHostsFile = lab.KnownHosts });
            Assert.Empty(due.Failures);
            Assert.Equal("", await lab.EnterAsync("h50", "ls", "/data/.snapshots"));
            Assert.Equal("app", (await lab.EnterAsync("h50", "sh", "-c", "btrfs subvolume list /data | sed 's/.* path //'")).Trim());
            await desk.AuditIsIntactAsync();
        }
        finally
        {
            await lab.EnterAsync("h50", "sh", "-c", "umount /data; rm -f /tmp/volume /etc/dpkg/dpkg.cfg.d/convert");
            await RunAsync("losetup", "--detach", device);
        }
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var (code, output, error) = await CommandLine.EndAsync(CommandLine.Start(program, arguments));
        Assert.True(code == 0, $"{program}: {error}");
        return output;
    }
}
