using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Waves.Running;

/// <summary>Ends a host's work without a word in the journal: whoever runs the wave next observes what was begun.</summary>
internal sealed class WaveAbortedException(Failure failure) : Exception(failure.Message)
{
    public Failure Failure { get; } = failure;
}

/// <summary>Holds the lease of a wave: heartbeat, and the check before every dispatch.</summary>
internal sealed class LeaseKeeper(IJournal journal, Lease lease, TimeSpan duration, TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource lost = new();
    private readonly SemaphoreSlim renewing = new(1, 1);
    private readonly Lease taken = lease;
    private Lease current = lease;
    private Failure? because;

    public long Token => taken.Token;

    /// <summary>Cancelled at once when another runner has the wave.</summary>
    public CancellationToken Lost => lost.Token;

    public bool IsLost => lost.IsCancellationRequested;

    public Failure LossFailure => because ?? new Failure("LeaseLost", FailureKind.Conflict, $"Another runner took over {taken.Resource}; this one stopped.", taken.Resource,
        "Nothing more is done here; see Get-PatchWave for the runner that works on it.");

    /// <param name="said">What a host said when it refused this runner; null where only the journal knows.</param>
    public void MarkLost(Failure? said = null)
    {
        Interlocked.CompareExchange(ref because, said, null);
        lost.Cancel();
    }

    /// <summary>Before anything is dispatched: a lease that lapsed by our clock (we slept, or the clock jumped) must be renewed first.</summary>
    /// <exception cref="WaveAbortedException">It is another runner's now.</exception>
    public async ValueTask EnsureAsync()
    {
        if (IsLost) throw new WaveAbortedException(LossFailure);
        if (time.GetUtcNow() < Volatile.Read(ref current).Expires) return;
        await RenewAsync().ConfigureAwait(false);
        if (IsLost) throw new WaveAbortedException(LossFailure);
    }

    /// <summary>The heartbeat, until cancelled.</summary>
    public async Task BeatAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (!IsLost)
            {
                await Task.Delay(duration / 3, time, cancellationToken).ConfigureAwait(false);
                try
                {
                    await RenewAsync().ConfigureAwait(false);
                }
                catch (FailureException e) when (e.Failure.Kind == FailureKind.Unavailable)
                {
                    // The journal is away for now. The lease stands until it lapses; every dispatch checks that.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    public async ValueTask ReleaseAsync()
    {
        if (!IsLost) await journal.ReleaseAsync(taken, CancellationToken.None).ConfigureAwait(false);
    }

    public void Dispose()
    {
        lost.Dispose();
        renewing.Dispose();
    }

    private async Task RenewAsync()
    {
        await renewing.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            var renewed = await journal.RenewAsync(Volatile.Read(ref current), duration, time.GetUtcNow(), CancellationToken.None).ConfigureAwait(false);
            if (renewed is null) MarkLost();
            else Volatile.Write(ref current, renewed);
        }
        finally
        {
            renewing.Release();
        }
    }
}
