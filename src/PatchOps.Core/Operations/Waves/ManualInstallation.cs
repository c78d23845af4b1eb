using System.Collections.Immutable;
using System.Threading.Channels;
using PatchOps.Core.Seams;
using PatchOps.Core.Waves;
using PatchOps.Domain;
using PackageChange = PatchOps.Core.Seams.PackageChange;

namespace PatchOps.Core.Operations.Waves;

/// <summary>Where a wave leaves questions for the person who installs by hand.</summary>
internal sealed class ManualDesk(string person, TimeProvider clock)
{
    private readonly Channel<AskEvent> questions = Channel.CreateUnbounded<AskEvent>();

    public string Person => person;

    public TimeProvider Clock => clock;

    public IAsyncEnumerable<AskEvent> ReadAsync() => questions.Reader.ReadAllAsync(CancellationToken.None);

    /// <summary>True where the person says yes; false where they say no, or are gone.</summary>
    public async Task<bool> AskAsync(string action, string text, CancellationToken cancellationToken)
    {
        var ask = new AskEvent(text, action, Hosts: true, Person: true);
        if (!questions.Writer.TryWrite(ask)) return false;
        return await ask.Reply.WaitAsync(cancellationToken).ConfigureAwait(false) == Answer.Yes;
    }

    /// <summary>Nobody reads any more.</summary>
    public void Close()
    {
        questions.Writer.TryComplete();
        while (questions.Reader.TryRead(out var left)) left.Give(Answer.No);
    }
}

/// <summary>The same hosts with a person in the provider's place: checks, probes, quiescing, snapshots and evidence stay as they are.</summary>
internal sealed class ManualHosts(IHostServicesFactory inner, ManualDesk desk) : IHostServicesFactory
{
    public async ValueTask<HostServices> OpenAsync(PlannedHost host, CancellationToken cancellationToken)
    {
        var services = await inner.OpenAsync(host, cancellationToken).ConfigureAwait(false);
        return services with
        {
            Provider = new ManualProvider(services.Provider, host, desk),
            Restart = services.Restart is { } restart ? new ManualRestart(restart, host, desk) : null,
            // Nobody at a console can say which version there was before, and a host must not revert by itself while a person is still at work on it.
            Checks = services.Provider.Name == ManualProvider.HandOnly ? [] : services.Checks,
            CommitConfirm = null,
        };
    }
}

/// <summary>Asks a person to do what a provider would, and reads the host by the provider where it can be read.</summary>
internal sealed class ManualProvider(IPatchProvider inner, PlannedHost host, ManualDesk desk) : IPatchProvider
{
    /// <summary>Name of the provider of hosts that only a person can look at.</summary>
    public const string HandOnly = "manual";

    private static readonly TimeSpan CallDeadline = TimeSpan.FromSeconds(30);

    private bool ByEye => inner.Name == HandOnly;

    public string Name => inner.Name;

    /// <summary>The same steps stand in the record, whoever takes them.</summary>
    public bool StagesItself => inner.StagesItself;

    public Task<DetectReport> DetectAsync(IHostTransport transport, TimeSpan deadline, CancellationToken cancellationToken) => inner.DetectAsync(transport, deadline, cancellationToken);

    public async Task<PreCheckReport> PreCheckAsync(IHostTransport transport, IReadOnlyList<PackageChange> changes, TimeSpan deadline, CancellationToken cancellationToken)
    {
        if (!ByEye) return await inner.PreCheckAsync(transport, changes, deadline, cancellationToken).ConfigureAwait(false);
        var there = await desk.AskAsync($"{host.Name}: look before", $"Is this installed already: {Wanted(changes)}?", cancellationToken).ConfigureAwait(false);
        return new PreCheckReport([], null) { Installed = changes.DistinctBy(c => c.Package, StringComparer.Ordinal).ToImmutableDictionary(c => c.Package, c => there ? c.ToVersion : null) };
    }

    public Task<ProviderReport> StageAsync(IHostTransport transport, IReadOnlyList<PackageChange> changes, StepKey key, CancellationToken cancellationToken) =>
        Task.FromResult(new ProviderReport(new StepReport(key.Id, StepState.Finished) { ExitCode = 0 }, false, null));

    public Task<ProviderReport> ApplyAsync(IHostTransport transport, IReadOnlyList<PackageChange> changes, StepKey key, CancellationToken cancellationToken) =>
        StepAsync(transport, "install", $"Install exactly this on {host.Name}: {string.Join(", ", changes)}. Done?", changes, key, cancellationToken);

    public Task<ProviderReport> RevertAsync(IHostTransport transport, IReadOnlyList<PackageChange> changes, StepKey key, CancellationToken cancellationToken) =>
        StepAsync(transport, "take back", $"Lead {host.Name} back: {string.Join(", ", changes.Select(c => $"{c.Package} to {c.FromVersion ?? "not installed"}"))}. Done?", changes, key, cancellationToken);

    public async Task<VerifyReport> VerifyAsync(IHostTransport transport, IReadOnlyList<PackageChange> changes, TimeSpan deadline, CancellationToken cancellationToken)
    {
        if (!ByEye) return await inner.VerifyAsync(transport, changes, deadline, cancellationToken).ConfigureAwait(false);
        var there = await desk.AskAsync($"{host.Name}: verify", $"Look at {host.Name}: is this what it runs now: {Wanted(changes)}?", cancellationToken).ConfigureAwait(false);
        return new VerifyReport([.. changes.Select(c => new VerifiedPackage(c, there ? c.ToVersion : c.FromVersion, ""))], null);
    }

    private async Task<ProviderReport> StepAsync(IHostTransport transport, string what, string text, IReadOnlyList<PackageChange> changes, StepKey key, CancellationToken cancellationToken)
    {
        // The host refuses an older lease for a person as it does for a program.
        var fence = new StepKey(key.Id[..Math.Min(key.Id.Length, 97)] + "-f", key.Fence, CallDeadline);
        var shown = ByEye ? null : await transport.StartStepAsync(fence, new HostCommand(["true"], CallDeadline), CallDeadline, cancellationToken).ConfigureAwait(false);
        if (shown?.State == StepState.Fenced) return new ProviderReport(new StepReport(key.Id, StepState.Fenced) { Failure = shown.Failure, HighestToken = shown.HighestToken }, true, shown.Failure);
        var began = desk.Clock.GetTimestamp();
        if (!await desk.AskAsync($"{host.Name}: {what}", text, cancellationToken).ConfigureAwait(false))
        {
            var declined = new Failure("ManualDeclined", FailureKind.Refused, $"{desk.Person} did not {what} on {host.Name}.", host.Asset, "Run Invoke-PatchWave -Manual -RetryFailed when it can be done.");
            return new ProviderReport(new StepReport(key.Id, StepState.NotSent) { Failure = declined }, true, declined);
        }
        var step = new StepReport(key.Id, StepState.Finished) { ExitCode = 0, CommandLine = $"by hand: {what} {string.Join(", ", changes)}", StandardOutput = $"confirmed by {desk.Person}", Elapsed = desk.Clock.GetElapsedTime(began) };
        return new ProviderReport(step, false, null);
    }

    private static string Wanted(IReadOnlyList<PackageChange> changes) => string.Join(", ", changes.Select(c => $"{c.Package} {c.ToVersion}"));
}

/// <summary>Asks a person to restart a host, and waits for its new boot id like any other restart.</summary>
internal sealed class ManualRestart(IHostRestart inner, PlannedHost host, ManualDesk desk) : IHostRestart
{
    public Task<CommandResult> ReadBootIdAsync(IHostTransport transport, TimeSpan deadline, CancellationToken cancellationToken) => inner.ReadBootIdAsync(transport, deadline, cancellationToken);

    public async Task<StepReport> RestartAsync(IHostTransport transport, StepKey key, CancellationToken cancellationToken)
    {
        var done = await desk.AskAsync($"{host.Name}: restart", $"{host.Name} needs a restart. Restart it now. Restarted?", cancellationToken).ConfigureAwait(false);
        return new StepReport(key.Id, done ? StepState.Running : StepState.NotSent)
        {
            Failure = done ? null : new Failure("ManualDeclined", FailureKind.Refused, $"{desk.Person} did not restart {host.Name}.", host.Asset),
        };
    }
}
