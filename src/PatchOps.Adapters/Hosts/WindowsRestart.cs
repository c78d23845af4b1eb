using PatchOps.Core.Seams;

namespace PatchOps.Adapters.Hosts;

/// <summary>Restarts a Windows host; the time of its last start tells one start from another.</summary>
public sealed class WindowsRestart : IHostRestart
{
    private static readonly TimeSpan CallDeadline = TimeSpan.FromSeconds(30);
    private static readonly string[] BootId =
        ["powershell.exe", "-NoProfile", "-NonInteractive", "-Command", "(Get-CimInstance Win32_OperatingSystem).LastBootUpTime.ToUniversalTime().ToString('yyyyMMddTHHmmssZ')"];

    public async Task<CommandResult> ReadBootIdAsync(IHostTransport host, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var result = await host.RunAsync(new HostCommand(BootId, deadline), cancellationToken).ConfigureAwait(false);
        return result.Succeeded ? CommandResult.Finished(0, result.StandardOutput.Trim(), result.StandardError, result.Elapsed) : result;
    }

    /// <summary>Five seconds' delay, so that the answer that it has begun still gets through.</summary>
    public Task<StepReport> RestartAsync(IHostTransport host, StepKey key, CancellationToken cancellationToken) =>
        host.StartStepAsync(key, new HostCommand(["shutdown.exe", "/r", "/t", "5", "/d", "p:2:17", "/c", "PatchOps"], CallDeadline), TimeSpan.Zero, cancellationToken);
}
