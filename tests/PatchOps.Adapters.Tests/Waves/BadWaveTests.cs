using PatchOps.Adapters.Tests.Composition;
using Microsoft.Data.Sqlite;
using PatchOps.Adapters.Composition;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Planning.Planner;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Waves;

/// <summary>Waves that cannot run as they were asked for, and hosts that go wrong: refused, or that host's own outcome, and the others go on.</summary>
public sealed class BadWaveTests : IAsyncLifetime
{
    private const string Lenient = "planning: { maxFailures: 9, maxFailurePercent: 100, conduct: { stepTimeLimit: 00:00:02 } }";

    private readonly BoxEstate estate = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();

    [Fact]
    public async Task A_plan_that_nobody_approved_or_that_was_denied_changes_nothing()
    {
        var plan = await estate.PlanAsync(Lenient, ["box-1"]);
        await RefusedAsync(plan, 1, "PlanNotApproved", "Approve-PatchPlan");
        await estate.ApproveAsync(plan);
        Assert.Empty((await estate.AskAsync(new DenyPlanRequest { PlanId = plan.Id, Comment = "not this week" })).Failures);
        Assert.Equal(FailureKind.Refused, (await RefusedAsync(plan, 1, null, null)).Kind);
        Assert.Empty(estate.Boxes.Applied);
    }

    [Fact]
    public async Task A_plan_that_was_changed_behind_our_back_is_refused_at_every_door()
    {
        var plan = await estate.ApprovedAsync(Lenient, "box-1");
        await using (var store = new SqliteConnection($"Data Source={estate.PathOf("test.db")}"))
        {
            await store.OpenAsync();
            await using var change = store.CreateCommand();
            change.CommandText = "UPDATE plan SET doc = replace(doc, '1.1.0', '6.6.6')";
            Assert.Equal(1, await change.ExecuteNonQueryAsync());
        }
        await RefusedAsync(plan, 1, "PlanChanged", "New-PatchPlan");
        Assert.Equal("PlanChanged", Assert.Single((await estate.AskAsync(new UndoWaveRequest { PlanId = plan.Id })).Failures).Code);
        estate.Clock.Offset = plan.Waves[0].Start - NoonClock.Now + TimeSpan.FromMinutes(1);
        Assert.Equal("PlanChanged", Assert.Single((await estate.AskAsync(new InvokeWaveRequest { Due = true })).Failures).Code);
        Assert.Empty(estate.Boxes.Applied);
    }

    [Fact]
    public async Task A_wave_out_of_its_order_or_its_window_or_that_is_not_there_is_refused_with_what_to_do()
    {
        var plan = await estate.ApprovedAsync("planning: { canaryShare: 0.2, pilotShare: 0, bake: 02:00:00 }", "box-1", "box-2", "box-3", "box-4", "box-5");
        Assert.True(plan.Waves.Count >= 2, plan.ToString());
        await RefusedAsync(plan, 2, "WaveOutOfOrder", $"Invoke-PatchWave {plan.Id} -Wave 1");
        await RefusedAsync(plan, plan.Waves.Count + 1, "WaveNotFound", "Get-PatchPlan");
        await RefusedAsync(plan with { Id = "PLN-NOBODY" }, 1, "PlanNotFound", "Get-PatchPlan");
        await RefusedAsync(plan, 1, "WaveNotDue", "-IgnoreWindow", inWindow: true);
        estate.Clock.Offset = plan.Waves[0].End - NoonClock.Now + TimeSpan.FromHours(1);
        await RefusedAsync(plan, 1, "WaveExpired", "New-PatchPlan", inWindow: true);
        Assert.Empty(estate.Boxes.Applied);
        // Out of order stays so under -IgnoreWindow; the first one done, the second bakes.
        Assert.Empty((await estate.InvokeAsync(plan)).Failures);
        await RefusedAsync(plan, 2, "WaveBaking", "after that time");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_key_or_known_hosts_file_that_is_not_there_is_refused_before_any_host_is_tried(bool key)
    {
        var plan = await estate.ApprovedAsync(Lenient, "box-1");
        var missing = estate.PathOf("not-there");
        var told = await estate.AskAsync(BoxEstate.Invoke(plan) with { KeyFile = key ? missing : null, KnownHostsFile = key ? null : missing });
        var failure = Assert.Single(told.Failures);
        Assert.Equal(("PathNotFound", missing), (failure.Code, failure.Target));
        Assert.Contains(key ? "-KeyFile" : "-KnownHostsFile", failure.Remedy, StringComparison.Ordinal);
        Assert.Empty(told.Results);
        Assert.Equal(HostState.Pending, Assert.Single((await estate.AskAsync(new GetWaveRequest { PlanId = plan.Id, Wave = 1, Hosts = true })).Runs).State);
    }

    [Fact]
    public async Task A_host_that_is_listed_twice_is_refused_before_anything_is_changed()
    {
        var plan = await estate.PlanAsync(Lenient, ["box-1", "box-2"], environment: "Test");
        var host = plan.Waves[0].Hosts[0];
        var twice = PlanDocument.Seal(plan with { Waves = [plan.Waves[0] with { Hosts = [.. plan.Waves[0].Hosts, host] }] });
        var file = await estate.WriteAsync("twice.json", System.Text.Json.JsonSerializer.Serialize(twice, new System.Text.Json.JsonSerializerOptions { Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter() } }));
        var imported = await estate.AskAsync(new ImportPlanRequest { Path = [file], Policy = estate.PathOf("policy.yaml") });
        var failure = Assert.Single(imported.Failures);
        Assert.Equal(("HostListedTwice", FailureKind.InvalidInput), (failure.Code, failure.Kind));
        Assert.Contains($"lists host '{host.Asset}' 2 times", failure.Message, StringComparison.Ordinal);
        Assert.Contains("New-PatchPlan", failure.Remedy, StringComparison.Ordinal);
        await RefusedAsync(twice, 1, "PlanNotFound", null);
        Assert.Empty(estate.Boxes.Applied);
        // Named twice where hosts are chosen, it is planned once.
        var risks = await estate.AskAsync(new GetRiskRequest());
        var named = (await estate.AskAsync(new NewPlanRequest { Name = "Twice", InputObject = [.. risks.Results, .. risks.Results], Asset = ["box-1", "box-1"], TimeLimit = TimeSpan.FromMilliseconds(200) })).Results.OfType<PatchPlan>().Single();
        Assert.Equal(["box-1"], named.Waves.SelectMany(w => w.Hosts).Select(h => h.Asset));
    }

    [Fact]
    public async Task A_provider_that_throws_hangs_lies_or_prints_garbage_is_that_hosts_outcome_with_a_remedy_and_the_others_are_done()
    {
        string[] boxes = ["fine", "fails", "throws", "hangs", "garbage", "silent", "liar"];
        var plan = await estate.PlanAsync(Lenient, boxes, environment: "Test");
        await estate.ApproveAsync(plan);
        estate.Boxes.Instead = async (verb, box) =>
        {
            switch (verb, box)
            {
                case ("Apply", "fails"): return new BlockAnswer(true, "", new Failure("ProviderThrew", FailureKind.Failed, "no licence for this box"));
                case ("Apply", "throws"): throw new InvalidOperationException("a defect of the block");
                case ("Apply", "hangs"):
                    await estate.Boxes.NeverAsync();
                    break;
                case ("Verify", "garbage"): return new BlockAnswer(true, "Welcome to the box!", null);
                case ("Verify", "silent"): return new BlockAnswer(true, "", null);
                // It says that it did it.
                case ("Apply", "liar"): return new BlockAnswer(true, "", null);
            }
            return null;
        };
        var told = await estate.InvokeAsync(plan);
        Assert.Equal((HostState.Done, "1.1.0"), (told.Run("fine").State, estate.Boxes.Version("fine")));
        foreach (var box in boxes[1..])
        {
            var run = told.Run(box);
            Assert.True(run.IsFailure, run.ToString());
            Assert.Empty(run.Changes);
            Assert.Equal("1.0.0", estate.Boxes.Version(box));
        }
        Assert.Equal(boxes[1..].Order(StringComparer.Ordinal), told.Failures.Where(f => f.Code == "HostFailed").Select(f => f.Target!).Order(StringComparer.Ordinal));
        Assert.Contains("no licence for this box", told.Run("fails").Reason, StringComparison.Ordinal);
        Assert.Contains("a defect of the block", told.Run("throws").Reason, StringComparison.Ordinal);
        Assert.Contains("did not end", told.Run("hangs").Reason, StringComparison.Ordinal);
        Assert.Contains("Welcome to the box!", told.Run("garbage").Reason, StringComparison.Ordinal);
        Assert.Contains("said nothing of package 'app'", told.Run("silent").Reason, StringComparison.Ordinal);
        Assert.Contains("as it was before", told.Run("liar").Reason, StringComparison.Ordinal);
        foreach (var failure in told.Failures) Assert.Contains("PatchWave", failure.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_that_reports_failure_is_done_where_the_host_has_what_was_approved()
    {
        var plan = await estate.PlanAsync(Lenient, ["box-1", "box-2"], environment: "Test");
        await estate.ApproveAsync(plan);
        estate.Boxes.Instead = (verb, box) =>
        {
            if ((verb, box) != ("Apply", "box-1")) return Task.FromResult<BlockAnswer?>(null);
            // As agents that need a restart do: it is installed, and the exit code says that it failed.
            estate.Boxes.Set(box, "1.1.0");
            return Task.FromResult<BlockAnswer?>(new BlockAnswer(true, "", new Failure("ProviderThrew", FailureKind.Failed, "exit code 1641")));
        };
        var told = await estate.InvokeAsync(plan);
        Assert.Empty(told.Failures);
        Assert.All(told.Runs, r => Assert.Equal((HostState.Done, "1.1.0"), (r.State, Assert.Single(r.Changes).ToVersion)));
        Assert.Contains(told.Run("box-1").Evidence, e => e is { Step: "Apply", Outcome: "Failed" });
    }

    [Fact]
    public async Task A_host_whose_provider_is_gone_is_its_own_outcome()
    {
        var plan = await estate.PlanAsync(Lenient, ["box-1", "box-2"], environment: "Test");
        await estate.ApproveAsync(plan);
        Assert.Empty((await estate.AskAsync(new SetAssetRequest { Id = ["box-2"], Provider = "nobody" })).Failures);
        var told = await estate.InvokeAsync(plan);
        Assert.Equal(HostState.Done, told.Run("box-1").State);
        Assert.Equal(HostState.Failed, told.Run("box-2").State);
        Assert.Contains("Register-PatchProvider", told.Run("box-2").Reason, StringComparison.Ordinal);
    }

    private async Task<Failure> RefusedAsync(PatchPlan plan, int wave, string? code, string? remedy, bool inWindow = false)
    {
        var request = BoxEstate.Invoke(plan, wave) with { IgnoreWindow = !inWindow };
        var told = await estate.AskAsync(request);
        Assert.Empty(told.Results);
        var failed = Assert.Single(told.Events.OfType<FailedEvent>());
        Assert.True(failed.Terminating);
        if (code is not null) Assert.Equal(code, failed.Failure.Code);
        if (remedy is not null) Assert.Contains(remedy, failed.Failure.Remedy, StringComparison.Ordinal);
        return failed.Failure;
    }
}
