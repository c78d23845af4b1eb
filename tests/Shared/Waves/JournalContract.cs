using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Tests.Waves;

/// <summary>The laws of <see cref="IJournal"/>, run against every implementation.</summary>
public abstract class JournalContract
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>Opens the journal under a name; the same name again finds what was there.</summary>
    private protected abstract Task<IJournal> OpenAsync(string name);

    /// <summary>Closes it, as far as it can be closed.</summary>
    private protected abstract Task CloseAsync(IJournal journal);

    private static JournalEntry Entry(string key, long token = 0, string? asset = "a", string step = "Apply", int wave = 1, string? detail = null) => new()
    {
        Key = key, PlanId = "p", Wave = wave, Asset = asset, Step = step, Phase = JournalPhase.Outcome, Outcome = "Succeeded", At = Now, Token = token, Detail = detail,
    };

    private static async Task<List<JournalEntry>> ReadAsync(IJournal journal, int? wave = null, long after = 0)
    {
        var all = new List<JournalEntry>();
        await foreach (var entry in journal.ReadAsync("p", wave, after, CancellationToken.None)) all.Add(entry);
        return all;
    }

    [Fact]
    public async Task Entries_come_back_as_they_were_in_order_and_with_rising_sequence()
    {
        var journal = await OpenAsync("order");
        var written = await journal.AppendAsync([Entry("1", detail: "{\"a\":\"ü\"}"), Entry("2", asset: null, wave: 2)], CancellationToken.None);
        await journal.AppendAsync([Entry("3")], CancellationToken.None);
        var all = await ReadAsync(journal);
        Assert.Equal(["1", "2", "3"], all.Select(e => e.Key));
        Assert.Equal(written[0], all[0]);
        Assert.True(all.Zip(all.Skip(1)).All(p => p.First.Sequence < p.Second.Sequence));
        Assert.Equal(["1", "3"], (await ReadAsync(journal, 1)).Select(e => e.Key));
        Assert.Equal(["3"], (await ReadAsync(journal, null, all[1].Sequence)).Select(e => e.Key));
        await CloseAsync(journal);
    }

    [Fact]
    public async Task The_same_key_and_content_replays_and_other_content_is_a_conflict()
    {
        var journal = await OpenAsync("replay");
        var first = await journal.AppendAsync([Entry("1")], CancellationToken.None);
        var again = await journal.AppendAsync([Entry("1") with { At = Now + Minute }], CancellationToken.None);
        Assert.Equal(first[0].Sequence, again[0].Sequence);
        var failure = (await Assert.ThrowsAsync<FailureException>(() => journal.AppendAsync([Entry("2"), Entry("1", step: "Revert")], CancellationToken.None).AsTask())).Failure;
        Assert.Equal(("KeyConflict", FailureKind.Conflict), (failure.Code, failure.Kind));

        // All or nothing: what stood before the conflict in the same call is not there either.
        Assert.Equal(["1"], (await ReadAsync(journal)).Select(e => e.Key));
        await CloseAsync(journal);
    }

    [Fact]
    public async Task A_lease_has_one_holder_and_tokens_rise_through_release_and_lapse()
    {
        var journal = await OpenAsync("lease");
        var first = await journal.AcquireAsync("wave/p/1", "one", Minute, Now, CancellationToken.None);
        Assert.NotNull(first);
        Assert.Null(await journal.AcquireAsync("wave/p/1", "two", Minute, Now + TimeSpan.FromSeconds(59), CancellationToken.None));
        Assert.Equal("one", (await journal.HolderAsync("wave/p/1", CancellationToken.None))!.Owner);

        var second = await journal.AcquireAsync("wave/p/1", "two", Minute, Now + Minute, CancellationToken.None);
        Assert.True(second!.Token > first.Token);
        Assert.Null(await journal.RenewAsync(first, Minute, Now + Minute, CancellationToken.None));

        await journal.ReleaseAsync(first, CancellationToken.None);
        Assert.Equal("two", (await journal.HolderAsync("wave/p/1", CancellationToken.None))!.Owner);
        await journal.ReleaseAsync(second, CancellationToken.None);
        Assert.Null(await journal.HolderAsync("wave/p/1", CancellationToken.None));
        var third = await journal.AcquireAsync("wave/p/1", "three", Minute, Now, CancellationToken.None);
        Assert.True(third!.Token > second.Token);
        await CloseAsync(journal);
    }

    [Fact]
    public async Task A_heartbeat_extends_the_lease()
    {
        var journal = await OpenAsync("beat");
        var lease = await journal.AcquireAsync("wave/p/1", "one", Minute, Now, CancellationToken.None);
        var renewed = await journal.RenewAsync(lease!, Minute, Now + TimeSpan.FromSeconds(50), CancellationToken.None);
        Assert.Equal(lease!.Token, renewed!.Token);
        Assert.Null(await journal.AcquireAsync("wave/p/1", "two", Minute, Now + TimeSpan.FromSeconds(100), CancellationToken.None));
        await CloseAsync(journal);
    }

    [Fact]
    public async Task A_superseded_runner_writes_nothing()
    {
        var journal = await OpenAsync("lost");
        var first = await journal.AcquireAsync("wave/p/1", "one", Minute, Now, CancellationToken.None);
        await journal.AppendAsync([Entry("1", first!.Token)], CancellationToken.None);
        var second = await journal.AcquireAsync("wave/p/1", "two", Minute, Now + Minute, CancellationToken.None);
        Assert.Equal("LeaseLost", (await Assert.ThrowsAsync<FailureException>(() => journal.AppendAsync([Entry("2", first.Token)], CancellationToken.None).AsTask())).Failure.Code);
        await journal.AppendAsync([Entry("3", second!.Token)], CancellationToken.None);

        // Another wave is another lease.
        await journal.AppendAsync([Entry("4", first.Token, wave: 2)], CancellationToken.None);
        Assert.Equal(["1", "3", "4"], (await ReadAsync(journal)).Select(e => e.Key));
        await CloseAsync(journal);
    }

    [Fact]
    public async Task Of_many_that_want_the_lease_at_once_one_gets_it()
    {
        var journal = await OpenAsync("race");
        var leases = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() => journal.AcquireAsync("wave/p/1", $"runner {i}", Minute, Now, CancellationToken.None).AsTask())));
        Assert.Single(leases, l => l is not null);
        await CloseAsync(journal);
    }

    [Fact]
    public async Task Many_appends_at_once_are_all_there()
    {
        var journal = await OpenAsync("many");
        await Task.WhenAll(Enumerable.Range(0, 500).Select(i => journal.AppendAsync([Entry($"i{i}"), Entry($"o{i}")], CancellationToken.None).AsTask()));
        var all = await ReadAsync(journal);
        Assert.Equal(1000, all.Count);

        // Both entries of a call stand side by side.
        Assert.All(Enumerable.Range(0, 500), i => Assert.Equal($"o{all[2 * i].Key[1..]}", all[(2 * i) + 1].Key));
        await CloseAsync(journal);
    }

    [Fact]
    public async Task The_last_wish_counts()
    {
        var journal = await OpenAsync("wish");
        Assert.Null(await journal.ControlAsync("wave/p/1", CancellationToken.None));
        await journal.SetControlAsync("wave/p/1", "suspend", "one", Now, CancellationToken.None);
        await journal.SetControlAsync("wave/p/1", "resume", "two", Now + Minute, CancellationToken.None);
        Assert.Equal(("resume", "two", Now + Minute), await journal.ControlAsync("wave/p/1", CancellationToken.None));
        await CloseAsync(journal);
    }

    [Fact]
    public async Task Everything_survives_closing_and_opening()
    {
        var journal = await OpenAsync("again");
        var lease = await journal.AcquireAsync("wave/p/1", "one", Minute, Now, CancellationToken.None);
        await journal.AppendAsync([Entry("1", lease!.Token)], CancellationToken.None);
        await journal.SetControlAsync("wave/p/1", "suspend", "one", Now, CancellationToken.None);
        await CloseAsync(journal);

        journal = await OpenAsync("again");
        Assert.Equal(["1"], (await ReadAsync(journal)).Select(e => e.Key));
        Assert.Equal("suspend", (await journal.ControlAsync("wave/p/1", CancellationToken.None))!.Value.Wish);
        var next = await journal.AcquireAsync("wave/p/1", "two", Minute, Now + Minute, CancellationToken.None);
        Assert.True(next!.Token > lease.Token);
        await CloseAsync(journal);
    }
}
