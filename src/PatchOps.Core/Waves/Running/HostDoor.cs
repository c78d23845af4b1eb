using PatchOps.Domain;

namespace PatchOps.Core.Waves.Running;

/// <summary>Opens and closes the ways to hosts; what goes wrong there is the host's outcome or a warning, and nobody else's.</summary>
internal sealed class HostDoor(WaveContext wave, CancellationToken abort)
{
    public async Task<(HostServices? Services, Failure? Failure)> OpenAsync(PlannedHost host)
    {
        try
        {
            var opening = Task.Run(() => wave.Services.OpenAsync(host, abort).AsTask(), CancellationToken.None);
            return (await opening.WaitAsync(wave.Options.CallDeadline, wave.Time, abort).ConfigureAwait(false), null);
        }
        catch (FailureException e)
        {
            return (null, e.Failure);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return (null, new Failure("HostNotOpened", FailureKind.Unavailable, $"No way to {host.Name}: {e.Message}", host.Asset, "Check the host's address, transport and credential; then run Invoke-PatchWave -RetryFailed."));
        }
    }

    /// <summary>A way to a host that does not close cleanly is a warning: the host's outcome stands in the journal already.</summary>
    public async Task CloseAsync(PlannedHost host, HostServices services)
    {
        try
        {
            await services.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            wave.Feed.Write(new WaveWarned(wave.Now, new Failure("HostNotClosed", FailureKind.Failed, $"The connection to {host.Name} did not close cleanly: {e.Message}", host.Asset)));
        }
    }
}
