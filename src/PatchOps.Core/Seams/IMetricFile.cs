using PatchOps.Core.Effectiveness.Metrics;
using PatchOps.Domain;

namespace PatchOps.Core.Seams;

/// <summary>Reads exported samples of a metric.</summary>
public interface IMetricFile
{
    /// <summary>Series by name, and what could not be used, each with its place.</summary>
    /// <exception cref="FailureException">The file as a whole cannot be used.</exception>
    (IReadOnlyList<MetricSamples> Series, IReadOnlyList<Failure> Rejected) Read(string path, CancellationToken cancellationToken);
}
