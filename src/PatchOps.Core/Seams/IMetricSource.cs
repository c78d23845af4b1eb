using PatchOps.Domain;

namespace PatchOps.Core.Seams;

/// <summary>One value of a metric.</summary>
public readonly record struct MetricPoint(DateTimeOffset At, double Value);

/// <summary>One series of a metric with the labels that tell it from others. Values that are no numbers are left out.</summary>
public sealed record MetricSeries(string Labels, IReadOnlyList<MetricPoint> Points);

/// <summary>The series that a query gave, or why there are none.</summary>
public sealed record MetricAnswer(IReadOnlyList<MetricSeries> Series, Failure? Failure);

/// <summary>Where metrics are kept: a monitoring system's query interface. Ends within its own deadline; an outage is a result.</summary>
public interface IMetricSource
{
    string Name { get; }

    /// <summary>The query's value at one instant.</summary>
    Task<MetricAnswer> AtAsync(string query, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>The query's values over [<paramref name="from"/>, <paramref name="to"/>], one every <paramref name="step"/>.</summary>
    Task<MetricAnswer> RangeAsync(string query, DateTimeOffset from, DateTimeOffset to, TimeSpan step, CancellationToken cancellationToken);
}
