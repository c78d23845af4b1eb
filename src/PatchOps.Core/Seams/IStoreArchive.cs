using PatchOps.Domain;

namespace PatchOps.Core.Seams;

/// <summary>Copies a store into one file, and makes a store of such a file.</summary>
public interface IStoreArchive
{
    /// <summary>Writes a consistent copy while others work on the store; whole or not at all.</summary>
    /// <returns>Full path, and the SHA-256 of the file, lower-case hexadecimal.</returns>
    /// <exception cref="FailureException"><c>PathUnwritable</c>.</exception>
    Task<(string Path, string Hash)> WriteAsync(string path, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Checks every part of the file and makes a new store of it; a store that exists is never touched.</summary>
    /// <returns>Where the new store is, and the SHA-256 of the file.</returns>
    /// <exception cref="FailureException"><c>PathNotFound</c>, <c>ArchiveInvalid</c>, <c>StoreExists</c>, <c>StoreNewer</c>.</exception>
    Task<(string Location, string Hash)> RestoreAsync(string path, CancellationToken cancellationToken);

    /// <summary>Where <see cref="RestoreAsync"/> would make the store.</summary>
    /// <exception cref="FailureException"><c>StoreExists</c>.</exception>
    string Target();
}
