using System.Text.Json;
using PatchOps.Adapters.Tests.Composition;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Notices;

public sealed class VendorNoticeTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 8, 0, 0, TimeSpan.Zero);
    private readonly StandingClock clock = new(Now);
    private TestEstate estate = null!;

    public Task InitializeAsync()
    {
        estate = new TestEstate(clock);
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();

    private string Policy(string sink = "for: [VendorNotice]") => estate.Write("policy.yaml",
        $"notifications: {{ vendors: {{ kb: [msrc@example.org], '*': [suppliers@example.org] }}, sinks: [{{ name: spool, kind: File, target: [{JsonSerializer.Serialize(estate.PathOf("spool"))}], {sink} }}] }}\n");

    private async Task<List<OutboxMessage>> SendAsync(string? policy = null) => [.. (await estate.RunAsync(new SendNotificationRequest { Policy = policy ?? Policy() })).Results.Cast<OutboxMessage>()];

    private static IEnumerable<object> Installs(string patch, int failed, int of, double daysAgo = 3) => Enumerable.Range(0, of).Select(i => new Deployment
    {
        Id = $"{patch} {i}", Patch = patch, Asset = $"web{i}", Started = Now.AddDays(-daysAgo).AddMinutes(i), Outcome = i >= failed ? DeploymentOutcome.Succeeded : i % 2 == 0 ? DeploymentOutcome.Failed : DeploymentOutcome.RolledBack,
    });

    private Task InstallAsync(params IEnumerable<object>[] installs) => estate.RunAsync(new ImportDeploymentRequest { InputObject = [.. installs.SelectMany(i => i)] });

    private void Investigate(string id, DateTimeOffset? closed = null) => estate.Host.Store(null).Catalogue.SaveInvestigations(
    [
        new PatchInvestigation
        {
            Id = id, Problem = "PRB7", Patches = ["KB1", "RHSA-2026:2"], Vendors = ["KB", "RHSA"], Verdict = EffectivenessVerdict.NotEffective, Opened = Now.AddDays(-1), Closed = closed, ClosedBy = closed is null ? null : "ann",
            Evidence = [new InvestigationNote(InvestigationTeam.Application, Now.AddDays(-1), null, "40 incidents before, 41 after.")],
        },
    ]);

    [Fact]
    public async Task A_patch_that_did_not_solve_its_problem_is_told_once_for_each_vendor_with_the_evidence()
    {
        await InstallAsync(Installs("KB1", 0, 4));
        Investigate("INV-1");
        var sent = await SendAsync();
        Assert.Equal([("KB", "msrc@example.org"), ("RHSA", "suppliers@example.org")], sent.Select(m => (m.Audience, Assert.Single(m.Recipients))));
        Assert.All(sent, m => Assert.Equal((OutboxKind.VendorNotice, OutboxState.Delivered, "INV-1"), (m.Kind, m.State, m.PlanId)));
        Assert.Contains("KB1 was found not effective for problem PRB7 on 2026-05-31", sent[0].Text, StringComparison.Ordinal);
        Assert.Contains("Application: 40 incidents before, 41 after.", sent[0].Text, StringComparison.Ordinal);
        Assert.Contains("KB on the whole: 4 installs, 0 failed, 0 rolled back", sent[0].Text, StringComparison.Ordinal);
        Assert.Contains("Nothing of RHSA has been installed yet.", sent[1].Text, StringComparison.Ordinal);
        Assert.Empty(await SendAsync());
        Assert.Equal(2, Directory.GetFiles(estate.PathOf("spool")).Length);
    }

    [Fact]
    public async Task A_patch_that_fails_to_install_more_than_all_others_is_told_and_one_that_fails_like_them_is_not()
    {
        await InstallAsync(Installs("KB1", 8, 10), Installs("KB2", 1, 30), Installs("deb:curl/2", 2, 30), Installs("deb:old/1", 9, 10, daysAgo: 200));
        var notice = Assert.Single(await SendAsync());
        Assert.Equal(("KB", "KB1"), (notice.Audience, notice.PlanId));
        Assert.Contains("8 of 10 installs of KB1 failed or were rolled back, on 8 assets, from 2026-05-29 to 2026-05-29: 80 % (95 % interval 49 to 94.3 %), against 17.1 % of all other installs.", notice.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sink_gets_notices_of_vendors_only_where_it_asks_for_them()
    {
        Investigate("INV-1");
        Assert.Empty(await SendAsync(Policy("tokenVariable: X")));
        Assert.Equal(2, (await SendAsync()).Count);
    }

    [Fact]
    public async Task What_is_closed_is_not_told_and_what_waits_is_withdrawn_when_it_is_closed()
    {
        Investigate("INV-1", closed: Now);
        Assert.Empty(await SendAsync());
        Investigate("INV-2");
        // A file stands where the folder should be.
        await File.WriteAllTextAsync(estate.PathOf("spool"), "");
        Assert.All(await SendAsync(), m => Assert.Equal(OutboxState.Waiting, m.State));
        Investigate("INV-2", closed: Now);
        clock.Now = Now.AddHours(1);
        Assert.All(await SendAsync(), m => Assert.Equal((OutboxState.Withdrawn, "its investigation is closed"), (m.State, m.Reason)));
    }
}
