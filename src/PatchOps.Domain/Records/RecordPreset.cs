namespace PatchOps.Domain;

/// <summary>Ready-made names, date forms and zones of sources whose exports are widespread.</summary>
public enum RecordPreset
{
    /// <summary>ServiceNow exports and table API answers; times are UTC.</summary>
    ServiceNow,

    /// <summary>Jira exports and search results.</summary>
    Jira,

    /// <summary>BPI Challenge 2013 (Volvo IT): one row an event.</summary>
    Bpi2013,

    /// <summary>BPI Challenge 2014 (Rabobank), in both layouts that are about; local times of Amsterdam.</summary>
    Bpi2014,

    /// <summary>UCI incident management log: one row an audit event, the last row of an incident counts; local times of central Europe.</summary>
    Uci,
}
