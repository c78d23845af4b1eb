using System.Globalization;
using System.Text;
using PatchOps.Core.Effectiveness;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Planning.Planner;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Composition;

/// <summary>Test-PatchEffectiveness through the users' door: files in, verdicts out.</summary>
public sealed class TestEffectivenessTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TestEstate estate = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();

    /// <summary>Problems with an incident every <paramref name="every"/> days on each of their items until day 180, when all are patched, and none but every 60 days after.</summary>
    private async Task ImportAsync(string[] problems, int items = 4, double every = 10, string extraIncidents = "", string extraDeployments = "", string patch = "deb:openssl/3.0.11", double until = 300, double after = 60)
    {
        var (assets, records, incidents, deployments) = (new StringBuilder("Id,Environment,Tags\n"), new StringBuilder("Id,Title,ConfigurationItems,Patches\n"),
            new StringBuilder("Id,Opened,ConfigurationItem,Category,Problem\n"), new StringBuilder("Id,Patch,Asset,Started,Ended,Outcome\n"));
        var number = 0;
        foreach (var problem in problems)
        {
            var names = Enumerable.Range(0, items).Select(i => $"{problem}-h{i}").ToList();
            records.Append(CultureInfo.InvariantCulture, $"{problem},Crash,{string.Join(';', names)},{patch}\n");
            foreach (var (name, i) in names.Select((n, i) => (n, i)))
            {
                assets.Append(CultureInfo.InvariantCulture, $"{name},Production,role:web\n");
                deployments.Append(CultureInfo.InvariantCulture, $"D-{name},{patch},{name},{Day(180)},{Day(180.05)},Succeeded\n");
                for (var t = 0.5 + i; t < 180; t += every) incidents.Append(CultureInfo.InvariantCulture, $"I{number++},{Day(t)},{name},crash,{problem}\n");
                for (var t = 200.5 + i; t < until; t += after) incidents.Append(CultureInfo.InvariantCulture, $"I{number++},{Day(t)},{name},crash,{problem}\n");
            }
        }
        incidents.Append(CultureInfo.InvariantCulture, $"LAST,{Day(until + 0.5)},{problems[0]}-h0,other,\n").Append(extraIncidents);
        foreach (var request in new Core.Operations.OperationRequest[]
        {
            new ImportAssetRequest { Path = [estate.Write("assets.csv", assets.ToString())] },
            new ImportProblemRequest { Path = [estate.Write("problems.csv", records.ToString())] },
            new ImportIncidentRequest { Path = [estate.Write("incidents.csv", incidents.ToString())] },
            new ImportDeploymentRequest { Path = [estate.Write("deployments.csv", deployments.Append(extraDeployments).ToString())] },
        })
        {
            var (_, failures, _) = await estate.RunAsync(request);
            Assert.Empty(failures);
        }
    }

    private static string Day(double day) => Start.AddDays(day).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private async Task<List<EffectivenessResult>> TestAsync(TestEffectivenessRequest request)
    {
        var (results, failures, _) = await estate.RunAsync(request);
        Assert.Empty(failures);
        return results.ConvertAll(r => Assert.IsType<EffectivenessResult>(r));
    }

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

    [Theory]
    [InlineData(40, MetricShiftVerdict.Lower)]
    [InlineData(100, MetricShiftVerdict.Unchanged)]
    public async Task A_metric_is_compared_at_the_time_given(double later, MetricShiftVerdict expected)
    {
        var random = new Random(3);
        var csv = new StringBuilder("Time,Value\n");
        for (var k = 0; k < 400; k++) csv.Append(CultureInfo.InvariantCulture, $"{Day(k / 4.0)},{(k < 200 ? 100 : later) + random.NextDouble():F3}\n");
        var (results, failures, _) = await estate.RunAsync(new TestEffectivenessRequest { Metric = estate.Write("m.csv", csv.ToString()), DeployedAt = Start.AddDays(50), Tolerance = 5 });
        Assert.Empty(failures);
        var shift = Assert.IsType<MetricShift>(Assert.Single(results));
        Assert.Equal(expected, shift.Verdict);
        Assert.Equal(200, shift.BeforeSamples);
        Assert.InRange(shift.Shift!.Value, later - 100 - 1, later - 100 + 1);
    }

    [Fact]
    public async Task A_Prometheus_range_is_compared_host_by_host_around_the_deployments_of_the_problem()
    {
        await ImportAsync(["PRB1"]);
        var random = new Random(4);
        string Series(string host, double later)
        {
            var samples = Enumerable.Range(0, 300).Select(k => FormattableString.Invariant($"[{Start.AddDays(30 + k).ToUnixTimeSeconds()},\"{(k < 150 ? 20 : later) + random.NextDouble()}\"]"));
            return $$$"""{"metric":{"__name__":"latency","instance":"{{{host}}}:9100"},"values":[{{{string.Join(',', samples)}}}]}""";
        }
        var path = estate.Write("range.json", $$$"""{"status":"success","data":{"resultType":"matrix","result":[{{{Series("PRB1-h0", 10)}}},{{{Series("PRB1-h1", 20)}}},{{{Series("stranger", 20)}}}]}}""");
        var (results, failures, _) = await estate.RunAsync(new TestEffectivenessRequest { Metric = path, Problem = ["PRB1"], Tolerance = 2 });
        var shifts = results.ConvertAll(r => Assert.IsType<MetricShift>(r));
        Assert.Equal([("PRB1-h0", MetricShiftVerdict.Lower), ("PRB1-h1", MetricShiftVerdict.Unchanged)], shifts.Select(s => (s.Series!, s.Verdict)));
        Assert.Equal("DeploymentNotFound", Assert.Single(failures).Failure.Code);
    }

    /// <summary>As a Prometheus names things: by address, with several series a host, and the aggregates by another label.</summary>
    [Fact]
    public async Task Series_of_one_host_are_told_apart_and_hosts_are_found_by_address_or_any_label()
    {
        await estate.RunAsync(new ImportAssetRequest { Path = [estate.Write("assets.csv", "Id,Address\nweb1,2001:db8::5\nweb2,10.0.0.7\nweb3,\n")] });
        await estate.RunAsync(new ImportProblemRequest { Path = [estate.Write("problems.csv", "Id,Title,ConfigurationItems,Patches\nPRB1,Slow,web1;web2;web3,KB1\n")] });
        await estate.RunAsync(new ImportDeploymentRequest { Path = [estate.Write("deployments.csv", $"Id,Patch,Asset,Started,Outcome\nD1,kb1,web1,{Day(180)},Succeeded\nD2,KB1,web2,{Day(180)},Succeeded\nD3,KB1,web3,{Day(180)},Succeeded\n")] });
        var random = new Random(4);
        string Series(string labels, double sooner, double later)
        {
            var samples = Enumerable.Range(0, 300).Select(k => FormattableString.Invariant($"[{Start.AddDays(30 + k).ToUnixTimeSeconds()},\"{(k < 150 ? sooner : later) + random.NextDouble()}\"]"));
            return $"{{\"metric\":{{{labels}}},\"values\":[{string.Join(',', samples)}]}}";
        }
        var strangers = Enumerable.Range(0, 7).Select(k => Series($"\"instance\":\"s{k}:9100\"", 1, 1));
        var path = estate.Write("range.json", $"{{\"status\":\"success\",\"data\":{{\"resultType\":\"matrix\",\"result\":[{string.Join(',', [
            Series("\"__name__\":\"disk\",\"instance\":\"[2001:db8::5]:9100\",\"device\":\"sda\",\"job\":\"node\"", 900, 900),
            Series("\"__name__\":\"disk\",\"instance\":\"[2001:db8::5]:9100\",\"device\":\"sdb\",\"job\":\"node\"", 20, 10),
            Series("\"__name__\":\"disk\",\"instance\":\"10.0.0.7:9100\",\"device\":\"sda\",\"job\":\"node\"", 10, 20),
            Series("\"host\":\"web3\",\"job\":\"node\"", 20, 10),
            .. strangers])}]}}}}");
        var (results, failures, _) = await estate.RunAsync(new TestEffectivenessRequest { Metric = path, Problem = ["PRB1"], Tolerance = 2 });
        Assert.Equal([("10.0.0.7", MetricShiftVerdict.Higher), ("2001:db8::5 (device=sda)", MetricShiftVerdict.Unchanged), ("2001:db8::5 (device=sdb)", MetricShiftVerdict.Lower), ("host=web3,job=node", MetricShiftVerdict.Lower)],
            results.Cast<MetricShift>().Select(s => (s.Series!, s.Verdict)));
        var failure = Assert.Single(failures).Failure;
        Assert.Equal("DeploymentNotFound", failure.Code);
        Assert.Contains("'s0', 's1', 's2', 's3', 's4' and 2 more", failure.Message);
    }

    [Theory]
    [InlineData("Time,Value\n2025-01-01,x\n2025-01-02,5\n", "MetricSampleInvalid")]
    [InlineData("When,What\n2025-01-01,5\n", "MetricColumnsMissing")]
    [InlineData("Time,Value\n", "FileEmpty")]
    [InlineData("{\"status\":\"error\",\"error\":\"timed out\"}", "MetricQueryFailed")]
    [InlineData("{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}", "MetricNoRange")]
    [InlineData("{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[]}}", "FileEmpty")]
    public async Task A_metric_file_that_cannot_be_used_says_why(string text, string code) =>
        Assert.Equal(code, (await estate.FailAsync(new TestEffectivenessRequest { Metric = estate.Write("bad.csv", text), DeployedAt = Start })).Code);

    [Fact]
    public async Task Too_few_samples_or_none_after_give_no_verdict_and_say_so()
    {
        var (results, failures, _) = await estate.RunAsync(new TestEffectivenessRequest
        {
            Metric = estate.Write("few.csv", $"Time,Value\n{Day(1)},5\n{Day(2)},NaN\n{Day(3)},6\n"), DeployedAt = Start.AddDays(10),
        });
        Assert.Empty(failures);
        var shift = Assert.IsType<MetricShift>(Assert.Single(results));
        Assert.Equal(MetricShiftVerdict.Inconclusive, shift.Verdict);
        Assert.Null(shift.Shift);
        Assert.Contains(shift.Reasons, r => r.Contains("not finite", StringComparison.Ordinal));
        Assert.Contains(shift.Reasons, r => r.Contains("No sample lies after", StringComparison.Ordinal));
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

    /// <summary>Items of one role: some are the problem's, the others show its symptom. Every one has an incident each <paramref name="every"/> days before its own change, and each <paramref name="then"/> days after.</summary>
    private async Task<EffectivenessResult> CompareAsync(int own, int others, Func<int, double?> patched, Func<int, double> change, double every, double then, string extra = "", string[]? control = null)
    {
        var (assets, incidents, deployments) = (new StringBuilder("Id,Environment,Tags\n"), new StringBuilder("Id,Opened,ConfigurationItem,Category,Problem\n"), new StringBuilder("Id,Patch,Asset,Started,Outcome\n"));
        for (var i = 0; i < own + others; i++)
        {
            assets.Append(CultureInfo.InvariantCulture, $"h{i:00},Production,role:web\n");
            if (patched(i) is { } at) deployments.Append(CultureInfo.InvariantCulture, $"D{i},KB1,h{i:00},{Day(at)},Succeeded\n");
            var number = 0;
            for (var t = 0.2 + every * i / (own + others); t < 360; t += t < change(i) ? every : then)
                incidents.Append(CultureInfo.InvariantCulture, $"I{i}-{number++},{Day(t)},h{i:00},crash,{(i < own ? "PRB1" : "")}\n");
        }
        incidents.Append(CultureInfo.InvariantCulture, $"LAST,{Day(360.5)},h00,other,\n").Append(extra);
        await estate.RunAsync(new ImportAssetRequest { Path = [estate.Write("assets.csv", assets.ToString())] });
        await estate.RunAsync(new ImportProblemRequest { Path = [estate.Write("problems.csv", $"Id,Title,ConfigurationItems,Patches\nPRB1,Crash,{string.Join(';', Enumerable.Range(0, own).Select(i => $"h{i:00}"))},KB1\n")] });
        await estate.RunAsync(new ImportIncidentRequest { Path = [estate.Write("incidents.csv", incidents.ToString())] });
        await estate.RunAsync(new ImportDeploymentRequest { Path = [estate.Write("deployments.csv", deployments.ToString())] });
        return Assert.Single(await TestAsync(new() { Problem = ["PRB1"], Control = control ?? [], AsOf = Start.AddDays(400) }));
    }

    [Fact]
    public async Task Comparable_items_that_got_the_patch_later_are_controls_until_then()
    {
        var result = await CompareAsync(8, 8, i => i < 8 ? 150 : 220, i => i < 8 ? 150 : 220, every: 8, then: 50);
        Assert.Equal(EffectivenessVerdict.Effective, result.Verdict);
        Assert.Equal((EffectivenessDesign.Controlled, 8, 8), (result.Design, result.Items, result.Controls));
        Assert.InRange(result.ControlRatio!.Value, 0.7, 1.4);
        Assert.Contains(result.Reasons, r => r.Contains("8 of the controls got the patch later", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_fall_that_everybody_had_promises_no_verdict_for_tomorrow()
    {
        var result = await CompareAsync(8, 16, i => i < 8 ? 180 : null, _ => 180, every: 8, then: 24);
        Assert.Equal(EffectivenessVerdict.Inconclusive, result.Verdict);
        Assert.InRange(result.ControlRatio!.Value, 0.25, 0.45);
        // The plain rates differ threefold and would give one at once.
        Assert.True(result.DaysNeeded is null or > 90, $"{result.DaysNeeded} days");
    }

    [Fact]
    public async Task Hosts_that_were_patched_minutes_later_give_no_movement_of_controls()
    {
        var result = await CompareAsync(6, 0, i => 180 + 0.004 * i, i => 180 + 0.004 * i, every: 9, then: 40);
        Assert.Equal((EffectivenessVerdict.Effective, EffectivenessDesign.BeforeAfter), (result.Verdict, result.Design));
        Assert.Null(result.ControlRatio);
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
    public async Task A_patch_of_today_has_the_earliest_date_of_a_verdict()
    {
        var result = await CompareAsync(4, 0, _ => 362, _ => 362, every: 10, then: 10);
        Assert.Equal((EffectivenessVerdict.Inconclusive, 0L), (result.Verdict, result.AfterCount));
        // From the patch on with its day of washout, and then as many days as four items without an incident need.
        Assert.Equal(Start.AddDays(360 + result.DaysNeeded!.Value), result.EarliestVerdict);
        Assert.InRange(result.DaysNeeded.Value, 3 + 5, 3 + 30);
        Assert.Contains(result.Reasons, r => r.Contains("If no incident follows", StringComparison.Ordinal));
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

    /// <summary>Canaries on another kind of host, patched first: they have next to no incidents, and more time after than before.</summary>
    private async Task<EffectivenessResult> CanariesAsync(double then)
    {
        var (assets, incidents, deployments) = (new StringBuilder("Id,Environment,Tags\n"), new StringBuilder("Id,Opened,ConfigurationItem,Category,Problem\n"), new StringBuilder("Id,Patch,Asset,Started,Outcome\n"));
        for (var i = 0; i < 24; i++)
        {
            var canary = i < 8;
            double at = canary ? 120 : 200, every = canary ? 240 : 10;
            assets.Append(CultureInfo.InvariantCulture, $"h{i:00},{(canary ? "Test" : "Production")},role:web\n");
            deployments.Append(CultureInfo.InvariantCulture, $"D{i},KB1,h{i:00},{Day(at)},Succeeded\n");
            var number = 0;
            for (var t = 0.2 + (every - 0.4) * (canary ? i / 8.0 : (i - 8) / 16.0); t < 360; t += t < at ? every : every * then)
                incidents.Append(CultureInfo.InvariantCulture, $"I{i}-{number++},{Day(t)},h{i:00},crash,PRB1\n");
        }
        incidents.Append(CultureInfo.InvariantCulture, $"LAST,{Day(360.5)},h00,other,\n");
        await estate.RunAsync(new ImportAssetRequest { Path = [estate.Write("assets.csv", assets.ToString())] });
        await estate.RunAsync(new ImportProblemRequest { Path = [estate.Write("problems.csv", $"Id,Title,ConfigurationItems,Patches\nPRB1,Crash,{string.Join(';', Enumerable.Range(0, 24).Select(i => $"h{i:00}"))},KB1\n")] });
        await estate.RunAsync(new ImportIncidentRequest { Path = [estate.Write("incidents.csv", incidents.ToString())] });
        await estate.RunAsync(new ImportDeploymentRequest { Path = [estate.Write("deployments.csv", deployments.ToString())] });
        return Assert.Single(await TestAsync(new() { Problem = ["PRB1"], AsOf = Start.AddDays(400) }));
    }

    [Theory]
    [InlineData(1.0, EffectivenessVerdict.NotEffective)]
    [InlineData(2.0, EffectivenessVerdict.Effective)]
    public async Task Quiet_hosts_that_are_patched_first_are_neither_a_fall_nor_what_follows_them_a_return(double then, EffectivenessVerdict verdict)
    {
        var result = await CanariesAsync(then);
        Assert.Equal((verdict, EffectivenessDesign.BeforeAfter), (result.Verdict, result.Design));
        Assert.InRange(result.RateRatio!.Value * then, 0.85, 1.15);
        Assert.InRange(result.PreTrend!.Value, 0.95, 1.05);
        if (verdict != EffectivenessVerdict.Effective) return;
        var (watched, _, _) = await estate.RunAsync(new WatchRecurrenceRequest { AsOf = Start.AddDays(400) });
        Assert.False(Assert.IsType<RecurrenceAlert>(Assert.Single(watched)).Alarm);
    }

    [Fact]
    public async Task What_masks_a_problem_is_not_thinned_by_controls_that_were_patched_too()
    {
        var extra = new StringBuilder();
        for (var i = 0; i < 4; i++)
            for (double t = 5 + i, k = 0; t < 360; t += t < 180 ? 60 : 12, k++) extra.Append(CultureInfo.InvariantCulture, $"X{i}-{k},{Day(t)},h{i:00},hang,\n");
        string[] named = [.. Enumerable.Range(4, 8).Select(i => $"h{i:00}")];
        var result = await CompareAsync(4, 8, i => i < 4 ? 180 : 240, i => i < 4 ? 180 : 240, every: 10, then: 90, extra.ToString(), named);
        Assert.Equal(EffectivenessVerdict.Masked, result.Verdict);
        Assert.Contains(result.Reasons, r => r.Contains("8 control items were patched too: they count as controls until then, and as patched items since", StringComparison.Ordinal));
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
