using System.Diagnostics;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Waves.State;
using PatchOps.Domain;

namespace PatchOps.Lab.Tests.Waves;

/// <summary>Real hosts that depend on each other.</summary>
[Collection(LabCollection.Name)]
public sealed class OrderedHostTests(ProductLab lab)
{
    [SkippableFact]
    public async Task What_depends_on_a_failed_host_is_not_touched_and_follows_it_once_it_is_repaired_also_over_a_killed_runner()
    {
        await lab.RequireAsync();
        await using var desk = new Desk(lab);
        // The first in the alphabet depends on the last, which takes four seconds to install; the one in between stands alone.
        desk.Needs["h47"] = "h49";
        var policy = Path.Combine(desk.Folder, "policy.yaml");
        await File.WriteAllTextAsync(policy, "planning: { maxFailures: 9, maxFailurePercent: 100, detectionWindow: 00:00:00 }\n");
        var plan = await desk.PlanUnseenAsync("deb:po-slow/1.1", policy, "h47", "h48", "h49");
        await lab.EnterAsync("h49", "sh", "-c", "dd if=/dev/zero of=/fill bs=1M 2>/dev/null || true");

        var (code, output, error) = await CommandLine.RunAsync(CommandLine.Invoke(lab, desk, plan));
        Assert.True(code == 4, $"{code}: {output}{error}");
        Assert.Contains($"h47.lab.example was left out: Not begun: it comes after h49.lab.example, which failed. See why with Get-PatchWave {plan.Id} 1 -Evidence -Asset h49.lab.example", error, StringComparison.Ordinal);
        Assert.Equal([HostState.Skipped, HostState.Done, HostState.Failed], await StatesAsync());
        Assert.Equal((0, 1, 0), await UpgradesAsync());

        await lab.EnterAsync("h49", "rm", "-f", "/fill");
        string[] again = [.. CommandLine.Invoke(lab, desk, plan), "--retry-failed", "--lease-duration", "00:00:05"];
        using (var runner = CommandLine.Start(again))
        {
            var patience = Stopwatch.StartNew();
            while (await lab.UpgradesAsync("h49", "po-slow") == 0)
            {
                Assert.False(runner.HasExited, "The runner ended before it changed anything.");
                Assert.True(patience.Elapsed < TimeSpan.FromSeconds(60), "The upgrade never began.");
                await Task.Delay(50);
            }
            runner.Kill();
            await runner.WaitForExitAsync();
        }
        Assert.Equal((0, 1, 1), await UpgradesAsync());
        Assert.Equal([HostState.Skipped, HostState.Done, HostState.Applying], await StatesAsync());

        await Task.Delay(TimeSpan.FromSeconds(6));
        (code, output, error) = await CommandLine.RunAsync(again);
        Assert.True(code == 0, $"{code}: {output}{error}");
        Assert.Equal([HostState.Done, HostState.Done, HostState.Done], await StatesAsync());
        Assert.Equal((1, 1, 1), await UpgradesAsync());
        var timeline = (await desk.AskAsync(new GetWaveRequest { PlanId = plan.Id, Wave = 1, Timeline = true })).All<TimelineEntry>().ToList();
        Assert.True(timeline.FindLastIndex(e => e is { Asset: "h49", State: HostState.Done }) < timeline.FindLastIndex(e => e is { Asset: "h47", Step: "Admit" }), string.Join('\n', timeline));
        await desk.AuditIsIntactAsync();

        async Task<IReadOnlyList<HostState>> StatesAsync() => [.. (await desk.RunsAsync(plan)).OrderBy(r => r.Asset, StringComparer.Ordinal).Select(r => r.State)];
        async Task<(int, int, int)> UpgradesAsync() => (await lab.UpgradesAsync("h47", "po-slow"), await lab.UpgradesAsync("h48", "po-slow"), await lab.UpgradesAsync("h49", "po-slow"));
    }
}
