using PatchOps.Adapters.Tests.Composition;
using PatchOps.Adapters.Composition;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Waves;

/// <summary>Hosts that depend on others, from the inventory's column to the end of their waves.</summary>
public sealed class OrderedWaveTests : IAsyncLifetime
{
    private const string Lenient = "planning: { maxFailures: 9, maxFailurePercent: 100, canaryShare: 0, pilotShare: 0, soak: 00:00:00, bake: 00:00:00 }";

    private static readonly Dictionary<string, string> Needs = new(StringComparer.Ordinal) { ["a-web"] = "b-app", ["b-app"] = "c-db" };

    private readonly BoxEstate estate = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();

    [Fact]
    public async Task What_depends_on_a_host_that_failed_is_left_out_with_the_reason_and_comes_along_when_it_is_repaired()
    {
        var plan = await estate.PlanAsync(Lenient, ["a-web", "b-app", "c-db", "d-own"], environment: "Test", needs: Needs);
        await estate.ApproveAsync(plan);
        Break("c-db");
        var told = await estate.AskAsync(BoxEstate.Invoke(plan) with { ThrottleLimit = 4 });
        Assert.Equal([HostState.Skipped, HostState.Skipped, HostState.Failed, HostState.Done], new[] { "a-web", "b-app", "c-db", "d-own" }.Select(h => told.Run(h).State));
        Assert.Equal(["d-own 1.1.0"], estate.Boxes.Applied);
        Assert.Contains($"comes after c-db, which failed. See why with Get-PatchWave {plan.Id} 1 -Evidence -Asset c-db", told.Run("b-app").Reason, StringComparison.Ordinal);
        Assert.Contains("comes after b-app, which was left out, because c-db failed", told.Run("a-web").Reason, StringComparison.Ordinal);
        Assert.Equal(["a-web", "b-app"], told.Failures.Where(f => f.Code == "HostSkipped").Select(f => f.Target!).Order(StringComparer.Ordinal));
        var status = (WaveStatus)Assert.Single((await estate.AskAsync(new GetWaveRequest { PlanId = plan.Id, Wave = 1 })).Results);
        Assert.Equal((WaveState.Completed, 1, 1, 2), (status.State, status.Done, status.Failed, status.Pending));
        Assert.Contains("2 hosts were left out", status.Reason, StringComparison.Ordinal);
        // A scheduler does not try the same again every minute.
        Assert.Empty((await estate.AskAsync(new InvokeWaveRequest { Due = true })).Runs);

        estate.Boxes.Instead = null;
        told = await estate.AskAsync(BoxEstate.Invoke(plan) with { RetryFailed = true });
        Assert.Empty(told.Failures);
        Assert.Equal(["d-own 1.1.0", "c-db 1.1.0", "b-app 1.1.0", "a-web 1.1.0"], estate.Boxes.Applied);
    }

    [Fact]
    public async Task A_scheduler_runs_the_next_wave_without_what_depends_on_a_failed_host_of_the_one_before()
    {
        var plan = await EarlyAsync();
        Break("c-db");
        estate.Clock.Offset = plan.Waves[1].Start - NoonClock.Now + TimeSpan.FromMinutes(1);
        var told = await estate.AskAsync(new InvokeWaveRequest { Due = true });
        if (told.Runs.All(r => r.Wave == 1)) told = new BoxTold([.. told.Events, .. (await estate.AskAsync(new InvokeWaveRequest { Due = true })).Events]);
        Assert.Equal([HostState.Failed, HostState.Skipped, HostState.Skipped, HostState.Done], new[] { "c-db", "b-app", "a-web", "d-own" }.Select(h => told.Run(h).State));
        Assert.Contains($"after c-db, which failed (wave 1). See why with Get-PatchWave {plan.Id} 1 ", told.Run("b-app").Reason, StringComparison.Ordinal);
        Assert.EndsWith($"then run Invoke-PatchWave {plan.Id} 1 -RetryFailed, then Invoke-PatchWave {plan.Id} 2.", told.Run("b-app").Reason, StringComparison.Ordinal);

        estate.Boxes.Instead = null;
        Assert.Empty((await estate.AskAsync(BoxEstate.Invoke(plan) with { RetryFailed = true })).Failures);
        Assert.Empty((await estate.InvokeAsync(plan, 2)).Failures);
        Assert.Equal(["d-own 1.1.0", "c-db 1.1.0", "b-app 1.1.0", "a-web 1.1.0"], estate.Boxes.Applied);
    }

    [Fact]
    public async Task Taking_back_a_wave_warns_of_the_hosts_of_later_waves_that_came_after_its_own()
    {
        var plan = await EarlyAsync();
        Assert.Empty((await estate.InvokeAsync(plan)).Failures);
        Assert.Empty((await estate.InvokeAsync(plan, 2)).Failures);
        var told = await estate.AskAsync(new UndoWaveRequest { PlanId = plan.Id }, _ => Answer.No);
        Assert.Equal($"Wave 2 was changed after hosts of wave 1 (b-app after c-db) and stays so: take it back first with Undo-PatchWave {plan.Id} 2.", Assert.Single(told.Warnings));
        Assert.Empty((await estate.AskAsync(new UndoWaveRequest { PlanId = plan.Id, Wave = 2 })).Warnings);
        Assert.Empty((await estate.AskAsync(new UndoWaveRequest { PlanId = plan.Id })).Warnings);
        // a-web went back before b-app, on which it depends.
        Assert.Equal(["a-web 1.0.0", "b-app 1.0.0"], estate.Boxes.Applied.Where(a => a is "a-web 1.0.0" or "b-app 1.0.0"));
        Assert.Equal("c-db 1.0.0", estate.Boxes.Applied.Last());
    }

    /// <summary>The database in the wave before the others.</summary>
    private async Task<PatchPlan> EarlyAsync()
    {
        var plan = await estate.PlanAsync(Lenient, ["a-web", "b-app", "c-db", "d-own"], environment: "Staging", needs: Needs, early: "c-db");
        Assert.Equal([1, 3], plan.Waves.Select(w => w.Hosts.Count));
        await estate.ApproveAsync(plan);
        return plan;
    }

    private void Break(string box) => estate.Boxes.Instead = (verb, asset) => Task.FromResult(verb == "Apply" && asset == box ? new BlockAnswer(true, "", new Failure("ProviderThrew", FailureKind.Failed, "no licence")) : null);
}
