using System.Collections.Immutable;
using PatchOps.Adapters.Composition;
using PatchOps.Core.Seams;
using PatchOps.Domain;
using PackageChange = PatchOps.Core.Seams.PackageChange;

namespace PatchOps.Adapters.Providers.Scripts;

/// <summary>A provider of script blocks that run where PatchOps runs: for what has an interface instead of a shell.</summary>
/// <remarks>
/// A block is no detached step: when the runner dies, it dies. So apply and revert look first and do nothing where the versions are right, and the
/// host is shown the fencing token before a block starts, where the asset has a transport.
/// </remarks>
internal sealed class BlockProvider(string name, IProviderBlocks blocks, Asset asset) : IPatchProvider
{
    private static readonly TimeSpan CallDeadline = TimeSpan.FromSeconds(60);

    public string Name => name;

    public async Task<DetectReport> DetectAsync(IHostTransport host, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var (lines, failure) = await ReadAsync("Detect", [], deadline, cancellationToken).ConfigureAwait(false);
        return failure is null ? new DetectReport([.. lines.Updates], null) : new DetectReport([], failure);
    }

    public async Task<PreCheckReport> PreCheckAsync(IHostTransport host, IReadOnlyList<PackageChange> changes, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var (lines, failure) = await ReadAsync(blocks.Has("PreCheck") ? "PreCheck" : "Verify", changes, deadline, cancellationToken).ConfigureAwait(false);
        failure ??= Missing(lines, changes);
        if (failure is not null) return new PreCheckReport([], failure);
        return new PreCheckReport([.. lines.Checks], null)
        {
            BootId = lines.BootId,
            Installed = changes.Select(c => c.Package).Distinct(StringComparer.Ordinal).ToImmutableDictionary(p => p, p => lines.Find(p)!.Value.Version),
        };
    }

    public async Task<ProviderReport> StageAsync(IHostTransport host, IReadOnlyList<PackageChange> changes, StepKey key, CancellationToken cancellationToken) =>
        blocks.Has("Stage")
            ? await StepAsync("Stage", host, changes, static _ => false, key, cancellationToken).ConfigureAwait(false)
            : new ProviderReport(new StepReport(key.Id, StepState.Finished) { ExitCode = 0 }, false, null);

    public Task<ProviderReport> ApplyAsync(IHostTransport host, IReadOnlyList<PackageChange> changes, StepKey key, CancellationToken cancellationToken) =>
        StepAsync("Apply", host, changes, static r => r.AllApplied, key, cancellationToken);

    public Task<ProviderReport> RevertAsync(IHostTransport host, IReadOnlyList<PackageChange> changes, StepKey key, CancellationToken cancellationToken) =>
        StepAsync("Revert", host, changes, static r => r.AllReverted, key, cancellationToken);

    public async Task<VerifyReport> VerifyAsync(IHostTransport host, IReadOnlyList<PackageChange> changes, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var (lines, failure) = await ReadAsync("Verify", changes, deadline, cancellationToken).ConfigureAwait(false);
        failure ??= Missing(lines, changes);
        if (failure is not null) return new VerifyReport([], failure);
        return new VerifyReport([.. changes.Select(c => new VerifiedPackage(c, lines.Find(c.Package)!.Value.Version, lines.Find(c.Package)!.Value.Broken))], null)
        {
            RestartNeeded = lines.RestartReasons.Count > 0, RestartReasons = [.. lines.RestartReasons], BootId = lines.BootId,
        };
    }

    private async Task<ProviderReport> StepAsync(string verb, IHostTransport host, IReadOnlyList<PackageChange> changes, Func<VerifyReport, bool> right, StepKey key, CancellationToken cancellationToken)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var fence = await host.StartStepAsync(new StepKey(key.Id[..Math.Min(key.Id.Length, 97)] + "-f", key.Fence, CallDeadline), new HostCommand(["true"], CallDeadline), CallDeadline, cancellationToken).ConfigureAwait(false);
        if (fence.State is StepState.Fenced or StepState.NotSent)
            return new ProviderReport(new StepReport(key.Id, fence.State) { Failure = fence.Failure, HighestToken = fence.HighestToken }, fence.State == StepState.Fenced, fence.Failure);
        if (right(await VerifyAsync(host, changes, CallDeadline, cancellationToken).ConfigureAwait(false)))
            return new ProviderReport(new StepReport(key.Id, StepState.Finished) { ExitCode = 0, FoundEarlier = true }, false, null);

        var answer = await blocks.InvokeAsync(verb, asset, changes, key.TimeLimit, cancellationToken).ConfigureAwait(false);
        var line = $"{name}: {verb} {string.Join(' ', changes)}";
        if (!answer.Ended) return new ProviderReport(new StepReport(key.Id, StepState.TimedOut) { Failure = answer.Failure, Elapsed = watch.Elapsed, CommandLine = line }, false, answer.Failure);
        var step = new StepReport(key.Id, StepState.Finished) { ExitCode = answer.Failure is null ? 0 : 1, StandardOutput = answer.Output, StandardError = answer.Failure?.Message ?? "", Elapsed = watch.Elapsed, CommandLine = line };
        return ProviderLines.Refusal(answer.Output) is var (code, message)
            ? new ProviderReport(step, true, new Failure(code, FailureKind.Refused, $"{verb} on host '{asset.Name}' was refused: {message}", asset.Name, "Read the host again and make the plan anew with New-PatchPlan."))
            : new ProviderReport(step, false, answer.Failure);
    }

    private async Task<(ProviderLines Lines, Failure? Failure)> ReadAsync(string verb, IReadOnlyList<PackageChange> changes, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var answer = await blocks.InvokeAsync(verb, asset, changes, deadline, cancellationToken).ConfigureAwait(false);
        var lines = ProviderLines.Parse(answer.Output);
        if (answer.Failure is { } failure) return (lines, failure);
        return lines.Garbage is { } garbage
            ? (lines, Bad($"{verb} of provider {name} for host '{asset.Name}' gave what is not understood: {garbage}"))
            : (lines, null);
    }

    private Failure? Missing(ProviderLines lines, IReadOnlyList<PackageChange> changes) =>
        changes.FirstOrDefault(c => lines.Find(c.Package) is null) is { } silent ? Bad($"Provider {name} said nothing of package '{silent.Package}' on host '{asset.Name}'.") : null;

    private Failure Bad(string message) => new("ProviderOutputInvalid", FailureKind.Failed, message, asset.Name, "Correct the script block: docs/providers.md says what each gives. Then run Invoke-PatchWave -RetryFailed.");
}

/// <summary>Stands for the way to a host that has none but its script blocks.</summary>
internal sealed class NoTransport(string host) : IHostTransport
{
    public string Host => host;

    public Task<CommandResult> RunAsync(HostCommand command, CancellationToken cancellationToken) => Task.FromResult(CommandResult.NotSent(None(), TimeSpan.Zero));

    public Task<StepReport> StartStepAsync(StepKey key, HostCommand command, TimeSpan wait, CancellationToken cancellationToken) =>
        Task.FromResult(command.Arguments is ["true"] ? new StepReport(key.Id, StepState.Finished) { ExitCode = 0 } : new StepReport(key.Id, StepState.NotSent) { Failure = None() });

    public Task<StepReport> CollectStepAsync(string stepId, TimeSpan wait, TimeSpan deadline, CancellationToken cancellationToken) => Task.FromResult(new StepReport(stepId, StepState.Missing));

    public Task<CommandResult> PutFileAsync(string path, ReadOnlyMemory<byte> content, TimeSpan deadline, CancellationToken cancellationToken) => Task.FromResult(CommandResult.NotSent(None(), TimeSpan.Zero));

    public Task<FileResult> GetFileAsync(string path, TimeSpan deadline, CancellationToken cancellationToken) => Task.FromResult(new FileResult(CommandFate.NotSent, null, None()));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Failure None() => new("HostHasNoTransport", FailureKind.InvalidInput, $"{host} is patched by script blocks and has no transport, so no command can run there.", host, "Give the asset a Transport with Import-PatchAsset, or leave commands out of its probes, quiesce steps and snapshots.");
}
