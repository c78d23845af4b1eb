using PatchOps.Core.Intake;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Composition;

/// <summary>Findings left open on purpose: out of ranking and plan while that counts, back with the reason when it ends.</summary>
public sealed class ExceptionTests : IAsyncLifetime
{
    private const string Patch = "deb:foo/1.1";
    private const string Cve = "CVE-2024-1001";

    private static readonly DateTimeOffset Now = NoonClock.Now;

    private readonly TestEstate estate = new();

    private ICatalogue Catalogue => estate.Host.Store(null).Catalogue;

    public async Task InitializeAsync()
    {
        await estate.RunAsync(new ImportAssetRequest { InputObject = [new Asset { Id = "web1" }, new Asset { Id = "web2" }, new Asset { Id = "db1" }] });
        await estate.RunAsync(new ImportProblemRequest
        {
            InputObject =
            [
                new Problem { Id = "PRB1", Status = "Open", ConfigurationItems = ["web1", "web2"], Patches = [Patch], Cves = [Cve] },
                new Problem { Id = "PRB2", Status = "Open", ConfigurationItems = ["db1"], Patches = ["deb:bar/2"], Cves = ["CVE-2024-1002"] },
            ],
        });
        Facts(new EpssBatch(DateOnly.FromDateTime(Now.UtcDateTime).AddDays(-1), null, [Cve], [0.01], [0.1]));
    }

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();

    [Fact]
    public async Task What_is_accepted_leaves_the_ranking_and_can_be_asked_for()
    {
        var made = await MakeAsync(Sample());
        Assert.Equal(PatchExceptionState.Active, made.State);
        Assert.StartsWith("EXC-", made.Id, StringComparison.Ordinal);
        Assert.Equal(["deb:bar/2"], (await RiskAsync()).Select(r => r.Id));
        Assert.Equal(["db1/CVE-2024-1002"], (await RiskAsync(by: RiskGrouping.Finding)).Select(r => r.Id));

        var all = await RiskAsync(include: true);
        Assert.Equal(2, all.Count);
        Assert.Contains($"Left out of the ranking: the risk acceptance {made.Id} of", string.Join('\n', all.Single(r => r.Id == Patch).Reasons));
        Assert.Contains("approved by CISO", string.Join('\n', all.Single(r => r.Id == Patch).Reasons));

        // It says nothing about the days before it was made.
        Assert.Contains(Patch, (await RiskAsync(Now.AddDays(-0.1))).Select(r => r.Id));
    }

    [Fact]
    public async Task Only_the_assets_that_fit_are_left_out()
    {
        await MakeAsync(Sample() with { Asset = ["WEB?"], Cve = [], Patch = [Patch], Kind = PatchExceptionKind.LegacyPin });
        Assert.DoesNotContain(Patch, (await RiskAsync()).Select(r => r.Id));
        var (results, _, _) = await estate.RunAsync(new GetExceptionRequest { Active = true });
        await estate.RunAsync(new RevokeExceptionRequest { Id = ((PatchException)Assert.Single(results)).Id, Justification = "too wide" });
        await MakeAsync(Sample() with { Asset = ["web1"] });
        Assert.Equal(["web2"], (await RiskAsync()).Single(r => r.Id == Patch).AssetIds);
    }

    [Fact]
    public async Task A_plan_leaves_out_what_is_deferred()
    {
        await MakeAsync(Sample() with { Kind = PatchExceptionKind.Deferral });
        Assert.Equal("NothingToPlan", (await estate.FailAsync(new NewPlanRequest { Name = "p", Patch = [Patch] })).Code);
    }

    [Fact]
    public async Task A_decision_keeps_both_positions_who_decided_and_until_when()
    {
        var made = await MakeAsync(Sample() with { Kind = PatchExceptionKind.Deferral });
        var kept = await StateAsync(made.Id, null);
        Assert.Equal((PatchExceptionKind.Deferral, "CISO", "tester", made.Until), (kept.Kind, kept.ApprovedBy, kept.Author, kept.Until));
        Assert.Equal(["Operations: no window", "Security: agrees until spring"], kept.Position);
        Assert.Equal("isolated until the vendor answers", kept.Justification);
    }

    [Fact]
    public async Task When_its_time_is_over_the_finding_returns_and_says_so()
    {
        var made = await MakeAsync(Sample());
        var risk = (await RiskAsync(made.Until)).Single(r => r.Id == Patch);
        Assert.Contains(risk.Reasons, r => r.StartsWith($"The risk acceptance {made.Id} of", StringComparison.Ordinal) && r.Contains("ended because it expired on", StringComparison.Ordinal));
        Assert.Equal(PatchExceptionState.Expired, (await StateAsync(made.Id, made.Until)).State);
        Assert.Empty((await estate.RunAsync(new GetExceptionRequest { Active = true, AsOf = made.Until })).Results);
    }

    [Fact]
    public async Task When_it_is_revoked_the_finding_returns_and_the_trail_keeps_both()
    {
        var made = await MakeAsync(Sample());
        var (results, _, _) = await estate.RunAsync(new RevokeExceptionRequest { Id = made.Id.ToLowerInvariant(), Justification = "the audit asked" });
        Assert.Equal(PatchExceptionState.Revoked, Assert.IsType<PatchException>(Assert.Single(results)).State);
        Assert.Contains((await RiskAsync()).Single(r => r.Id == Patch).Reasons, r => r.Contains("ended because tester revoked it on", StringComparison.Ordinal) && r.EndsWith("the audit asked.", StringComparison.Ordinal));
        Assert.Equal("ExceptionEnded", (await estate.FailAsync(new RevokeExceptionRequest { Id = made.Id, Justification = "again" })).Code);
        var audit = (await estate.RunAsync(new GetAuditRequest())).Results.Cast<AuditEntry>().Where(e => e.Subject == made.Id).Select(e => e.Action);
        Assert.Equal(["ExceptionMade", "ExceptionRevoked"], audit);
    }

    [Fact]
    public async Task A_rising_epss_ends_it_from_that_day_on()
    {
        var made = await MakeAsync(Sample() with { Premise = ["epss < 0.05"] });
        Assert.Equal(["EPSS<0.05"], made.Premise);
        Facts(new EpssBatch(DateOnly.FromDateTime(Now.UtcDateTime).AddDays(10), null, [Cve], [0.4], [0.9]));
        await BrokenFromAsync(made, Now.AddDays(10), $"the EPSS of {Cve} is 0.4");
    }

    [Fact]
    public async Task An_entry_in_kev_ends_it_from_that_day_on()
    {
        // Named by patch alone: which vulnerabilities it leaves open is found, not stated.
        var made = await MakeAsync(Sample() with { Cve = [], Patch = [Patch], Premise = ["NoKev"] });
        Facts(new KevRecord(Cve) { Added = DateOnly.FromDateTime(Now.UtcDateTime).AddDays(5) });
        await BrokenFromAsync(made, Now.AddDays(5), $"KEV lists {Cve}");
    }

    [Fact]
    public async Task An_incident_of_its_problem_ends_it_and_others_do_not()
    {
        var made = await MakeAsync(Sample() with { Asset = ["web1"], Premise = ["NoIncident"] });
        await IncidentAsync("before", -2, "web1", "PRB1");
        await IncidentAsync("elsewhere", 1, "web2", "PRB1");
        await IncidentAsync("other", 1, "web1", "PRB2");
        Assert.Equal(PatchExceptionState.Active, (await StateAsync(made.Id, Now.AddDays(3))).State);
        await IncidentAsync("hit", 4, "web1", "PRB1");
        await BrokenFromAsync(made, Now.AddDays(4.5), "incident hit of problem PRB1");
    }

    [Fact]
    public async Task A_preview_stores_nothing()
    {
        var (results, _, _) = await estate.RunAsync(Sample(), Answer.WhatIf);
        Assert.IsType<PatchException>(Assert.Single(results));
        Assert.Empty((await estate.RunAsync(new GetExceptionRequest())).Results);
        var made = await MakeAsync(Sample());
        await estate.RunAsync(new RevokeExceptionRequest { Id = made.Id, Justification = "maybe" }, Answer.WhatIf);
        Assert.Equal(PatchExceptionState.Active, (await StateAsync(made.Id, null)).State);
    }

    [Fact]
    public async Task Key_figures_count_what_was_accepted_apart()
    {
        async Task<List<string>> FiguresAsync() => [.. (await estate.RunAsync(new GetKpiRequest { From = Now.AddDays(-30), To = Now.AddDays(1) })).Results.Cast<Kpi>().Select(k => $"{k.Name} {k.Group} {k.Value:R} {k.N}")];
        var before = await FiguresAsync();
        await MakeAsync(Sample());
        Assert.Equal(["Findings left open by exception Whole estate 2 2"], (await FiguresAsync()).Except(before));
    }

    [Fact]
    public async Task Bad_input_is_one_clear_failure_and_stores_nothing()
    {
        foreach (var (request, code) in new (NewExceptionRequest, string)[]
        {
            (Sample() with { Until = Now.AddDays(-1) }, "ExceptionUntilPast"),
            (Sample() with { Until = Now.AddDays(366) }, "ExceptionTooLong"),
            (Sample() with { Until = null }, "ParameterMissing"),
            (Sample() with { Justification = " " }, "ParameterMissing"),
            (Sample() with { Premise = ["nobody cares"] }, "PremiseUnknown"),
            (Sample() with { Premise = ["EPSS<0.005"] }, "PremiseBroken"),
            (Sample() with { Cve = [] }, "ExceptionCoversNothing"),
            (Sample() with { Cve = [Cve, "CVE-1999-0001"] }, "ExceptionCoversNothing"),
            (Sample() with { Cve = [], Asset = ["mail*"] }, "ExceptionCoversNothing"),
            (Sample() with { Asset = ["mail1"] }, "AssetNotFound"),
        })
        {
            var failure = await estate.FailAsync(request);
            Assert.Equal(code, failure.Code);
            Assert.NotNull(failure.Remedy);
        }
        Assert.Empty((await estate.RunAsync(new GetExceptionRequest())).Results);
        Assert.Equal("ExceptionNotFound", (await estate.FailAsync(new GetExceptionRequest { Id = ["EXC-0"] })).Code);
        Assert.Equal("ExceptionNotFound", (await estate.FailAsync(new RevokeExceptionRequest { Id = "EXC-0", Justification = "none" })).Code);
    }

    [Fact]
    public async Task Policy_sets_the_longest_time()
    {
        var policy = estate.Write("policy.yaml", "exceptions:\n  maxDays: 10\n");
        Assert.Equal("ExceptionTooLong", (await estate.FailAsync(Sample() with { Policy = policy })).Code);
        Assert.Equal("PolicyInvalid", (await estate.FailAsync(Sample() with { Policy = estate.Write("bad.yaml", "exceptions:\n  maxDays: 0\n") })).Code);
    }

    [Fact]
    public async Task The_same_decision_again_changes_nothing_and_another_under_its_id_is_a_conflict()
    {
        var made = await MakeAsync(Sample());
        Catalogue.AddException(Assert.Single(Catalogue.Exceptions()));
        Assert.Equal("KeyConflict", Assert.Throws<FailureException>(() => Catalogue.AddException(made with { Justification = "another" })).Failure.Code);
        Catalogue.RevokeException(made.Id, "eve", "why", made.Created.AddDays(1));
        Catalogue.RevokeException(made.Id, "eve", "why", made.Created.AddDays(1));
        Assert.Equal("KeyConflict", Assert.Throws<FailureException>(() => Catalogue.RevokeException(made.Id, "bob", "why", made.Created.AddDays(1))).Failure.Code);
    }

    private static NewExceptionRequest Sample() => new()
    {
        Cve = [Cve], Justification = "isolated until the vendor answers", Until = Now.AddDays(30), ApprovedBy = "CISO", Position = ["Operations: no window", "Security: agrees until spring"],
    };

    private async Task<PatchException> MakeAsync(NewExceptionRequest request)
    {
        var (results, failures, _) = await estate.RunAsync(request);
        Assert.Empty(failures);
        return Assert.IsType<PatchException>(Assert.Single(results));
    }

    private async Task<PatchException> StateAsync(string id, DateTimeOffset? asOf) =>
        (PatchException)Assert.Single((await estate.RunAsync(new GetExceptionRequest { Id = [id], AsOf = asOf })).Results);

    private async Task<List<PatchRisk>> RiskAsync(DateTimeOffset? asOf = null, RiskGrouping by = RiskGrouping.Patch, bool include = false) =>
        [.. (await estate.RunAsync(new GetRiskRequest { AsOf = asOf, By = by, IncludeExcepted = include })).Results.Cast<PatchRisk>()];

    private async Task BrokenFromAsync(PatchException made, DateTimeOffset day, string why)
    {
        Assert.Equal(PatchExceptionState.Active, (await StateAsync(made.Id, day.AddDays(-1))).State);
        var broken = await StateAsync(made.Id, day);
        Assert.Equal(PatchExceptionState.PremiseBroken, broken.State);
        Assert.Contains(why, broken.Reason);
        Assert.Contains((await RiskAsync(day)).Single(r => r.Id == Patch).Reasons, r => r.Contains($"{made.Id} of", StringComparison.Ordinal) && r.Contains("ended because its premise", StringComparison.Ordinal) && r.Contains(why, StringComparison.Ordinal));
    }

    private Task IncidentAsync(string id, double day, string asset, string problem) =>
        estate.RunAsync(new ImportIncidentRequest { InputObject = [new Incident { Id = id, Opened = Now.AddDays(day), ConfigurationItem = asset, Problem = problem }] });

    private void Facts(FeedRecord record)
    {
        using var import = Catalogue.BeginImport("Test", record.ToString() ?? "facts", Now);
        import.Add(record);
        import.Complete(TimeSpan.Zero);
    }
}
