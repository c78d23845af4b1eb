using System.Diagnostics;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using PatchOps.Tests.Waves;

namespace PatchOps.Lab.Tests.Waves;

/// <summary>A runner that was stopped (SIGSTOP) and goes on (SIGCONT) when another has long taken over.</summary>
[Collection(LabCollection.Name)]
public sealed class StoppedRunnerTests(ProductLab lab)
{
    [SkippableFact]
    public async Task A_stopped_runner_that_still_believes_in_its_lease_is_refused_by_the_host()
    {
        await lab.RequireAsync();
        var clock = new JumpingTime();
        await using var desk = new Desk(lab, clock);
        var plan = await desk.PlanUnseenAsync("deb:po-good/1.1", null, "h29");
        await desk.ReopenAsync();
        // It stops when its apply is announced and not begun. By its own clock its lease is good for minutes more when it goes on.
        using var runner = RunnerProgram.Start(lab, desk.Folder, plan.Id, "h29|Apply|stop");
        try
        {
            Assert.Equal("h29|Apply|stop", await runner.StandardOutput.ReadLineAsync());
            await StoppedAsync(runner);
            clock.Jump(RunnerProgram.Lease + TimeSpan.FromMinutes(1));
            Assert.Equal(HostState.Done, (await desk.InvokeAsync(plan)).One<HostRun>().State);
            var before = await lab.DpkgLogAsync("h29");
            Assert.Equal(1, await lab.UpgradesAsync("h29", "po-good"));
            // Were it to apply, it would find work.
            await lab.EnterAsync("h29", "sh", "-c", "dpkg --force-downgrade --force-confold -i /srv/po-repo/po-good_1.0_all.deb >/dev/null 2>&1; : >/var/log/dpkg.log");
            Assert.NotEmpty(before);

            await SignalAsync(runner, "CONT");
            var error = await runner.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
            await runner.WaitForExitAsync();
            Assert.Equal(1, runner.ExitCode);
            Assert.StartsWith("StepFenced: ", error, StringComparison.Ordinal);
            Assert.Contains("refuses an older one", error, StringComparison.Ordinal);
            Assert.Equal("ii 1.0", await lab.VersionAsync("h29", "po-good"));
            Assert.Empty(await lab.DpkgLogAsync("h29"));
            Assert.Equal(HostState.Done, Assert.Single(await desk.RunsAsync(plan)).State);
            await desk.AuditIsIntactAsync();
        }
        finally
        {
            if (!runner.HasExited) runner.Kill();
        }
    }

    [SkippableFact]
    public async Task A_runner_that_is_stopped_in_mid_apply_loses_the_wave_and_changes_nothing_when_it_goes_on()
    {
        await lab.RequireAsync();
        await using var desk = new Desk(lab);
        var plan = await desk.PlanUnseenAsync("deb:po-slow/1.1", null, "h30");
        await desk.ReopenAsync();
        string[] command = [.. CommandLine.Invoke(lab, desk, plan), "--lease-duration", "00:00:05"];
        using var runner = CommandLine.Start(command);
        try
        {
            var patience = Stopwatch.StartNew();
            while (await lab.UpgradesAsync("h30", "po-slow") == 0)
            {
                Assert.False(runner.HasExited, "The runner ended before it changed anything.");
                Assert.True(patience.Elapsed < TimeSpan.FromSeconds(60), "The upgrade never began.");
                await Task.Delay(100);
            }
            await SignalAsync(runner, "STOP");
            await StoppedAsync(runner);

            // Exactly one works: the other is refused until the lease has lapsed, and then finishes the wave.
            var (code, output, error) = await CommandLine.RunAsync(command);
            while (code == 3 && patience.Elapsed < TimeSpan.FromSeconds(90))
            {
                Assert.Contains("another runner", error, StringComparison.Ordinal);
                await Task.Delay(500);
                (code, output, error) = await CommandLine.RunAsync(command);
            }
            Assert.True(code == 0, error);
            Assert.Contains("\"Done\"", output, StringComparison.Ordinal);
            var log = await lab.DpkgLogAsync("h30");

            await SignalAsync(runner, "CONT");
            var said = await runner.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
            await runner.WaitForExitAsync();
            Assert.Equal(1, runner.ExitCode);
            Assert.Contains("Another runner took over", said, StringComparison.Ordinal);
            Assert.Equal(log, await lab.DpkgLogAsync("h30"));
            Assert.Equal(1, await lab.UpgradesAsync("h30", "po-slow"));
            Assert.Equal(HostState.Done, Assert.Single(await desk.RunsAsync(plan)).State);
            await desk.AuditIsIntactAsync();
        }
        finally
        {
            if (!runner.HasExited) runner.Kill();
        }
    }

    private static async Task SignalAsync(Process process, string signal)
    {
        var (code, _, error) = await CommandLine.EndAsync(CommandLine.Start("kill", [$"-{signal}", $"{process.Id}"]));
        Assert.True(code == 0, error);
    }

    /// <summary>The kernel says that it stands still.</summary>
    private static async Task StoppedAsync(Process process)
    {
        for (var i = 0; i < 200; i++)
        {
            var state = (await File.ReadAllTextAsync($"/proc/{process.Id}/stat")).Split(") ")[^1][0];
            if (state == 'T') return;
            await Task.Delay(50);
        }
        Assert.Fail("The runner was not stopped.");
    }
}
