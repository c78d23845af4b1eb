using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Waves.Running;

/// <summary>Brings a detached step to its end: starts it, finds it again after a lost connection, waits for it.</summary>
internal sealed class RemoteSteps(WaveContext wave, IHostTransport transport, CancellationToken abort, TimeSpan patience)
{
    private Failure? thrown;

    /// <param name="key">Name of the step; the same name never runs twice.</param>
    /// <param name="observe">An earlier run announced it: look for it before starting it.</param>
    /// <param name="start">Starts it under that name, or finds it.</param>
    /// <param name="mayStart">Asked before a step that the host does not know is started; null allows it.</param>
    /// <returns>The last report; <see cref="StepState.Missing"/> where it was not allowed to start.</returns>
    /// <exception cref="WaveAbortedException">The host has seen a newer runner.</exception>
    public async Task<StepReport> FinishAsync(StepKey key, bool observe, Func<CancellationToken, Task<StepReport>> start, Func<bool>? mayStart = null)
    {
        var options = wave.Options;
        var mayRun = observe;
        var starts = 0;
        var unsent = 0;
        var began = wave.Time.GetTimestamp();
        long? silent = null;
        var line = "";
        while (true)
        {
            await wave.Lease.EnsureAsync().ConfigureAwait(false);
            StepReport report;
            if (mayRun) report = await CollectAsync(key).ConfigureAwait(false);
            else if (mayStart is not null && !mayStart()) return new StepReport(key.Id, StepState.Missing);
            else
            {
                starts++;
                report = await StartAsync(key, start).ConfigureAwait(false);
                if (report.CommandLine.Length > 0) line = report.CommandLine;
            }

            switch (report.State)
            {
                case StepState.Fenced:
                    wave.Lease.MarkLost(report.Failure);
                    throw new WaveAbortedException(wave.Lease.LossFailure);
                case StepState.Finished or StepState.TimedOut or StepState.Lost:
                    return Told(report);
                case StepState.NotSent when !mayRun:
                    if (++unsent >= options.Tries) return Told(report);
                    break;
                case StepState.Missing:
                    // Certainly not started, so starting is no repetition. Bounded, in case a host forgets its steps.
                    if (starts >= options.Tries) return Told(report with { Failure = report.Failure ?? thrown });
                    (mayRun, silent) = (false, null);
                    continue;
                case StepState.NotSent or StepState.Unknown:
                    mayRun = true;
                    silent ??= wave.Time.GetTimestamp();
                    if (wave.Time.GetElapsedTime(silent.Value) >= patience) return Told(report with { State = StepState.Unknown });
                    break;
                default:
                    (mayRun, silent) = (true, null);
                    if (wave.Time.GetElapsedTime(began) >= key.TimeLimit + patience) return Told(report with { State = StepState.Unknown });
                    break;
            }
            await Task.Delay(options.PollInterval, wave.Time, abort).ConfigureAwait(false);
        }

        // Who collects a step hears how it ended, not what it was nor how long it took since it began.
        StepReport Told(StepReport report) => line.Length > 0 && report.CommandLine.Length == 0 ? report with { CommandLine = line, Elapsed = wave.Time.GetElapsedTime(began) } : report;
    }

    /// <summary>Bounds a call: what hangs is given up, and the caller goes on.</summary>
    public async Task<T> BoundedAsync<T>(Func<CancellationToken, Task<T>> call, TimeSpan limit, string what)
    {
        using var late = new CancellationTokenSource(limit, wave.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(abort, late.Token);
        var token = either.Token;
        // On a task of its own: a script that blocks its thread must not block this one.
        var running = Task.Run(() => call(token), CancellationToken.None);
        try
        {
            return await running.WaitAsync(token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!abort.IsCancellationRequested)
        {
            _ = running.ContinueWith(static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw new FailureException("CallTimedOut", FailureKind.Timeout, $"{what} on '{transport.Host}' did not answer within {limit}.", transport.Host,
                "Look at the host; then run Invoke-PatchWave again, which observes it first.");
        }
    }

    private async Task<StepReport> StartAsync(StepKey key, Func<CancellationToken, Task<StepReport>> start)
    {
        try
        {
            return await BoundedAsync(start, key.TimeLimit + wave.Options.CallDeadline, "The step").ConfigureAwait(false);
        }
        catch (Exception e) when (e is not (OperationCanceledException or WaveAbortedException))
        {
            // It threw or hung: perhaps before it sent anything, perhaps after. The host knows.
            thrown = (e as FailureException)?.Failure ?? new Failure("StepThrew", FailureKind.Failed, $"Starting the step on '{transport.Host}' threw {e.GetType().Name}: {e.Message}", transport.Host,
                "Correct the provider or script, then run Invoke-PatchWave again.");
            return new StepReport(key.Id, StepState.Unknown) { Failure = thrown };
        }
    }

    private async Task<StepReport> CollectAsync(StepKey key)
    {
        try
        {
            return await BoundedAsync(token => transport.CollectStepAsync(key.Id, wave.Options.PollInterval, wave.Options.CallDeadline, token),
                wave.Options.CallDeadline + wave.Options.PollInterval + wave.Options.CallDeadline, "Collecting the step").ConfigureAwait(false);
        }
        catch (FailureException e) when (e.Failure.Code == "CallTimedOut")
        {
            return new StepReport(key.Id, StepState.Unknown) { Failure = e.Failure };
        }
    }
}
