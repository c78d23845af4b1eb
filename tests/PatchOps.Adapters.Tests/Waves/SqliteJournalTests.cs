using PatchOps.Adapters.Store;
using PatchOps.Core.Seams;
using PatchOps.Domain;
using PatchOps.Tests.Waves;

namespace PatchOps.Adapters.Tests.Waves;

public sealed class SqliteJournalTests : JournalContract, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("patchops-journal-");

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Whatever_cannot_be_written_is_told_as_an_unavailable_journal_heartbeat_and_wishes_included()
    {
        var journal = await OpenAsync("broken");
        var lease = (await journal.AcquireAsync("wave/1", "me", TimeSpan.FromSeconds(30), DateTimeOffset.UtcNow, default))!;
        await using (var broken = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(_folder.FullName, "broken.db")}"))
        {
            await broken.OpenAsync();
            await using var drop = broken.CreateCommand();
            // As a disk that refuses every write does.
            foreach (var table in (string[])["lease", "control"])
            {
                drop.CommandText = $"CREATE TRIGGER {table}_i BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'disk is full'); END; CREATE TRIGGER {table}_u BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, 'disk is full'); END;";
                await drop.ExecuteNonQueryAsync();
            }
        }
        foreach (var write in (Func<Task>[])
        [
            async () => await journal.AcquireAsync("wave/2", "me", TimeSpan.FromSeconds(30), DateTimeOffset.UtcNow, default),
            async () => await journal.RenewAsync(lease, TimeSpan.FromSeconds(30), DateTimeOffset.UtcNow, default),
            async () => await journal.ReleaseAsync(lease, default),
            async () => await journal.SetControlAsync("wave/1", "suspend", "me", DateTimeOffset.UtcNow, default),
        ])
        {
            var failure = (await Assert.ThrowsAsync<FailureException>(write)).Failure;
            Assert.Equal(("JournalUnavailable", FailureKind.Unavailable), (failure.Code, failure.Kind));
            Assert.Contains("disk is full", failure.Message, StringComparison.Ordinal);
        }
        await CloseAsync(journal);
    }

    private protected override Task<IJournal> OpenAsync(string name) =>
        Task.FromResult<IJournal>(new SqliteJournal(Database.Open(Path.Combine(_folder.FullName, name + ".db"), "journal", JournalSchema.Migrations, durable: true)));

    private protected override async Task CloseAsync(IJournal journal)
    {
        await ((SqliteJournal)journal).DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
    }
}
