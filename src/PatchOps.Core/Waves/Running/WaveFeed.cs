using System.Threading.Channels;

namespace PatchOps.Core.Waves.Running;

/// <summary>Events on their way to the reader. Writers never wait; whoever admits hosts looks at <see cref="Unread"/>.</summary>
internal sealed class WaveFeed
{
    private readonly Channel<WaveEvent> events = Channel.CreateUnbounded<WaveEvent>(new UnboundedChannelOptions { SingleWriter = false });
    private readonly Channel<bool> wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private int unread;

    public int Unread => Volatile.Read(ref unread);

    public void Write(WaveEvent happened)
    {
        Interlocked.Increment(ref unread);
        if (!events.Writer.TryWrite(happened)) Interlocked.Decrement(ref unread);
    }

    public void Complete() => events.Writer.TryComplete();

    /// <summary>Wakes the coordinator.</summary>
    public void Signal() => wake.Writer.TryWrite(true);

    public async Task WaitForSignalAsync(CancellationToken cancellationToken) => await wake.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);

    public async IAsyncEnumerable<WaveEvent> ReadAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await events.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            while (events.Reader.TryRead(out var next))
            {
                Interlocked.Decrement(ref unread);
                Signal();
                yield return next;
            }
        }
    }
}
