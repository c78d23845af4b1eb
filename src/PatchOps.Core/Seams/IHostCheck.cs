namespace PatchOps.Core.Seams;

/// <summary>Checks of a host before it is changed, beyond what its provider reads: backups, file integrity, drift. Changes nothing.</summary>
public interface IHostCheck
{
    /// <summary>Reads the host. A host that could not be read is a blocking check that says why.</summary>
    /// <param name="host">The way there.</param>
    /// <param name="changes">What would change.</param>
    /// <param name="report">What the provider read just before.</param>
    /// <param name="deadline">Bounds the reading.</param>
    Task<IReadOnlyList<PreCheck>> CheckAsync(IHostTransport host, IReadOnlyList<PackageChange> changes, PreCheckReport report, TimeSpan deadline, CancellationToken cancellationToken);
}
