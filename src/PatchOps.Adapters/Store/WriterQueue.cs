using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace PatchOps.Adapters.Store;

/// <summary>Runs writes one after the other on a thread of their own, so that the next records are read and made ready meanwhile.</summary>
internal sealed class WriterQueue : IDisposable
{
    /// <summary>Records that wait at most: more would only cost memory.</summary>
    private const int Bound = 128;

    private readonly BlockingCollection<(Action Write, bool Always)> work = new(Bound);
    private Task? worker;
    private volatile Exception? fault;

    /// <exception cref="Exception">What an earlier write threw.</exception>
    public void Post(Action write)
    {
        Check();
        worker ??= Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        work.Add((write, false));
    }

    /// <summary>Waits until all that was posted is written; whoever else uses the connection calls this first.</summary>
    /// <exception cref="Exception">What a write threw.</exception>
    public void Settle()
    {
        if (worker is null) return;
        using var done = new ManualResetEventSlim();
        work.Add((done.Set, true));
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

    private void Check()
    {
        if (fault is { } e) ExceptionDispatchInfo.Throw(e);
    }

    private void Run()
    {
        foreach (var (write, always) in work.GetConsumingEnumerable())
        {
            // After a fault the rest is passed over, so that nobody waits for room.
            if (fault is not null && !always) continue;
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
