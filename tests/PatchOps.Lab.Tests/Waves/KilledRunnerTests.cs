using System.Diagnostics;
using PatchOps.Domain;
using PatchOps.Tests.Waves;

namespace PatchOps.Lab.Tests.Waves;

/// <summary>A runner that is killed without a last word, and the one that comes after it.</summary>
[Collection(LabCollection.Name)]
public sealed class KilledRunnerTests(ProductLab lab)
{
    [SkippableFact]
    public async Task A_wave_whose_runner_was_killed_is_finished_by_the_next_with_one_upgrade()
    {
        await lab.RequireAsync();
        await using var desk = new Desk(lab);
        // Its installation takes four seconds: time to be killed in.
        var plan = await desk.PlanAsync("Production", "deb:po-slow/1.1", null, "h6");
        await desk.ApproveAsync(plan);
        string left;
        using (var runner = CommandLine.Start(CommandLine.Invoke(lab, desk, plan)))
        {
            var patience = Stopwatch.StartNew();
            while (await lab.UpgradesAsync("h6", "po-slow") == 0)
            {
                Assert.False(runner.HasExited, "The runner ended before it changed anything.");
                Assert.True(patience.Elapsed < TimeSpan.FromSeconds(60), "The upgrade never began.");
                await Task.Delay(100);
            }
            left = Assert.Single(Directory.GetDirectories(Path.GetTempPath(), "po-*"), f => BelongsTo(f, runner.Id));
            runner.Kill();
            await runner.WaitForExitAsync();
        }
        // A killed runner tidies nothing up.
        Assert.True(Directory.Exists(left), left);
        Assert.Equal(HostState.Applying, Assert.Single(await desk.RunsAsync(plan)).State);

        // The dead runner's lease stands until it lapses; until then a second runner is refused.
        var waiting = Stopwatch.StartNew();
        var (code, output, error) = await CommandLine.RunAsync(CommandLine.Invoke(lab, desk, plan));
        Assert.Equal(3, code);
        Assert.Contains("another runner", error, StringComparison.Ordinal);
        while (code == 3 && waiting.Elapsed < TimeSpan.FromSeconds(60))
        {
            await Task.Delay(1000);
            (code, output, error) = await CommandLine.RunAsync(CommandLine.Invoke(lab, desk, plan));
        }
        Assert.True(code == 0, error);
        Assert.Contains("\"Done\"", output, StringComparison.Ordinal);
        Assert.Empty(Connections(left));
        Assert.False(Directory.Exists(left), left);

        Assert.Equal("ii 1.1", await lab.VersionAsync("h6", "po-slow"));
        Assert.Equal(1, await lab.UpgradesAsync("h6", "po-slow"));
        var run = Assert.Single(await desk.RunsAsync(plan));
        Assert.Equal(HostState.Done, run.State);
        Assert.Equal("1.1", Assert.Single(run.Changes).ToVersion);
        Assert.Equal(DeploymentOutcome.Succeeded, Assert.Single(await desk.DeploymentsAsync()).Outcome);
        await desk.AuditIsIntactAsync();
    }

    [SkippableFact]
    public async Task A_scheduler_that_comes_after_the_window_puts_a_host_back_into_service_that_a_killed_runner_had_taken_out()
    {
        await lab.RequireAsync();
        var clock = new JumpingTime();
        await using var desk = new Desk(lab, clock);
        var policy = Path.Combine(desk.Folder, "policy.yaml");
        await File.WriteAllTextAsync(policy,
            """
            planning:
              detectionWindow: 00:00:00
              quiesce:
                - { name: balancer, take: [sh, -c, "echo drained >>/srv/balancer"], putBack: [sh, -c, "echo back >>/srv/balancer"] }
            """);
        var plan = await desk.PlanUnseenAsync("deb:po-slow/1.1", policy, "h51");
        using (var runner = CommandLine.Start(CommandLine.Invoke(lab, desk, plan)))
        {
            var patience = Stopwatch.StartNew();
            while (await lab.UpgradesAsync("h51", "po-slow") == 0)
            {
                Assert.True(!runner.HasExited && patience.Elapsed < TimeSpan.FromSeconds(60), "The upgrade never began.");
                await Task.Delay(100);
            }
            runner.Kill();
            await runner.WaitForExitAsync();
        }
        Assert.Equal("drained\n", await lab.EnterAsync("h51", "cat", "/srv/balancer"));

        clock.Jump(TimeSpan.FromDays(2));
        var told = await desk.AskAsync(new Core.Operations.Requests.InvokeWaveRequest { Due = true, KeyFile = lab.KeyFile, KnownHostsFile = lab.KnownHosts });
        Assert.Equal(HostState.Done, told.One<HostRun>().State);
        Assert.Contains(told.Warnings, w => w.Contains("no other host is begun", StringComparison.Ordinal));
        Assert.Equal("drained\nback\n", await lab.EnterAsync("h51", "cat", "/srv/balancer"));
        Assert.Equal("ii 1.1", await lab.VersionAsync("h51", "po-slow"));
        Assert.Equal(1, await lab.UpgradesAsync("h51", "po-slow"));
        await desk.AuditIsIntactAsync();
    }

    internal static bool BelongsTo(string folder, int process) =>
        File.Exists(Path.Combine(folder, "owner")) && File.ReadAllText(Path.Combine(folder, "owner")).StartsWith(FormattableString.Invariant($"{process} "), StringComparison.Ordinal);

    /// <summary>Processes on this machine that keep a connection in a runner's folder.</summary>
    internal static List<string> Connections(string folder)
    {
        var found = new List<string>();
        foreach (var process in Directory.GetDirectories("/proc").Where(p => Path.GetFileName(p).All(char.IsAsciiDigit)))
        {
            try
            {
                if (File.ReadAllText(Path.Combine(process, "cmdline")).Contains(folder + "/", StringComparison.Ordinal)) found.Add(process);
            }
            catch (IOException)
            {
                // It ended meanwhile.
            }
        }
        return found;
    }
}
