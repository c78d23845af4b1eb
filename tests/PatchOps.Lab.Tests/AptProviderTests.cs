using PatchOps.Adapters.Providers.Apt;
using PatchOps.Adapters.Transports;
using PatchOps.Core.Seams;

namespace PatchOps.Lab.Tests;

/// <summary>Real apt on a real host over SSH.</summary>
[Collection(LabCollection.Name)]
public sealed class AptProviderTests(LabFixture lab)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly AptProvider Apt = new(new AptSettings { LockWait = TimeSpan.FromSeconds(10) });
    private static int s_step;

    [SkippableFact]
    public async Task An_upgrade_is_applied_verified_and_reverted()
    {
        await lab.RequireAsync();
        await using var host = lab.Open("h1");
        PackageChange[] changes = [new("deb:po-good/1.1", "po-good", "1.0", "1.1")];

        Assert.True((await Apt.StageAsync(host, changes, Key(), default)).Failure is null);
        Assert.True((await Apt.VerifyAsync(host, changes, Deadline, default)).AllReverted);
        var applied = await Apt.ApplyAsync(host, changes, Key(), default);
        Assert.Null(applied.Failure);
        Assert.Equal(StepState.Finished, applied.Step.State);
        var verified = await Apt.VerifyAsync(host, changes, Deadline, default);
        Assert.True(verified.AllApplied);
        Assert.False(verified.RestartNeeded);

        var reverted = await Apt.RevertAsync(host, changes, Key(), default);
        Assert.Null(reverted.Failure);
        Assert.True((await Apt.VerifyAsync(host, changes, Deadline, default)).AllReverted);
    }

    private static StepKey Key(int seconds = 60) => new(FormattableString.Invariant($"apt-{Interlocked.Increment(ref s_step)}"), new FencingToken("apt-tests", 1), TimeSpan.FromSeconds(seconds));
}
