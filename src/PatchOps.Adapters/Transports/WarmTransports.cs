using PatchOps.Core.Seams;

namespace PatchOps.Adapters.Transports;

/// <summary>Lends transports and keeps a number of them open for the next who asks for the same host. One that is lent may be lent again meanwhile.</summary>
/// <param name="mostIdle">Open transports that nobody uses, at most; the one that was unused longest is closed first.</param>
internal sealed class WarmTransports(int mostIdle) : IAsyncDisposable
{
    private readonly object gate = new();
    private readonly Dictionary<string, Kept> all = new(StringComparer.Ordinal);
    private readonly LinkedList<Kept> idle = new();

    /// <param name="key">Everything that makes a way to a host this one.</param>
    /// <param name="open">Makes it where it is not there.</param>
    public IHostTransport Lend(string key, Func<IHostTransport> open)
    {
        lock (gate)
        {
            if (!all.TryGetValue(key, out var kept)) all[key] = kept = new Kept(key, open());
            if (kept.Users++ == 0) idle.Remove(kept);
            return new Lent(this, kept);
        }
    }

    public async ValueTask DisposeAsync()
    {
        IHostTransport[] open;
        lock (gate)
        {
            open = [.. all.Values.Select(k => k.Transport)];
            all.Clear();
            idle.Clear();
        }
        await Task.WhenAll(open.Select(t => t.DisposeAsync().AsTask())).ConfigureAwait(false);
    }

    private async ValueTask ReturnAsync(Kept kept)
    {
        var closing = new List<IHostTransport>();
        lock (gate)
        {
            // What was closed with all others meanwhile is not kept.
            if (--kept.Users > 0 || all.GetValueOrDefault(kept.Key) != kept) return;
            idle.AddLast(kept);
            while (idle.Count > mostIdle)
            {
                var oldest = idle.First!.Value;
                idle.RemoveFirst();
                all.Remove(oldest.Key);
                closing.Add(oldest.Transport);
            }
        }
        foreach (var transport in closing) await transport.DisposeAsync().ConfigureAwait(false);
    }

    private sealed class Kept(string key, IHostTransport transport)
    {
        public string Key => key;

        public IHostTransport Transport => transport;

        public int Users { get; set; }
    }

    private sealed class Lent(WarmTransports owner, Kept kept) : IHostTransport
    {
        private int returned;

        public string Host => kept.Transport.Host;

        public Task<CommandResult> RunAsync(HostCommand command, CancellationToken cancellationToken) => kept.Transport.RunAsync(command, cancellationToken);

        public Task<StepReport> StartStepAsync(StepKey key, HostCommand command, TimeSpan wait, CancellationToken cancellationToken) => kept.Transport.StartStepAsync(key, command, wait, cancellationToken);

        public Task<StepReport> CollectStepAsync(string stepId, TimeSpan wait, TimeSpan deadline, CancellationToken cancellationToken) => kept.Transport.CollectStepAsync(stepId, wait, deadline, cancellationToken);

        public Task<CommandResult> PutFileAsync(string path, ReadOnlyMemory<byte> content, TimeSpan deadline, CancellationToken cancellationToken) => kept.Transport.PutFileAsync(path, content, deadline, cancellationToken);

        public Task<FileResult> GetFileAsync(string path, TimeSpan deadline, CancellationToken cancellationToken) => kept.Transport.GetFileAsync(path, deadline, cancellationToken);

        public ValueTask DisposeAsync() => Interlocked.Exchange(ref returned, 1) == 0 ? owner.ReturnAsync(kept) : ValueTask.CompletedTask;
    }
}
