using PatchOps.Core.Seams;

namespace PatchOps.Adapters.Hosts;

/// <summary>Restarts a Linux host; its kernel gives each start an id (proc_sys_kernel(5), random/boot_id).</summary>
public sealed class PosixRestart : IHostRestart
{
    private static readonly TimeSpan CallDeadline = TimeSpan.FromSeconds(30);

    // A moment's delay, so that the answer that it has begun still gets through.
    private const string Restart = """
        sleep 0.3
        PATH=/usr/sbin:/usr/bin:/sbin:/bin
        command -v shutdown >/dev/null && exec shutdown -r now
        command -v systemctl >/dev/null && exec systemctl reboot
        exec reboot
        """;

    public async Task<CommandResult> ReadBootIdAsync(IHostTransport host, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var result = await host.RunAsync(new HostCommand(["cat", "/proc/sys/kernel/random/boot_id"], deadline) { LeavesNothing = true }, cancellationToken).ConfigureAwait(false);
        return result.Succeeded ? CommandResult.Finished(0, result.StandardOutput.Trim(), result.StandardError, result.Elapsed) : result;
    }

    public Task<StepReport> RestartAsync(IHostTransport host, StepKey key, CancellationToken cancellationToken) =>
        host.StartStepAsync(key, new HostCommand(["sh", "-c", Restart, "patchops-restart"], CallDeadline), TimeSpan.Zero, cancellationToken);
}
