using System.Globalization;
using Microsoft.Data.Sqlite;
using PatchOps.Domain;
using SQLitePCL;

namespace PatchOps.Adapters.Store;

/// <summary>One SQLite file with ordered migrations. WAL, so that readers never wait for a writer.</summary>
internal sealed class Database
{
    private readonly string connectionString;
    private readonly bool durable;

    private Database(string path, bool durable)
    {
        Path = path;
        this.durable = durable;
        connectionString = new SqliteConnectionStringBuilder { DataSource = path, Pooling = true, DefaultTimeout = 60 }.ToString();
    }

    public string Path { get; }

    public bool Created { get; private init; }

    /// <param name="path">File; created with its folder when missing.</param>
    /// <param name="kind">What the file holds (<c>facts</c>, <c>journal</c>); a file of another kind is refused.</param>
    /// <param name="migrations">SQL by version, 1 first; never changed once released, only appended.</param>
    /// <param name="durable">True where every commit must survive a power cut.</param>
    /// <exception cref="FailureException"><c>StoreInvalid</c>, <c>StoreNewer</c>, <c>StoreUnavailable</c>.</exception>
    public static Database Open(string path, string kind, IReadOnlyList<string> migrations, bool durable)
    {
        var full = System.IO.Path.GetFullPath(path);
        if (Directory.Exists(full))
            throw new FailureException("StoreInvalid", FailureKind.InvalidInput, $"'{full}' is a folder, not a store.", full, "Name a file; it is created where it does not exist.");
        var created = !File.Exists(full) || new FileInfo(full).Length == 0;
        try
        {
            if (created)
            {
                Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
            }
            var database = new Database(full, durable) { Created = created };
            database.Migrate(kind, migrations);
            return database;
        }
        catch (SqliteException e) when (e.SqliteErrorCode is 26 or 11)
        {
            throw new FailureException(new Failure("StoreInvalid", FailureKind.Corrupt, $"'{full}' is not a PatchOps store, or is damaged: {e.Message}", full,
                "Name another file with -Store, or restore its two files from a backup."), e);
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new FailureException(new Failure("StoreUnavailable", FailureKind.Unavailable, $"The store '{full}' cannot be opened: {e.Message}", full,
                "Check that the folder exists and may be written, or name another store with -Store."), e);
        }
    }

    public SqliteConnection Connect()
    {
        var connection = new SqliteConnection(connectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"PRAGMA busy_timeout=60000; PRAGMA foreign_keys=ON; PRAGMA synchronous={(durable ? "FULL" : "NORMAL")}; PRAGMA temp_store=FILE; PRAGMA cache_size=-32768;";
        command.ExecuteNonQuery();
        return connection;
    }

    /// <summary>A connection of one thread's own, for millions of columns: without SQLite's lock around every call.</summary>
    public SQLitePCL.sqlite3 ConnectAlone()
    {
        SqliteException.ThrowExceptionForRC(raw.sqlite3_open_v2(Path, out var alone, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_NOMUTEX, null), alone);
        SqliteException.ThrowExceptionForRC(raw.sqlite3_busy_timeout(alone, 60_000), alone);
        return alone;
    }

    private void Migrate(string kind, IReadOnlyList<string> migrations)
    {
        using var connection = Connect();
        Execute(connection, "PRAGMA journal_mode=WAL;");
        var version = Version(connection);
        if (version == migrations.Count)
        {
            RequireKind(connection, kind);
            return;
        }
        if (version > migrations.Count)
        {
            RequireKind(connection, kind);
            throw new FailureException("StoreNewer", FailureKind.Conflict,
                $"The store '{Path}' has schema {version}; this program knows schemas up to {migrations.Count}.", Path,
                "Update PatchOps, or name another store with -Store.");
        }

        using var transaction = connection.BeginTransaction(deferred: false);
        version = Version(connection);
        if (version == 0)
        {
            if (Convert.ToInt64(Scalar(connection, "SELECT count(*) FROM sqlite_master"), CultureInfo.InvariantCulture) > 0)
                throw new FailureException("StoreInvalid", FailureKind.InvalidInput, $"'{Path}' is a database, but not a PatchOps store.", Path, "Name another file with -Store.");
            Execute(connection, $"CREATE TABLE store(kind TEXT NOT NULL); INSERT INTO store(kind) VALUES ('{kind}');");
        }
        else
        {
            RequireKind(connection, kind);
        }

        for (var next = version; next < migrations.Count; next++) Execute(connection, migrations[next]);
        Execute(connection, $"PRAGMA user_version={migrations.Count.ToString(CultureInfo.InvariantCulture)};");
        transaction.Commit();
    }

    private void RequireKind(SqliteConnection connection, string kind)
    {
        var known = Scalar(connection, "SELECT count(*) FROM sqlite_master WHERE name='store'");
        var found = Convert.ToInt64(known, CultureInfo.InvariantCulture) == 0 ? null : Scalar(connection, "SELECT kind FROM store") as string;
        if (found != kind)
            throw new FailureException("StoreInvalid", FailureKind.InvalidInput, $"'{Path}' is not a PatchOps store of {kind}.", Path, "Name another file with -Store.");
    }

    private static int Version(SqliteConnection connection) => Convert.ToInt32(Scalar(connection, "PRAGMA user_version"), CultureInfo.InvariantCulture);

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
