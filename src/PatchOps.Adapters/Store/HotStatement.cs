using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace PatchOps.Adapters.Store;

/// <summary>One prepared statement by SQLite's own calls: for rows by the hundred thousand, where the provider's objects for each call cost more than the row.</summary>
/// <remarks>Values are bound in the order of the parameters; each run starts again at the first.</remarks>
internal sealed class HotStatement : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly sqlite3_stmt statement;
    private byte[] scratch = new byte[256];
    private int at;

    public HotStatement(SqliteConnection connection, string sql)
    {
        this.connection = connection;
        Check(raw.sqlite3_prepare_v3(connection.Handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out statement));
    }

    public HotStatement Add(long value)
    {
        Check(raw.sqlite3_bind_int64(statement, ++at, value));
        return this;
    }

    public HotStatement Add(double? value)
    {
        at++;
        Check(value is { } known ? raw.sqlite3_bind_double(statement, at, known) : raw.sqlite3_bind_null(statement, at));
        return this;
    }

    public HotStatement Add(string text)
    {
        var most = System.Text.Encoding.UTF8.GetMaxByteCount(text.Length);
        if (scratch.Length < most) scratch = new byte[most];
        return Utf8(scratch.AsSpan(0, System.Text.Encoding.UTF8.GetBytes(text, scratch)));
    }

    public HotStatement Utf8(ReadOnlySpan<byte> text)
    {
        at++;
        // An empty span has no address, and would become NULL.
        Check(text.IsEmpty ? raw.sqlite3_bind_text(statement, at, "") : raw.sqlite3_bind_text(statement, at, text));
        return this;
    }

    /// <param name="bytes">Null for NULL.</param>
    public HotStatement Add(byte[]? bytes)
    {
        at++;
        Check(bytes is null ? raw.sqlite3_bind_null(statement, at) : raw.sqlite3_bind_blob(statement, at, bytes));
        return this;
    }

    /// <summary>Runs to its end.</summary>
    /// <returns>Rows that changed.</returns>
    /// <exception cref="SqliteException">A constraint, the disk …</exception>
    public int Run()
    {
        var code = raw.sqlite3_step(statement);
        Reset();
        if (code != raw.SQLITE_DONE) Check(code);
        return raw.sqlite3_changes(connection.Handle);
    }

    /// <summary>Runs an insert.</summary>
    /// <returns>Number of the row.</returns>
    public long Insert()
    {
        Run();
        return raw.sqlite3_last_insert_rowid(connection.Handle);
    }

    /// <summary>On to the next row: its columns can be asked for until the next call. False at the end.</summary>
    public bool Next()
    {
        var code = raw.sqlite3_step(statement);
        if (code == raw.SQLITE_ROW) return true;
        Reset();
        if (code != raw.SQLITE_DONE) Check(code);
        return false;
    }

    /// <summary>Leaves the rows that were not asked for.</summary>
    public void Reset()
    {
        at = 0;
        raw.sqlite3_reset(statement);
    }

    public long Long(int column) => raw.sqlite3_column_int64(statement, column);

    public double? Double(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL ? null : raw.sqlite3_column_double(statement, column);

    public byte[] Blob(int column) => raw.sqlite3_column_blob(statement, column).ToArray();

    public void Dispose() => statement.Dispose();

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK) SqliteException.ThrowExceptionForRC(code, connection.Handle);
    }
}
