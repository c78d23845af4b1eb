namespace PatchOps.Core.Seams;

/// <summary>Restarts a host. It is back when it answers with another boot id, never because a command ended well.</summary>
public interface IHostRestart
{
    /// <summary>The present start's identity as output of the command; any failure says why it is not known.</summary>
    Task<CommandResult> ReadBootIdAsync(IHostTransport host, TimeSpan deadline, CancellationToken cancellationToken);

    /// <summary>Asks the host to restart, as a fenced step; returns without waiting for it to go down.</summary>
    Task<StepReport> RestartAsync(IHostTransport host, StepKey key, CancellationToken cancellationToken);
}
