using PatchOps.Adapters.Providers.Scripts;
using PatchOps.Core.Seams;

namespace PatchOps.Adapters.Tests.Providers;

/// <summary>Whatever a provider's script prints or does, it is a result; only the protocol's own words count.</summary>
public sealed class ScriptProviderTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);
    private static readonly PackageChange[] One = [new("p", "app", "1", "2")];

    [Fact]
    public async Task Facts_become_reports()
    {
        var provider = Provider();
        var verified = await provider.VerifyAsync(Saying("boot\tb1\npackage\tapp\t2\nrestart\thost\n"), One, Deadline, default);
        Assert.True(verified.AllApplied);
        Assert.Equal(("b1", true), (verified.BootId, verified.RestartNeeded));
        Assert.True((await provider.VerifyAsync(Saying("package\tapp\t1\n"), One, Deadline, default)).AllReverted);
        Assert.Equal("half", (await provider.VerifyAsync(Saying("package\tapp\t2\thalf\n"), One, Deadline, default)).Packages[0].Broken);
        var checks = await provider.PreCheckAsync(Saying("package\tapp\t\ncheck\tDisk\tblocking\tfull\n"), One, Deadline, default);
        Assert.False(checks.Fit);
        Assert.Null(checks.Installed["app"]);
        var update = Assert.Single((await provider.DetectAsync(Saying("update\tapp\t1\t2\tsecurity\tvendor\n"), Deadline, default)).Updates);
        Assert.Equal(("app", "1", "2", true), (update.Package, update.InstalledVersion, update.CandidateVersion, update.Security));
    }

    [Theory]
    [InlineData("Loading, please wait...\npackage\tapp\t2\n")]
    [InlineData("package app 2\n")]
    [InlineData("\u001b[31mpackage\tapp\t2\n")]
    [InlineData("check\tDisk\tfine\n")]
    [InlineData("<?xml version='1.0'?>")]
    public async Task Garbage_is_nothing_known_and_named(string output)
    {
        var verified = await Provider().VerifyAsync(Saying(output), One, Deadline, default);
        Assert.Equal("ProviderOutputInvalid", verified.Failure!.Code);
        Assert.False(verified.AllApplied || verified.AllReverted);
        Assert.Equal("ProviderOutputInvalid", (await Provider().PreCheckAsync(Saying(output), One, Deadline, default)).Failure!.Code);
    }

    [Fact]
    public async Task A_package_that_is_not_spoken_of_is_not_verified()
    {
        var verified = await Provider().VerifyAsync(Saying("boot\tb1\n"), One, Deadline, default);
        Assert.Equal("ProviderOutputInvalid", verified.Failure!.Code);
        Assert.Contains("'app'", verified.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_that_ends_badly_says_so_with_its_last_words()
    {
        var verified = await Provider().VerifyAsync(new CannedTransport(_ => (3, "", "first\nno licence")), One, Deadline, default);
        Assert.Equal("ProviderFailed", verified.Failure!.Code);
        Assert.Contains("exit code 3: no licence", verified.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_is_one_whatever_the_exit_code()
    {
        var report = await Provider().ApplyAsync(Saying("talk\nrefused\tVersionNotAvailable\tapp 2 is gone\n"), One, Key(), default);
        Assert.True(report.Refused);
        Assert.Equal("VersionNotAvailable", report.Failure!.Code);
        Assert.Contains("app 2 is gone", report.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_are_arguments_and_never_text()
    {
        var transport = Saying("package\t$(reboot) 'x\"\t1\n");
        await Provider().VerifyAsync(transport, [new("p", "$(reboot) 'x\"", "1", "2;rm")], Deadline, default);
        var arguments = Assert.Single(transport.Sent).Arguments;
        Assert.Equal(["$(reboot) 'x\"", "1", "2;rm"], arguments.TakeLast(3));
        Assert.DoesNotContain("reboot", arguments[2], StringComparison.Ordinal);
    }

    private static StepKey Key() => new("step", new FencingToken("scope", 1), TimeSpan.FromSeconds(5));

    private static CannedTransport Saying(string output) => new(_ => (0, output, ""));

    private static ScriptProvider Provider() => new(new ProviderScripts { Name = "own", Detect = "d", Apply = "a", Verify = "v", Revert = "r" });
}
