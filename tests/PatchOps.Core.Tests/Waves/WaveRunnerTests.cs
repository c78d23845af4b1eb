using PatchOps.Domain;
using PatchOps.Tests.Waves;

namespace PatchOps.Core.Tests.Waves;

public sealed class WaveRunnerTests
{
    [Fact]
    public async Task One_host_is_upgraded_and_the_one_whose_probe_fails_goes_back()
    {
        var rig = new WaveRig(2);
        rig[2].UnhealthyPackages.Add("demo=1.1");

        var (status, runs) = await rig.RunAsync();

        Assert.Equal(WaveState.Completed, status.State);
        Assert.Equal((1, 1, 0), (status.Done, status.Failed, status.Pending));
        Assert.Equal(HostState.Done, runs["host-1"].State);
        Assert.Equal("demo 1.0 → 1.1", Assert.Single(runs["host-1"].Changes).ToString());
        Assert.Equal(HostState.RolledBack, runs["host-2"].State);
        Assert.Contains("demo 1.1 does not serve", runs["host-2"].Reason);
        Assert.Empty(runs["host-2"].Changes);
        Assert.Equal("1.1", rig[1].Installed["demo"]);
        Assert.Equal("1.0", rig[2].Installed["demo"]);
        Assert.All(rig.Hosts, h => Assert.Empty(h.QuiesceMarks));
    }

    [Fact]
    public async Task A_second_run_changes_nothing()
    {
        var rig = new WaveRig(2);
        rig[2].UnhealthyPackages.Add("demo=1.1");
        await rig.RunAsync();
        var commands = rig.Hosts.Sum(h => h.Commands.Count);

        var (status, runs) = await rig.RunAsync();

        Assert.Equal(commands, rig.Hosts.Sum(h => h.Commands.Count));
        Assert.Equal(WaveState.Completed, status.State);
        Assert.Equal(HostState.Done, runs["host-1"].State);
        Assert.Equal(HostState.RolledBack, runs["host-2"].State);
    }

    [Fact]
    public async Task A_host_that_is_right_already_is_done_without_a_change()
    {
        var rig = new WaveRig(1);
        rig[1].Installed["demo"] = "1.1";

        var (_, runs) = await rig.RunAsync();

        Assert.Equal(HostState.Done, runs["host-1"].State);
        Assert.Empty(runs["host-1"].Changes);
        Assert.DoesNotContain(rig[1].Commands, c => c.StartsWith("apply", StringComparison.Ordinal) || c.StartsWith("quiesce", StringComparison.Ordinal));
        Assert.DoesNotContain(rig.Journal.Entries, e => e.Step == "Apply");
    }

    [Fact]
    public async Task A_package_that_needs_a_restart_is_verified_after_the_host_is_back()
    {
        var rig = new WaveRig(1);
        rig[1].RestartPackages.Add("demo=1.1");
        var before = rig[1].BootId;

        var (_, runs) = await rig.RunAsync();

        Assert.Equal(HostState.Done, runs["host-1"].State);
        Assert.NotEqual(before, rig[1].BootId);
        Assert.Single(rig[1].Commands, c => c == "restart");
        Assert.Equal(2, rig.Journal.Entries.Count(e => e.Step == "Verify" && e.Phase == PatchOps.Core.Seams.JournalPhase.Outcome));
    }
}
