using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using PatchOps.Adapters.Composition;
using PatchOps.Adapters.Feeds;
using PatchOps.Core.Intake;
using PatchOps.Domain;
using PatchOps.Domain.Facts;

namespace PatchOps.Benchmarks.Intake;

/// <summary>Storing NVD, match trees included: against bare prepared inserts of the rows that come of it, in the same schema, in one transaction each.</summary>
internal static class StoringBenchmark
{
    private const int Rounds = 5;

    public static void Run(byte[] bytes, string name)
    {
        var folder = Directory.CreateTempSubdirectory("patchops-storing-");
        try
        {
            var number = 0;
            string Next() => Path.Combine(folder.FullName, string.Create(CultureInfo.InvariantCulture, $"{number++}.db"));
            var model = Next();
            Import(model, bytes, name);
            var tables = Rows(model);
            var runs = Measured.InTurn(
                Rounds,
                ($"bare inserts: {name}", bytes.Length, () => Fresh(Next(), path => Insert(path, tables))),
                ("  read, normalised and stored", bytes.Length, () => Fresh(Next(), path => Import(path, bytes, name))));
            runs[0].Print();
            runs[1].Print(runs[0]);
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Runs, and takes the file away at once: the next run must not wait for the disk on its account.</summary>
    public static long Fresh(string path, Func<string, long> run)
    {
        var items = run(path);
        SqliteConnection.ClearAllPools();
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(path)!, Path.GetFileNameWithoutExtension(path) + ".*")) File.Delete(file);
        return items;
    }

    private static long Import(string path, byte[] bytes, string name)
    {
        var store = OpenStore.At(path);
        var read = Import(store, FeedKind.Nvd, new MemoryStream(bytes), name).Read;
        store.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return read;
    }

    /// <summary>One document, as Import-PatchFeed takes it in.</summary>
    public static ImportResult Import(OpenStore store, FeedKind kind, Stream document, string name)
    {
        using var import = store.Catalogue.BeginImport(kind.ToString(), name, DateTimeOffset.UnixEpoch);
        foreach (var item in FeedReaders.Of(kind).Read(document, new FeedContext(name, DateTimeOffset.UnixEpoch)))
        {
            if (item.Record is { } record) import.Add(record);
        }
        return import.Complete(TimeSpan.Zero);
    }

    /// <summary>Every row of every table that the import filled.</summary>
    private static List<(string Insert, List<object?[]> Rows)> Rows(string path)
    {
        using var connection = new SqliteConnection($"Data Source={path}");
        connection.Open();
        var tables = new List<(string, List<object?[]>)>();
        var names = new List<string>();
        using (var list = connection.CreateCommand())
        {
            list.CommandText = "SELECT name FROM sqlite_master WHERE type='table' AND name NOT IN ('store', 'document') AND name NOT LIKE 'sqlite_%' ORDER BY rowid";
            using var found = list.ExecuteReader();
            while (found.Read()) names.Add(found.GetString(0));
        }
        foreach (var table in names)
        {
            using var select = connection.CreateCommand();
            select.CommandText = $"SELECT * FROM {table}";
            using var reader = select.ExecuteReader();
            var rows = new List<object?[]>();
            while (reader.Read())
            {
                var row = new object?[reader.FieldCount];
                reader.GetValues(row!);
                rows.Add(row);
            }
            if (rows.Count > 0)
                tables.Add(($"INSERT INTO {table} VALUES ({string.Join(',', Enumerable.Range(1, rows[0].Length).Select(i => "$" + i.ToString(CultureInfo.InvariantCulture)))})", rows));
        }
        return tables;
    }

    private static long Insert(string path, List<(string Insert, List<object?[]> Rows)> tables)
    {
        OpenStore.At(path).DisposeAsync().AsTask().GetAwaiter().GetResult();
        using var connection = new SqliteConnection($"Data Source={path}");
        connection.Open();
        using (var pragma = connection.CreateCommand())
        {
            pragma.CommandText = "PRAGMA foreign_keys=ON; PRAGMA synchronous=NORMAL; PRAGMA temp_store=FILE; PRAGMA cache_size=-32768;";
            pragma.ExecuteNonQuery();
        }
        using var transaction = connection.BeginTransaction();
        long count = 0;
        foreach (var (sql, rows) in tables)
        {
            using var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = sql;
            for (var i = 0; i < rows[0].Length; i++)
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = "$" + (i + 1).ToString(CultureInfo.InvariantCulture);
                command.Parameters.Add(parameter);
            }
            foreach (var row in rows)
            {
                for (var i = 0; i < row.Length; i++) command.Parameters[i].Value = row[i];
                command.ExecuteNonQuery();
                count++;
            }
        }
        transaction.Commit();
        return count;
    }

    /// <summary>PowerShell's own reader over the same bytes, where there is one.</summary>
    public static double? ConvertFromJson(byte[] bytes)
    {
        var path = Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"patchops-json-{Environment.ProcessId}.json"));
        try
        {
            File.WriteAllBytes(path, bytes);
            // The text is read beforehand: only the conversion counts.
            using var shell = Process.Start(new ProcessStartInfo("pwsh", ["-NoProfile", "-Command", $"$t = [IO.File]::ReadAllText('{path}'); (1..3 | ForEach-Object {{ (Measure-Command {{ $null = $t | ConvertFrom-Json }}).TotalMilliseconds }} | Measure-Object -Minimum).Minimum"]) { RedirectStandardOutput = true });
            var text = shell!.StandardOutput.ReadToEnd();
            shell.WaitForExit();
            return double.TryParse(text.Trim(), CultureInfo.InvariantCulture, out var milliseconds) ? milliseconds : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
        finally
        {
            File.Delete(path);
        }
    }
}
