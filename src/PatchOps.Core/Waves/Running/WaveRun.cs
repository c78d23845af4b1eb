using PatchOps.Core.Waves.Running;
using PatchOps.Domain;

namespace PatchOps.Core.Waves;

/// <summary>A wave that runs. It goes on whether or not anybody reads; only the admission of further hosts waits for a reader who stopped.</summary>
public sealed class WaveRun : IAsyncDisposable
{
    private readonly WaveSession session;

    internal WaveRun(WaveSession session)
    {
        this.session = session;
        Completion = Task.Run(session.RunAsync);
    }

    /// <summary>Where the wave stands when this run ends. Fails with a <see cref="FailureException"/> where the run could not go on (<c>LeaseLost</c>, <c>JournalUnavailable</c>).</summary>
    public Task<WaveStatus> Completion { get; }

    /// <summary>What happens, in order, until the run ends. For one reader.</summary>
    public IAsyncEnumerable<WaveEvent> ReadAsync(CancellationToken cancellationToken = default) => session.Feed.ReadAsync(cancellationToken);

    /// <summary>Admits no more hosts; those in flight finish within <see cref="WaveOptions.StopGrace"/>. Returns at once.</summary>
    public void Stop() => session.Stop();

    /// <summary>Stops, and waits for the end.</summary>
    public async ValueTask DisposeAsync()
    {
        Stop();
        try
        {
            await Completion.ConfigureAwait(false);
        }
        catch (FailureException)
        {
            // Whoever awaits Completion has it; a second throw here would hide the first.
        }
    }
}
