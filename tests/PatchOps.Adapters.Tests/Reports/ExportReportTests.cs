using PatchOps.Adapters.Tests.Composition;
using PatchOps.Adapters.Composition;
using PatchOps.Adapters.Reports;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Reports;

public sealed class ExportReportTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("patchops-report-").FullName;
    private readonly OperationHost host = new(NoonClock.Shared);

    public async Task InitializeAsync()
    {
        host.DefaultStore = Path.Combine(folder, "store.db");
        await Import<ImportAssetRequest>("assets.csv", "Id,Name,Environment,Criticality,Exposure\nh1,web01,Production,4,Internet\nh2,<b>web02</b>,Test,2,Internal\n");
        await Import<ImportProblemRequest>("problems.csv", "Id,Title,Status,Opened,ConfigurationItems,Patches\nPRB1,Crash,Open,2026-01-02T00:00:00Z,h1;h2,deb:openssl/3.0.11\n");
        await Import<ImportIncidentRequest>("incidents.csv", "Id,Opened,Resolved,ConfigurationItem,Problem\nI1,2026-01-03T00:00:00Z,2026-01-03T02:00:00Z,h1,PRB1\nI2,2026-02-03T00:00:00Z,2026-02-03T04:00:00Z,h2,PRB1\n");
        await Import<ImportDeploymentRequest>("deployments.csv", "Id,Patch,Asset,Started,Ended,Outcome,Problem\nD1,deb:openssl/3.0.11,h2,2026-02-10T00:00:00Z,2026-02-10T01:00:00Z,Succeeded,PRB1\n");
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Key_figures_name_their_store_as_the_tenant()
    {
        var kpis = (await Run(new GetKpiRequest { By = Core.Kpi.KpiGrouping.Tenant })).OfType<ResultEvent>().Select(r => (Kpi)r.Value).ToList();
        Assert.NotEmpty(kpis);
        Assert.All(kpis, k => Assert.Equal("store", k.Tenant));
    }

    [Theory]
    [InlineData("report.html", "<!DOCTYPE html>")]
    [InlineData("report.md", "# Operations report")]
    [InlineData("report.csv", "\uFEFFSection,Table,Row,Column,Value,Unit")]
    [InlineData("report.json", "{")]
    public async Task The_ending_decides_the_format_and_the_trail_keeps_it(string name, string beginning)
    {
        var path = Path.Combine(folder, name);
        var file = Assert.IsType<FileInfo>((await Run(new ExportReportRequest { Path = path })).OfType<ResultEvent>().Single().Value);
        Assert.Equal(path, file.FullName);
        Assert.StartsWith(beginning, System.Text.Encoding.UTF8.GetString(await File.ReadAllBytesAsync(path)), StringComparison.Ordinal);
        Assert.Contains((await Run(new GetAuditRequest())).OfType<ResultEvent>().Select(e => (AuditEntry)e.Value), e => e.Action == "ExportReport" && e.Subject == path);
        Assert.DoesNotContain(Directory.GetFiles(folder), f => f.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_if_writes_nothing_but_names_the_file()
    {
        var path = Path.Combine(folder, "report.html");
        Assert.IsType<FileInfo>((await Run(new ExportReportRequest { Path = path }, Answer.WhatIf)).OfType<ResultEvent>().Single().Value);
        Assert.False(File.Exists(path));
        Assert.Empty((await Run(new ExportReportRequest { Path = path }, Answer.No)).OfType<ResultEvent>());
    }

    [Fact]
    public async Task A_folder_is_never_overwritten_and_a_missing_one_is_said()
    {
        foreach (var path in new[] { folder, Path.Combine(folder, "missing", "report.html") })
        {
            var failure = (await Run(new ExportReportRequest { Path = path, Format = ReportFormat.Html })).OfType<FailedEvent>().Single().Failure;
            Assert.Equal("PathUnwritable", failure.Code);
            Assert.Contains(path, failure.Message, StringComparison.Ordinal);
            Assert.NotNull(failure.Remedy);
        }
        Assert.True(Directory.Exists(folder));
    }

    [Fact]
    public async Task An_ending_that_says_nothing_asks_for_the_format() =>
        Assert.Equal("ReportFormatUnknown", (await Run(new ExportReportRequest { Path = Path.Combine(folder, "report.pdf") })).OfType<FailedEvent>().Single().Failure.Code);

    [Fact]
    public async Task An_unknown_plan_is_named() =>
        Assert.Equal("PlanNotFound", (await Run(new ExportReportRequest { Path = Path.Combine(folder, "r.html"), Kind = ReportKind.Wave, PlanId = "nope" })).OfType<FailedEvent>().Single().Failure.Code);

    [Fact]
    public async Task A_new_report_replaces_the_old_one_whole()
    {
        var path = Path.Combine(folder, "report.html");
        await File.WriteAllTextAsync(path, "old");
        await new ReportWriter().WriteAsync(ReportSamples.Build(ReportKind.Executive), ReportFormat.Html, path, CancellationToken.None);
        Assert.EndsWith("</html>", (await File.ReadAllTextAsync(path)).TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_many_open_problems_the_most_urgent_are_listed_in_the_order_of_their_risk()
    {
        var lines = Enumerable.Range(0, 1100).Select(i => $"PRB-{i:0000},Problem {i},Open,2026-01-02T00:00:00Z,h{1 + (i % 2)},deb:pkg{i}/1,{1 + (i * 7 % 5)}");
        await Import<ImportProblemRequest>("many.csv", "Id,Title,Status,Opened,ConfigurationItems,Patches,Priority\n" + string.Join('\n', lines) + "\n");
        var path = Path.Combine(folder, "report.json");
        Assert.Empty((await Run(new ExportReportRequest { Path = path, Kind = ReportKind.Problem })).OfType<FailedEvent>());
        using var report = System.Text.Json.JsonDocument.Parse(await File.ReadAllTextAsync(path));
        var table = report.RootElement.GetProperty("sections").EnumerateArray().Single(s => s.GetProperty("title").GetString() == "Open problems").GetProperty("tables")[0];
        var listed = table.GetProperty("rows").EnumerateArray().Select(r => r[0].GetString()!.Split(' ')[0]).ToList();
        var ranked = (await Run(new GetRiskRequest { By = RiskGrouping.Problem })).OfType<ResultEvent>().Select(e => ((PatchRisk)e.Value).Id).ToList();
        Assert.Equal(1101, ranked.Count);
        Assert.Equal(ranked.Take(50), listed);
        Assert.Contains("The first 50 of 1,101", table.GetProperty("note").GetString());
    }

    [Theory]
    [InlineData(ReportKind.Operations, true)]
    [InlineData(ReportKind.Executive, true)]
    [InlineData(ReportKind.Compliance, true)]
    [InlineData(ReportKind.Problem, false)]
    [InlineData(ReportKind.Wave, false)]
    public async Task The_kinds_that_tell_of_the_audit_trail_have_checked_it(ReportKind kind, bool tells)
    {
        var path = Path.Combine(folder, "report.md");
        Assert.Empty((await Run(new ExportReportRequest { Path = path, Kind = kind })).OfType<FailedEvent>());
        Assert.Equal(tells, (await File.ReadAllTextAsync(path)).Contains("The audit trail is intact: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Key_figures_come_from_the_store()
    {
        var kpis = (await Run(new GetKpiRequest { By = Core.Kpi.KpiGrouping.Environment })).OfType<ResultEvent>().Select(e => (Kpi)e.Value).ToList();
        Assert.Equal(100, kpis.Single(k => k is { Name: "Success rate", Group: "Test" }).Value);
        Assert.Null(kpis.Single(k => k is { Name: "Success rate", Group: "Production" }).Value);
        Assert.Equal(2, kpis.Single(k => k is { Name: "MTTR of incidents", Group: "Production" }).Value);
        Assert.Single((await Run(new GetKpiRequest { Name = ["patch comp*"] })).OfType<ResultEvent>());
    }

    [Fact]
    public async Task A_reversed_period_is_refused() =>
        Assert.Equal("PeriodReversed", (await Run(new GetKpiRequest { From = NoonClock.Now, To = NoonClock.Now.AddDays(-2) })).OfType<FailedEvent>().Single().Failure.Code);

    private async Task Import<TRequest>(string name, string text) where TRequest : ImportRecordsRequest, new()
    {
        var path = Path.Combine(folder, name);
        await File.WriteAllTextAsync(path, text);
        Assert.Empty((await Run(new TRequest { Path = [path] })).OfType<FailedEvent>());
    }

    private async Task<List<OperationEvent>> Run(OperationRequest request, Answer answer = Answer.Yes)
    {
        var events = new List<OperationEvent>();
        await foreach (var happened in host.RunAsync(request, new Caller { Account = "tester" }, CancellationToken.None))
        {
            if (happened is AskEvent ask) ask.Give(answer);
            events.Add(happened);
        }
        return events;
    }
}
