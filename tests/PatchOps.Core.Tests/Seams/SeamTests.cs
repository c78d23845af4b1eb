using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Tests.Seams;

public sealed class SeamTests
{
    [Theory]
    [InlineData("")]
    [InlineData("../etc")]
    [InlineData("a/b")]
    [InlineData("-rf")]
    [InlineData(".hidden")]
    [InlineData("a b")]
    [InlineData("a\nb")]
    [InlineData("ä")]
    public void A_name_that_a_path_or_a_shell_could_read_otherwise_is_refused(string name)
    {
        Assert.Throws<ArgumentException>(() => new FencingToken(name, 1));
        Assert.Throws<ArgumentException>(() => new StepKey(name, new FencingToken("w", 1), TimeSpan.FromSeconds(1)));
        Assert.Throws<ArgumentException>(() => new StepReport(name, StepState.Missing));
    }

    [Fact]
    public void A_key_takes_the_names_that_waves_use_and_refuses_limits_that_are_none()
    {
        var key = new StepKey("plan-7.w1_h3.apply.2", new FencingToken("plan-7.w1", 3), TimeSpan.FromMinutes(5));
        Assert.Equal("plan-7.w1#3", key.Fence.ToString());
        Assert.Throws<ArgumentOutOfRangeException>(() => new StepKey("a", key.Fence, TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FencingToken("a", 0));
        Assert.Throws<ArgumentException>(() => new StepKey(new string('a', 101), key.Fence, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void A_command_needs_a_program_a_deadline_and_no_NUL()
    {
        Assert.Throws<ArgumentException>(() => new HostCommand([], TimeSpan.FromSeconds(1)));
        Assert.Throws<ArgumentException>(() => new HostCommand([""], TimeSpan.FromSeconds(1)));
        Assert.Throws<ArgumentException>(() => new HostCommand(["a", "b\0c"], TimeSpan.FromSeconds(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HostCommand(["a"], TimeSpan.Zero));
        Assert.Equal(["a", "", "-x"], new HostCommand(["a", "", "-x"], TimeSpan.FromSeconds(1)).Arguments.ToArray());
    }

    [Fact]
    public void Nothing_counts_as_verified_that_was_not_read()
    {
        var change = new PackageChange("p", "demo", "1.0", "1.1");
        var unread = new VerifyReport([], new Failure("HostUnreachable", FailureKind.Unavailable, "x"));
        Assert.False(unread.AllApplied);
        Assert.False(unread.AllReverted);
        Assert.False(new VerifyReport([new VerifiedPackage(change, "1.1", "half-configured")], null).AllApplied);
        Assert.True(new VerifyReport([new VerifiedPackage(change, "1.1", "")], null).AllApplied);
        Assert.True(new VerifyReport([new VerifiedPackage(new PackageChange("p", "new", null, "1"), null, "")], null).AllReverted);
        Assert.False(new PreCheckReport([], unread.Failure).Fit);
    }
}
