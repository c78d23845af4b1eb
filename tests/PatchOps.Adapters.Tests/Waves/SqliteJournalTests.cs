using PatchOps.Adapters.Store;
using PatchOps.Core.Seams;
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

    private protected override Task<IJournal> OpenAsync(string name) =>
        Task.FromResult<IJournal>(new SqliteJournal(Database.Open(Path.Combine(_folder.FullName, name + ".db"), "journal", JournalSchema.Migrations, durable: true)));

    private protected override async Task CloseAsync(IJournal journal)
    {
        await ((SqliteJournal)journal).DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
    }
}
