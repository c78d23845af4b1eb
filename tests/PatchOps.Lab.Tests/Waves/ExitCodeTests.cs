using System.Diagnostics;
using System.Globalization;
using PatchOps.Domain;

namespace PatchOps.Lab.Tests.Waves;

/// <summary>What a runbook sees of the command line: one code for each way in which a wave can end. Code 4 (failed hosts) is in <see cref="RealHostWaveTests"/>.</summary>
[Collection(LabCollection.Name)]
public sealed class ExitCodeTests(ProductLab lab)
{
    [SkippableFact]
    public async Task A_wave_tells_a_runbook_how_it_ended_and_Ctrl_C_leaves_no_host_half_done()
    {
        await lab.RequireAsync();
        Skip.If(InterruptIsIgnored(), "Whoever started the tests has interrupts ignored, and processes inherit that.");
        await using var desk = new Desk(lab);
        var plan = await desk.PlanAsync("Test", "deb:po-slow/1.1", null, "h45", "h46");
        string[] invoke = CommandLine.Invoke(lab, desk, plan);
        Assert.Equal(3, (await CommandLine.RunAsync(invoke)).Code);
        Assert.Equal(2, (await CommandLine.RunAsync([.. invoke[..3], "0", .. invoke[4..]])).Code);
        Assert.Equal(2, (await CommandLine.RunAsync([.. invoke, "--no-such-thing"])).Code);
        Assert.Equal(1, (await CommandLine.RunAsync([.. invoke[..2], "PLN-NOBODY", .. invoke[3..]])).Code);
        await desk.ApproveAsync(plan);
        // Nobody said yes, and nobody can.
        Assert.Equal(3, (await CommandLine.RunAsync([.. invoke.Where(a => a != "--yes")])).Code);
        Assert.Equal(0, await lab.UpgradesAsync("h45", "po-slow") + await lab.UpgradesAsync("h46", "po-slow"));

        var wave = CommandLine.Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "patchops.dll"), .. invoke, "--throttle-limit", "1"]);
        var patience = Stopwatch.StartNew();
        while (await lab.UpgradesAsync("h45", "po-slow") + await lab.UpgradesAsync("h46", "po-slow") == 0)
        {
            Assert.False(wave.HasExited, "The wave ended before it changed anything.");
            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(60), "The upgrade never began.");
            await Task.Delay(100);
        }
        using (var interrupt = Process.Start("kill", ["-INT", wave.Id.ToString(CultureInfo.InvariantCulture)])) await interrupt.WaitForExitAsync();
        var (code, output, error) = await CommandLine.EndAsync(wave);
        Assert.True(code == 130, $"{code}: {output}{error}");
        // The one in flight was brought to its end, the other was not begun.
        var states = (await desk.RunsAsync(plan)).Select(r => r.State).Order().ToList();
        Assert.Equal([HostState.Pending, HostState.Done], states);
        Assert.Single(await desk.DeploymentsAsync());

        (code, output, error) = await CommandLine.RunAsync(invoke);
        Assert.True(code == 0, $"{code}: {output}{error}");
        Assert.Equal((1, 1), (await lab.UpgradesAsync("h45", "po-slow"), await lab.UpgradesAsync("h46", "po-slow")));
    }

    [SkippableFact]
    public async Task Another_process_suspends_resumes_and_takes_back_a_wave_while_its_runner_works()
    {
        await lab.RequireAsync();
        await using var desk = new Desk(lab);
        var plan = await desk.PlanUnseenAsync("deb:po-slow/1.1", null, "h11", "h12");
        string[] invoke = [.. CommandLine.Invoke(lab, desk, plan), "--throttle-limit", "1"];
        string[] Wish(string verb) => ["wave", verb, plan.Id, "1", "--store", desk.Store, "--yes", "--json", .. verb == "undo" ? new[] { "--key-file", lab.KeyFile, "--known-hosts-file", lab.KnownHosts } : []];

        var wave = CommandLine.Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "patchops.dll"), .. invoke]);
        await UpgradesAsync(1, wave);
        Assert.Equal(0, (await CommandLine.RunAsync(Wish("suspend"))).Code);
        var (code, output, error) = await CommandLine.EndAsync(wave);
        Assert.True(code == 3, $"{code}: {output}{error}");
        Assert.Contains("WaveSuspended", error, StringComparison.Ordinal);
        Assert.Equal([HostState.Pending, HostState.Done], (await desk.RunsAsync(plan)).Select(r => r.State).Order());

        Assert.Equal(0, (await CommandLine.RunAsync(Wish("resume"))).Code);
        wave = CommandLine.Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "patchops.dll"), .. invoke]);
        await UpgradesAsync(2, wave);
        var undo = await CommandLine.RunAsync(Wish("undo"));
        Assert.True(undo.Code == 0, undo.Error);
        Assert.Contains("works on the wave and takes it back", undo.Error, StringComparison.Ordinal);
        (code, output, error) = await CommandLine.EndAsync(wave);
        Assert.True(code != 0, output + error);
        Assert.All(await desk.RunsAsync(plan), r => Assert.Equal(HostState.RolledBack, r.State));
        Assert.Equal(("ii 1.0", "ii 1.0"), (await lab.VersionAsync("h11", "po-slow"), await lab.VersionAsync("h12", "po-slow")));
        await desk.AuditIsIntactAsync();

        async Task UpgradesAsync(int wanted, Process runner)
        {
            var patience = Stopwatch.StartNew();
            while (await lab.UpgradesAsync("h11", "po-slow") + await lab.UpgradesAsync("h12", "po-slow") < wanted)
            {
                Assert.False(runner.HasExited, "The wave ended before it changed anything.");
                Assert.True(patience.Elapsed < TimeSpan.FromSeconds(60), "The upgrade never began.");
                await Task.Delay(50);
            }
        }
    }

    private static bool InterruptIsIgnored() =>
        File.Exists("/proc/self/status") && File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("SigIgn:", StringComparison.Ordinal)) is { } line
        && (ulong.Parse(line[7..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & 0b10) != 0;
}
