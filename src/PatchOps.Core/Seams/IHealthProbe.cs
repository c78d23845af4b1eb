using PatchOps.Domain;

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

/// <summary>How things were before a change, as text that the journal keeps; or why that could not be read.</summary>
public sealed record BaselineMark(string? Text, Failure? Failure);

/// <summary>A probe that compares with how things were before the change.</summary>
/// <remarks>The mark stands in the journal, so that a run that takes over after a crash compares with the same past.</remarks>
public interface IBaselineProbe : IHealthProbe
{
    /// <summary>Reads what later readings are compared with. Never throws for what it finds.</summary>
    Task<BaselineMark> MarkAsync(IHostTransport host, CancellationToken cancellationToken);

    /// <summary>Takes a mark that was read earlier, by this run or another one.</summary>
    void Use(string mark);
}
