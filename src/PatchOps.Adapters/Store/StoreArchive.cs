using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using PatchOps.Adapters.Composition;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Store;

/// <summary>A store as one zip file: both databases as SQLite copies them while they are in use, and a manifest with their hashes.</summary>
/// <remarks>Facts are copied before runs: what a decision or message refers to in the audit trail is then in the copy too.</remarks>
/// <param name="location">The facts file; the runs file stands beside it.</param>
internal sealed class StoreArchive(string location) : IStoreArchive
{
    private const string FactsName = "facts.db", RunsName = "runs.db", ManifestName = "manifest.json";

    public async Task<(string Path, string Hash)> WriteAsync(string path, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var full = new Files.DocumentWriter().Check(path);
        var work = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(full)!, $".{Guid.NewGuid():N}.tmp"));
        try
        {
            var (facts, runs) = (Path.Combine(work.FullName, FactsName), Path.Combine(work.FullName, RunsName));
            await CopyAsync(location, facts, cancellationToken).ConfigureAwait(false);
            await CopyAsync(StoreLocation.Runs(location), runs, cancellationToken).ConfigureAwait(false);
            var draft = Path.Combine(work.FullName, "archive.zip");
            await using (var file = File.Create(draft))
            {
                using var zip = new ZipArchive(file, ZipArchiveMode.Create);
                var manifest = new Manifest("PatchOps store", 1, at, await HashAsync(facts, cancellationToken).ConfigureAwait(false), await HashAsync(runs, cancellationToken).ConfigureAwait(false));
                await using (var entry = zip.CreateEntry(ManifestName).Open()) await JsonSerializer.SerializeAsync(entry, manifest, cancellationToken: cancellationToken).ConfigureAwait(false);
                zip.CreateEntryFromFile(facts, FactsName, CompressionLevel.Fastest);
                zip.CreateEntryFromFile(runs, RunsName, CompressionLevel.Fastest);
            }
            var hash = await HashAsync(draft, cancellationToken).ConfigureAwait(false);
            File.Move(draft, full, overwrite: true);
            return (full, hash);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteException)
        {
            throw new FailureException(new Failure("PathUnwritable", FailureKind.InvalidInput, $"The store could not be copied to '{full}': {e.Message.TrimEnd('.')}.", full, "Check the rights and the space of its folder, or name another with -Path."), e);
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            work.Delete(recursive: true);
        }
    }

    public string Target()
    {
        foreach (var file in new[] { location, StoreLocation.Runs(location) })
            if (File.Exists(file)) throw new FailureException("StoreExists", FailureKind.Conflict, $"'{file}' exists, and an import never writes over a store.", file, "Name a new file with -Store, or move the old store's two files away first.");
        return location;
    }

    public async Task<(string Location, string Hash)> RestoreAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path)) throw new FailureException("PathNotFound", FailureKind.NotFound, $"The file '{path}' does not exist.", path, "Check the path; relative paths start at the current location.");
        var target = Target();
        var folder = Path.GetDirectoryName(target)!;
        Directory.CreateDirectory(folder);
        var work = Directory.CreateDirectory(Path.Combine(folder, $".{Guid.NewGuid():N}.tmp"));
        try
        {
            var facts = Path.Combine(work.FullName, Path.GetFileName(target));
            await ExtractAsync(path, facts, StoreLocation.Runs(facts), cancellationToken).ConfigureAwait(false);
            // Opening checks what the files are, refuses newer ones, and brings older ones up to date.
            await using (var store = OpenStore.At(facts)) _ = store.Catalogue.Info();
            SqliteConnection.ClearAllPools();
            // The facts come last: without them there is no store.
            File.Move(StoreLocation.Runs(facts), StoreLocation.Runs(target));
            File.Move(facts, target);
            return (target, await HashAsync(path, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(new Failure("StoreUnavailable", FailureKind.Unavailable, $"The store could not be made at '{target}': {e.Message.TrimEnd('.')}.", target, "Check the rights and the space of its folder, or name another with -Store."), e);
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            work.Delete(recursive: true);
        }
    }

    private static async Task ExtractAsync(string path, string facts, string runs, CancellationToken cancellationToken)
    {
        try
        {
            using var zip = ZipFile.OpenRead(path);
            Manifest manifest;
            await using (var entry = Part(zip, ManifestName).Open())
                manifest = await JsonSerializer.DeserializeAsync<Manifest>(entry, cancellationToken: cancellationToken).ConfigureAwait(false) ?? throw new InvalidDataException("its manifest is empty");
            if (manifest.Version > 1) throw new InvalidDataException("it was written by a later version of PatchOps");
            foreach (var (name, file, hash) in new[] { (FactsName, facts, manifest.Facts), (RunsName, runs, manifest.Runs) })
            {
                Part(zip, name).ExtractToFile(file);
                if (await HashAsync(file, cancellationToken).ConfigureAwait(false) != hash) throw new InvalidDataException($"its part {name} was changed or is damaged");
            }
        }
        catch (Exception e) when (e is InvalidDataException or JsonException or EndOfStreamException)
        {
            throw new FailureException(new Failure("ArchiveInvalid", FailureKind.Corrupt, $"'{path}' is no copy of a store: {e.Message.TrimEnd('.')}.", path, "Give a file that Export-PatchStore wrote."), e);
        }
    }

    private static ZipArchiveEntry Part(ZipArchive zip, string name) => zip.GetEntry(name) ?? throw new InvalidDataException($"it has no part {name}");

    private static async Task CopyAsync(string from, string to, CancellationToken cancellationToken)
    {
        await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = from, Pooling = false, DefaultTimeout = 60 }.ToString());
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var command = connection.CreateCommand();
        command.CommandText = "VACUUM INTO $to";
        command.CommandTimeout = 0;
        command.Parameters.AddWithValue("$to", to);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task<string> HashAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexString(await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false)).ToLowerInvariant();
    }

    private sealed record Manifest(string Kind, int Version, DateTimeOffset Written, string Facts, string Runs);
}
