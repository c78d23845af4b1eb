using PatchOps.Core.Seams;
using PatchOps.Tests.Fakes;
using PatchOps.Tests.Waves;

namespace PatchOps.Core.Tests.Waves;

public sealed class MemoryJournalTests : JournalContract
{
    private readonly Dictionary<string, MemoryJournal> _journals = [];

    private protected override Task<IJournal> OpenAsync(string name)
    {
        if (!_journals.TryGetValue(name, out var journal)) _journals[name] = journal = new MemoryJournal();
        return Task.FromResult<IJournal>(journal);
    }

    private protected override Task CloseAsync(IJournal journal) => Task.CompletedTask;
}
