using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Composition;

/// <summary>Problem records under change: proof before they close, history, and what verdicts write into them.</summary>
public sealed class ProblemRecordTests : IAsyncLifetime
{
    private const string Patch = "deb:foo/1.1";
    private const string Cve = "CVE-2024-1001";

    private static readonly DateTimeOffset Now = NoonClock.Now;

    private readonly TestEstate estate = new();

    private ICatalogue Catalogue => estate.Host.Store(null).Catalogue;

    public async Task InitializeAsync()
    {
        await estate.RunAsync(new ImportAssetRequest { InputObject = [new Asset { Id = "web1" }, new Asset { Id = "web2" }, new Asset { Id = "db1" }] });
        await estate.RunAsync(new ImportProblemRequest { InputObject = [Problem1] });
    }

    private static Problem Problem1 => new() { Id = "PRB1", Title = "Web stalls", Status = "Open", Opened = Now.AddDays(-300), ConfigurationItems = ["web1", "web2"], Patches = [Patch], Cves = [Cve], Workaround = "Restart nightly", RootCause = "Unbounded header" };

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();

    [Theory]
    [InlineData("Resolved")]
    [InlineData("closed")]
    public async Task Closing_without_proof_is_refused_and_says_what_lacks(string status)
    {
        var bare = await estate.FailAsync(new SetProblemRequest { Id = "PRB1", Status = status, Patch = [] });
        Assert.Equal(("ProblemUnproven", FailureKind.Refused), (bare.Code, bare.Kind));
        foreach (var lack in new[] { "a patch id", "a deployment date", "a verdict" }) Assert.Contains(lack, bare.Message);
        Assert.Contains("New-PatchException", bare.Remedy);

        var named = await estate.FailAsync(new SetProblemRequest { Id = "PRB1", Status = status });
        Assert.DoesNotContain("a patch id", named.Message);
        Assert.Contains($"a successful deployment of {Patch}", named.Message);

        await DeployAsync("web1", -100, DeploymentOutcome.Succeeded);
        var deployed = await estate.FailAsync(new SetProblemRequest { Id = "PRB1", Status = status });
        Assert.DoesNotContain("deployment", deployed.Message);
        Assert.Contains("Test-PatchEffectiveness PRB1", deployed.Remedy);

        Verdict(EffectivenessVerdict.NotEffective);
        Assert.Equal("ProblemUnsolved", (await estate.FailAsync(new SetProblemRequest { Id = "PRB1", Status = status })).Code);
        Assert.True(Stored().IsOpen);

        Verdict(EffectivenessVerdict.Effective);
        var (results, failures, warnings) = await estate.RunAsync(new SetProblemRequest { Id = "PRB1", Status = status });
        Assert.Empty(failures);
        var closed = Assert.IsType<Problem>(Assert.Single(results));
        Assert.False(closed.IsOpen);
        Assert.NotNull(closed.Resolved);
        // One of its two items never got the patch: said, not hidden.
        Assert.Contains("1 of the 2 items", Assert.Single(warnings));
    }

    [Fact]
    public async Task Where_the_test_was_inconclusive_nobody_is_sent_to_test_again_for_nothing()
    {
        foreach (var item in new[] { "web1", "web2" }) await DeployAsync(item, -20, DeploymentOutcome.Succeeded);
        Incident At(double day, string item) => new() { Id = FormattableString.Invariant($"I{day}-{item}"), Opened = Now.AddDays(day), ConfigurationItem = item, Problem = "PRB1", Category = "stall" };
        await estate.RunAsync(new ImportIncidentRequest { InputObject = [.. Enumerable.Range(0, 12).Select(k => At(-290 + 22 * k, k % 2 == 0 ? "web1" : "web2")), new Incident { Id = "LAST", Opened = Now, ConfigurationItem = "web1", Category = "other" }] });
        var result = Assert.IsType<EffectivenessResult>(Assert.Single((await estate.RunAsync(new TestEffectivenessRequest { Problem = ["PRB1"] })).Results));
        Assert.Equal(EffectivenessVerdict.Inconclusive, result.Verdict);
        var refused = await estate.FailAsync(new SetProblemRequest { Id = "PRB1", Status = "Resolved" });
        Assert.Equal("ProblemUnproven", refused.Code);
        Assert.Contains(FormattableString.Invariant($"tested now it is Inconclusive, and a verdict is possible once incidents until {result.EarliestVerdict!.Value.UtcDateTime:yyyy-MM-dd} are on record"), refused.Message);
        Assert.DoesNotContain("get one with", refused.Remedy, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("New-PatchException", refused.Remedy);
    }

    [Fact]
    public async Task A_deployment_elsewhere_or_one_that_failed_is_no_proof()
    {
        Verdict(EffectivenessVerdict.Effective);
        await DeployAsync("db1", -100, DeploymentOutcome.Succeeded);
        await DeployAsync("web1", -90, DeploymentOutcome.RolledBack);
        Assert.Contains("a successful deployment", (await estate.FailAsync(new SetProblemRequest { Id = "PRB1", Status = "Closed" })).Message);
    }

    [Fact]
    public async Task A_verdict_on_a_patch_that_left_the_record_is_no_proof_for_the_new_one()
    {
        await DeployAsync("web1", -100, DeploymentOutcome.Succeeded);
        Verdict(EffectivenessVerdict.Effective);
        await estate.RunAsync(new ImportDeploymentRequest { InputObject = [new Deployment { Id = "D2", Patch = "deb:foo/1.2", Asset = "web1", Started = Now.AddDays(-20), Outcome = DeploymentOutcome.Succeeded }] });
        var refused = await estate.FailAsync(new SetProblemRequest { Id = "PRB1", Status = "Resolved", Patch = ["deb:foo/1.2"] });
        Assert.Equal("ProblemUnproven", refused.Code);
        Assert.Contains($"is on {Patch}", refused.Message);
        Assert.Empty((await estate.RunAsync(new SetProblemRequest { Id = "PRB1", Status = "Resolved", Patch = ["deb:foo/1.2", Patch] })).Failures);
    }

    [Fact]
    public async Task A_patch_that_is_everywhere_and_did_not_help_can_be_accepted_though_no_finding_is_open()
    {
        foreach (var item in new[] { "web1", "web2" }) await DeployAsync(item, -100, DeploymentOutcome.Succeeded);
        Verdict(EffectivenessVerdict.Worse);
        Assert.Equal("ProblemUnsolved", (await estate.FailAsync(new SetProblemRequest { Id = "PRB1", Status = "Resolved" })).Code);
        NewExceptionRequest Accept(string patch, string asset) => new() { Kind = PatchExceptionKind.RiskAcceptance, Patch = [patch], Asset = [asset], Justification = "the vendor ends the product", Until = Now.AddDays(30), ApprovedBy = "CISO" };
        // Slips stay slips: another patch, and a host that the problem does not have.
        Assert.Equal("ExceptionCoversNothing", (await estate.FailAsync(Accept("deb:fooo/1.1", "web*"))).Code);
        Assert.Equal("ExceptionCoversNothing", (await estate.FailAsync(Accept(Patch, "db1"))).Code);
        Assert.Empty((await estate.RunAsync(Accept(Patch, "web*"))).Failures);
        Assert.Empty((await estate.RunAsync(new SetProblemRequest { Id = "PRB1", Status = "Resolved" })).Failures);
        Assert.False(Stored().IsOpen);
    }

    [Fact]
    public async Task An_active_risk_acceptance_stands_for_the_proof_and_no_other_exception_does()
    {
        async Task MakeAsync(PatchExceptionKind kind, params string[] assets) => Assert.Empty((await estate.RunAsync(new NewExceptionRequest
        {
            Kind = kind, Cve = [Cve], Asset = assets, Justification = "isolated", Until = Now.AddDays(30), ApprovedBy = "CISO",
        })).Failures);

        await MakeAsync(PatchExceptionKind.Deferral);
        Assert.Equal("ProblemUnproven", (await estate.FailAsync(new SetProblemRequest { Id = "PRB1", Status = "Closed" })).Code);
        await MakeAsync(PatchExceptionKind.RiskAcceptance, "web1");
        Assert.Equal("ProblemUnproven", (await estate.FailAsync(new SetProblemRequest { Id = "PRB1", Status = "Closed" })).Code);
        await MakeAsync(PatchExceptionKind.RiskAcceptance);
        Assert.Empty((await estate.RunAsync(new SetProblemRequest { Id = "PRB1", Status = "Closed" })).Failures);
        Assert.False(Stored().IsOpen);
        var entry = (await estate.RunAsync(new GetAuditRequest { Subject = "PRB1" })).Results.Cast<AuditEntry>().Last();
        Assert.Equal("ProblemClosed", entry.Action);
        Assert.Contains("EXC-", entry.Payload);
    }

    [Fact]
    public async Task Every_edit_is_kept_in_the_record_and_in_the_audit_trail()
    {
        await estate.RunAsync(new SetProblemRequest { Id = "prb1", OwnerTeam = "Web", Priority = "2", KnownError = true, Justification = "triage" });
        await estate.RunAsync(new SetProblemRequest { Id = "PRB1", Workaround = "", RootCause = "Slots run out" });
        var stored = Stored();
        Assert.Equal(("Web", "2", true, null, "Slots run out", "Web stalls"), (stored.OwnerTeam, stored.Priority, stored.KnownError, stored.Workaround, stored.RootCause, stored.Title));
        Assert.Equal(2, stored.Edits!.Count);
        Assert.Equal(("tester", "triage"), (stored.Edits[0].By, stored.Edits[0].Justification));
        Assert.Contains("OwnerTeam: none → Web", stored.Edits[0].Changes);
        Assert.Contains("Workaround: Restart nightly → none", stored.Edits[1].Changes);
        Assert.Equal(["ProblemEdited", "ProblemEdited"], (await estate.RunAsync(new GetAuditRequest { Subject = "PRB1" })).Results.Cast<AuditEntry>().Select(e => e.Action));
        Assert.True(Assert.IsType<AuditVerdict>(Assert.Single((await estate.RunAsync(new TestAuditRequest())).Results)).Intact);
        Assert.Equal(["PRB1"], (await estate.RunAsync(new GetProblemRequest { KnownError = true })).Results.Cast<Problem>().Select(p => p.Id));
    }

    [Fact]
    public async Task Importing_the_source_again_keeps_edits_until_the_source_itself_changes_that_field()
    {
        await estate.RunAsync(new SetProblemRequest { Id = "PRB1", OwnerTeam = "Web", Priority = "2" });
        await estate.RunAsync(new ImportProblemRequest { InputObject = [Problem1] });
        Assert.Equal(("Web", "2"), (Stored().OwnerTeam, Stored().Priority));
        await estate.RunAsync(new ImportProblemRequest { InputObject = [Problem1 with { Priority = "1", Title = "Web stalls at noon" }] });
        Assert.Equal(("Web", "1", "Web stalls at noon"), (Stored().OwnerTeam, Stored().Priority, Stored().Title));
        // What was read here and imported again is the source's record, without what PatchOps adds.
        var (results, _, _) = await estate.RunAsync(new ImportProblemRequest { InputObject = [Stored()] });
        Assert.Equal(1, Assert.IsType<ImportResult>(Assert.Single(results)).Updated);
        Assert.Single(Stored().Edits!);
    }

    [Fact]
    public async Task Reopening_and_cancelling_need_a_reason()
    {
        Assert.Equal("JustificationMissing", (await estate.FailAsync(new SetProblemRequest { Id = "PRB1", Status = "Cancelled" })).Code);
        Assert.Empty((await estate.RunAsync(new SetProblemRequest { Id = "PRB1", Status = "Cancelled", Justification = "duplicate of PRB9" })).Failures);
        Assert.False(Stored().IsOpen);
        Assert.Equal("JustificationMissing", (await estate.FailAsync(new SetProblemRequest { Id = "PRB1", Status = "Open" })).Code);
        Assert.Empty((await estate.RunAsync(new SetProblemRequest { Id = "PRB1", Status = "Open", Justification = "it is none" })).Failures);
        Assert.True(Stored().IsOpen);
        Assert.Null(Stored().Resolved);
    }

    [Fact]
    public async Task Bad_input_is_one_clear_failure_and_changes_nothing()
    {
        foreach (var (request, code) in new (SetProblemRequest, string)[]
        {
            (new() { Id = "PRB9", Priority = "1" }, "ProblemNotFound"),
            (new() { Id = "PRB1" }, "NothingToChange"),
            (new() { Id = " ", Priority = "1" }, "ParameterMissing"),
            (new() { Id = "PRB1", Status = " " }, "ParameterMissing"),
            (new() { Id = "PRB1", Cve = ["CVE-1"] }, "CveInvalid"),
            (new() { Id = "PRB1", Asset = ["mail1"] }, "AssetNotFound"),
        })
        {
            var failure = await estate.FailAsync(request);
            Assert.Equal(code, failure.Code);
            Assert.NotNull(failure.Remedy);
        }
        Assert.Null(Stored().Edits);
        // Asked what would happen, it says so and does nothing.
        var (results, _, _) = await estate.RunAsync(new SetProblemRequest { Id = "PRB1", Priority = "1" }, Answer.WhatIf);
        Assert.Equal("1", Assert.IsType<Problem>(Assert.Single(results)).Priority);
        Assert.Null(Stored().Priority);
        Assert.Empty((await estate.RunAsync(new GetAuditRequest { Subject = "PRB1" })).Results);
    }

    [Fact]
    public async Task A_problem_whose_patch_a_wave_is_deploying_cannot_be_closed()
    {
        await estate.RunAsync(new NewPlanRequest { Name = "p", Patch = [Patch] });
        var plan = Assert.Single(Catalogue.Plans());
        var wave = plan.Waves.First(w => w.Hosts.Count > 0);
        var host = wave.Hosts[0].Asset;
        var journal = estate.Host.Store(null).Journal;
        await journal.AppendAsync([Entry("started", null, nameof(Core.Waves.State.WaveStep.Started))], CancellationToken.None);
        Verdict(EffectivenessVerdict.Effective);
        await DeployAsync(host, -30, DeploymentOutcome.Succeeded);
        var refused = await estate.FailAsync(new SetProblemRequest { Id = "PRB1", Status = "Closed" });
        Assert.Equal(("WaveRunning", FailureKind.Conflict), (refused.Code, refused.Kind));
        Assert.Contains(plan.Id, refused.Message);
        // Anything else about the record may change meanwhile.
        Assert.Empty((await estate.RunAsync(new SetProblemRequest { Id = "PRB1", Priority = "1" })).Failures);

        await journal.AppendAsync([Entry("completed", null, nameof(Core.Waves.State.WaveStep.Completed))], CancellationToken.None);
        Assert.Empty((await estate.RunAsync(new SetProblemRequest { Id = "PRB1", Status = "Closed" })).Failures);
        Assert.False(Stored().IsOpen);

        JournalEntry Entry(string key, string? asset, string step) => new()
        {
            Key = key, PlanId = plan.Id, Wave = wave.Number, Asset = asset, Step = step, Phase = JournalPhase.Outcome, Outcome = "Succeeded", At = Now, Token = 1,
        };
    }

    [Fact]
    public async Task What_tests_said_when_the_patch_was_deployed_reaches_the_record_with_the_verdict()
    {
        await estate.RunAsync(new NewPlanRequest { Name = "p", Patch = [Patch] });
        var plan = Assert.Single(Catalogue.Plans());
        var wave = plan.Waves.First(w => w.Hosts.Count > 0);
        var host = wave.Hosts[0].Asset;
        await estate.Host.Store(null).Journal.AppendAsync(
        [
            .. new[] { ("Verify", "Succeeded"), ("TestAfter", "Failed"), ("TestAfter", "Succeeded") }.Select((s, i) => new JournalEntry
            {
                Key = $"k{i}", PlanId = plan.Id, Wave = wave.Number, Asset = host, Step = s.Item1, Phase = JournalPhase.Outcome, Outcome = s.Item2, At = Now.AddDays(-100), Token = 1,
            }),
        ], CancellationToken.None);
        await DeployAsync("web1", -100, DeploymentOutcome.Succeeded);
        await DeployAsync("web2", -100, DeploymentOutcome.Succeeded);
        // Every second day one on each host, then none; another host shows that the data go on.
        var incidents = Enumerable.Range(0, 75).SelectMany(i => new[] { "web1", "web2" }.Select(w => new Incident { Id = $"{w}-{i}", Opened = Now.AddDays(-250 + (2 * i)).AddHours(-3), ConfigurationItem = w, Category = "Stall", Problem = "PRB1" }));
        await estate.RunAsync(new ImportIncidentRequest { InputObject = [.. incidents, new Incident { Id = "last", Opened = Now.AddDays(-1), ConfigurationItem = "db1", Category = "Other" }] });
        await estate.RunAsync(new TestEffectivenessRequest { Problem = ["PRB1"] });
        var outcome = Stored().Outcome!;
        Assert.Equal(EffectivenessVerdict.Effective, outcome.Verdict);
        Assert.Equal([$"Plan {plan.Id}, wave {wave.Number}: Verify 1 Succeeded", $"Plan {plan.Id}, wave {wave.Number}: TestAfter 1 Failed, 1 Succeeded"], outcome.Tests);
        Assert.Equal(["web1", "web2"], outcome.Deployed);
        Assert.Equal(["foo 1.1"], outcome.FixedVersions);
    }

    [Fact]
    public void An_edit_of_what_somebody_else_changed_meanwhile_is_a_conflict()
    {
        var read = Stored();
        Catalogue.EditProblem(read, read with { Priority = "1" }, new ProblemEdit(Now, "eve", ["Priority: none → 1"], null));
        Assert.Equal("KeyConflict", Assert.Throws<FailureException>(() => Catalogue.EditProblem(read, read with { Priority = "3" }, new ProblemEdit(Now, "bob", [], null))).Failure.Code);
        Assert.Equal("1", Stored().Priority);
    }

    private Problem Stored() => Catalogue.Problems().Single(p => p.Id == "PRB1");

    private void Verdict(EffectivenessVerdict verdict) => Catalogue.AddVerdict(new EffectivenessResult { Problem = "PRB1", Patch = Patch, Verdict = verdict }, NoonClock.Now);

    private Task DeployAsync(string asset, double day, DeploymentOutcome outcome) => estate.RunAsync(new ImportDeploymentRequest
    {
        InputObject = [new Deployment { Id = $"D-{asset}-{day}", Patch = Patch, Asset = asset, Started = Now.AddDays(day), Ended = Now.AddDays(day).AddHours(1), Outcome = outcome }],
    });
}
