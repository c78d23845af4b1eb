using PatchOps.Core.Seams;

namespace PatchOps.Adapters.Probes;

/// <summary>Asks systemd for a unit where it runs the host, and otherwise looks for a process of that name.</summary>
public sealed class ServiceProbe : IHealthProbe
{
    // Arguments: unit, process name. Answers: a systemd state, or "process NUMBER".
    private const string Script = """
        if [ -d /run/systemd/system ] && systemctl cat -- "$1" >/dev/null 2>&1; then
            systemctl is-active -- "$1"
            exit 0
        fi
        n=0
        for f in /proc/[0-9]*/comm; do
            read -r name 2>/dev/null <"$f" && [ "$name" = "$2" ] && n=$((n + 1))
        done
        echo "process $n"
        """;

    private readonly string _service;
    private readonly string _process;
    private readonly TimeSpan _deadline;

    /// <param name="name">The policy's name for it.</param>
    /// <param name="service">The unit.</param>
    /// <param name="deadline">Bounds one reading.</param>
    /// <param name="process">The process, where systemd does not run the host; null: the unit's name. The kernel keeps its first 15 bytes.</param>
    public ServiceProbe(string name, string service, TimeSpan deadline, string? process = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(service);
        Name = name;
        _service = service;
        _process = process ?? (service.EndsWith(".service", StringComparison.Ordinal) ? service[..^8] : service);
        if (_process.Length > 15) _process = _process[..15];
        _deadline = deadline;
    }

    public string Name { get; }

    public Task<HealthReading> CheckAsync(IHostTransport host, CancellationToken cancellationToken) =>
        ProbeClock.ReadAsync(Name, _deadline, async token =>
        {
            var result = await host.RunAsync(new HostCommand(["sh", "-c", Script, "patchops-service", _service, _process], _deadline) { LeavesNothing = true }, token).ConfigureAwait(false);
            if (ProbeClock.NoAnswer(result) is { } unknown) return unknown;
            var state = result.StandardOutput.Trim();
            var status = state switch
            {
                "active" => HealthStatus.Healthy,
                "activating" or "reloading" or "deactivating" => HealthStatus.Degraded,
                "" or "unknown" => HealthStatus.Unknown,
                "process 0" => HealthStatus.Unhealthy,
                _ when state.StartsWith("process ", StringComparison.Ordinal) => HealthStatus.Healthy,
                _ => HealthStatus.Unhealthy,
            };
            return ProbeClock.Reading(status, $"{_service}: {(state.Length == 0 ? "no answer" : state)}");
        }, cancellationToken);
}
