using PatchOps.Domain;

namespace PatchOps.Core.Seams;

/// <summary>Reads what is installed on a host. Law: a host that cannot be read is a result that says why, never an exception.</summary>
public interface IInventorySource
{
    Task<InventoryResult> ReadAsync(Asset asset, DateTimeOffset now, CancellationToken cancellationToken);
}
