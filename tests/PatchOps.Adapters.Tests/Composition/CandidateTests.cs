using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Problems.Debt;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Composition;

/// <summary>Candidates, debt and what verdicts taught, on the example estate with its twelve planted problems.</summary>
public sealed class CandidateTests(ExampleEstate example) : IClassFixture<ExampleEstate>
{
    [Fact]
    public async Task Open_problems_are_tied_to_their_incidents_and_to_the_patch_that_their_items_lack()
    {
        var found = await CandidatesAsync();
        Assert.Equal(Enumerable.Range(1, found.Count), found.Select(c => c.Rank));
        Assert.Equal(found.OrderByDescending(c => c.IncidentsAvoided).Select(c => c.Id), found.Select(c => c.Id));
        var problems = await example.AskAsync<Problem>(new GetProblemRequest());
        var incidents = await example.AskAsync<Incident>(new GetIncidentRequest { From = ExampleEstate.End.AddDays(-365), To = ExampleEstate.End });
        // Problems whose patch was never deployed: everything is there to be tied together.
        foreach (var (id, category) in new[] { ("PRB0007", "Replication stopped"), ("PRB0008", "File share hang"), ("PRB0009", "PHP worker crash"), ("PRB0010", "Session mix-up") })
        {
            var candidate = found.Single(c => c.Problem == id);
            var problem = problems.Single(p => p.Id == id);
            Assert.Equal(category, candidate.Category);
            Assert.Contains(candidate.Patch!, problem.Patches);
            Assert.Contains(candidate.Cves, c => problem.Cves.Contains(c));
            Assert.Equal(CandidateEvidence.ProblemRecord, candidate.Evidence);
            Assert.True(candidate.IncidentsAvoided > 0 && candidate.IncidentsAvoidedLow <= candidate.IncidentsAvoided && candidate.IncidentsAvoided <= candidate.IncidentsAvoidedHigh, candidate.ToString());
            Assert.InRange(candidate.Confidence, 0.05, 0.95);
            // Three in ten of its incidents were never linked by anybody: the group brings them back.
            var truth = incidents.Count(i => i.Category == category);
            Assert.InRange(candidate.Incidents, (int)(0.9 * truth), (int)(1.1 * truth) + 1);
            Assert.True(candidate.Unlinked > 0, candidate.Id);
            Assert.NotEmpty(candidate.Reasons);
        }
    }

    [Fact]
    public async Task A_rule_of_the_policy_decides_and_is_named()
    {
        var built = await CandidatesAsync(new GetCandidateRequest { Problem = ["PRB0009"] });
        Assert.NotEqual(ProblemResponse.None, Assert.Single(built).Response);
        var policy = example.Estate.Write("triggers.yaml", "problems:\n  triggers:\n    - { name: Everything by hand, response: Workaround }\n");
        var own = Assert.Single(await CandidatesAsync(new GetCandidateRequest { Problem = ["PRB0009"], Policy = policy }));
        Assert.Equal((ProblemResponse.Workaround, "Everything by hand"), (own.Response, own.Rule));
        Assert.Contains("Everything by hand", own.Reasons[^1]);
        var bad = example.Estate.Write("bad.yaml", "problems:\n  triggers:\n    - { name: x, response: Panic }\n");
        Assert.Equal("PolicyInvalid", (await example.Estate.FailAsync(new GetCandidateRequest { Policy = bad })).Code);
    }

    [Fact]
    public async Task What_comes_later_changes_nothing_and_the_same_question_has_the_same_answer()
    {
        var day = ExampleEstate.End.AddDays(-60);
        var before = await CandidatesAsync(new GetCandidateRequest { AsOf = day });
        Assert.All(before, c => Assert.True(c.LastSeen is null || c.LastSeen < day));
        Assert.Equal(before.Select(c => c.ToString()), (await CandidatesAsync(new GetCandidateRequest { AsOf = day })).Select(c => c.ToString()));
        Assert.Equal(before.Take(2).Select(c => c.Id), (await CandidatesAsync(new GetCandidateRequest { AsOf = day, Top = 2 })).Select(c => c.Id));
        Assert.Equal("ProblemNotFound", (await example.Estate.FailAsync(new GetCandidateRequest { Problem = ["PRB9999"] })).Code);
    }

    [Fact]
    public async Task Incidents_that_match_an_open_vulnerability_are_flagged_as_they_are_imported()
    {
        Assert.True(example.Incidents.Flagged > 0);
        Assert.Contains(example.Incidents.Notes, n => n.Contains("Get-PatchIncident -Flagged", StringComparison.Ordinal));
        var flagged = await example.AskAsync<Incident>(new GetIncidentRequest { Flagged = true });
        Assert.Equal(example.Incidents.Flagged, flagged.Count);
        var open = (await example.AskAsync<Finding>(new GetExposureRequest { Status = [FindingStatus.Affected] })).Select(f => (f.Asset, f.Cve ?? f.Patch)).ToHashSet();
        Assert.All(flagged, i => Assert.All(i.Vulnerabilities, v => Assert.Contains((i.ConfigurationItem!, v), open)));
        Assert.All(flagged, i => Assert.NotNull(i.Flag));
    }

    [Fact]
    public async Task Old_workarounds_are_debt_with_what_blocks_the_patch_and_what_it_costs()
    {
        var debts = await example.AskAsync<PatchDebt>(new GetDebtRequest { AsOf = ExampleEstate.End });
        var old = debts.Single(d => d.Id == "PRB0006");
        // Opened on day 140 of a history that begins on 27 September 2025.
        Assert.InRange(old.WorkaroundDays!.Value, 255, 262);
        Assert.True(old.Overdue);
        Assert.True(old.Incidents > 0 && old.IncidentsPerMonthLow < old.IncidentsPerMonth && old.IncidentsPerMonth < old.IncidentsPerMonthHigh);
        Assert.NotNull(old.PatchCost);
        Assert.True(old.MigrationCost > 0 && old.LossPerDay > 0);
        Assert.NotEmpty(old.Reasons);
        var overdue = await example.AskAsync<PatchDebt>(new GetDebtRequest { AsOf = ExampleEstate.End, Overdue = true });
        Assert.Equal(debts.Where(d => d.Overdue).Select(d => d.Id), overdue.Select(d => d.Id));
        var patient = example.Estate.Write("patient.yaml", "problems:\n  workaroundDays: 10000\n");
        Assert.Empty(await example.AskAsync<PatchDebt>(new GetDebtRequest { AsOf = ExampleEstate.End, Overdue = true, Policy = patient }));
    }

    [Theory]
    [InlineData(DebtGrouping.Asset)]
    [InlineData(DebtGrouping.BusinessUnit)]
    [InlineData(DebtGrouping.Environment)]
    public async Task Debt_adds_up_the_same_however_it_is_broken_down(DebtGrouping by)
    {
        var rows = await example.AskAsync<PatchDebt>(new GetDebtRequest { By = by, AsOf = ExampleEstate.End });
        var whole = await example.AskAsync<PatchDebt>(new GetDebtRequest { By = DebtGrouping.Environment, AsOf = ExampleEstate.End });
        Assert.Equal(whole.Sum(r => r.Incidents), rows.Sum(r => r.Incidents));
        Assert.Equal(whole.Sum(r => r.LossPerDay), rows.Sum(r => r.LossPerDay), 6);
        Assert.Equal(whole.Sum(r => r.Assets), rows.Sum(r => r.Assets));
        Assert.All(rows, r => Assert.True(double.IsFinite(r.LossPerDay + r.MigrationCost + (r.PatchCost ?? 0))));
    }

    [Fact]
    public async Task A_verdict_writes_outcome_versions_scope_and_lessons_into_the_problem_record()
    {
        var problem = Assert.Single(await example.AskAsync<Problem>(new GetProblemRequest { Id = ["PRB0001"] }));
        var outcome = problem.Outcome!;
        Assert.Equal(EffectivenessVerdict.Effective, outcome.Verdict);
        Assert.Equal(problem.Patches, outcome.Patches);
        Assert.Contains(outcome.FixedVersions, v => v.Contains("1.52.0-1+deb12u2", StringComparison.Ordinal));
        Assert.Equal(problem.ConfigurationItems.Count, outcome.Deployed.Count + outcome.Missing.Count);
        Assert.True(outcome.Deployed.Count > 0 && outcome.Missing.Count > 0 && outcome.FirstDeployed < outcome.LastDeployed);
        Assert.True(outcome.RateRatio < 0.6 && outcome.AfterCount > 0);
        Assert.Contains(outcome.Learnt, l => l.Contains("% of the incidents", StringComparison.Ordinal));
        // A workaround that is still in place can hide the cause: the symptom alone does not prove it removed.
        Assert.Contains(outcome.Evidence, e => e.Speaks == RootCauseState.Removed);
        Assert.Contains(outcome.Evidence, e => e.Speaks == RootCauseState.Masked && e.Text.Contains("workaround", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(RootCauseState.Undecided, outcome.RootCause);
        Assert.Null(outcome.Investigation);
    }

    [Fact]
    public async Task A_mask_is_told_from_a_cure()
    {
        var masked = Assert.Single(await example.AskAsync<Problem>(new GetProblemRequest { Id = ["PRB0003"] })).Outcome!;
        Assert.Equal((EffectivenessVerdict.Masked, RootCauseState.Masked), (masked.Verdict, masked.RootCause));
        Assert.Contains(masked.Evidence, e => e.Speaks == RootCauseState.Masked && e.Text.Contains("Database query slow", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Incidents_after_deployment_are_linked_to_their_problem()
    {
        var linked = (await example.AskAsync<Incident>(new GetIncidentRequest())).Where(i => i.LinkedBecause is not null).ToList();
        Assert.NotEmpty(linked);
        var outcome = Assert.Single(await example.AskAsync<Problem>(new GetProblemRequest { Id = ["PRB0002"] })).Outcome!;
        var own = linked.Where(i => i.Problem == "PRB0002").ToList();
        Assert.Equal(outcome.LinkedIncidents, own.Count);
        Assert.All(own, i => Assert.Equal("Job hang", i.Category));
        Assert.All(own, i => Assert.Contains(i.ConfigurationItem!, outcome.Deployed));
        Assert.All(own, i => Assert.True(i.Opened > outcome.FirstDeployed));
    }

    [Fact]
    public async Task A_patch_that_fails_opens_one_joint_investigation_with_evidence_for_each_team()
    {
        var all = await example.AskAsync<PatchInvestigation>(new GetInvestigationRequest());
        Assert.Equal(["PRB0002", "PRB0003", "PRB0004", "PRB0005"], all.Select(i => i.Problem).Order(StringComparer.Ordinal));
        Assert.Contains(example.Warnings, w => w.Contains("Get-PatchInvestigation", StringComparison.Ordinal));
        Assert.All(all, i =>
        {
            Assert.True(i.IsOpen);
            Assert.NotEmpty(i.Vendors);
            Assert.Equal(3, i.Evidence.Select(e => e.Team).Distinct().Count());
        });
        // The same verdict again is the same failure.
        await example.Estate.RunAsync(new TestEffectivenessRequest());
        Assert.Equal(all.Select(i => i.Id).Order(), (await example.AskAsync<PatchInvestigation>(new GetInvestigationRequest())).Select(i => i.Id).Order());
    }

    [Fact]
    public async Task An_investigation_ends_when_every_team_has_spoken()
    {
        var id = Assert.Single(await example.AskAsync<PatchInvestigation>(new GetInvestigationRequest { Problem = ["PRB0004"] })).Id;
        var early = await example.Estate.FailAsync(new SetInvestigationRequest { Id = id, Conclusion = "vendor's fault" });
        Assert.Equal(("InvestigationIncomplete", FailureKind.Refused), (early.Code, early.Kind));
        Assert.Contains("Security and Operations and Application", early.Message);
        foreach (var team in Enum.GetValues<InvestigationTeam>())
            Assert.Empty((await example.Estate.RunAsync(new SetInvestigationRequest { Id = id, Team = team, Finding = $"{team} found nothing amiss" })).Failures);
        await example.Estate.RunAsync(new SetInvestigationRequest { Id = id, Conclusion = "address parsing needs another fix" });
        var closed = Assert.Single(await example.AskAsync<PatchInvestigation>(new GetInvestigationRequest { Id = [id] }));
        Assert.False(closed.IsOpen);
        Assert.Equal((3, "tester", "address parsing needs another fix"), (closed.Findings.Count, closed.ClosedBy, closed.Conclusion));
        Assert.Equal("InvestigationClosed", (await example.Estate.FailAsync(new SetInvestigationRequest { Id = id, Team = InvestigationTeam.Security, Finding = "late" })).Code);
        Assert.Equal("InvestigationNotFound", (await example.Estate.FailAsync(new SetInvestigationRequest { Id = "INV-0", Conclusion = "x" })).Code);
        // None of these ends a pipeline.
        foreach (var request in new SetInvestigationRequest[] { new() { Id = "INV-0", Conclusion = "x" }, new() { Id = id, Conclusion = "again" } })
            Assert.False(Assert.Single((await example.Estate.RunAsync(request)).Failures).Terminating);
        Assert.Equal("ParameterMissing", (await example.Estate.FailAsync(new SetInvestigationRequest { Id = id, Finding = "by nobody" })).Code);
        Assert.Equal(["InvestigationOpened", "InvestigationFinding", "InvestigationFinding", "InvestigationFinding", "InvestigationClosed"],
            (await example.AskAsync<AuditEntry>(new GetAuditRequest { Subject = id })).Select(e => e.Action));
    }

    private Task<List<PatchCandidate>> CandidatesAsync(GetCandidateRequest? request = null)
    {
        request ??= new GetCandidateRequest();
        return example.AskAsync<PatchCandidate>(request with { AsOf = request.AsOf ?? ExampleEstate.End });
    }

    [Fact]
    public async Task Time_to_patch_by_decision_class_and_by_month_adds_up_to_the_whole()
    {
        var request = new GetKpiRequest { Name = ["Time to patch, median"], To = ExampleEstate.End };
        var whole = Assert.Single(await example.AskAsync<Kpi>(request));
        var classes = await example.AskAsync<Kpi>(request with { By = Core.Kpi.KpiGrouping.Decision });
        Assert.Equal(whole.N, classes.Sum(k => k.N));
        Assert.Equal(["Schedule", "Defer"], classes.Where(k => k.Value is not null).Select(k => k.Group));
        var months = await example.AskAsync<Kpi>(request with { Monthly = true });
        Assert.Equal(whole.N, months.Sum(k => k.N));
        Assert.Equal(months.Select(m => m.From).Order(), months.Select(m => m.From));
        Assert.Equal(ExampleEstate.End, months[^1].To);
    }
}
