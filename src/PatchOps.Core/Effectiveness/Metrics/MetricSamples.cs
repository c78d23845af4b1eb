namespace PatchOps.Core.Effectiveness.Metrics;

/// <summary>Samples of one metric on one host or service.</summary>
/// <param name="Name">Label that tells the series apart; the asset's name where the source says so; empty where there is one series only.</param>
/// <param name="Samples">In any order; values that are not finite are allowed and left out later.</param>
public sealed record MetricSamples(string Name, IReadOnlyList<(DateTimeOffset At, double Value)> Samples)
{
    /// <summary>What may be the name or address of the host, the likeliest first; default: <see cref="Name"/>.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [Name];
}
