using PatchOps.Domain;

namespace PatchOps.Core.Intake.Records;

/// <summary>What each source calls our columns, and how it writes times.</summary>
internal static class RecordPresets
{
    private static readonly Dictionary<(RecordPreset, string), string> Columns = new()
    {
        [(RecordPreset.ServiceNow, "Problem")] = """
            Id=number; Title=short_description,description; Status=problem_state.display_value,state.display_value,problem_state,state; Priority=priority.display_value,priority;
            Opened=opened_at.value,opened_at,sys_created_on.value,sys_created_on; Resolved=resolved_at.value,resolved_at,closed_at.value,closed_at;
            ConfigurationItems=cmdb_ci.display_value,cmdb_ci; Workaround=workaround; RootCause=cause_notes; OwnerTeam=assignment_group.display_value,assignment_group;
            KnownError=known_error.value,known_error
            """,
        [(RecordPreset.ServiceNow, "Incident")] = """
            Id=number; Opened=opened_at.value,opened_at,sys_created_on.value,sys_created_on; Resolved=resolved_at.value,resolved_at,closed_at.value,closed_at;
            ConfigurationItem=cmdb_ci.display_value,cmdb_ci; Category=category.display_value,category; Priority=priority.display_value,priority;
            Problem=problem_id.display_value,problem_id; CausedBy=caused_by.display_value,caused_by; Description=short_description,description
            """,
        [(RecordPreset.ServiceNow, "Change")] = """
            Id=number; Type=type.display_value,type; Category=category.display_value,category; Status=state.display_value,state; Risk=risk.display_value,risk;
            ConfigurationItems=cmdb_ci.display_value,cmdb_ci; PlannedStart=start_date.value,start_date; PlannedEnd=end_date.value,end_date
            """,
        [(RecordPreset.Jira, "Problem")] = """
            Id=key,Issue key; Title=fields.summary,Summary; Status=fields.status.name,Status; Priority=fields.priority.name,Priority;
            Opened=fields.created,Created; Resolved=fields.resolutiondate,Resolved
            """,
        [(RecordPreset.Jira, "Incident")] = """
            Id=key,Issue key; Opened=fields.created,Created; Resolved=fields.resolutiondate,Resolved; Category=fields.issuetype.name,Issue Type;
            Priority=fields.priority.name,Priority; Description=fields.summary,Summary
            """,
        [(RecordPreset.Jira, "Change")] = """
            Id=key,Issue key; Type=fields.issuetype.name,Issue Type; Status=fields.status.name,Status
            """,
        [(RecordPreset.Bpi2013, "Problem")] = $"""
            Id=SR Number; Status=Status; Priority=SR Latest Impact,Impact; Opened={EventLog.FirstEvent}; Resolved={EventLog.ClosingEvent};
            ConfigurationItems=Product; OwnerTeam=Involved ST
            """,
        [(RecordPreset.Bpi2013, "Incident")] = $"""
            Id=SR Number; Priority=SR Latest Impact,Impact; Opened={EventLog.FirstEvent}; Resolved={EventLog.ClosingEvent}; ConfigurationItem=Product
            """,
        [(RecordPreset.Bpi2014, "Incident")] = """
            Id=Incident_ID; Opened=Open_Time; Resolved=Resolved_Time,Close_Time; ConfigurationItem=CI_Name,CI_Name_aff; Category=Category; Priority=Priority;
            Description=Closure_Code
            """,
        [(RecordPreset.Uci, "Incident")] = """
            Id=number; Opened=opened_at; Resolved=resolved_at,closed_at; ConfigurationItem=cmdb_ci; Category=category; Priority=priority; Problem=problem_id;
            CausedBy=caused_by; Description=u_symptom
            """,
    };

    /// <summary>What the source's records are like, before the user's own -Map, -Culture and -TimeZone.</summary>
    /// <exception cref="FailureException"><c>PresetUnfit</c>: the source has no such records.</exception>
    public static RecordDialect Of(RecordPreset preset, string record)
    {
        if (!Columns.TryGetValue((preset, record), out var columns))
            throw new FailureException("PresetUnfit", FailureKind.InvalidInput, $"The preset {preset} knows no {record} records.", preset.ToString(),
                $"It knows {string.Join(", ", Columns.Keys.Where(k => k.Item1 == preset).Select(k => k.Item2))}; for others give -Map.");
        var dialect = new RecordDialect { Names = Parse(columns, ownId: preset is not (RecordPreset.ServiceNow or RecordPreset.Jira)) };
        return preset switch
        {
            RecordPreset.Bpi2013 => dialect with { Events = new EventLog("SR Number", "Change Date+Time", ["Status", "Sub Status"]) },
            RecordPreset.Bpi2014 => dialect with { Culture = "en-GB", TimeZone = "Europe/Amsterdam", Missing = ["NA", "#N/B", "#MULTIVALUE"] },
            RecordPreset.Uci => dialect with { Culture = "en-GB", TimeZone = "Europe/Berlin", Missing = ["?"], Events = new EventLog("number", null, ["incident_state"]) },
            RecordPreset.Jira => dialect with { Culture = "en-GB" },
            _ => dialect,
        };
    }

    /// <summary>The source that a row's columns look like, where it has such records; null where none does.</summary>
    public static RecordPreset? Guess(IReadOnlyDictionary<string, string?> row, string record)
    {
        foreach (var ((preset, kind), columns) in Columns)
        {
            if (kind != record) continue;
            var names = Parse(columns, ownId: false);
            // Its id and two more columns: one alone may be anything.
            if (names["Id"].Any(row.ContainsKey) && names.Count(n => n.Value.Any(c => !c.Equals(n.Key, StringComparison.OrdinalIgnoreCase) && row.ContainsKey(c))) >= 3) return preset;
        }
        return null;
    }

    private static Dictionary<string, IReadOnlyList<string>> Parse(string columns, bool ownId) => columns
        .Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(c => c.Split('=', 2))
        // Our own name last: an event log as XES brings it has it already. Ticket systems have an id of their own that is not the ticket's number.
        .ToDictionary(p => p[0], p => (IReadOnlyList<string>)[.. p[1].Split(',', StringSplitOptions.TrimEntries), .. p[0] == "Id" && !ownId ? Array.Empty<string>() : [p[0]]], StringComparer.OrdinalIgnoreCase);
}
