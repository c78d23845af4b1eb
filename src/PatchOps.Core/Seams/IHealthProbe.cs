namespace PatchOps.Core.Seams;

/// <summary>Only <see cref="Healthy"/> is healthy: a probe that could not look has seen nothing good.</summary>
public enum HealthStatus
{
    /// <summary>The probe could not look: no answer in time, or nothing to compare with.</summary>
    Unknown,
    Healthy,

    /// <summary>Works, but outside what the probe was told to expect.</summary>
    Degraded,
    Unhealthy,
}

/// <summary>One reading of one probe: its detail is what was seen, in a sentence that can stand in the evidence.</summary>
public sealed record HealthReading(string Probe, HealthStatus Status, string Detail, TimeSpan Elapsed)
{
    /// <summary>The measured figure (latency in seconds, matches in a log), where there is one.</summary>
    public double? Value { get; init; }
}

/// <summary>Asks whether a host or its service is well. Never throws for what it finds; ends within its own deadline.</summary>
public interface IHealthProbe
{
    string Name { get; }

    Task<HealthReading> CheckAsync(IHostTransport host, CancellationToken cancellationToken);
}
