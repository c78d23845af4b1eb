using PatchOps.Adapters.Tests.Composition;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Waves;

/// <summary>A runner dies, and nobody comes before the window has closed: what it left is brought to its end, and nothing else is begun.</summary>
public sealed class LeftBehindTests : IAsyncLifetime
{
    private readonly BoxEstate estate = new();
    private Task silent = Task.CompletedTask;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        estate.Boxes.Release();
        await silent;
        await estate.DisposeAsync();
    }

    [Theory]
    [InlineData(true, "")]
    [InlineData(false, "")]
    [InlineData(true, "approvals: { validFor: 2.00:00:00 }\n")]
    [InlineData(false, "approvals: { validFor: 2.00:00:00 }\n")]
    public async Task What_a_dead_runner_left_is_brought_to_its_end_although_the_window_has_closed_and_no_other_host_is_begun(bool due, string approvals)
    {
        var plan = await LeaveAsync(approvals);
        estate.Clock.Offset += TimeSpan.FromDays(10);
        var told = await estate.AskAsync(due ? new InvokeWaveRequest { Due = true } : new InvokeWaveRequest { PlanId = plan.Id });
        Assert.Contains(told.Warnings, w => w.Contains("no other host is begun", StringComparison.Ordinal));
        Assert.True(told.Run("box-1").State == HostState.Done, told.Run("box-1").ToString());
        Assert.Equal(HostState.Pending, told.Run("box-2").State);
        Assert.Equal("1.0.0", estate.Boxes.Version("box-2"));
        // Those that were not begun wait for another plan, and a scheduler does not come back to them.
        Assert.Equal("WaveHalted", Assert.Single(told.Failures).Code);
        Assert.Empty((await estate.AskAsync(new InvokeWaveRequest { Due = true })).Events.OfType<Core.Operations.FailedEvent>());
        Assert.Equal(Code(approvals), Assert.Single((await estate.AskAsync(new InvokeWaveRequest { PlanId = plan.Id })).Failures).Code);
    }

    [Fact]
    public async Task A_runner_that_gives_its_wave_back_before_the_window_closes_leaves_nothing_to_a_scheduler()
    {
        var plan = await estate.PlanAsync("planning: { maxFailures: 9 }", ["box-1"], environment: "Test");
        await estate.ApproveAsync(plan);
        estate.Clock.Offset = plan.Waves[0].Start - NoonClock.Now + TimeSpan.FromMinutes(1);
        Assert.Equal(HostState.Done, Assert.Single((await estate.AskAsync(new InvokeWaveRequest { Due = true })).Runs).State);
        estate.Clock.Offset += TimeSpan.FromDays(10);
        Assert.Empty((await estate.AskAsync(new InvokeWaveRequest { Due = true })).Results);
    }

    private static string Code(string approvals) => approvals.Length == 0 ? "WaveExpired" : "ApprovalExpired";

    /// <summary>A wave of two hosts whose runner falls silent in the middle of the first.</summary>
    private async Task<PatchPlan> LeaveAsync(string approvals)
    {
        var plan = await estate.PlanAsync($"{approvals}planning: {{ maxFailures: 9, maxFailurePercent: 100 }}", ["box-1", "box-2"], environment: "Test");
        await estate.ApproveAsync(plan);
        estate.Clock.Offset = plan.Waves[0].Start - NoonClock.Now + TimeSpan.FromMinutes(1);
        var applying = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        estate.Boxes.Instead = async (verb, box) =>
        {
            if (verb != "Apply") return null;
            estate.Boxes.Set(box, "1.1.0");
            applying.TrySetResult();
            await estate.Boxes.NeverAsync();
            return null;
        };
        var dead = estate.Open();
        await BoxEstate.RegisterAsync(dead);
        silent = BoxEstate.AskAsync(dead, new InvokeWaveRequest { PlanId = plan.Id, ThrottleLimit = 1 }).ContinueWith(static t => _ = t.Exception, TaskScheduler.Default);
        await applying.Task.WaitAsync(TimeSpan.FromSeconds(30));
        estate.Boxes.Instead = null;
        return plan;
    }
}
