using System.Diagnostics;
using PatchOps.Domain;

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
        using (var runner = CommandLine.Start(CommandLine.Invoke(lab, desk, plan)))
        {
            var patience = Stopwatch.StartNew();
            while (await lab.UpgradesAsync("h6", "po-slow") == 0)
            {
                Assert.False(runner.HasExited, "The runner ended before it changed anything.");
                Assert.True(patience.Elapsed < TimeSpan.FromSeconds(60), "The upgrade never began.");
                await Task.Delay(100);
            }
            runner.Kill();
            await runner.WaitForExitAsync();
        }
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

        Assert.Equal("ii 1.1", await lab.VersionAsync("h6", "po-slow"));
        Assert.Equal(1, await lab.UpgradesAsync("h6", "po-slow"));
        var run = Assert.Single(await desk.RunsAsync(plan));
        Assert.Equal(HostState.Done, run.State);
        Assert.Equal("1.1", Assert.Single(run.Changes).ToVersion);
        Assert.Equal(DeploymentOutcome.Succeeded, Assert.Single(await desk.DeploymentsAsync()).Outcome);
        await desk.AuditIsIntactAsync();
    }
}
