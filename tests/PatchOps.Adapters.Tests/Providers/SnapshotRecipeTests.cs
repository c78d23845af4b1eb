using System.Diagnostics;
using PatchOps.Adapters.Hosts;
using PatchOps.Adapters.Tests.Waves;
using PatchOps.Core.Seams;
using PatchOps.Tests;

namespace PatchOps.Adapters.Tests.Providers;

/// <summary>The documented snapshots of LVM and ZFS against stand-ins that answer as the tools do: what was taken is listed, restored and removed, each once.</summary>
public sealed class SnapshotRecipeTests : IAsyncLifetime
{
    /// <summary>Keeps its snapshots as files; prints what lvm2 2.03 prints.</summary>
    private const string Lvm = """
        name=${0##*/}
        echo "$name $*" >>calls
        case "$name $*" in
            "lvcreate --snapshot --size 5G --name "*" vg0/data") >"snapshot-$5"; echo "  Logical volume \"$5\" created." ;;
            "lvs --noheadings --options lv_name --select origin=data vg0") for s in snapshot-*; do [ ! -e "$s" ] || echo "  ${s#snapshot-}"; done ;;
            "lvconvert --merge vg0/"*) [ -e "snapshot-${2#vg0/}" ] || { echo "  Failed to find logical volume \"$2\"" >&2; exit 5; }; rm "snapshot-${2#vg0/}"; echo "  Merging of volume $2 started." ;;
            "lvchange --activate "[ny]" vg0/data"|"umount /srv/data"|"mount /srv/data") ;;
            "lvremove --yes vg0/"*) rm "snapshot-${2#vg0/}" && echo "  Logical volume \"${2#vg0/}\" successfully removed." ;;
            *) echo "  $name: not as documented: $*" >&2; exit 3 ;;
        esac
        """;

    /// <summary>Prints what OpenZFS 2 prints.</summary>
    private const string Zfs = """
        echo "zfs $*" >>calls
        case "$*" in
            "snapshot tank/data@"*) >"snapshot-${2#*@}" ;;
            "list -H -t snapshot -o name -d 1 tank/data") for s in snapshot-*; do [ ! -e "$s" ] || echo "tank/data@${s#snapshot-}"; done ;;
            "rollback -r tank/data@"*) [ -e "snapshot-${3#*@}" ] || { echo "cannot open '$3': dataset does not exist" >&2; exit 1; } ;;
            "destroy tank/data@"*) rm "snapshot-${2#*@}" ;;
            *) echo "not as documented: $*" >&2; exit 2 ;;
        esac
        """;

    private readonly BoxEstate estate = new();
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("patchops-recipe-");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await estate.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [SkippableFact]
    public async Task LVM_is_asked_as_documented()
    {
        foreach (var tool in new[] { "lvcreate", "lvs", "lvconvert", "lvchange", "lvremove", "umount", "mount" }) Write(tool, Lvm);
        var calls = await FollowAsync("LVM", merges: true);
        Assert.Equal(
            ["umount /srv/data", "lvconvert --merge vg0/plan-1-1-ab", "lvchange --activate n vg0/data", "lvchange --activate y vg0/data", "mount /srv/data"],
            calls.SkipWhile(c => c != "umount /srv/data").Take(5));
    }

    [SkippableFact]
    public async Task ZFS_is_asked_as_documented()
    {
        Write("zfs", Zfs);
        Assert.Contains("zfs rollback -r tank/data@plan-1-1-ab", await FollowAsync("ZFS", merges: false));
    }

    /// <summary>Takes two snapshots, the first twice; returns to it; removes both, twice.</summary>
    private async Task<string[]> FollowAsync(string heading, bool merges)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The stand-ins are shell scripts.");
        var plan = await estate.PlanAsync(SnapshotRecipes.Read(heading), ["box-1"]);
        var step = Assert.Single(plan.Waves[0].Snapshots);
        var snapshots = new CommandSnapshots(new SnapshotCommands(step.Name, step.Take, step.List, step.Restore, step.Remove));
        await using var host = new CannedTransport(Run);
        var number = 0;
        StepKey Key() => new($"step-{number++}", new FencingToken("plan-1", 1), TimeSpan.FromMinutes(1));
        async Task<string[]> ListAsync()
        {
            var list = await snapshots.ListAsync(host, TimeSpan.FromSeconds(10), default);
            Assert.Null(list.Failure);
            return [.. list.Snapshots.Select(s => s.Id).Order(StringComparer.Ordinal)];
        }

        Assert.Empty(await ListAsync());
        foreach (var id in new[] { "plan-1-1-ab", "plan-1-1-ab", "plan-1-2-cd" }) Done(await snapshots.TakeAsync(host, id, Key(), default));
        Assert.Equal(["plan-1-1-ab", "plan-1-2-cd"], await ListAsync());
        Done(await snapshots.RestoreAsync(host, "plan-1-1-ab", Key(), default));
        // A merge uses the snapshot up.
        Assert.Equal(merges ? ["plan-1-2-cd"] : ["plan-1-1-ab", "plan-1-2-cd"], await ListAsync());
        Assert.NotEqual(0, (await snapshots.RestoreAsync(host, "plan-9-9-zz", Key(), default)).ExitCode);
        foreach (var id in new[] { "plan-1-1-ab", "plan-1-1-ab", "plan-1-2-cd" }) Done(await snapshots.RemoveAsync(host, id, Key(), default));
        Assert.Empty(await ListAsync());
        var calls = await File.ReadAllLinesAsync(Path.Combine(folder.FullName, "calls"));
        Assert.Single(calls, c => c.Contains("plan-1-1-ab", StringComparison.Ordinal) && (c.StartsWith("lvcreate", StringComparison.Ordinal) || c.StartsWith("zfs snapshot", StringComparison.Ordinal)));
        return calls;
    }

    private static void Done(StepReport report) => Assert.True(report is { State: StepState.Finished, ExitCode: 0 }, report.StandardError);

    private (int Code, string Output, string Error) Run(HostCommand command)
    {
        var start = new ProcessStartInfo(command.Arguments[0]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder.FullName };
        // A program is looked for where the tests' own path says, so the stand-in is named whole.
        if (File.Exists(Path.Combine(folder.FullName, command.Arguments[0]))) start.FileName = Path.Combine(folder.FullName, command.Arguments[0]);
        start.Environment["PATH"] = $"{folder.FullName}:{Environment.GetEnvironmentVariable("PATH")}";
        foreach (var argument in command.Arguments.Skip(1)) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEnd(), process.StandardError.ReadToEnd());
        process.WaitForExit();
        return (process.ExitCode, output, error);
    }

    private void Write(string tool, string text)
    {
        var file = Path.Combine(folder.FullName, tool);
        File.WriteAllText(file, "#!/bin/sh\n" + text + "\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
