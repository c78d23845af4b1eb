using System.Collections.Immutable;
using System.Globalization;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Providers.Apt;

/// <summary>Patches Debian and Ubuntu hosts with apt and dpkg.</summary>
public sealed class AptProvider(AptSettings? settings = null) : IPatchProvider, ICommitConfirm
{
    private readonly AptSettings _settings = settings ?? new AptSettings();

    public string Name => "apt";

    public bool StagesItself => true;

    public async Task<DetectReport> DetectAsync(IHostTransport host, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var result = await host.RunAsync(new HostCommand(["sh", "-c", AptScripts.Detect, "patchops-apt"], deadline) { LeavesNothing = true }, cancellationToken).ConfigureAwait(false);
        return Unread(result, host.Host) is { } failure ? new DetectReport([], failure) : AptDetect.Parse(result.StandardOutput, result.StandardError, host.Host);
    }

    public async Task<PreCheckReport> PreCheckAsync(
        IHostTransport host, IReadOnlyList<PackageChange> changes, TimeSpan deadline, CancellationToken cancellationToken)
    {
        if (Malformed(changes, host.Host) is { } bad) return new PreCheckReport([], bad);
        string[] arguments = ["sh", "-c", AptScripts.PreCheck, "patchops-apt", _settings.BackupMarker ?? "", .. changes.Select(c => c.Package)];
        var result = await host.RunAsync(new HostCommand(arguments, deadline, elevated: true) { LeavesNothing = true }, cancellationToken).ConfigureAwait(false);
        if (Unread(result, host.Host) is { } failure) return new PreCheckReport([], failure);
        var state = AptState.Parse(result.StandardOutput);
        // What is installed would otherwise pass for new.
        if (state.Architecture.Length == 0) return new PreCheckReport([], NoAnswer(host.Host));
        return new PreCheckReport(AptPreChecks.Judge(state, _settings), null)
        {
            BootId = state.BootId,
            Installed = changes.Select(c => c.Package).Distinct(StringComparer.Ordinal).ToImmutableDictionary(p => p, p => state.Find(p).Installed),
        };
    }

    public Task<ProviderReport> StageAsync(IHostTransport host, IReadOnlyList<PackageChange> changes, StepKey key, CancellationToken cancellationToken) =>
        StepAsync("Stage", AptScripts.Stage, ThereAndBack(changes), host, changes, key, key.TimeLimit, cancellationToken);

    public Task<ProviderReport> ApplyAsync(IHostTransport host, IReadOnlyList<PackageChange> changes, StepKey key, CancellationToken cancellationToken) =>
        StepAsync("Apply", AptScripts.Apply, ThereAndBack(changes), host, changes, key, key.TimeLimit, cancellationToken);

    public Task<ProviderReport> RevertAsync(IHostTransport host, IReadOnlyList<PackageChange> changes, StepKey key, CancellationToken cancellationToken) =>
        StepAsync("Revert", AptScripts.Revert, changes.Select(From), host, changes, key, key.TimeLimit, cancellationToken);

    public async Task<VerifyReport> VerifyAsync(
        IHostTransport host, IReadOnlyList<PackageChange> changes, TimeSpan deadline, CancellationToken cancellationToken)
    {
        if (Malformed(changes, host.Host) is { } bad) return new VerifyReport([], bad);
        string[] arguments = ["sh", "-c", AptScripts.Verify, "patchops-apt", _settings.AskNeedrestart ? "yes" : "no", .. changes.Select(c => c.Package)];
        var result = await host.RunAsync(new HostCommand(arguments, deadline, elevated: true) { LeavesNothing = true }, cancellationToken).ConfigureAwait(false);
        if (Unread(result, host.Host) is { } failure) return new VerifyReport([], failure);
        var state = AptState.Parse(result.StandardOutput);
        if (state.Architecture.Length == 0) return new VerifyReport([], NoAnswer(host.Host));
        return new VerifyReport(
            [.. changes.Select(c =>
            {
                var (installed, broken) = state.Find(c.Package);
                return new VerifiedPackage(c, installed, broken);
            })],
            null)
        {
            RestartNeeded = state.HostRestartNeeded,
            RestartReasons = state.RestartReasons,
            BootId = state.BootId,
        };
    }

    public async Task<ProviderReport> ArmAsync(
        IHostTransport host, IReadOnlyList<PackageChange> changes, StepKey key, TimeSpan confirmWithin, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(confirmWithin, TimeSpan.Zero);
        string[] arguments =
        [
            key.Id, confirmWithin.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture), Transports.PosixQuoting.Join(_settings.KeptFolders),
            AptScripts.Revert, AptCommitConfirm.WaitScript, Lock(), .. changes.Select(From),
        ];
        // The host's own limit has to cover the change, the wait before and after it, and the way back.
        var whole = new StepKey(key.Id, key.Fence, 2 * (key.TimeLimit + confirmWithin));
        var armed = await RunStepAsync("Arm", AptCommitConfirm.Arm, arguments, host, changes, whole, TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        if (armed.Failure is not null || armed.Step.Ended) return armed;
        // Armed only once the files are kept: what is applied before that could not be put back.
        string[] ready = ["sh", "-c", AptCommitConfirm.Ready, "patchops-apt", key.Id, "200"];
        var result = await host.RunAsync(new HostCommand(ready, _settings.CallDeadline, elevated: true) { LeavesNothing = true }, cancellationToken).ConfigureAwait(false);
        return result.Succeeded
            ? armed with { Step = armed.Step with { StandardOutput = AptCommitConfirm.AfterRestart(result.StandardOutput) } }
            : armed with { Failure = result.Failure ?? new Failure("NotArmed", FailureKind.Failed, $"Host '{host.Host}' has not begun to wait for a confirmation.", host.Host) };
    }

    public Task<CommandResult> ConfirmAsync(IHostTransport host, string armedStepId, TimeSpan deadline, CancellationToken cancellationToken)
    {
        _ = new StepReport(armedStepId, StepState.Missing);
        return host.RunAsync(new HostCommand(["sh", "-c", AptCommitConfirm.Confirm, "patchops-apt", armedStepId], deadline, elevated: true) { LeavesNothing = true }, cancellationToken);
    }

    private Task<ProviderReport> StepAsync(string verb, string script, IEnumerable<string> arguments, IHostTransport host,
        IReadOnlyList<PackageChange> changes, StepKey key, TimeSpan wait, CancellationToken cancellationToken) =>
        RunStepAsync(verb, script, [Lock(), .. arguments], host, changes, key, wait, cancellationToken);

    private async Task<ProviderReport> RunStepAsync(string verb, string script, IReadOnlyList<string> arguments, IHostTransport host,
        IReadOnlyList<PackageChange> changes, StepKey key, TimeSpan wait, CancellationToken cancellationToken)
    {
        if (Malformed(changes, host.Host) is { } bad)
            return new ProviderReport(new StepReport(key.Id, StepState.NotSent) { Failure = bad }, true, bad);
        var command = new HostCommand(["sh", "-c", script, "patchops-apt", .. arguments], _settings.CallDeadline);
        // A step that ends at its limit needs a moment longer to say so.
        var patience = wait > TimeSpan.Zero ? wait + TimeSpan.FromSeconds(12) : wait;
        var step = await host.StartStepAsync(key, command, patience, cancellationToken).ConfigureAwait(false);
        return AptFailure.Judge(step, host.Host, verb);
    }

    /// <summary>How many are approved, these, and what a revert would return to.</summary>
    private static string[] ThereAndBack(IReadOnlyList<PackageChange> changes) =>
    [
        changes.Count.ToString(CultureInfo.InvariantCulture), .. changes.Select(To),
        .. changes.Where(c => c.FromVersion is not null).Select(c => $"{c.Package}={c.FromVersion}"),
    ];

    private string Lock() => ((long)_settings.LockWait.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    private static string To(PackageChange change) => $"{change.Package}={change.ToVersion}";

    private static string From(PackageChange change) => $"{change.Package}={change.FromVersion}";

    private static Failure NoAnswer(string host) => new("HostNotRead", FailureKind.Failed, $"dpkg on host '{host}' gave no answer.", host, "Run 'dpkg-query -W dpkg' on the host.");

    private static Failure? Unread(CommandResult result, string host) => result.Failure ?? (result.ExitCode == 0
        ? null
        : new Failure("HostNotRead", FailureKind.Failed,
            FormattableString.Invariant($"Host '{host}' could not be read (exit code {result.ExitCode}): {result.StandardError.Trim()}"), host));

    /// <summary>Debian Policy 5.6.1 and 5.6.12: nothing else reaches the scripts, which split words at blanks.</summary>
    private static Failure? Malformed(IReadOnlyList<PackageChange> changes, string host)
    {
        var bad = changes.FirstOrDefault(c => !AptNames.IsPackage(c.Package) || !AptNames.IsVersion(c.ToVersion) || (c.FromVersion is not null && !AptNames.IsVersion(c.FromVersion)));
        return bad is null
            ? null
            : new Failure("PackageNameInvalid", FailureKind.InvalidInput, $"'{bad}' names no Debian package and version.", host, "Correct the plan with New-PatchPlan.");
    }
}
