using System.Globalization;
using System.Text;
using PatchOps.Core.Effectiveness;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Planning.Planner;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Composition;

/// <summary>Test-PatchEffectiveness through the users' door: files in, verdicts out.</summary>
public sealed class TestEffectivenessTests : EffectivenessTestBase
{
    [Fact]
    public async Task A_verdict_by_patch_product_or_vendor_puts_their_problems_together()
    {
        await ImportAsync(["PRB1", "PRB2"]);
        var each = await TestAsync(new() { });
        Assert.Equal(2, each.Count);
        foreach (var (by, name) in new[] { (EffectivenessGrouping.Patch, "deb:openssl/3.0.11"), (EffectivenessGrouping.Product, "deb:openssl"), (EffectivenessGrouping.Vendor, "DEB") })
        {
            var together = Assert.Single(await TestAsync(new() { By = by }));
            Assert.Equal(name, together.Group);
            Assert.Equal(["PRB1", "PRB2"], together.Problems);
            Assert.Equal(each.Sum(r => r.BeforeCount), together.BeforeCount);
            Assert.Equal(EffectivenessVerdict.Effective, together.Verdict);
        }
        Assert.Empty(await TestAsync(new() { Vendor = ["KB"] }));
        Assert.Equal(2, (await TestAsync(new() { Product = ["deb:open*"] })).Count);
    }

    [Fact]
    public async Task Since_looks_again_where_something_else_came_to_the_items_and_finds_the_return()
    {
        var back = new StringBuilder();
        for (var k = 0; k < 40; k++) back.Append(CultureInfo.InvariantCulture, $"B{k},{Day(301.3 + k)},PRB1-h{k % 4},crash,PRB1\n");
        await ImportAsync(["PRB1", "PRB2"]);
        Assert.All(await TestAsync(new() { }), r => Assert.Equal(EffectivenessVerdict.Effective, r.Verdict));

        var (none, _, warnings) = await estate.RunAsync(new TestEffectivenessRequest { Since = Start.AddDays(200) });
        Assert.Empty(none);
        Assert.Contains(warnings, w => w.Contains("Nothing that was effective", StringComparison.Ordinal));

        await estate.RunAsync(new ImportDeploymentRequest { Path = [estate.Write("later.csv", $"Id,Patch,Asset,Started,Ended,Outcome\nL1,deb:nginx/1.26,PRB1-h0,{Day(300)},{Day(300.1)},Succeeded\nL2,deb:nginx/1.26,PRB1-h1,{Day(300)},{Day(300.1)},Succeeded\nL3,deb:nginx/1.26,PRB1-h2,{Day(300)},{Day(300.1)},Succeeded\nL4,deb:nginx/1.26,PRB1-h3,{Day(300)},{Day(300.1)},Succeeded\n")] });
        await estate.RunAsync(new ImportIncidentRequest { Path = [estate.Write("back.csv", "Id,Opened,ConfigurationItem,Category,Problem\n" + back)] });
        var again = Assert.Single(await TestAsync(new() { Since = Start.AddDays(200) }));
        Assert.Equal("PRB1", again.Problem);
        Assert.Equal(EffectivenessVerdict.Recurred, again.Verdict);
        Assert.Contains(again.Reasons, r => r.Contains("deb:nginx/1.26", StringComparison.Ordinal));
    }

    /// <summary>Quiet canaries that were patched and changed last, busy hosts that were changed early: nothing came back on any of them.</summary>
    [Theory]
    [InlineData(10, EffectivenessVerdict.Effective)]
    [InlineData(4, EffectivenessVerdict.Recurred)]
    public async Task The_review_holds_each_host_against_itself(double since, EffectivenessVerdict verdict)
    {
        var (assets, incidents, deployments, later) = (new StringBuilder("Id,Environment,Tags\n"), new StringBuilder("Id,Opened,ConfigurationItem,Category,Problem\n"),
            new StringBuilder("Id,Patch,Asset,Started,Outcome\n"), new StringBuilder("Id,Patch,Asset,Started,Outcome\n"));
        for (var i = 0; i < 24; i++)
        {
            var canary = i < 16;
            double patched = canary ? 100 : 60, changed = canary ? 340 : 180;
            assets.Append(CultureInfo.InvariantCulture, $"h{i:00},{(canary ? "Test" : "Production")},role:web\n");
            deployments.Append(CultureInfo.InvariantCulture, $"D{i},KB1,h{i:00},{Day(patched)},Succeeded\n");
            later.Append(CultureInfo.InvariantCulture, $"L{i},KB9,h{i:00},{Day(changed)},Succeeded\n");
            var number = 0;
            for (var t = 0.2 + (canary ? 20.0 * i : 0.5 * (i - 16)); t < 360; t += canary ? 320 : t < patched ? 4 : t < changed ? 10 : since)
                incidents.Append(CultureInfo.InvariantCulture, $"I{i}-{number++},{Day(t)},h{i:00},crash,PRB1\n");
        }
        incidents.Append(CultureInfo.InvariantCulture, $"LAST,{Day(360.5)},h00,other,\n");
        await estate.RunAsync(new ImportAssetRequest { Path = [estate.Write("assets.csv", assets.ToString())] });
        await estate.RunAsync(new ImportProblemRequest { Path = [estate.Write("problems.csv", $"Id,Title,ConfigurationItems,Patches\nPRB1,Crash,{string.Join(';', Enumerable.Range(0, 24).Select(i => $"h{i:00}"))},KB1\n")] });
        await estate.RunAsync(new ImportIncidentRequest { Path = [estate.Write("incidents.csv", incidents.ToString())] });
        await estate.RunAsync(new ImportDeploymentRequest { Path = [estate.Write("deployments.csv", deployments.ToString())] });
        estate.Host.Store(null).Catalogue.AddVerdict(new EffectivenessResult { Problem = "PRB1", Patch = "KB1", Verdict = EffectivenessVerdict.Effective }, Start.AddDays(170));
        await estate.RunAsync(new ImportDeploymentRequest { Path = [estate.Write("later.csv", later.ToString())] });
        var result = Assert.Single(await TestAsync(new() { Since = Start.AddDays(170), AsOf = Start.AddDays(400) }));
        Assert.Equal(verdict, result.Verdict);
        Assert.Contains(result.Reasons, r => r.Contains("24 of the patched items", StringComparison.Ordinal));
        Assert.Contains(result.Reasons, r => r.Contains("held against itself", StringComparison.Ordinal));
    }

    /// <summary>A record that names neither items nor patches, as most desks keep them: deployments name the problem, or incidents do, or both.</summary>
    [Theory]
    [InlineData("", "", true, true, "4 from deployments that name the problem")]
    [InlineData("", "KB1", true, true, "4 from deployments that name the problem")]
    [InlineData("", "KB1", false, true, "4 from incidents that name it")]
    [InlineData("", "", true, false, "4 from deployments that name the problem")]
    [InlineData("spare", "KB1", false, true, "Besides the items of the record, the problem's are 4 from incidents that name it, on items that got the patch")]
    [InlineData("h0", "KB1", true, true, "3 from deployments that name the problem")]
    public async Task What_the_record_does_not_name_is_found_by_what_names_the_problem(string items, string patch, bool deployed, bool reported, string said)
    {
        var (incidents, deployments) = (new StringBuilder("Id,Opened,ConfigurationItem,Category,Problem\n"), new StringBuilder("Id,Patch,Asset,Started,Outcome,Problem\n"));
        for (var i = 0; i < 4; i++)
        {
            deployments.Append(CultureInfo.InvariantCulture, $"D{i},KB1,h{i},{Day(180)},Succeeded,{(deployed ? "PRB1" : "")}\nE{i},KB7,h{i},{Day(60)},Succeeded,\n");
            for (double t = 0.5 + i, k = 0; t < 300; t += t < 180 ? 10 : 60, k++) incidents.Append(CultureInfo.InvariantCulture, $"I{i}-{k},{Day(t)},h{i},crash,{(reported ? "PRB1" : "")}\n");
        }
        if (!reported) incidents.Append(CultureInfo.InvariantCulture, $"ONE,{Day(20)},,crash,PRB1\n");
        incidents.Append(CultureInfo.InvariantCulture, $"LAST,{Day(300.5)},spare,other,\n");
        await estate.RunAsync(new ImportAssetRequest { Path = [estate.Write("assets.csv", "Id,Environment,Tags\nh0,Production,role:web\nh1,Production,role:web\nh2,Production,role:web\nh3,Production,role:web\nspare,Production,role:web\n")] });
        await estate.RunAsync(new ImportProblemRequest { Path = [estate.Write("problems.csv", $"Id,Title,ConfigurationItems,Patches\nPRB1,Crash,{items},{patch}\nPRB2,Nothing names it,,\n")] });
        await estate.RunAsync(new ImportIncidentRequest { Path = [estate.Write("incidents.csv", incidents.ToString())] });
        await estate.RunAsync(new ImportDeploymentRequest { Path = [estate.Write("deployments.csv", deployments.ToString())] });

        var together = Assert.Single(await TestAsync(new() { By = EffectivenessGrouping.Patch }));
        Assert.Equal(("KB1", EffectivenessVerdict.Effective), (together.Group, together.Verdict));
        var result = Assert.Single(await TestAsync(new() { Problem = ["PRB1"] }));
        Assert.Equal((EffectivenessVerdict.Effective, "KB1", 4), (result.Verdict, result.Patch, result.Items));
        Assert.Contains(result.Reasons, r => r.Contains(said, StringComparison.Ordinal));
        Assert.Equal(patch.Length == 0, result.Reasons.Any(r => r.Contains("The record names no patch; KB1 comes from deployments", StringComparison.Ordinal)));
        var outcome = Assert.IsType<Problem>(Assert.Single((await estate.RunAsync(new GetProblemRequest { Id = ["PRB1"] })).Results)).Outcome!;
        Assert.Equal(["h0", "h1", "h2", "h3"], outcome.Deployed);
        Assert.False(Assert.IsType<RecurrenceAlert>(Assert.Single((await estate.RunAsync(new WatchRecurrenceRequest { Problem = ["PRB1"] })).Results)).Alarm);

        // Looked at again after a later change, and closed once the record names the patch.
        await estate.RunAsync(new ImportDeploymentRequest { Path = [estate.Write("later.csv", $"Id,Patch,Asset,Started,Outcome\nL1,KB9,h1,{Day(250)},Succeeded\n")] });
        Assert.Contains(Assert.Single(await TestAsync(new() { Since = Start.AddDays(240) })).Reasons, r => r.Contains("KB9", StringComparison.Ordinal));
        if (patch.Length == 0) Assert.Contains("deployments for this problem name KB1", (await estate.FailAsync(new SetProblemRequest { Id = "PRB1", Status = "Closed" })).Remedy);
        if (deployed) Assert.Empty((await estate.RunAsync(new SetProblemRequest { Id = "PRB1", Status = "Closed", Patch = ["KB1"] })).Failures);
        Assert.Contains(Assert.Single(await TestAsync(new() { Problem = ["PRB2"] })).Reasons, r => r.Contains("The record names no configuration items, and no deployment or incident", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Under_what_if_or_without_consent_the_verdicts_come_out_and_nothing_is_kept()
    {
        await ImportAsync(["PRB1", "PRB2"]);
        var catalogue = estate.Host.Store(null).Catalogue;
        foreach (var answer in new[] { Answer.WhatIf, Answer.No })
        {
            var (results, failures, _) = await estate.RunAsync(new TestEffectivenessRequest(), answer);
            Assert.Empty(failures);
            Assert.Equal(2, results.Cast<EffectivenessResult>().Count(r => r.Verdict == EffectivenessVerdict.Effective));
            Assert.Empty(catalogue.Verdicts(DateTimeOffset.MaxValue));
            Assert.All(catalogue.Problems(), p => Assert.Null(p.Outcome));
        }
        await estate.RunAsync(new TestEffectivenessRequest());
        Assert.Equal(2, catalogue.Verdicts(DateTimeOffset.MaxValue).Count);
    }

    [Fact]
    public async Task Requests_that_contradict_themselves_are_refused()
    {
        Assert.Equal("DeploymentUnknown", (await estate.FailAsync(new TestEffectivenessRequest { Metric = "m.csv" })).Code);
        Assert.Equal("MetricMissing", (await estate.FailAsync(new TestEffectivenessRequest { DeployedAt = Start })).Code);
        Assert.Equal("CountsAndMetric", (await estate.FailAsync(new TestEffectivenessRequest { Metric = "m.csv", BeforeCount = 1, BeforeDays = 1, AfterCount = 1, AfterDays = 1 })).Code);
        Assert.Equal("ToleranceInvalid", (await estate.FailAsync(new TestEffectivenessRequest { Metric = "m.csv", DeployedAt = Start, Tolerance = double.NaN })).Code);
        Assert.Equal("PlanIdMissing", (await estate.FailAsync(new TestEffectivenessRequest { By = EffectivenessGrouping.Plan })).Code);
        Assert.Equal("SinceByProblem", (await estate.FailAsync(new TestEffectivenessRequest { By = EffectivenessGrouping.Vendor, Since = Start })).Code);
        Assert.Equal("DaysInvalid", (await estate.FailAsync(new TestEffectivenessRequest { Before = -3 })).Code);
        Assert.Equal("PlanNotFound", (await estate.FailAsync(new TestEffectivenessRequest { PlanId = "PLAN-NONE" })).Code);
        Assert.Equal("ProblemNotFound", (await estate.FailAsync(new TestEffectivenessRequest { Problem = ["PRB-NONE"] })).Code);
    }

    /// <summary>Every sort of dirt of the issue's list, alone: an answer that names it, a number or nothing, and no verdict that the data do not carry.</summary>
    [Theory]
    [InlineData("no item", "names no item")]
    [InlineData("backwards incident", "resolved before it opened")]
    [InlineData("backwards deployment", "ends before it starts")]
    [InlineData("future deployment", "after the last complete day")]
    [InlineData("no incidents", "No incident before")]
    [InlineData("no exposure before", "no exposure time before")]
    [InlineData("two patches", "Confounded")]
    [InlineData("patched control", "was patched too")]
    [InlineData("failed only", "No successful deployment")]
    public async Task Dirt_is_named_and_carries_no_verdict(string dirt, string said)
    {
        const string incidents = "Id,Opened,Resolved,ConfigurationItem,Category,Problem\n";
        var text = new StringBuilder(incidents);
        for (var k = 0; k < 30 && dirt is not ("no incidents" or "no exposure before"); k++) text.Append(CultureInfo.InvariantCulture, $"I{k},{Day(k * 6)},{Day(k * 6 + 0.1)},h{k % 2},crash,PRB1\n");
        if (dirt is "no incidents" or "no exposure before") text.Append(CultureInfo.InvariantCulture, $"FIRST,{Day(0.2)},,h0,other,\n");
        text.Append(CultureInfo.InvariantCulture, $"LAST,{Day(240.5)},,h0,other,\n");
        if (dirt == "no item") text.Append(CultureInfo.InvariantCulture, $"X,{Day(50)},,,crash,PRB1\n");
        if (dirt == "backwards incident") text.Append(CultureInfo.InvariantCulture, $"X,{Day(50)},{Day(40)},h0,crash,PRB1\n");
        if (dirt == "patched control") for (var k = 0; k < 20; k++) text.Append(CultureInfo.InvariantCulture, $"C{k},{Day(k * 9 + 1)},,c0,crash,PRB1\n");
        var at = dirt == "no exposure before" ? 0 : dirt == "future deployment" ? 400 : 180.0;
        var outcome = dirt == "failed only" ? "Failed" : "Succeeded";
        var deployments = new StringBuilder("Id,Patch,Asset,Started,Ended,Outcome\n");
        foreach (var item in new[] { "h0", "h1" })
        {
            deployments.Append(CultureInfo.InvariantCulture, $"D-{item},KB1,{item},{Day(at)},{Day(dirt == "backwards deployment" && item == "h0" ? at - 1 : at + 0.1)},{outcome}\n");
            if (dirt == "two patches") deployments.Append(CultureInfo.InvariantCulture, $"E-{item},KB2,{item},{Day(at + 1)},{Day(at + 1.1)},Succeeded\n");
        }
        if (dirt == "patched control") deployments.Append(CultureInfo.InvariantCulture, $"D-c0,KB1,c0,{Day(210)},{Day(210.1)},Succeeded\n");
        await estate.RunAsync(new ImportAssetRequest { Path = [estate.Write("assets.csv", "Id,Environment,Tags\nh0,Production,role:web\nh1,Production,role:web\nc0,Production,role:web\n")] });
        await estate.RunAsync(new ImportProblemRequest { Path = [estate.Write("problems.csv", "Id,Title,ConfigurationItems,Patches\nPRB1,Crash,h0;h1,KB1\n")] });
        await estate.RunAsync(new ImportIncidentRequest { Path = [estate.Write("incidents.csv", text.ToString())] });
        await estate.RunAsync(new ImportDeploymentRequest { Path = [estate.Write("deployments.csv", deployments.ToString())] });
        var (results, failures, _) = await estate.RunAsync(new TestEffectivenessRequest { Problem = ["PRB1"], Control = dirt == "patched control" ? ["c0"] : [], AsOf = Start.AddDays(500) });
        Assert.Empty(failures);
        var result = Assert.IsType<EffectivenessResult>(Assert.Single(results));
        Assert.Contains(result.Reasons, r => r.Contains(said, StringComparison.Ordinal));
        if (dirt is "future deployment" or "no incidents" or "no exposure before" or "two patches" or "failed only") Assert.Equal(EffectivenessVerdict.Inconclusive, result.Verdict);
        if (dirt == "two patches") Assert.Equal(["KB2"], result.ConfoundedBy);
        Assert.DoesNotContain("NaN", System.Text.Json.JsonSerializer.Serialize(result), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deployments_in_the_future_are_named_and_a_past_day_does_not_know_them()
    {
        await ImportAsync(["PRB1"], extraDeployments: "F1,deb:openssl/3.0.11,PRB1-h0,2999-01-01T00:00:00Z,,Succeeded\n");
        const string said = "1 deployment is dated after";
        Assert.Contains(Assert.Single(await TestAsync(new() { })).Reasons, r => r.Contains(said, StringComparison.Ordinal));
        Assert.DoesNotContain(Assert.Single(await TestAsync(new() { AsOf = Start.AddDays(400) })).Reasons, r => r.Contains(said, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_but_deployments_in_the_future_is_no_before_and_after_and_no_log_of_incidents_is_said()
    {
        await estate.RunAsync(new ImportProblemRequest { Path = [estate.Write("problems.csv", "Id,Title,ConfigurationItems,Patches\nPRB1,Crash,h0,KB1\nPRB2,Hang,h0,KB2\n")] });
        await estate.RunAsync(new ImportDeploymentRequest { Path = [estate.Write("deployments.csv", $"Id,Patch,Asset,Started,Outcome\nD1,KB1,h0,2999-01-01T00:00:00Z,Succeeded\nD2,KB2,h0,{Day(20)},Succeeded\n")] });
        var results = await TestAsync(new() { Problem = ["PRB1", "PRB2"] });
        Assert.All(results, r => Assert.Equal(EffectivenessVerdict.Inconclusive, r.Verdict));
        Assert.Contains(results[0].Reasons, r => r.Contains("in the future, and left out", StringComparison.Ordinal));
        Assert.Contains(results[1].Reasons, r => r.Contains("No incident is on record", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_nothing_can_be_tested_a_warning_says_why()
    {
        await ImportAsync(["PRB1"]);
        async Task<string> WarnAsync(TestEffectivenessRequest request)
        {
            var (results, failures, warnings) = await estate.RunAsync(request);
            Assert.Empty(results);
            Assert.Empty(failures);
            return Assert.Single(warnings);
        }
        Assert.Contains("No problem names such a patch", await WarnAsync(new() { Patch = ["KB*"] }));
        await estate.RunAsync(new SetProblemRequest { Id = "PRB1", Patch = ["KB1"] });
        Assert.Contains("Nothing to compare", await WarnAsync(new() { }));
        Assert.Contains("Nothing to compare", await WarnAsync(new() { By = EffectivenessGrouping.Vendor }));
        // A wave deploys for a vulnerability: the problem that names only that is not found by the plan's patches.
        var plan = PlanDocument.Seal(new PatchPlan
        {
            Id = "PLN-1", Name = "May", Hash = "", Author = "tester", Created = Start, Start = Start, End = Start.AddDays(1), Unscheduled = [], ApprovalsNeeded = [], Objective = 0, LowerBound = 0, Currency = "EUR",
            Waves =
            [
                new PlanWave
                {
                    Number = 1, Ring = WaveRing.Canary, Stage = AssetEnvironment.Production, Start = Start, End = Start.AddDays(1), BakeTime = TimeSpan.Zero, Gates = [], HaltRule = new HaltRule(),
                    Rollback = new RollbackRule { Method = "PreviousVersion", DetectionWindow = TimeSpan.Zero },
                    Hosts = [new PlannedHost { Asset = "PRB1-h0", Name = "PRB1-h0", Start = Start, LatestStart = Start, Median = TimeSpan.Zero, NinetiethPercentile = TimeSpan.Zero, Patches = [new PlannedPatch { Patch = "deb:openssl/3.0.11" }] }],
                },
            ],
        });
        estate.Host.Store(null).Catalogue.SavePlan(plan);
        Assert.Contains($"No problem names the patch of plan {plan.Id} (deb:openssl/3.0.11). Name the patch", await WarnAsync(new() { PlanId = plan.Id }));
        await estate.RunAsync(new SetProblemRequest { Id = "PRB1", Patch = ["DEB:openssl/3.0.11"] });
        Assert.Equal("PRB1", Assert.Single(await TestAsync(new() { PlanId = plan.Id })).Problem);
    }

    [Fact]
    public async Task An_item_that_was_taken_back_counts_until_then_and_patch_ids_match_in_any_case()
    {
        // The incidents return with the old version: that is no return of what the patch removed, and no sign that it did nothing.
        var back = string.Concat(Enumerable.Range(0, 6).Select(i => $"B{i},deb:openssl/3.0.11,PRB1-h{i},{Day(260)},,RolledBack\n"));
        var more = string.Concat(Enumerable.Range(0, 60).Select(k => $"R{k},{Day(261 + k * 0.6)},PRB1-h{k % 6},crash,PRB1\n"));
        await ImportAsync(["PRB1"], items: 6, extraIncidents: more, extraDeployments: back);
        await estate.RunAsync(new SetProblemRequest { Id = "PRB1", Patch = ["DEB:OpenSSL/3.0.11"] });
        var result = Assert.Single(await TestAsync(new() { Problem = ["PRB1"] }));
        Assert.Equal(EffectivenessVerdict.Effective, result.Verdict);
        Assert.InRange(result.AfterDays, 6 * 78, 6 * 80);
        Assert.Contains(result.Reasons, r => r.Contains("6 patched items were taken back later and count until then", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_named_control_that_is_none_is_named()
    {
        await ImportAsync(["PRB1"]);
        var result = Assert.Single(await TestAsync(new() { Problem = ["PRB1"], Control = ["nobody", "PRB1-h1"] }));
        Assert.Contains(result.Reasons, r => r.Contains("'nobody' is not in the store", StringComparison.Ordinal));
        Assert.Contains(result.Reasons, r => r.Contains("'PRB1-h1' is one of the problem's own items", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Imported_twice_nothing_counts_twice()
    {
        await ImportAsync(["PRB1"]);
        var once = Assert.Single(await TestAsync(new() { Problem = ["PRB1"] }));
        await ImportAsync(["PRB1"]);
        var twice = Assert.Single(await TestAsync(new() { Problem = ["PRB1"] }));
        Assert.Equal((once.BeforeCount, once.AfterCount, once.BeforeDays), (twice.BeforeCount, twice.AfterCount, twice.BeforeDays));
    }

    [Fact]
    public async Task Two_people_may_test_on_one_day_and_the_audit_trail_has_both()
    {
        await ImportAsync(["PRB1"]);
        foreach (var account in new[] { "alice", "bob", "bob" })
        {
            var (results, failures, _) = await estate.RunAsync(new TestEffectivenessRequest(), account: account);
            Assert.Empty(failures);
            Assert.Equal(EffectivenessVerdict.Effective, Assert.IsType<EffectivenessResult>(Assert.Single(results)).Verdict);
        }
        var (audit, _, _) = await estate.RunAsync(new GetAuditRequest { Subject = "PRB1" });
        Assert.Equal(["alice", "bob"], audit.Cast<AuditEntry>().Where(e => e.Action == "Verdict").Select(e => e.Actor));
    }

    [Fact]
    public async Task Many_problems_are_tested_in_parallel_in_their_order_and_leave_one_chained_audit_entry_each()
    {
        await ImportAsync([.. Enumerable.Range(0, 40).Select(k => $"PRB{k:00}")], items: 2, every: 6);
        var results = await TestAsync(new() { });
        Assert.Equal(results.Select(r => r.Problem).Order(StringComparer.Ordinal), results.Select(r => r.Problem));
        Assert.Equal(40, results.Count);
        var (audit, _, _) = await estate.RunAsync(new GetAuditRequest { });
        Assert.Equal(results.Count(r => r.Verdict != EffectivenessVerdict.Inconclusive), audit.Cast<AuditEntry>().Count(e => e.Action == "Verdict"));
        var (verdict, _, _) = await estate.RunAsync(new TestAuditRequest { });
        Assert.True(Assert.IsType<AuditVerdict>(Assert.Single(verdict)).Intact);
    }
}
