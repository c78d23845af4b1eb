using System.Collections.Immutable;
using PatchOps.Core.Seams;

namespace PatchOps.Adapters.Probes;

/// <summary>Healthy when a command on the host ends with exit code 0; degraded with 1, as monitoring plugins warn; unhealthy otherwise.</summary>
/// <remarks>Exit codes as in the Monitoring Plugins guidelines: 0 OK, 1 warning, 2 critical, 3 unknown.</remarks>
public sealed class CommandProbe : IHealthProbe
{
    private readonly ImmutableArray<string> _command;
    private readonly TimeSpan _deadline;

    public CommandProbe(string name, IEnumerable<string> command, TimeSpan deadline)
    {
        Name = name;
        _command = [.. command];
        _deadline = deadline;
        _ = new HostCommand(_command, deadline);
    }

    public string Name { get; }

    public Task<HealthReading> CheckAsync(IHostTransport host, CancellationToken cancellationToken) =>
        ProbeClock.ReadAsync(Name, _deadline, async token =>
        {
            var result = await host.RunAsync(new HostCommand(_command, _deadline), token).ConfigureAwait(false);
            if (ProbeClock.NoAnswer(result) is { } unknown) return unknown;
            var said = ProbeClock.FirstLine(result.StandardOutput.Length > 0 ? result.StandardOutput : result.StandardError);
            var status = result.ExitCode switch
            {
                0 => HealthStatus.Healthy,
                1 => HealthStatus.Degraded,
                3 => HealthStatus.Unknown,
                _ => HealthStatus.Unhealthy,
            };
            return ProbeClock.Reading(status, FormattableString.Invariant($"exit code {result.ExitCode}") + (said.Length > 0 ? ": " + said : ""), result.ExitCode);
        }, cancellationToken);
}
