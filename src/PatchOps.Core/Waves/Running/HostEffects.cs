using PatchOps.Core.Seams;
using PatchOps.Core.Waves.State;
using PatchOps.Domain;
using Change = PatchOps.Core.Seams.PackageChange;

namespace PatchOps.Core.Waves.Running;

/// <summary>What each step does to, or reads from, one host. The order of the steps is <see cref="HostProcedure"/>'s.</summary>
internal sealed class HostEffects(WaveContext wave, PlannedHost host, HostScript script, HostServices services, CancellationToken abort)
{
    private readonly RemoteSteps remote = new(wave, services.Transport, abort, Patience(wave.Options, services));

    private WaveOptions Options => wave.Options;

    private IHostTransport Transport => services.Transport;

    internal RemoteSteps Remote => remote;

    internal string Mark => StepNames.Prefix(wave.Definition.PlanId, wave.Definition.Number, host.Asset);

    /// <summary>What this host needs, as it was read before anything changed; a package that several patches bring, once.</summary>
    private IReadOnlyList<Change> Changes => [.. script.Ledger.Changes.DistinctBy(c => c.Package, StringComparer.Ordinal).Select(c => new Change(c.Patch, c.Package, c.From, c.To))];

    /// <summary>A host that reverts by itself is silent until it has done so.</summary>
    private static TimeSpan Patience(WaveOptions options, HostServices services) =>
        options.ReconnectTimeout + (services.CommitConfirm is null ? TimeSpan.Zero : options.ConfirmWithin);

    private static TimeSpan Twice(TimeSpan time) => time + time;

    public async Task<StepResult> PreCheckAsync(StepCall call)
    {
        Change[] wanted = [.. host.Patches.SelectMany(p => p.Packages.Count == 0
            ? [new Change(p.Patch, p.Patch, null, WaveDefinition.InstalledVersion)]
            : p.Packages.Select(v => new Change(p.Patch, v.Package, null, v.Version)))];
        var heard = new HeardTransport(Transport);
        var report = await UntilAsync(
            () => remote.BoundedAsync(token => services.Provider.PreCheckAsync(heard.Anew(), [.. wanted.DistinctBy(w => w.Package, StringComparer.Ordinal)], Options.CallDeadline, token), Twice(Options.CallDeadline), "The pre-check"),
            r => r.Failure?.Kind is not (FailureKind.Unavailable or FailureKind.Timeout), Options.Tries).ConfigureAwait(false);
        if (report.Failure is { } failure) return StepResult.Of(StepOutcome.NotSent, failure).With(heard.Commands);

        // A host that an earlier round changed keeps what it had before that.
        var checks = report.Checks;
        foreach (var check in services.Checks)
            checks = checks.AddRange(await remote.BoundedAsync(token => check.CheckAsync(heard, wanted, report, Options.CallDeadline, token), Twice(Options.CallDeadline), "The pre-check").ConfigureAwait(false));
        var changes = wanted.Where(w => report.Installed.GetValueOrDefault(w.Package) != w.ToVersion)
            .Select(w => new ChangeEvidence(w.Patch, w.Package, report.Installed.GetValueOrDefault(w.Package), w.ToVersion)).ToArray();
        var detail = new StepDetail
        {
            Changes = changes,
            BootId = report.BootId,
            Commands = heard.Commands,
            Readings = [.. checks.Select(c => new ReadingEvidence(c.Name, c.Status.ToString(), c.Detail, null))],
        };
        var blocking = checks.Where(c => c.Status == PreCheckStatus.Blocking).ToArray();
        if (blocking.Length > 0)
        {
            var summary = $"{host.Name} is not fit to be changed: {string.Join("; ", blocking.Select(b => b.Detail.Length == 0 ? b.Name : $"{b.Name}: {b.Detail}"))}.";
            return new StepResult(StepOutcome.Failed, detail with { Summary = summary, Code = "HostNotFit", Remedy = "Correct this on the host, then run Invoke-PatchWave -RetryFailed." });
        }
        return changes.Length == 0
            ? new StepResult(StepOutcome.NotNeeded, detail with { Summary = "Every approved version is installed already." })
            : new StepResult(StepOutcome.Succeeded, detail with { Summary = string.Join(", ", changes.Select(c => $"{c.Package} {c.From ?? "(none)"} → {c.To}")) });
    }

    public async Task<StepResult> StageAsync(StepCall call) =>
        Judge(await ProviderAsync(HostStep.Stage, call, (key, token) => services.Provider.StageAsync(Transport, Changes, key, token)).ConfigureAwait(false), "Staging");

    public async Task<StepResult> QuiesceAsync(StepCall call)
    {
        var ran = new List<CommandEvidence>();
        for (var i = 0; i < services.Quiesces.Count; i++)
        {
            var quiesce = services.Quiesces[i];
            var key = script.Key(HostStep.Quiesce, call.Ordinal, i, Options.StepTimeLimit);
            var report = await remote.FinishAsync(key, call.Observe, token => quiesce.QuiesceAsync(Transport, Mark, key, token)).ConfigureAwait(false);
            var result = Judge(report, null, false, $"Quiescing by {quiesce.Name}");
            ran.AddRange(result.Detail.Commands ?? []);
            if (!result.Succeeded) return result.With(ran);
        }
        return StepResult.Of(StepOutcome.Succeeded, string.Join(", ", services.Quiesces.Select(q => q.Name))).With(ran);
    }

    /// <summary>In reverse order, and all of them, even when one fails. Tried several times, since a host left out of service is an outage.</summary>
    public async Task<StepResult> UnquiesceAsync(StepCall call)
    {
        StepResult? worst = null;
        var ran = new List<CommandEvidence>();
        for (var i = services.Quiesces.Count - 1; i >= 0; i--)
        {
            var quiesce = services.Quiesces[i];
            StepResult result = StepResult.Of(StepOutcome.Unknown);
            for (var attempt = 0; attempt < Options.Tries && !result.Succeeded; attempt++)
            {
                if (attempt > 0) await Task.Delay(Options.PollInterval, wave.Time, abort).ConfigureAwait(false);
                var key = script.Key(HostStep.Unquiesce, call.Ordinal, (i * 100) + attempt, Options.StepTimeLimit);
                var report = await remote.FinishAsync(key, call.Observe, token => quiesce.UnquiesceAsync(Transport, Mark, key, token)).ConfigureAwait(false);
                result = Judge(report, null, false, $"Putting back into service by {quiesce.Name}");
                ran.AddRange(result.Detail.Commands ?? []);
            }
            if (!result.Succeeded) worst = result with { Detail = result.Detail with { Remedy = $"{host.Name} is still out of service; run Invoke-PatchWave again, which tries that first." } };
        }
        return (worst ?? StepResult.Of(StepOutcome.Succeeded)).With(ran);
    }

    /// <summary>Armed means that the step waits on the host; after a crash it is looked for, not waited for.</summary>
    public async Task<StepResult> ArmAsync(StepCall call)
    {
        var key = script.Key(HostStep.Arm, call.Ordinal, 0, Options.StepTimeLimit);
        Failure? told = null;
        var refused = false;
        var report = call.Observe
            ? await remote.BoundedAsync(token => Transport.CollectStepAsync(key.Id, TimeSpan.Zero, Options.CallDeadline, token), Twice(Options.CallDeadline), "Collecting the step").ConfigureAwait(false)
            : new StepReport(key.Id, StepState.Missing);
        if (report.State == StepState.Missing)
        {
            var armed = await remote.BoundedAsync(token => services.CommitConfirm!.ArmAsync(Transport, Changes, key, Options.ConfirmWithin, token), Twice(Options.CallDeadline), "Arming").ConfigureAwait(false);
            (report, told, refused) = (armed.Step, armed.Failure, armed.Refused);
        }
        if (report.State == StepState.Fenced)
        {
            wave.Lease.MarkLost(report.Failure);
            throw new WaveAbortedException(wave.Lease.LossFailure);
        }
        if (report.State == StepState.Running) return StepResult.Of(StepOutcome.Succeeded, $"The host reverts by itself after {Options.ConfirmWithin} unless it is confirmed{(report.StandardOutput.Length == 0 ? "" : $", {report.StandardOutput.Trim()}")}.");
        var result = Judge(report, told, refused, "Arming the host's own revert");
        // One that has ended already does not wait any more, so nothing would take the change back.
        return result.Succeeded ? result with { Outcome = StepOutcome.Failed } : result;
    }

    public async Task<StepResult> ConfirmAsync(StepCall call)
    {
        var id = script.Key(HostStep.Arm, 1, 0, Options.StepTimeLimit).Id;
        var heard = new HeardTransport(Transport);
        var result = await UntilAsync(
            () => remote.BoundedAsync(token => services.CommitConfirm!.ConfirmAsync(heard.Anew(), id, Options.CallDeadline, token), Twice(Options.CallDeadline), "Confirming"),
            r => r.Fate == CommandFate.Finished, Options.Tries).ConfigureAwait(false);
        if (result.Succeeded) return StepResult.Of(StepOutcome.Succeeded).With(heard.Commands);
        return StepResult.Of(StepOutcome.Failed, result.Failure ?? new Failure("ConfirmRefused", FailureKind.Refused, $"{host.Name} refused the confirmation: its own revert has begun.", host.Asset, "Where a restart and probes need longer, give conduct.confirmWithin more time in the policy. See the host's evidence in Get-PatchWave -Evidence.")).With(heard.Commands);
    }

    /// <param name="mayStart">Asked before an apply that never started is started.</param>
    public async Task<StepResult> ApplyAsync(StepCall call, Func<bool> mayStart)
    {
        var done = await ProviderAsync(HostStep.Apply, call, (key, token) => services.Provider.ApplyAsync(Transport, Changes, key, token), mayStart: mayStart).ConfigureAwait(false);
        if (done.Report.State == StepState.Missing && !mayStart())
        {
            await RaiseFenceAsync(call).ConfigureAwait(false);
            // What script blocks or a person did before the last runner died stands in no record of the host's.
            if (call.Observe && !await IsAsBeforeAsync().ConfigureAwait(false))
                return StepResult.Of(StepOutcome.Unknown, $"The window of {host.Name} has ended, and {host.Name} is not as it was before.");
            return StepResult.Of(StepOutcome.NotSent, new Failure("WindowEnded", FailureKind.Refused, $"The window of {host.Name} ended before the change began.", host.Asset, "Plan the host again with New-PatchPlan."));
        }
        return Judge(done, "Applying");
    }

    public async Task<StepResult> RevertAsync(StepCall call) =>
        Judge(await ProviderAsync(HostStep.Revert, call, (key, token) => services.Provider.RevertAsync(Transport, Changes, key, token)).ConfigureAwait(false), "Reverting");

    /// <summary>Reads the host until it answers or the patience ends: the only judge of what happened.</summary>
    /// <param name="reverted">Judge by the versions before instead of the approved ones.</param>
    /// <param name="restarted">It was restarted just now: what still asks for a restart is noted, and not obeyed for ever.</param>
    public async Task<StepResult> VerifyAsync(bool reverted, bool restarted)
    {
        var heard = new HeardTransport(Transport);
        var report = await ReadUntilAsync(
            () => remote.BoundedAsync(token => services.Provider.VerifyAsync(heard.Anew(), Changes, Options.CallDeadline, token), Twice(Options.CallDeadline), "Verifying"),
            static r => r.Failure).ConfigureAwait(false);
        if (report.Failure is { } failure)
        {
            var unknown = new Failure("HostUnknown", failure.Kind, $"What {host.Name} is now is not known: {failure.Message}", host.Asset, "Bring the host back, then run Invoke-PatchWave again: it looks before it does anything.");
            return StepResult.Of(StepOutcome.Unknown, unknown).With(heard.Commands);
        }

        var detail = new StepDetail
        {
            BootId = report.BootId,
            Commands = heard.Commands,
            Versions = report.Packages.GroupBy(p => p.Change.Package, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Installed, StringComparer.Ordinal),
            Summary = report.RestartNeeded ? $"A restart is needed by {string.Join(", ", report.RestartReasons)}." : null,
        };
        var good = reverted ? report.AllReverted : report.AllApplied;
        if (good) return new StepResult(report.RestartNeeded && !restarted && services.Restart is not null ? StepOutcome.RestartNeeded : StepOutcome.Succeeded, detail);
        var wrong = string.Join("; ", report.Packages.Where(p => reverted ? !p.AsBefore : !p.AsApproved)
            .Select(p => Difference(p, reverted ? p.Change.FromVersion : p.Change.ToVersion)));
        var unchanged = !reverted && report.AllReverted;
        var alone = unchanged && script.Began(HostStep.Arm);
        return new StepResult(unchanged ? StepOutcome.Unchanged : StepOutcome.Failed, detail with
        {
            Code = reverted ? "RevertNotVerified" : "ApplyNotVerified",
            Summary = alone ? $"{host.Name} is as it was before ({wrong}): nobody could confirm the change within {Options.ConfirmWithin}, so the host took it back by itself."
                : unchanged ? $"{host.Name} is as it was before: {wrong}." : $"{host.Name}: {wrong}.",
            Remedy = alone ? "Find out what in the change kept the host from being reached before it is tried again." : reverted ? "Repair the package manager's state on the host by hand; the evidence has its output." : null,
        });
    }

    /// <summary>Restarts the host and waits until it answers with another boot id.</summary>
    /// <param name="before">The boot id before; a host that shows another one has restarted, whoever asked for it.</param>
    public async Task<StepResult> RestartAsync(StepCall call, HostStep step, string before)
    {
        var restart = services.Restart!;
        if (before.Length == 0) return StepResult.Of(StepOutcome.Failed, new Failure("BootIdUnknown", FailureKind.Failed, $"{host.Name} did not tell its boot id, so nobody could tell that it is back.", host.Asset, "Restart it by hand, then run Invoke-PatchWave again."));
        var ran = new List<CommandEvidence>();
        if (call.Observe && await BootIdAsync().ConfigureAwait(false) is { } now && now != before) return Back(now);

        var key = script.Key(step, call.Ordinal, 0, Options.StepTimeLimit);
        var sent = false;
        for (var attempt = 0; attempt < Options.Tries && !sent; attempt++)
        {
            // The same name: where the host has restarted since, or is about to, it finds the step and does not restart again.
            var report = await remote.BoundedAsync(token => restart.RestartAsync(Transport, key, token), Twice(Options.CallDeadline), "The restart").ConfigureAwait(false);
            if (report.State == StepState.Fenced)
            {
                wave.Lease.MarkLost(report.Failure);
                throw new WaveAbortedException(wave.Lease.LossFailure);
            }
            if (report.CommandLine.Length > 0) ran.Add(StepDetail.Command(report));
            sent = report.State != StepState.NotSent;
            if (sent) break;
            if (await BootIdAsync().ConfigureAwait(false) is { } back && back != before) return Back(back);
            await Task.Delay(Options.PollInterval, wave.Time, abort).ConfigureAwait(false);
        }

        var began = wave.Time.GetTimestamp();
        while (wave.Time.GetElapsedTime(began) < Options.RestartTimeout)
        {
            await Task.Delay(Options.PollInterval, wave.Time, abort).ConfigureAwait(false);
            await wave.Lease.EnsureAsync().ConfigureAwait(false);
            if (await BootIdAsync().ConfigureAwait(false) is { } back && back != before) return Back(back);
        }
        return StepResult.Of(StepOutcome.Failed, new Failure("NotBackFromRestart", FailureKind.Timeout, $"{host.Name} was not back from its restart within {Options.RestartTimeout}.", host.Asset,
            "Look at the host's console; when it answers, run Invoke-PatchWave again.")).With(ran);

        StepResult Back(string bootId) => new StepResult(StepOutcome.Succeeded, new StepDetail { BootId = bootId, Summary = "Back with a new boot id." }).With(ran);
    }

    /// <summary>Probes that compare with the past read it now.</summary>
    public async Task<StepResult> MarkAsync(StepCall call)
    {
        var marks = new List<ReadingEvidence>();
        var heard = new HeardTransport(Transport);
        foreach (var probe in Comparing)
        {
            var mark = await remote.BoundedAsync(token => probe.MarkAsync(heard, token), Twice(Options.CallDeadline), $"Probe {probe.Name}").ConfigureAwait(false);
            if (mark.Failure is { } failure) return StepResult.Of(StepOutcome.Failed, failure).With(heard.Commands);
            marks.Add(new ReadingEvidence(probe.Name, nameof(HostStep.Baseline), mark.Text ?? "", null));
        }
        return new StepResult(StepOutcome.Succeeded, new StepDetail { Readings = marks }).With(heard.Commands);
    }

    /// <summary>Whether anything is to be read before the change.</summary>
    public bool Compares => Comparing.Any();

    private IEnumerable<IBaselineProbe> Comparing => services.Probes.Concat(services.Tests).OfType<IBaselineProbe>();

    private void UseMarks()
    {
        foreach (var (probe, mark) in Comparing.Zip(script.Ledger.Baselines))
            if (probe.Name == mark.Probe) probe.Use(mark.Detail);
    }

    /// <summary>All probes, repeated until they are healthy or the grace ends.</summary>
    public async Task<StepResult> ProbeAsync(IReadOnlyList<IHealthProbe> probes, TimeSpan grace)
    {
        var began = wave.Time.GetTimestamp();
        UseMarks();
        while (true)
        {
            var heard = new HeardTransport(Transport);
            var readings = new HealthReading[probes.Count];
            for (var i = 0; i < probes.Count; i++) readings[i] = await ReadingAsync(probes[i], heard).ConfigureAwait(false);
            var bad = readings.Where(r => r.Status != HealthStatus.Healthy).ToArray();
            var detail = new StepDetail { Readings = [.. readings.Select(r => new ReadingEvidence(r.Probe, r.Status.ToString(), r.Detail, r.Value))], Commands = heard.Commands };
            if (bad.Length == 0) return new StepResult(StepOutcome.Succeeded, detail);
            if (wave.Time.GetElapsedTime(began) >= grace)
            {
                return new StepResult(StepOutcome.Failed, detail with
                {
                    Code = "ProbeNotHealthy",
                    Summary = $"{host.Name} is not healthy: {string.Join("; ", bad.Select(b => $"{b.Probe} is {b.Status.ToString().ToLowerInvariant()}: {b.Detail}"))}.",
                });
            }
            await Task.Delay(Options.PollInterval, wave.Time, abort).ConfigureAwait(false);
        }
    }

    /// <summary>Watches the host in service; the first reading that stays bad through the grace ends it.</summary>
    public async Task<StepResult> BakeAsync(StepCall call)
    {
        while (wave.Now < call.Began + Options.HostBake)
        {
            var probed = await ProbeAsync(services.Probes, Options.ProbeGrace).ConfigureAwait(false);
            if (!probed.Succeeded) return probed;
            var left = call.Began + Options.HostBake - wave.Now;
            if (left > TimeSpan.Zero) await Task.Delay(left < Options.BakeInterval ? left : Options.BakeInterval, wave.Time, abort).ConfigureAwait(false);
        }
        // Once more at the end: what began between two looks must not pass.
        return await ProbeAsync(services.Probes, Options.ProbeGrace).ConfigureAwait(false);
    }

    private async Task<(StepReport Report, Failure? Failure, bool Refused)> ProviderAsync(
        HostStep step, StepCall call, Func<StepKey, CancellationToken, Task<ProviderReport>> start, Func<bool>? mayStart = null)
    {
        var key = script.Key(step, call.Ordinal, 0, Options.StepTimeLimit);
        ProviderReport? told = null;
        var report = await remote.FinishAsync(key, call.Observe, async token => (told = await start(key, token).ConfigureAwait(false)).Step, mayStart).ConfigureAwait(false);
        return (report, told?.Failure, told?.Refused ?? false);
    }

    private async Task<bool> IsAsBeforeAsync() =>
        await remote.BoundedAsync(token => services.Provider.VerifyAsync(Transport, Changes, Options.CallDeadline, token), Twice(Options.CallDeadline), "Verifying").ConfigureAwait(false) is { Failure: null, AllReverted: true };

    private static string Difference(VerifiedPackage package, string? wanted) =>
        package.Installed == wanted && package.Broken.Length > 0 ? $"{package.Change.Package} {wanted} is {package.Broken}"
            : $"{package.Change.Package} is {package.Installed ?? "not installed"}{(package.Broken.Length == 0 ? "" : $" ({package.Broken})")}, not {wanted ?? "absent"}";

    private static string Ended(StepState state) => state switch
    {
        StepState.TimedOut => "did not end within its time limit, so the host ended it",
        StepState.Lost => "was cut off when the host restarted",
        StepState.Unknown or StepState.Running => "was begun, and the host does not tell what became of it",
        _ => $"ended {state}",
    };

    private StepResult Judge((StepReport Report, Failure? Failure, bool Refused) done, string what) => Judge(done.Report, done.Failure, done.Refused, what);

    internal StepResult Judge(StepReport report, Failure? told, bool refused, string what)
    {
        var detail = new StepDetail { Commands = report.CommandLine.Length == 0 && report.ExitCode is null ? null : [StepDetail.Command(report)] };
        if (report is { State: StepState.Finished, ExitCode: 0 } && !refused) return new StepResult(StepOutcome.Succeeded, detail);
        var outcome = report.State switch
        {
            _ when refused => StepOutcome.Refused,
            StepState.NotSent or StepState.Missing => StepOutcome.NotSent,
            StepState.Unknown or StepState.Running => StepOutcome.Unknown,
            _ => StepOutcome.Failed,
        };
        var failure = told ?? report.Failure ?? new Failure("StepFailed", FailureKind.Failed,
            report.ExitCode is { } exit
                ? FormattableString.Invariant($"{what} on '{host.Name}' ended with exit code {exit}: {StepDetail.Tail(report.StandardError).Trim()}")
                : $"{what} on '{host.Name}' {Ended(report.State)}.", host.Asset);
        return new StepResult(outcome, detail with { Summary = failure.Message, Code = failure.Code, Remedy = failure.Remedy });
    }

    /// <summary>Shows our token to the host, so that a runner that merely sleeps cannot start what we give up.</summary>
    private async Task RaiseFenceAsync(StepCall call)
    {
        var key = script.Key(HostStep.Skip, call.Ordinal, 0, Options.CallDeadline);
        await remote.FinishAsync(key, false, token => Transport.StartStepAsync(key, new HostCommand(["true"], Options.CallDeadline), Options.CallDeadline, token)).ConfigureAwait(false);
    }

    private async Task<string?> BootIdAsync()
    {
        try
        {
            var read = await remote.BoundedAsync(token => services.Restart!.ReadBootIdAsync(Transport, Options.CallDeadline, token), Twice(Options.CallDeadline), "Reading the boot id").ConfigureAwait(false);
            var id = read.StandardOutput.Trim();
            return read.Succeeded && id.Length > 0 ? id : null;
        }
        catch (FailureException e) when (e.Failure.Code == "CallTimedOut")
        {
            return null;
        }
    }

    private async Task<HealthReading> ReadingAsync(IHealthProbe probe, IHostTransport host)
    {
        try
        {
            return await remote.BoundedAsync(token => probe.CheckAsync(host, token), Twice(Options.CallDeadline), $"Probe {probe.Name}").ConfigureAwait(false);
        }
        catch (Exception e) when (e is not (OperationCanceledException or WaveAbortedException))
        {
            return new HealthReading(probe.Name, HealthStatus.Unknown, e.Message, TimeSpan.Zero);
        }
    }

    private async Task<T> UntilAsync<T>(Func<Task<T>> read, Func<T, bool> good, int tries)
    {
        for (var attempt = 1; ; attempt++)
        {
            var result = await read().ConfigureAwait(false);
            if (good(result) || attempt >= tries) return result;
            await Task.Delay(Options.PollInterval, wave.Time, abort).ConfigureAwait(false);
        }
    }

    private async Task<VerifyReport> ReadUntilAsync(Func<Task<VerifyReport>> read, Func<VerifyReport, Failure?> failure)
    {
        var began = wave.Time.GetTimestamp();
        while (true)
        {
            VerifyReport report;
            try
            {
                report = await read().ConfigureAwait(false);
            }
            catch (FailureException e) when (e.Failure.Code == "CallTimedOut")
            {
                report = new VerifyReport([], e.Failure);
            }
            if (failure(report) is null || wave.Time.GetElapsedTime(began) >= Patience(Options, services)) return report;
            await Task.Delay(Options.PollInterval, wave.Time, abort).ConfigureAwait(false);
        }
    }
}
