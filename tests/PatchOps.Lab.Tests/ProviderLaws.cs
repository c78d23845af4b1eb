using PatchOps.Adapters.Providers.Apt;
using PatchOps.Adapters.Transports;
using PatchOps.Adapters.Transports.Ssh;
using PatchOps.Core.Seams;
using PatchOps.Tests.Fakes;

namespace PatchOps.Lab.Tests;

/// <summary>The laws of <see cref="IPatchProvider"/>, the same for apt on a real host and for the fake that the wave is proven on.</summary>
public abstract class ProviderLaws
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static int s_number;
    private readonly string _scope = FormattableString.Invariant($"provider-{Environment.ProcessId}-{Interlocked.Increment(ref s_number)}");
    private int _step;

    private PackageChange Good => Change("po-good");

    /// <summary>Seconds that a step that hangs is given.</summary>
    protected virtual int ShortLimit => 3;

    /// <summary>A version as the package manager writes it.</summary>
    protected virtual string Version(string version) => version;

    private PackageChange Change(string package, string from = "1.0", string to = "1.1") => new("p", package, Version(from), Version(to));

    protected abstract Task<(IHostTransport Host, IPatchProvider Provider)> OpenAsync();

    /// <summary>A host that does not answer.</summary>
    protected abstract Task<(IHostTransport Host, IPatchProvider Provider)> OpenDeadAsync();

    /// <summary>How often a package was upgraded on the host, by the host's own log.</summary>
    protected abstract Task<int> UpgradesAsync(IHostTransport host, string package);

    [SkippableFact]
    public async Task Only_verify_tells_success_and_a_revert_leads_back()
    {
        var (host, provider) = await OpenAsync();
        Assert.Contains((await provider.DetectAsync(host, Deadline, default)).Updates, u => u.Package == "po-failing" && u.CandidateVersion == Version("1.1"));
        Assert.Equal(Version("1.0"), (await provider.PreCheckAsync(host, [Good], Deadline, default)).Installed["po-good"]);
        Assert.Null((await provider.StageAsync(host, [Good], Key(), default)).Failure);
        Assert.False((await provider.VerifyAsync(host, [Good], Deadline, default)).AllApplied);
        Assert.Null((await provider.ApplyAsync(host, [Good], Key(), default)).Failure);
        var verified = await provider.VerifyAsync(host, [Good], Deadline, default);
        Assert.True(verified.AllApplied);
        Assert.NotEmpty(verified.BootId);
        Assert.Null((await provider.RevertAsync(host, [Good], Key(), default)).Failure);
        Assert.True((await provider.VerifyAsync(host, [Good], Deadline, default)).AllReverted);
    }

    [SkippableFact]
    public async Task The_same_step_and_a_host_that_is_right_change_nothing()
    {
        var (host, provider) = await OpenAsync();
        var before = await UpgradesAsync(host, "po-good");
        var key = Key();
        Assert.False((await provider.ApplyAsync(host, [Good], key, default)).Step.FoundEarlier);
        Assert.True((await provider.ApplyAsync(host, [Good], key, default)).Step.FoundEarlier);
        Assert.Null((await provider.ApplyAsync(host, [Good], Key(), default)).Failure);
        Assert.Equal(before + 1, await UpgradesAsync(host, "po-good"));
        await provider.RevertAsync(host, [Good], Key(), default);
    }

    [SkippableFact]
    public async Task A_version_that_is_gone_is_refused_and_nothing_changes()
    {
        var (host, provider) = await OpenAsync();
        PackageChange[] changes = [Good, Change("po-withdrawn")];
        foreach (var report in new[] { await provider.StageAsync(host, changes, Key(), default), await provider.ApplyAsync(host, changes, Key(), default) })
        {
            Assert.True(report.Refused);
            Assert.Equal("VersionNotAvailable", report.Failure!.Code);
            Assert.Contains("po-withdrawn", report.Failure.Message, StringComparison.Ordinal);
        }
        Assert.True((await provider.VerifyAsync(host, changes, Deadline, default)).AllReverted);
    }

    [SkippableTheory]
    [InlineData("po-failing", StepState.Finished)]
    [InlineData("po-hanging", StepState.TimedOut)]
    public async Task What_fails_or_hangs_is_not_applied_and_can_be_reverted(string package, StepState state)
    {
        var (host, provider) = await OpenAsync();
        PackageChange[] changes = [Change(package)];
        var report = await provider.ApplyAsync(host, changes, Key(seconds: ShortLimit), default);
        Assert.Equal(state, report.Step.State);
        Assert.NotNull(report.Failure);
        Assert.False((await provider.VerifyAsync(host, changes, Deadline, default)).AllApplied);
        Assert.Null((await provider.RevertAsync(host, changes, Key(), default)).Failure);
        Assert.True((await provider.VerifyAsync(host, changes, Deadline, default)).AllReverted);
    }

    [SkippableFact]
    public async Task An_older_lease_applies_nothing()
    {
        var (host, provider) = await OpenAsync();
        await provider.StageAsync(host, [Good], Key(token: 2), default);
        var report = await provider.ApplyAsync(host, [Good], Key(token: 1), default);
        Assert.True(report.Refused);
        Assert.Equal("StepFenced", report.Failure!.Code);
        Assert.True((await provider.VerifyAsync(host, [Good], Deadline, default)).AllReverted);
    }

    [SkippableFact]
    public async Task A_host_that_does_not_answer_is_a_result_and_never_verified()
    {
        var (host, provider) = await OpenDeadAsync();
        Assert.Equal(StepState.NotSent, (await provider.ApplyAsync(host, [Good], Key(), default)).Step.State);
        var verified = await provider.VerifyAsync(host, [Good], Deadline, default);
        Assert.Equal("HostUnreachable", verified.Failure!.Code);
        Assert.False(verified.AllApplied || verified.AllReverted);
        Assert.False((await provider.PreCheckAsync(host, [Good], Deadline, default)).Fit);
        Assert.NotNull((await provider.DetectAsync(host, Deadline, default)).Failure);
    }

    protected StepKey NewKey() => Key(120);

    private StepKey Key(int seconds = 60, long token = 1) =>
        new(FormattableString.Invariant($"{_scope}-{Interlocked.Increment(ref _step)}"), new FencingToken(_scope, token), TimeSpan.FromSeconds(seconds));
}

public sealed class FakeProviderLaws : ProviderLaws
{
    private readonly FakeHost _host = new("fake");

    public FakeProviderLaws()
    {
        foreach (var package in new[] { "po-good", "po-failing", "po-hanging" })
        {
            _host.Installed[package] = "1.0";
            _host.Archive.Add((package, "1.0"));
            _host.Archive.Add((package, "1.1"));
        }
        _host.Installed["po-withdrawn"] = "1.0";
        _host.Archive.Add(("po-withdrawn", "1.2"));
        _host.FailingPackages.Add("po-failing=1.1");
        _host.HangingPackages.Add("po-hanging=1.1");
    }

    protected override Task<(IHostTransport Host, IPatchProvider Provider)> OpenAsync() =>
        Task.FromResult<(IHostTransport, IPatchProvider)>((new FakeTransport(_host), new FakeProvider(_ => _host)));

    protected override Task<(IHostTransport Host, IPatchProvider Provider)> OpenDeadAsync()
    {
        _host.Unreachable = true;
        return OpenAsync();
    }

    protected override Task<int> UpgradesAsync(IHostTransport host, string package) =>
        Task.FromResult(_host.PackageLog.Count(l => l == $"upgrade {package} 1.0 1.1"));
}

[Collection(LabCollection.Name)]
public sealed class AptProviderLaws(LabFixture lab) : ProviderLaws
{
    protected override async Task<(IHostTransport Host, IPatchProvider Provider)> OpenAsync()
    {
        await lab.RequireAsync();
        return (lab.Open("h1"), new AptProvider());
    }

    protected override async Task<(IHostTransport Host, IPatchProvider Provider)> OpenDeadAsync()
    {
        await lab.RequireAsync();
        return (lab.Open(new SshEndpoint("dead", lab.Addresses["h1"]) { Port = 3 }), new AptProvider());
    }

    protected override async Task<int> UpgradesAsync(IHostTransport host, string package)
    {
        var log = await host.RunAsync(new HostCommand(["grep", "-c", $" upgrade {package}:.* 1.0 1.1", "/var/log/dpkg.log"], TimeSpan.FromSeconds(10)), default);
        return int.Parse(log.StandardOutput);
    }
}
