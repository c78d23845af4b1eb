using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using PatchOps.Tests;

namespace PatchOps.Adapters.Tests.Composition;

/// <summary>Event logs and exports of service desks.</summary>
public sealed class CaseFileTests : IAsyncLifetime
{
    private readonly TestEstate estate = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();

    [Fact]
    public async Task A_trace_is_one_problem_and_one_reopened_is_open()
    {
        var path = estate.Write("log.xes", Log(
            Trace("P1", ("Queued-Awaiting Assignment", "2012-01-01T10:00:00+02:00"), ("Completed-Resolved", "2012-01-02T10:00:00+02:00"), ("Completed-Closed", "2012-01-09T10:00:00+02:00"))
            + "<trace><string key=\"concept:name\" value=\"torn\"/><event><oops></event></trace>"
            + Trace("P2", ("Completed-Closed", "2012-01-01T10:00:00Z"), ("Accepted-In Progress", "2012-01-02T10:00:00Z"))));
        var (result, failures) = await Import(new ImportProblemRequest { Path = [path] });
        Assert.Equal((3, 2, 1), (result.Read, result.Added, result.Rejected));
        Assert.Contains("log.xes, byte", Assert.Single(failures).Failure.Message);
        var problems = (await estate.RunAsync(new GetProblemRequest())).Results.Cast<Problem>().OrderBy(p => p.Id).ToList();
        Assert.Equal(new DateTimeOffset(2012, 1, 1, 8, 0, 0, TimeSpan.Zero), problems[0].Opened);
        Assert.Equal(new DateTimeOffset(2012, 1, 2, 8, 0, 0, TimeSpan.Zero), problems[0].Resolved);
        Assert.Null(problems[1].Resolved);
        Assert.Equal("Accepted-In Progress", problems[1].Status);
    }

    [Fact]
    public async Task A_document_type_is_never_read()
    {
        var path = estate.Write("log.xes", "<!DOCTYPE log [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>" + Log(Trace("&x;", ("New", "2012-01-01T10:00:00Z")) + Trace("P2", ("New", "2012-01-01T10:00:00Z"))));
        var (result, _) = await Import(new ImportIncidentRequest { Path = [path] });
        Assert.Equal((1, 2), (result.Rejected, result.Added));
        Assert.DoesNotContain((await estate.RunAsync(new GetIncidentRequest())).Results.Cast<Incident>(), i => i.Id.Contains("root:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_last_row_of_an_event_log_wins_and_a_question_mark_is_no_value()
    {
        var path = estate.Write("uci.csv", "number,incident_state,opened_at,resolved_at,closed_at,cmdb_ci,problem_id\nINC1,New,29/2/2016 01:16,?,?,?,?\nINC2,New,1/3/2016 10:00,?,?,?,?\nINC1,Closed,29/2/2016 01:16,29/2/2016 11:29,5/3/2016 12:00,?,PRB7\n");
        var request = new ImportIncidentRequest { Path = [path], Preset = RecordPreset.Uci };
        Assert.Equal(2, (await Import(request)).Result.Read);
        Assert.Equal(2, (await Import(request)).Result.Unchanged);
        var incident = (await estate.RunAsync(new GetIncidentRequest())).Results.Cast<Incident>().Single(i => i.Id == "INC1");
        Assert.Equal(new DateTimeOffset(2016, 2, 29, 10, 29, 0, TimeSpan.Zero), incident.Resolved);
        Assert.Equal("PRB7", incident.Problem);
        Assert.Null(incident.ConfigurationItem);
    }

    [Fact]
    public async Task ServiceNow_and_Jira_answers_are_taken_out_of_their_envelope()
    {
        var now = estate.Write("now.json", """{ "result": [ { "number": "INC1", "opened_at": { "display_value": "06/07/2020 16:15", "value": "2020-07-06 23:15:58" }, "cmdb_ci": { "display_value": "web01", "link": "x" }, "priority": "1" } ] }""");
        var jira = estate.Write("jira.json", """{ "total": 1, "issues": [ { "key": "AR-86", "fields": { "created": "2015-12-02T07:39:15.000-0800", "summary": "slow", "priority": { "name": "Major" } } } ] }""");
        Assert.Equal(1, (await Import(new ImportIncidentRequest { Path = [now], Preset = RecordPreset.ServiceNow })).Result.Added);
        Assert.Equal(1, (await Import(new ImportIncidentRequest { Path = [jira], Preset = RecordPreset.Jira })).Result.Added);
        var incidents = (await estate.RunAsync(new GetIncidentRequest())).Results.Cast<Incident>().OrderBy(i => i.Id).ToList();
        Assert.Equal(("AR-86", "Major", "slow", new DateTimeOffset(2015, 12, 2, 15, 39, 15, TimeSpan.Zero)), (incidents[0].Id, incidents[0].Priority, incidents[0].Description, incidents[0].Opened));
        Assert.Equal(("web01", new DateTimeOffset(2020, 7, 6, 23, 15, 58, TimeSpan.Zero)), (incidents[1].ConfigurationItem, incidents[1].Opened));
    }

    [Fact]
    public async Task A_file_without_our_columns_says_whose_they_look_like_and_never_lists_hundreds()
    {
        var many = string.Join(",", Enumerable.Range(1, 300).Select(i => $"u_field_{i}"));
        var path = estate.Write("export.csv", $"number,opened_at,short_description,priority,{many}\nINC1,2026-01-01 10:00,slow,2,{new string(',', 299)}\n");
        var (_, failures, _) = await estate.RunAsync(new ImportIncidentRequest { Path = [path] });
        var failure = Assert.Single(failures).Failure;
        Assert.Equal("ColumnsMissing", failure.Code);
        Assert.Contains("-Preset ServiceNow", failure.Remedy);
        Assert.Contains("and 280 others", failure.Message);
        Assert.Equal(1, (await Import(new ImportIncidentRequest { Path = [path], Preset = RecordPreset.ServiceNow })).Result.Added);
    }

    [Fact]
    public async Task What_has_an_id_but_is_no_issue_of_Jira_is_refused_whole()
    {
        var path = estate.Write("links.json", """[ { "id": "10032", "name": "Blocker", "inward": "is blocked by" } ]""");
        var (_, failures, _) = await estate.RunAsync(new ImportProblemRequest { Path = [path], Preset = RecordPreset.Jira });
        Assert.Equal("ColumnsMissing", Assert.Single(failures).Failure.Code);
    }

    [Fact]
    public async Task A_preset_without_such_records_says_which_it_has()
    {
        var path = estate.Write("p.csv", "number\nPRB1\n");
        var (_, failures, _) = await estate.RunAsync(new ImportProblemRequest { Path = [path], Preset = RecordPreset.Uci });
        Assert.Equal("PresetUnfit", Assert.Single(failures).Failure.Code);
        Assert.Contains("Incident", failures[0].Failure.Remedy);
    }

    [SkippableTheory]
    [InlineData("api/servicenow-incidents-rest-export.csv", RecordPreset.ServiceNow, 67)]
    [InlineData("itsm/bpi2014-rabobank-incidents-subset.csv", RecordPreset.Bpi2014, 1935)]
    [InlineData("itsm/bpi2014-abctech-first40.csv", RecordPreset.Bpi2014, 40)]
    [InlineData("itsm/uci-servicenow-incident-event-log-part1.csv.gz", RecordPreset.Uci, 13769)]
    public async Task Published_incidents_are_read_whole(string file, RecordPreset preset, int incidents)
    {
        var (result, _) = await Import(new ImportIncidentRequest { Path = [SharedData.Require(file)], Preset = preset });
        Assert.Equal((incidents, 0), (result.Added, result.Rejected));
    }

    [SkippableFact]
    public async Task Published_problems_are_the_same_as_events_in_a_table_and_as_traces()
    {
        var (log, _) = await Import(new ImportProblemRequest { Path = [SharedData.Require("itsm/bpi2013-volvo-closed-problems.xes.gz")] });
        Assert.Equal((1487, 0), (log.Added, log.Rejected));
        var told = await Times();
        var (table, _) = await Import(new ImportProblemRequest { Path = [SharedData.Require("itsm/bpi2013-volvo-closed-problems.csv")], Preset = RecordPreset.Bpi2013 });
        Assert.Equal((1487, 0), (table.Read, table.Rejected));
        Assert.Equal(told, await Times());
    }

    private async Task<List<(string, DateTimeOffset?, DateTimeOffset?)>> Times() =>
        [.. (await estate.RunAsync(new GetProblemRequest())).Results.Cast<Problem>().Select(p => (p.Id, p.Opened, p.Resolved)).Order()];

    private async Task<(ImportResult Result, List<FailedEvent> Failures)> Import(OperationRequest request)
    {
        var (results, failures, _) = await estate.RunAsync(request);
        return (Assert.IsType<ImportResult>(Assert.Single(results)), failures);
    }

    private static string Log(string traces) => $"<?xml version=\"1.0\"?><log>{traces}</log>";

    private static string Trace(string id, params (string Name, string Time)[] events) =>
        $"<trace><string key=\"concept:name\" value=\"{id}\"/>{string.Concat(events.Select(e => $"<event><string key=\"concept:name\" value=\"{e.Name}\"/><date key=\"time:timestamp\" value=\"{e.Time}\"/></event>"))}</trace>";
}
