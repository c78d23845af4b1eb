using System.Globalization;
using PatchOps.Core.Seams;
using PatchOps.Core.Waves.State;
using PatchOps.Domain;

namespace PatchOps.Core.Waves.Running;

/// <summary>What all hosts of a running wave share.</summary>
internal sealed class WaveContext(WaveDefinition definition, WaveOptions options, IJournal journal, IHostServicesFactory services, TimeProvider time, LeaseKeeper lease, WaveFeed feed)
{
    private readonly object gate = new();
    private WaveLedger? ledger;

    public WaveDefinition Definition => definition;

    public WaveOptions Options => options;

    public IJournal Journal => journal;

    public IHostServicesFactory Services => services;

    public TimeProvider Time => time;

    public LeaseKeeper Lease => lease;

    public WaveFeed Feed => feed;

    /// <summary>Set once the lease is held and the journal is read.</summary>
    public WaveLedger Ledger { get => ledger ?? throw new InvalidOperationException("The journal is not read yet."); set => ledger = value; }

    public DateTimeOffset Now => time.GetUtcNow();

    public FencingToken Fence { get; } = StepNames.Fence(definition.PlanId, definition.Number, lease.Token);

    public T Locked<T>(Func<WaveLedger, T> read)
    {
        lock (gate) return read(Ledger);
    }

    /// <summary>Appends durably. While the journal is unavailable it is tried again for a while, under the same keys; then the run gives up.</summary>
    /// <exception cref="WaveAbortedException">The lease is lost, or the journal stays away.</exception>
    public async Task AppendAsync(IReadOnlyList<JournalEntry> entries)
    {
        await lease.EnsureAsync().ConfigureAwait(false);
        var until = time.GetTimestamp();
        while (true)
        {
            try
            {
                var written = await journal.AppendAsync(entries, CancellationToken.None).ConfigureAwait(false);
                lock (gate)
                {
                    foreach (var entry in written) Ledger.Take(entry);
                }
                return;
            }
            catch (FailureException e) when (e.Failure.Code == "LeaseLost")
            {
                lease.MarkLost();
                throw new WaveAbortedException(e.Failure);
            }
            catch (FailureException e) when (e.Failure.Kind == FailureKind.Unavailable)
            {
                if (time.GetElapsedTime(until) >= options.JournalPatience) throw new WaveAbortedException(e.Failure);
            }
            await Task.Delay(options.PollInterval, time, CancellationToken.None).ConfigureAwait(false);
            await lease.EnsureAsync().ConfigureAwait(false);
        }
    }

    /// <summary>An entry about the wave itself, and the event that tells of it.</summary>
    public async Task MoveAsync(WaveStep step, StepDetail? detail)
    {
        var number = Interlocked.Increment(ref moves);
        await AppendAsync(
        [
            new JournalEntry
            {
                Key = string.Create(CultureInfo.InvariantCulture, $"{definition.PlanId}/{definition.Number}//{step}/{number}@{lease.Token}"),
                PlanId = definition.PlanId, Wave = definition.Number, Step = step.ToString(), Phase = JournalPhase.Outcome,
                Outcome = nameof(StepOutcome.Succeeded), At = Now, Token = lease.Token, Detail = detail?.ToJson(),
            },
        ]).ConfigureAwait(false);
        feed.Write(new WaveMoved(Now, Locked(l => l.ToStatus())));
    }

    private int moves;
}
