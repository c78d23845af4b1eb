using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace PatchOps.Adapters.Store;

/// <summary>Runs writes one after the other on a thread of their own, so that the next records are read and made ready meanwhile.</summary>
internal sealed class WriterQueue : IDisposable
{
    /// <summary>Writes are handed over in batches: waking the other thread for each would cost as much as the write.</summary>
    private const int BatchWrites = 64, BatchBytes = 256 << 10;

    /// <summary>Batches that wait at most: more would only cost memory.</summary>
    private const int Bound = 4;

    private readonly BlockingCollection<(Action[] Writes, bool Always)> work = new(Bound);
    private readonly List<Action> batch = new(BatchWrites);
    private Task? worker;
    private long weight;
    private volatile Exception? fault;

    /// <param name="write">Runs later, on another thread.</param>
    /// <param name="bytes">About how much memory it holds until then.</param>
    /// <exception cref="Exception">What an earlier write threw.</exception>
    public void Post(Action write, int bytes)
    {
        Check();
        batch.Add(write);
        if ((weight += bytes) >= BatchBytes || batch.Count >= BatchWrites) Hand();
    }

    /// <summary>Waits until all that was posted is written; whoever else uses the connection calls this first.</summary>
    /// <exception cref="Exception">What a write threw.</exception>
    public void Settle()
    {
        if (batch.Count > 0) Hand();
        if (worker is null) return;
        using var done = new ManualResetEventSlim();
        work.Add(([done.Set], true));
        done.Wait();
        Check();
    }

    /// <summary>Ends; what was posted and not written is left out.</summary>
    public void Dispose()
    {
        fault ??= new ObjectDisposedException(nameof(WriterQueue));
        work.CompleteAdding();
        worker?.Wait();
        work.Dispose();
    }

    private void Hand()
    {
        worker ??= Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        work.Add(([.. batch], false));
        batch.Clear();
        weight = 0;
    }

    private void Check()
    {
        if (fault is { } e) ExceptionDispatchInfo.Throw(e);
    }

    private void Run()
    {
        foreach (var (writes, always) in work.GetConsumingEnumerable())
        {
            foreach (var write in writes)
            {
                // After a fault the rest is passed over, so that nobody waits for room.
                if (fault is not null && !always) break;
                try
                {
                    write();
                }
                catch (Exception e)
                {
                    fault = e;
                }
            }
        }
    }
}
