using PatchOps.Adapters.Store;
using PatchOps.Tests.Waves;

namespace PatchOps.Adapters.Tests.Waves;

/// <summary>The same crashes on the real journal: every append, before and after its commit.</summary>
public sealed class SqliteWaveTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("patchops-wave-");

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }

    private SqliteJournal Open(string name) =>
        new(Database.Open(Path.Combine(_folder.FullName, name + ".db"), "journal", JournalSchema.Migrations, durable: false));

    private static void Mixed(WaveRig rig)
    {
        rig[2].UnhealthyPackages.Add("demo=1.1");
        rig[3].RestartPackages.Add("demo=1.1");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crash_at_any_append_and_a_resume_on_the_reopened_file_end_like_an_undisturbed_run(bool afterCommit)
    {
        var all = new SeamTap { AppendsOnly = true };
        WaveOutcome undisturbed;
        await using (var journal = Open("whole"))
        {
            var whole = CrashTrial.On(3, 3, Mixed, journal);
            await await whole.StartAsync(all);
            undisturbed = await whole.OutcomeAsync();
        }
        for (var append = 1; append <= all.Calls; append++)
        {
            var name = FormattableString.Invariant($"crash-{append}");
            CrashTrial trial;
            await using (var journal = Open(name))
            {
                trial = CrashTrial.On(3, 3, Mixed, journal);
                await await trial.StartAsync(new SeamTap { AppendsOnly = true, DiesAt = append, AfterEffect = afterCommit });
            }
            trial.Lapse();
            await using (var journal = Open(name))
            {
                var resumed = trial.With(journal);
                await resumed.FinishAsync();
                Assert.True(undisturbed == await resumed.OutcomeAsync(), $"died at append {append}:\n{(await resumed.OutcomeAsync()).Text}");
            }
        }
    }
}
